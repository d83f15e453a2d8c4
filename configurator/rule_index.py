"""The rules of an offering by id; there may be thousands, and a conflict speaks of a few."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from bidwright.catalog.model import Offering, Release, Rule


@dataclass(frozen=True)
class _Key:
    """Equal where digest and offering are, as a release never changes."""

    digest: str
    offering_id: str
    release: Release = field(compare=False)
    offering: Offering = field(compare=False)


def rules_by_id(release: Release, offering: Offering) -> Mapping[str, Rule]:
    """The rules that hold in an offering: those of the portfolio and its own."""
    return _rules(_Key(release.digest, offering.id, release, offering))


@lru_cache(maxsize=64)
def _rules(key: _Key) -> Mapping[str, Rule]:
    return {rule.id: rule for rule in (*key.release.rules, *key.offering.rules)}
