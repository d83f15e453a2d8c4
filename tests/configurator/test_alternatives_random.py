"""Alternatives for random requests, against the frontier of all configurations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from draws import drawn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from random_portfolios import Case, cases, charges, digested, every_configuration

from bidwright.configurator.alternatives import Alternatives, alternatives
from bidwright.configurator.check import check
from bidwright.configurator.deadline import Deadline
from bidwright.v1.configuration_pb2 import Conflict

_settings = settings(
    max_examples=drawn(25),
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

Values = tuple[int, tuple[Decimal, ...]]
"""Contract value, and the total of each quality."""


@st.composite
def _cases(draw: st.DrawFn) -> Case:
    """A case whose components also have a second quality."""
    case = draw(cases())
    release = case.requirements.release
    figure = st.sampled_from([Decimal(1), Decimal("0.7"), Decimal(3)])
    components = {
        id_: replace(one, attributes={**one.attributes, **draw(st.dictionaries(st.just("power"), figure))})
        for id_, one in release.components.items()
    }
    release = digested(replace(release, components=components))
    return replace(case, requirements=replace(case.requirements, release=release, pins={}, exclusions=()))


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
    """Price and qualities of all valid configurations that no other one beats."""
    found = set()
    for items in every_configuration(case.requirements.release):
        if not check(case.requirements, items):
            costs = charges(items, case.amounts)
            if all(costs[limit] <= most for limit, most in case.requirements.budget.items()):
                found.add(_values(case, items, qualities))
    return {one for one in found if not any(_beats(other, one) for other in found)}


def _found(case: Case, outcome: Alternatives, qualities: tuple[str, ...]) -> list[Values]:
    values = []
    for one in outcome.found:
        assert check(case.requirements, one.solution.items) == []
        found = _values(case, one.solution.items, qualities)
        assert (one.solution.amounts.contract_value, tuple(one.qualities.values())) == found
        values.append(found)
    return values


@_settings
@given(_cases(), st.integers(1, 5))
def test_with_one_quality_alternatives_are_of_the_frontier_from_the_cheapest_to_the_best(
    case: Case, number: int
) -> None:
    outcome = alternatives(case.requirements, case.amounts, ("ram",), Deadline(20), number=number)
    frontier = sorted(_frontier(case, ("ram",)))
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


@_settings
@given(_cases())
def test_with_two_qualities_alternatives_are_of_the_frontier_and_each_is_better_than_the_one_before(
    case: Case,
) -> None:
    qualities = ("ram", "power")
    outcome = alternatives(case.requirements, case.amounts, qualities, Deadline(20), number=4)
    frontier = _frontier(case, qualities)
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
def test_asked_for_all_there_are_alternatives_are_the_whole_frontier_of_one_quality(case: Case) -> None:
    outcome = alternatives(case.requirements, case.amounts, ("ram",), Deadline(20), number=50)
    frontier = sorted(_frontier(case, ("ram",)))
    found = [] if isinstance(outcome, Conflict) else _found(case, outcome, ("ram",))
    assert found == frontier
