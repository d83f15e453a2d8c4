"""What a request costs at least, and why a budget is too low, against trying everything with all open answers."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import cache
from itertools import product

import pytest
from bench.grown_portfolio import MARKET, TERMS, TODAY, grown, requests
from draws import drawn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ortools.sat.python import cp_model
from random_portfolios import NEED_VALUES, Case, cases, charges, every_configuration

from bidwright.configurator import conflict_search, cpsat_conflict
from bidwright.configurator.budget_conflict import budget_conflict, only_said
from bidwright.configurator.check import check
from bidwright.configurator.configure import configure
from bidwright.configurator.conflict_search import least_blamed_first
from bidwright.configurator.cpsat_floor import FloorSearch, above_budget
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.explain import explain
from bidwright.configurator.members import BESPOKE, BUDGET, EXCLUSION, NEED, PIN, Member
from bidwright.configurator.request import LIMITS, Limit, Requirements, requirements_of
from bidwright.core.amount_table import AmountTable
from bidwright.pricing.amounts import amount_table
from bidwright.v1.configuration_pb2 import Conflict

_settings = settings(
    max_examples=drawn(60),
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

limits = st.sampled_from(LIMITS)


@st.composite
def partial_cases(draw: st.DrawFn) -> Case:
    """Requests of which some needs are open, without a budget."""
    case = draw(cases())
    opened = draw(st.sets(st.sampled_from(sorted(NEED_VALUES)), max_size=2))
    answers = {name: answer for name, answer in case.requirements.answers.items() if name not in opened}
    return replace(case, requirements=replace(case.requirements, answers=answers, budget={}))


def every_valid(case: Case) -> Iterator[dict[str, int]]:
    """All valid configurations, with any answers to what is open."""
    told = case.requirements
    opened = [name for name in NEED_VALUES if name in told.offering.needs and name not in told.answers]
    for values in product(*(NEED_VALUES[name] for name in opened)):
        answered = replace(told, answers={**told.answers, **dict(zip(opened, values, strict=True))})
        for items in every_configuration(told.release):
            if not check(answered, items):
                yield items


def every_charge(case: Case) -> Iterator[dict[str, int]]:
    """What they cost."""
    for items in every_valid(case):
        yield charges(items, case.amounts)


def can_hold(case: Case, members: Collection[Member]) -> bool:
    """Whether anything meets what was said, with the rules of the offering, within the limits among the members."""
    told = only_said(case.requirements, members)
    return any(
        all(charge[limit] <= most for limit, most in told.budget.items())
        for charge in every_charge(replace(case, requirements=told))
    )


def within(case: Case, limit: Limit, most: int) -> Case:
    return replace(case, requirements=replace(case.requirements, budget={limit: most}))


@_settings
@given(partial_cases(), limits)
def test_nothing_costs_less_than_the_floor_and_something_costs_what_was_reached(case: Case, limit: Limit) -> None:
    values = {charge[limit] for charge in every_charge(case)}
    search = FloorSearch(case.requirements, case.amounts, limit)
    for floor in (search.bound(Deadline(20)), search.least(Deadline(20))):
        if floor.bound is not None and values:
            assert floor.bound <= min(values)
        if floor.reached is not None:
            assert min(values) <= floor.reached
        if floor.is_proven:
            assert floor.reached == min(values)


@_settings
@given(partial_cases(), limits, st.sampled_from([-1, 0, 1, 5, 20]))
def test_what_is_left_within_a_limit_has_and_lacks_no_more_than_is_said(case: Case, limit: Limit, more: int) -> None:
    valid = list(every_valid(case))
    most = min((charges(items, case.amounts)[limit] for items in valid), default=0) + more
    floor = FloorSearch(case.requirements, case.amounts, limit, every=True)
    left, within_it = floor.left(most, Deadline(20)), floor.within(most, Deadline(20))
    cheap = [items for items in valid if charges(items, case.amounts)[limit] <= most]
    assert within_it is None or within_it.items in cheap
    if left is not None:
        always, perhaps = left
        for items in cheap:
            assert set(always) <= {one for one, units in items.items() if units} <= set(perhaps)


@_settings
@given(partial_cases(), limits, st.sampled_from([-1, 0, 5]))
def test_a_budget_is_called_too_low_only_where_it_is_and_enough_only_where_it_is(
    case: Case, limit: Limit, more: int
) -> None:
    values = [charge[limit] for charge in every_charge(case)]
    most = min(values, default=0) + more
    above = above_budget(within(case, limit, most).requirements, case.amounts, Deadline(20))
    if above is not None and most >= 0:
        assert bool(above) == (not values or min(values) > most)


@_settings
@given(cases(), limits)
def test_what_is_named_beside_a_budget_cannot_hold_with_it(case: Case, limit: Limit) -> None:
    free = replace(case, requirements=replace(case.requirements, budget={}))
    values = [charge[limit] for charge in every_charge(free)]
    if not values or min(values) < 1:
        return
    tight = within(case, limit, min(values) - 1)
    told = tight.requirements
    said = [Member(BUDGET, limit), *(Member(NEED, name) for name in told.answers)]
    said += [*(Member(PIN, one) for one in told.pins), *(Member(EXCLUSION, one) for one in told.exclusions)]
    said += [Member(BESPOKE, effect.id) for effect in told.bespoke]
    ordered = least_blamed_first(said, told)
    found = budget_conflict(told, case.amounts, ordered, Deadline(20), shrink_until=Deadline(20))
    assert found is None or not can_hold(tight, found)


@_settings
@given(cases(), limits)
def test_of_many_members_a_conflict_with_a_budget_names_what_was_said(case: Case, limit: Limit) -> None:
    free = replace(case, requirements=replace(case.requirements, budget={}))
    values = [charge[limit] for charge in every_charge(free)]
    if not values or min(values) < 1:
        return
    for most in (min(values) - 1, min(values)):
        tight = within(case, limit, most)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(conflict_search, "_MANY", 0)
            patch.setattr(cpsat_conflict, "solved_soon", lambda *_: (cp_model.CpSolver(), cp_model.UNKNOWN))
            conflict = explain(tight.requirements, tight.amounts, Deadline(20))
        assert (conflict is None) == (most == min(values))
        if conflict is not None:
            assert not can_hold(tight, {Member(one.kind, one.id) for one in conflict.members})


@cache
def _grown() -> tuple[Requirements, AmountTable]:
    release = grown(300, 600)
    return requirements_of(requests(release, "valid", 1)[0], release), amount_table(release, MARKET, TERMS, today=TODAY)


def test_a_budget_too_low_for_a_large_offering_is_told_with_what_it_would_have_to_be() -> None:
    asked, amounts = _grown()
    least = FloorSearch(asked, amounts, "monthly").least(Deadline(60))
    assert least.reached is not None
    assert least.is_proven
    for most, is_enough in ((least.reached // 2, False), (least.reached - 1, False), (least.reached, True)):
        told = replace(asked, budget={"monthly": most})
        found = configure(told, amounts, Deadline(60))
        assert isinstance(found, Conflict) != is_enough
        if isinstance(found, Conflict):
            assert any(member.kind == BUDGET for member in found.members)
            assert "The cheapest valid configuration costs" in found.summary
        assert (explain(told, amounts, Deadline(60)) is None) == is_enough
