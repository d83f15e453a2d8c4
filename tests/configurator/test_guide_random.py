"""The guide, held against trying every configuration of random portfolios."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import pytest
from draws import drawn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from random_portfolios import (
    NEED_VALUES,
    Case,
    at_prices_of,
    cases,
    charges,
    every_configuration,
    is_within_budget,
    scarce_centres,
)

from bidwright.catalog.model import Answer
from bidwright.configurator import guide_floor
from bidwright.configurator.check import check
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.guide import Guidance, Wishes, guide
from bidwright.configurator.guide_facts import Option, vocabulary_of
from bidwright.configurator.members import BESPOKE, BUDGET, CAPACITY, NEED, Member
from bidwright.configurator.request import LIMITS, Limit
from bidwright.v1.configuration_pb2 import Conflict
from bidwright.v1.configurator_pb2 import (
    OPTION_STATE_CHOSEN,
    OPTION_STATE_EXCLUDED,
    OPTION_STATE_FORCED,
    OPTION_STATE_OPEN,
)

MOST_OPEN_ANSWERS = 8

_settings = settings(
    max_examples=drawn(30),
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@dataclass(frozen=True)
class Whole:
    """A configuration with the answers it was made for."""

    answers: dict[str, Answer]
    items: dict[str, int]

    def has(self, option: Option) -> bool:
        return self.answers[option.need] == option.value if option.need else str(option.value) in self.items


@st.composite
def partial_cases(draw: st.DrawFn) -> Case:
    """Requests of which some needs are open."""
    case = draw(cases())
    given_answers = dict(case.requirements.answers)
    left = 1
    for name in draw(st.permutations(sorted(NEED_VALUES))):
        left *= len(NEED_VALUES[name])
        if left > MOST_OPEN_ANSWERS:
            break
        del given_answers[name]
    return Case(replace(case.requirements, answers=given_answers), case.amounts)


def _every(case: Case) -> Iterator[Whole]:
    """All configurations with all answers that go with those given."""
    told = case.requirements.answers
    names = [name for name in NEED_VALUES if name not in told]
    for values in product(*(NEED_VALUES[name] for name in names)):
        answers = {**told, **dict(zip(names, values, strict=True))}
        for items in every_configuration(case.requirements.release):
            yield Whole(answers, items)


def _is_valid(case: Case, whole: Whole) -> bool:
    if check(replace(case.requirements, answers=whole.answers), whole.items):
        return False
    found = charges(whole.items, case.amounts)
    return all(found[limit] <= most for limit, most in case.requirements.budget.items())


def _expected_state(option: Option, valid: list[Whole], case: Case) -> int:
    taken = case.requirements.pins if not option.need else case.requirements.answers
    is_chosen = option.value in taken if not option.need else taken.get(option.need) == option.value
    if is_chosen:
        return OPTION_STATE_CHOSEN
    having = sum(whole.has(option) for whole in valid)
    if having == 0:
        return OPTION_STATE_EXCLUDED
    return OPTION_STATE_FORCED if having == len(valid) else OPTION_STATE_OPEN


@_settings
@given(partial_cases())
def test_states_ranges_and_price_differences_are_those_of_trying_everything(case: Case) -> None:
    valid = [whole for whole in _every(case) if _is_valid(case, whole)]
    options = vocabulary_of(case.requirements.release, case.requirements.offering).options
    outcome = guide(case.requirements, case.amounts, Wishes(price=options[::2], ranges=True), Deadline(20))
    if isinstance(outcome, Conflict):
        assert not valid
        return
    assert valid
    assert list(outcome.states) == list(options)
    for option in options:
        assert outcome.states[option] == _expected_state(option, valid, case), option
        if not option.need and outcome.states[option] != OPTION_STATE_EXCLUDED:
            units = [whole.items[str(option.value)] for whole in valid if whole.has(option)]
            assert outcome.units[str(option.value)] == (min(units), max(units))
    users = [whole.answers["users"] for whole in valid]
    levels = [int(10 * whole.answers["level"]) for whole in valid]  # type: ignore[operator]  # decimals
    assert outcome.ranges == {"users": (min(users), max(users)), "level": (min(levels), max(levels))}
    _check_price_differences(outcome, valid, case, options[::2])


def _check_price_differences(outcome: Guidance, valid: list[Whole], case: Case, options: tuple[Option, ...]) -> None:
    values = {id(whole): charges(whole.items, case.amounts)["contract_value"] for whole in valid}
    best = min(values.values())
    open_ones = [option for option in options if outcome.states[option] == OPTION_STATE_OPEN]
    assert outcome.price_differences == {
        option: min(values[id(whole)] for whole in valid if whole.has(option)) - best for option in open_ones
    }


@settings(_settings, max_examples=drawn(40))
@given(partial_cases(), st.lists(st.sampled_from(LIMITS), min_size=1, max_size=2, unique=True), st.data())
def test_states_under_a_budget_that_leaves_little_are_those_of_trying_everything(
    case: Case, limits: list[Limit], data: st.DataObject
) -> None:
    free = replace(case.requirements, budget={}, pins={}, exclusions=(), bespoke=())
    every = Case(free, case.amounts)
    found = [charges(whole.items, case.amounts) for whole in _every(every) if _is_valid(every, whole)]
    if not found:
        return
    values = {limit: sorted({each[limit] for each in found}) for limit in limits}
    budget = {limit: data.draw(st.sampled_from([values[limit][0] - 1, *values[limit][:4]])) for limit in limits}
    tight = Case(replace(free, budget=budget), case.amounts)
    valid = [whole for whole in _every(tight) if _is_valid(tight, whole)]
    for many in (500, 0):  # what the first one keeps is mixed into the second, which relaxes all prices beside
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(guide_floor, "_MANY", many)
            outcome = guide(tight.requirements, tight.amounts, Wishes(), Deadline(20))
        if isinstance(outcome, Conflict):
            assert not valid
            assert outcome.minimal
            return
        assert valid
        expected = {option: _expected_state(option, valid, tight) for option in outcome.states}
        assert outcome.states == expected


@settings(_settings, max_examples=drawn(20))
@given(partial_cases(), st.data())
def test_what_was_asked_before_changes_no_answer(case: Case, data: st.DataObject) -> None:
    told = case.requirements.answers
    for _ in range(4):
        fewer = {name: told[name] for name in told if data.draw(st.booleans())}
        other = Case(replace(case.requirements, answers={**fewer, "title": "T"}, pins={}), case.amounts)
        guide(other.requirements, other.amounts, Wishes(), Deadline(20))
    valid = [whole for whole in _every(case) if _is_valid(case, whole)]
    outcome = guide(case.requirements, case.amounts, Wishes(), Deadline(20))
    if isinstance(outcome, Conflict):
        assert not valid
        return
    for option, state in outcome.states.items():
        assert state == _expected_state(option, valid, case), option


@settings(_settings, max_examples=drawn(20))
@given(partial_cases())
def test_without_any_time_what_is_known_after_a_least_time_is_told(case: Case) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bidwright.configurator.guide._LEAST_S", 20.0)
        patch.setattr("bidwright.configurator.explain._LEAST_S", 20.0)
        found = [guide(case.requirements, case.amounts, Wishes(), Deadline(seconds)) for seconds in (0, 20)]
    without, within = (one if isinstance(one, Conflict) else one.states for one in found)
    assert without == within


@settings(_settings, max_examples=drawn(20))
@given(partial_cases())
def test_reasons_make_an_option_impossible_and_without_any_one_of_them_it_is_possible(case: Case) -> None:
    options = vocabulary_of(case.requirements.release, case.requirements.offering).options
    outcome = guide(case.requirements, case.amounts, Wishes(explain=options[::3]), Deadline(20))
    if isinstance(outcome, Conflict):
        return
    for option in options[::3]:
        decided = outcome.states[option] in {OPTION_STATE_EXCLUDED, OPTION_STATE_FORCED}
        assert (option in outcome.reasons) == decided
        if not decided:
            continue
        wanted = outcome.states[option] == OPTION_STATE_EXCLUDED
        members = {Member(member.kind, member.id) for member in outcome.reasons[option]}
        others = [(whole, _broken(case, whole)) for whole in _any(case) if whole.has(option) == wanted]
        assert not _can_hold(case, members, others)
        for member in members:
            assert _can_hold(case, members - {member}, others), (option, member)


def _any(case: Case) -> Iterator[Whole]:
    """All configurations with all answers that could have been given."""
    open_case = Case(replace(case.requirements, answers={"title": "T"}), case.amounts)
    return _every(open_case)


def _broken(case: Case, whole: Whole) -> set[Member]:
    """What a configuration breaks but for a budget; the checker names one set of centres that lack hours."""
    told = replace(case.requirements, answers={**case.requirements.answers, **whole.answers})
    broken = {Member(violation.kind, violation.id) for violation in check(told, whole.items)}
    broken |= {Member(CAPACITY, centres) for centres in scarce_centres(told, whole.items)}
    said = case.requirements.answers.items()
    return broken | {Member(NEED, name) for name, answer in said if whole.answers[name] != answer}


def _can_hold(case: Case, members: set[Member], wholes: list[tuple[Whole, set[Member]]]) -> bool:
    """Whether one of some configurations meets these members, at the prices of the bespoke items among them."""
    limits = {member.id for member in members if member.kind == BUDGET}
    items_paid = {member.id for member in members if member.kind == BESPOKE}
    priced = Case(case.requirements, at_prices_of(items_paid, case.amounts))
    return any(not broken & members and is_within_budget(priced, whole.items, limits) for whole, broken in wholes)
