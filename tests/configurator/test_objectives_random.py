"""Objectives, held against trying every configuration, on random portfolios."""

from __future__ import annotations

from draws import drawn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from random_objectives import key, number, with_objectives
from random_portfolios import Case, cases, charges, every_configuration

from bidwright.configurator.check import check
from bidwright.configurator.configure import configure
from bidwright.configurator.deadline import Deadline
from bidwright.core.errors import Unavailable
from bidwright.v1.configuration_pb2 import Conflict

_settings = settings(
    max_examples=drawn(40),
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@st.composite
def _cases(draw: st.DrawFn) -> Case:
    return draw(with_objectives(draw(cases())))


def _is_within_budget(items: dict[str, int], case: Case) -> bool:
    found = charges(items, case.amounts)
    return all(found[limit] <= most for limit, most in case.requirements.budget.items())


@_settings
@given(_cases())
def test_nothing_is_better_by_the_first_objective_and_among_equals_by_the_next(case: Case) -> None:
    outcome = configure(case.requirements, case.amounts, Deadline(20))
    valid = [
        items
        for items in every_configuration(case.requirements.release)
        if not check(case.requirements, items) and _is_within_budget(items, case)
    ]
    if isinstance(outcome, Conflict):
        assert not valid
        return
    best = min(key(items, case) for items in valid)
    assert key(dict(outcome.items), case) == best
    assert [one.value for one in outcome.reached] == [
        number(one, dict(outcome.items), case) for one in case.requirements.objectives
    ]
    assert [one.bound for one in outcome.reached] == [one.value for one in outcome.reached]
    assert vars(outcome.amounts) == charges(dict(outcome.items), case.amounts)


@_settings
@given(_cases())
def test_without_any_time_every_objective_is_told_with_a_bound_that_holds_for_all(case: Case) -> None:
    valid = [
        items
        for items in every_configuration(case.requirements.release)
        if not check(case.requirements, items) and _is_within_budget(items, case)
    ]
    try:
        outcome = configure(case.requirements, case.amounts, Deadline(0), or_any=True)
    except Unavailable:
        assert not valid
        return
    if isinstance(outcome, Conflict):
        assert not valid
        return
    assert check(case.requirements, outcome.items) == []
    assert _is_within_budget(dict(outcome.items), case)
    for one in outcome.reached:
        assert one.value == number(one.objective, dict(outcome.items), case)
        numbers = [number(one.objective, items, case) for items in valid]
        assert one.bound >= max(numbers) if one.objective.maximize else one.bound <= min(numbers)


@_settings
@given(_cases())
def test_of_equals_the_one_with_the_fewest_units_is_taken_then_the_one_with_the_earliest_ids(case: Case) -> None:
    outcome = configure(case.requirements, case.amounts, Deadline(20))
    if isinstance(outcome, Conflict):
        return
    best = key(dict(outcome.items), case)
    components = sorted(case.requirements.release.components)

    def rank(items: dict[str, int]) -> tuple[int, int]:
        return sum(items.values()), sum(items.get(id_, 0) * place for place, id_ in enumerate(components))

    equal = [
        rank(items)
        for items in every_configuration(case.requirements.release)
        if not check(case.requirements, items) and _is_within_budget(items, case) and key(items, case) == best
    ]
    assert rank(dict(outcome.items)) == min(equal)
