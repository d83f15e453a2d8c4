"""Alternatives for random bids with two sites, against the frontier of all valid bids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
from draws import drawn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from random_portfolios import Case, charges, digested
from random_sites import every_bid, sited_cases

from bidwright.configurator import sites_blocks
from bidwright.configurator.alternatives import Alternatives, alternatives
from bidwright.configurator.check import check
from bidwright.configurator.deadline import Deadline
from bidwright.core.errors import Unavailable
from bidwright.v1.configuration_pb2 import Conflict

_settings = settings(
    max_examples=drawn(15),
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)

Values = tuple[int, tuple[Decimal, ...]]
"""Contract value, and the total of each quality."""


@st.composite
def _cases(draw: st.DrawFn) -> Case:
    """A bid whose components also have a second quality."""
    case = draw(sited_cases())
    release = case.requirements.release
    figure = st.sampled_from([Decimal(1), Decimal("0.7"), Decimal(3)])
    components = {
        id_: replace(one, attributes={**one.attributes, **draw(st.dictionaries(st.just("power"), figure))})
        for id_, one in release.components.items()
    }
    release = digested(replace(release, components=components))
    return replace(case, requirements=replace(case.requirements, release=release))


def _values(case: Case, items: Mapping[str, int], qualities: tuple[str, ...]) -> Values:
    components = case.requirements.release.components
    totals = (
        sum((components[one].attributes.get(quality, Decimal(0)) * units for one, units in items.items()), Decimal(0))
        for quality in qualities
    )
    return charges(items, case.amounts)["contract_value"], tuple(totals)


def _beats(one: Values, other: Values) -> bool:
    at_least = all(mine >= theirs for mine, theirs in zip(one[1], other[1], strict=True))
    return one != other and one[0] <= other[0] and at_least


def _frontier(case: Case, qualities: tuple[str, ...]) -> set[Values]:
    """Price and qualities of all valid bids that no other one beats."""
    found = {_values(case, items, qualities) for items in every_bid(case)}
    return {one for one in found if not any(_beats(other, one) for other in found)}


def _found(case: Case, outcome: Alternatives, qualities: tuple[str, ...]) -> list[Values]:
    values = []
    for one in outcome.found:
        items = dict(one.solution.items)
        assert check(replace(case.requirements, sites=one.sites), items) == []
        assert vars(one.solution.amounts) == charges(items, case.amounts)
        found = _values(case, items, qualities)
        assert tuple(one.qualities.values()) == found[1]
        values.append(found)
    return values


@_settings
@given(_cases(), st.integers(1, 5))
def test_alternatives_are_of_the_frontier_from_the_cheapest_bid_to_the_one_with_most_quality(
    case: Case, number: int
) -> None:
    frontier = sorted(_frontier(case, ("ram",)))
    outcome = alternatives(case.requirements, case.amounts, ("ram",), Deadline(60), number=number)
    if isinstance(outcome, Conflict):
        assert not frontier
        return
    found = _found(case, outcome, ("ram",))
    assert outcome.complete
    assert len(found) == min(number, len(frontier))
    assert found == sorted(found)
    assert set(found) <= set(frontier)
    assert found[0] == frontier[0]
    if number > 1:
        assert found[-1] == frontier[-1]
    assert all(one.solution.bound == price for one, (price, _) in zip(outcome.found, found, strict=True))


@_settings
@given(_cases())
def test_with_two_qualities_no_bid_beats_an_alternative(case: Case) -> None:
    qualities = ("ram", "power")
    frontier = _frontier(case, qualities)
    outcome = alternatives(case.requirements, case.amounts, qualities, Deadline(60), number=4)
    if isinstance(outcome, Conflict):
        assert not frontier
        return
    found = _found(case, outcome, qualities)
    assert outcome.complete
    assert set(found) <= frontier
    assert len(set(found)) == len(found)
    assert found == sorted(found)
    assert found[0][0] == min(price for price, _ in frontier)
    assert all(one.differences for one in outcome.found[1:])


@_settings
@given(_cases())
def test_where_patterns_cannot_be_listed_bounds_hold_and_none_beats_another(case: Case) -> None:
    valid = [_values(case, items, ("ram",)) for items in every_bid(case)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sites_blocks, "_MOST_PATTERNS", 0)
        try:
            outcome = alternatives(case.requirements, case.amounts, ("ram",), Deadline(60), number=3)
        except Unavailable:
            return
    if isinstance(outcome, Conflict):
        assert not valid
        return
    found = _found(case, outcome, ("ram",))
    assert found == sorted(found)
    assert not any(_beats(one, other) for one in found for other in found)
    for one, (_, quality) in zip(outcome.found, found, strict=True):
        assert one.solution.bound <= min(price for price, totals in valid if totals >= quality)
    if outcome.complete:
        assert set(found) <= _frontier(case, ("ram",))
