"""Bids with two sites of random small portfolios, held against trying everything."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import partial

import pytest
from draws import drawn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from random_objectives import key, number, with_objectives
from random_portfolios import Case, charges
from random_sites import every_bid, sited_cases

from bidwright.configurator import sites_blocks
from bidwright.configurator.check import check
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.sites_configure import SitedSolution, configure_sites
from bidwright.core.errors import Unavailable
from bidwright.v1.configuration_pb2 import Conflict

_settings = settings(
    max_examples=drawn(40),
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


def _valid_values(case: Case) -> list[int]:
    """The contract values of all valid bids."""
    return [charges(items, case.amounts)["contract_value"] for items in every_bid(case)]


@_settings
@given(sited_cases())
def test_the_answer_is_the_cheapest_of_all_valid_bids_or_there_is_none(case: Case) -> None:
    values = _valid_values(case)
    outcome = configure_sites(case.requirements, case.amounts, Deadline(20))
    if isinstance(outcome, Conflict):
        assert not values
        return
    solution = outcome.solution
    assert check(replace(case.requirements, sites=outcome.sites), solution.items) == []
    assert solution.amounts.contract_value == solution.bound == min(values)
    assert vars(solution.amounts) == charges(dict(solution.items), case.amounts)


def _without_a_list_of_patterns(case: Case, seconds: float = 20) -> SitedSolution | Conflict | None:
    """What comes out where patterns cannot be listed; None where of those that were looked at none fit together."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sites_blocks, "_MOST_PATTERNS", 0)
        try:
            return configure_sites(case.requirements, case.amounts, Deadline(seconds))
        except Unavailable:
            return None


@_settings
@given(sited_cases())
def test_where_patterns_cannot_be_listed_the_bound_still_holds(case: Case) -> None:
    values = _valid_values(case)
    outcome = _without_a_list_of_patterns(case)
    if outcome is None:
        return
    if isinstance(outcome, Conflict):
        assert not values
        return
    assert check(replace(case.requirements, sites=outcome.sites), outcome.solution.items) == []
    assert outcome.solution.bound <= min(values) <= outcome.solution.amounts.contract_value


@st.composite
def _cases_with_objectives(draw: st.DrawFn) -> Case:
    return draw(with_objectives(draw(sited_cases())))


@_settings
@given(_cases_with_objectives())
def test_nothing_is_better_by_the_first_objective_and_among_equals_by_the_next(case: Case) -> None:
    valid = every_bid(case)
    outcome = configure_sites(case.requirements, case.amounts, Deadline(20))
    if isinstance(outcome, Conflict):
        assert not valid
        return
    solution, objectives = outcome.solution, case.requirements.objectives
    items = dict(solution.items)
    assert check(replace(case.requirements, sites=outcome.sites), items) == []
    assert key(items, case) == min(key(one, case) for one in valid)
    assert [one.value for one in solution.reached] == [number(one, items, case) for one in objectives]
    assert [one.bound for one in solution.reached] == [one.value for one in solution.reached]
    assert vars(solution.amounts) == charges(items, case.amounts)


@_settings
@given(_cases_with_objectives())
def test_where_patterns_cannot_be_listed_the_bounds_of_all_objectives_still_hold(case: Case) -> None:
    _require_true_bounds(case, _without_a_list_of_patterns(case))


@settings(_settings, max_examples=drawn(12))
@given(_cases_with_objectives())
def test_without_any_time_there_is_a_valid_bid_and_the_bounds_of_all_objectives_hold(case: Case) -> None:
    try:
        outcome = configure_sites(case.requirements, case.amounts, Deadline(0))
    except Unavailable:
        assert not every_bid(case)
        return
    _require_true_bounds(case, outcome)


@settings(_settings, max_examples=drawn(12))
@given(_cases_with_objectives())
def test_without_time_or_a_list_of_patterns_bounds_hold(case: Case) -> None:
    _require_true_bounds(case, _without_a_list_of_patterns(case, seconds=0))


def _require_true_bounds(case: Case, outcome: SitedSolution | Conflict | None) -> None:
    valid = every_bid(case)
    if outcome is None:
        return
    if isinstance(outcome, Conflict):
        assert not valid
        return
    items = dict(outcome.solution.items)
    assert check(replace(case.requirements, sites=outcome.sites), items) == []
    reached = key(items, case)
    for place, one in enumerate(outcome.solution.reached):
        assert one.value == number(one.objective, items, case)
        bound = -one.bound if one.objective.maximize else one.bound
        among = [found for found in map(partial(key, case=case), valid) if _is_as_good(found[:place], reached[:place])]
        assert all(bound <= found[place] for found in among)


def _is_as_good(found: list[Decimal], reached: list[Decimal]) -> bool:
    return all(one <= other for one, other in zip(found, reached, strict=True))
