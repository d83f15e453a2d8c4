"""The rules of an offering by id; there may be thousands, and a conflict speaks of a few."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from bidwright.catalog.model import Offering, Release, Rule
from bidwright.catalog.rule_guards import where_chosen
from bidwright.configurator.rule_check import Choice, Meaning, meaning


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


def broken_rules(release: Release, offering: Offering, choice: Choice) -> Sequence[Rule]:
    """The rules of an offering that a configuration does not meet, by id."""
    by_guard = _conditions(_Key(release.digest, offering.id, release, offering))
    present = frozenset(choice.chosen_by_subject)
    broken = [
        rule
        for guard in ("", *present)
        for rule, others, is_met in by_guard.get(guard, ())
        if others <= present and not is_met(choice)
    ]
    return sorted(broken, key=lambda rule: rule.id)


@lru_cache(maxsize=64)
def _conditions(key: _Key) -> Mapping[str, Sequence[tuple[Rule, frozenset[str], Meaning]]]:
    """One guard of a rule, or nothing where it has none -> the rules, their other guards, and what they mean then."""
    found: dict[str, list[tuple[Rule, frozenset[str], Meaning]]] = {}
    for rule in _rules(key).values():
        first = min(rule.guards, default="")
        is_met = meaning(where_chosen(rule.expression, rule.guards))
        found.setdefault(first, []).append((rule, rule.guards - {first}, is_met))
    return found


@lru_cache(maxsize=64)
def _rules(key: _Key) -> Mapping[str, Rule]:
    return {rule.id: rule for rule in (*key.release.rules, *key.offering.rules)}
