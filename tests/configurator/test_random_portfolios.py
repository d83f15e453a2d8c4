"""The solver, the checker and trying everything, held against each other on random portfolios."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from itertools import product

import pytest
from draws import drawn
from hypothesis import HealthCheck, Phase, given, settings
from ortools.sat.python import cp_model
from random_portfolios import (
    NEED_VALUES,
    Case,
    at_prices_of,
    cases,
    charges,
    every_configuration,
    is_within_budget,
    scarce_centres,
    valid_values,
)

from bidwright.catalog.rule_language import Name
from bidwright.configurator import cpsat_conflict
from bidwright.configurator.capacity import capacity_conditions
from bidwright.configurator.check import check
from bidwright.configurator.configure import configure
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.members import BESPOKE, BUDGET, CAPACITY, NEED, SLOT, Member
from bidwright.configurator.request import Requirements
from bidwright.configurator.rule_check import Choice, holds, parts
from bidwright.configurator.rule_index import broken_rules
from bidwright.core.errors import Unavailable
from bidwright.v1.configuration_pb2 import Conflict

_settings = settings(
    max_examples=drawn(80),
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def _can_hold(case: Case, members: Collection[Member]) -> bool:
    """Whether some configuration, with any answers to needs that are no members, meets all members."""
    requirements = case.requirements
    limits = {member.id for member in members if member.kind == BUDGET}
    items_paid = {member.id for member in members if member.kind == BESPOKE}
    priced = replace(case, amounts=at_prices_of(items_paid, case.amounts))
    mentioned = {
        part.name
        for rule in (*requirements.release.rules, *requirements.offering.rules)
        for part in parts(rule.expression)
        if isinstance(part, Name)
    }
    mentioned |= {requirements.offering.residency_need} - {""}
    free = [name for name in sorted(mentioned) if Member(NEED, name) not in members]
    for answers in product(*(NEED_VALUES[name] for name in free)):
        told: Requirements = replace(
            requirements, answers={**requirements.answers, **dict(zip(free, answers, strict=True))}
        )
        for items in every_configuration(requirements.release):
            violations = {Member(violation.kind, violation.id) for violation in check(told, items)}
            scarce = {Member(CAPACITY, centres) for centres in scarce_centres(told, items)}
            assert {member for member in violations if member.kind == CAPACITY} <= scarce
            broken = violations | scarce
            if not broken & set(members) and is_within_budget(priced, items, limits):
                return True
    return False


@_settings
@given(cases())
def test_the_answer_is_the_cheapest_of_all_valid_configurations_or_there_is_none(case: Case) -> None:
    outcome = configure(case.requirements, case.amounts, Deadline(20))
    values = valid_values(case)
    if isinstance(outcome, Conflict):
        assert not values
        return
    assert check(case.requirements, outcome.items) == []
    assert outcome.amounts.contract_value == outcome.bound == min(values)
    assert vars(outcome.amounts) == charges(dict(outcome.items), case.amounts)


@settings(_settings, max_examples=drawn(40))
@given(cases())
def test_without_any_time_there_is_a_valid_answer_wherever_there_is_one(case: Case) -> None:
    values = valid_values(case)
    try:
        outcome = configure(case.requirements, case.amounts, Deadline(0), or_any=True)
    except Unavailable:
        assert not values
        return
    if isinstance(outcome, Conflict):
        assert not values
        return
    assert check(case.requirements, outcome.items) == []
    assert outcome.bound <= min(values)
    assert outcome.amounts.contract_value in values
    assert vars(outcome.amounts) == charges(dict(outcome.items), case.amounts)


def _require_minimal(outcome: Conflict, case: Case) -> None:
    members = {Member(member.kind, member.id) for member in outcome.members}
    assert outcome.minimal
    assert not _can_hold(case, members)
    for member in members:
        assert _can_hold(case, members - {member}), member


@_settings
@given(cases())
def test_a_conflict_cannot_hold_and_without_any_one_member_it_can(case: Case) -> None:
    outcome = configure(case.requirements, case.amounts, Deadline(20))
    if isinstance(outcome, Conflict):
        _require_minimal(outcome, case)


@settings(_settings, max_examples=drawn(40))
@given(cases())
def test_a_budget_just_below_the_least_price_has_a_minimal_conflict_where_no_search_ends_soon(case: Case) -> None:
    free = replace(case, requirements=replace(case.requirements, budget={}))
    least = min(valid_values(free), default=0)
    if not least:
        return
    tight = replace(case, requirements=replace(case.requirements, budget={"contract_value": least - 1}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cpsat_conflict, "solved_soon", lambda *_: (cp_model.CpSolver(), cp_model.UNKNOWN))
        outcome = configure(tight.requirements, tight.amounts, Deadline(20))
    assert isinstance(outcome, Conflict)
    _require_minimal(outcome, tight)


@_settings
@given(cases())
def test_the_checker_knows_where_hours_are_scarce_and_the_conditions_say_the_same(case: Case) -> None:
    told = case.requirements
    conditions = capacity_conditions(told.release, told.offering, told.market)
    for items in every_configuration(told.release):
        scarce = scarce_centres(told, items)
        violations = check(told, items)
        assert bool(scarce) == any(violation.kind == CAPACITY for violation in violations)
        if not any(violation.kind == SLOT for violation in violations):
            choice = Choice(release=told.release, answers=told.answers, items=items)
            broken = {name for name, condition in conditions.items() if not holds(condition, choice)}
            assert broken <= scarce
            assert bool(broken) == bool(scarce)


@_settings
@given(case=cases())
def test_the_rules_that_are_told_to_be_broken_are_those_that_do_not_hold(case: Case) -> None:
    release, offering = case.requirements.release, case.requirements.offering
    for items in every_configuration(release):
        choice = Choice(release=release, answers=case.requirements.answers, items=items)
        broken = {rule.id for rule in (*release.rules, *offering.rules) if not holds(rule.expression, choice)}
        assert {rule.id for rule in broken_rules(release, offering, choice)} == broken
