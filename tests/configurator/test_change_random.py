"""Changes of random installed bases, against trying every configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from draws import drawn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from random_portfolios import Case, cases, charges, every_configuration

from bidwright.configurator.change import change
from bidwright.configurator.check import check
from bidwright.configurator.cpsat_change import Weights, least_disruption
from bidwright.configurator.cpsat_near import Near, nearest
from bidwright.configurator.cpsat_objectives import Asked
from bidwright.configurator.cpsat_request import request_model
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.frozen import with_frozen
from bidwright.configurator.installed import Installed
from bidwright.core.errors import Unavailable
from bidwright.v1.configuration_pb2 import CONFLICT_KIND_PIN, Conflict

_settings = settings(
    max_examples=drawn(40),
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@st.composite
def bases(draw: st.DrawFn, *, much_frozen: bool = False) -> tuple[Case, Installed]:
    """A case with something installed: units that may be too many, a component that is gone, some frozen."""
    case = draw(cases())
    # Wishes and budgets of the case are for other tests; here they would leave too little to change.
    case = replace(case, requirements=replace(case.requirements, pins={}))
    components = [*sorted(case.requirements.release.components), "node.gone"]
    units = st.integers(1, 4)
    items = {component: draw(units) for component in components if draw(st.booleans())}
    frozen = frozenset(component for component in items if draw(st.integers(0, 2 if much_frozen else 7)) == 0)
    weight = st.integers(1, 5)
    weights = Weights(add=draw(weight), modify=draw(weight), delete=draw(weight))
    return case, Installed(items=items, frozen=frozen, weights=weights)


def _disruption(installed: Installed, wanted: Mapping[str, int]) -> int:
    before = installed.items
    added = len(wanted.keys() - before.keys())
    deleted = len(before.keys() - wanted.keys())
    modified = sum(1 for component in before.keys() & wanted.keys() if before[component] != wanted[component])
    weights = installed.weights
    return weights.add * added + weights.modify * modified + weights.delete * deleted


def best(case: Case, installed: Installed) -> tuple[int, int] | None:
    """Least disruption, and the least contract value with it; None where nothing valid keeps what is frozen."""
    found = []
    for items in every_configuration(case.requirements.release):
        if any(items.get(component, 0) != installed.items[component] for component in installed.frozen):
            continue
        if check(case.requirements, items):
            continue
        costs = charges(items, case.amounts)
        if all(costs[limit] <= most for limit, most in case.requirements.budget.items()):
            found.append((_disruption(installed, items), costs["contract_value"]))
    return min(found, default=None)


@_settings
@given(bases())
def test_nothing_disturbs_less_and_nothing_that_disturbs_as_little_costs_less(base: tuple[Case, Installed]) -> None:
    case, installed = base
    outcome = change(case.requirements, installed, case.amounts, Deadline(20))
    known = best(case, installed)
    if isinstance(outcome, Conflict):
        assert known is None
        return
    items = outcome.solution.items
    assert check(case.requirements, items) == []
    assert (outcome.disruption, outcome.solution.amounts.contract_value) == known
    assert outcome.disruption == outcome.bound
    assert outcome.solution.amounts.contract_value == outcome.solution.bound
    assert {one.component: one.wanted for one in outcome.items if one.wanted} == items
    assert {one.component: one.installed for one in outcome.items if one.installed} == installed.items


@_settings
@given(bases())
def test_without_any_time_a_change_is_valid_and_its_bounds_hold(base: tuple[Case, Installed]) -> None:
    case, installed = base
    known = best(case, installed)
    try:
        outcome = change(case.requirements, installed, case.amounts, Deadline(0), or_any=True)
    except Unavailable:
        assert known is None
        return
    if isinstance(outcome, Conflict):
        assert known is None
        return
    assert known is not None
    items = outcome.solution.items
    assert check(case.requirements, items) == []
    assert all(items.get(component, 0) == installed.items[component] for component in installed.frozen)
    assert outcome.disruption == _disruption(installed, items)
    assert outcome.bound <= known[0] <= outcome.disruption
    assert vars(outcome.solution.amounts) == charges(dict(items), case.amounts)


@_settings
@given(bases())
def test_what_is_frozen_is_never_touched_or_a_conflict_says_which(base: tuple[Case, Installed]) -> None:
    case, installed = base
    if not installed.frozen or best(case, replace(installed, frozen=frozenset())) is None:
        return  # nothing is frozen, or nothing is valid anyway
    outcome = change(case.requirements, installed, case.amounts, Deadline(20))
    if isinstance(outcome, Conflict):
        blamed = {member.id for member in outcome.members if member.kind == CONFLICT_KIND_PIN}
        assert blamed
        assert blamed <= installed.frozen
        return
    for component in installed.frozen:
        assert outcome.solution.items[component] == installed.items[component]


@_settings
@given(bases())
def test_the_whole_model_and_what_is_near_find_the_same(base: tuple[Case, Installed]) -> None:
    case, installed = base
    asked = with_frozen(case.requirements, installed.items, installed.frozen)
    if isinstance(asked, Conflict):
        return
    todo = Near(requirements=asked, installed=installed.items, weights=installed.weights, amounts=case.amounts)
    near = nearest(todo, Deadline(20))
    if near is None or asked.budget:
        return
    model = Asked(
        requirements=asked, amounts=case.amounts, request=request_model(asked, case.amounts, switchable=False)
    )
    whole = least_disruption(model, installed.items, installed.weights, Deadline(20), presolve=True)
    assert (near.status, near.disruption_bound, near.value) == (whole.status, whole.disruption_bound, whole.value)
