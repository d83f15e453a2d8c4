"""The hours of delivery centres as conditions: what all configurations keep where work can be split between centres."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache, reduce

from bidwright.catalog.centres import regions_for
from bidwright.catalog.model import Market, Offering, Release
from bidwright.catalog.rule_language import (
    AllOf,
    AnyOf,
    Arithmetic,
    Comparison,
    Constant,
    Expression,
    Name,
    Sum,
)
from bidwright.catalog.work import WORK_TIMES, CapacityRow, Workplace, capacity_rows, most_hours

_BETWEEN = "+"
"""Stands between the centres of a condition's id."""


@dataclass(frozen=True)
class _Key:
    """An offering in a market; equal where digest and ids are, as a release never changes."""

    digest: str
    offering_id: str
    market_id: str
    release: Release = field(compare=False)
    offering: Offering = field(compare=False)
    market: Market = field(compare=False)


def capacity_conditions(release: Release, offering: Offering, market: Market) -> Mapping[str, Expression]:
    """What the hours of delivery centres ask of configurations of an offering in a market, by id.

    Those that no configuration can break, as its slots and the most units of its components are, are left out.
    """
    return _conditions(_Key(release.digest, offering.id, market.id, release, offering, market))


def centres_of(condition: str) -> list[str]:
    """Ids of the centres that a condition is about."""
    return condition.split(_BETWEEN)


def condition_id(centres: tuple[str, ...]) -> str:
    """The id of the condition about some centres, in order of id."""
    return _BETWEEN.join(centres)


@lru_cache(maxsize=64)
def _conditions(key: _Key) -> Mapping[str, Expression]:
    need = key.offering.needs.get(key.offering.residency_need)
    most = {source: most_hours(key.release, key.offering, source) for source in WORK_TIMES}
    found: dict[str, list[Expression]] = {}
    for option in need.options if need else ("",):
        regions = regions_for(key.market, key.offering, {need.name: option} if need else {})
        place = Workplace(key.digest, key.market.currency, regions, key.release)
        for row in (row for source in WORK_TIMES for row in capacity_rows(place, source, most[source])):
            elsewhere = [Comparison("!=", Name("need", need.name), Constant(option))] if need else []
            kept = AnyOf((*elsewhere, _fits(row))) if elsewhere else _fits(row)
            found.setdefault(condition_id(row.centres), []).append(kept)
    return {id_: AllOf(tuple(conditions)) for id_, conditions in sorted(found.items())}


def _fits(row: CapacityRow) -> Expression:
    hours: list[Expression] = [Sum(row.source, skills) for skills in row.skills]
    total = reduce(lambda one, other: Arithmetic("+", one, other), hours)
    return Comparison("<=", total, Constant(Fraction(row.capacity)))
