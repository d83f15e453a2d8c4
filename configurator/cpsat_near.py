"""Looks for the least disruption near what is installed, in a model that grows only as far as it must.

As long as a component makes no difference to the members of a model, nothing is gained by changing it. So a model holds
only members that what was found before does not meet, and the components that they speak of; all others stay as
installed. It asks less than the whole request does: what it finds disturbs no more than anything valid, and is the
answer once it meets everything.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from ortools.sat.python import cp_model

from bidwright.configurator.check import check
from bidwright.configurator.cpsat_amounts import add_charges
from bidwright.configurator.cpsat_change import LeastDisruption, Weights, disruption_of
from bidwright.configurator.cpsat_model import OfferingKey, offering_key
from bidwright.configurator.cpsat_request import RequestModel, members_model
from bidwright.configurator.cpsat_solve import presolve_free_solver
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.member_check import Case, unmet
from bidwright.configurator.members import (
    BESPOKE,
    CAPACITY,
    DELIVERY_CENTRE,
    EXCLUSION,
    NEED,
    PIN,
    RESOURCE,
    RULE,
    SLOT,
    Member,
)
from bidwright.configurator.request import Requirements
from bidwright.configurator.rule_check import Choice
from bidwright.configurator.touched import touched_components
from bidwright.core.amount_table import AmountTable

_EFFORT = 0.5
"""Most deterministic time of one search. A part that takes longer is not small, and the whole model does better."""


@dataclass(frozen=True, kw_only=True)
class Near:
    """A change to look for.

    Attributes:
        requirements: The new needs; budgets are not looked at.
        installed: Component id -> units, at least 1; the release may no longer have some.
        weights: How much changes disturb.
        amounts: What quantities cost.
    """

    requirements: Requirements
    installed: Mapping[str, int]
    weights: Weights
    amounts: AmountTable

    @property
    def start(self) -> dict[str, int]:
        """What is installed and still offered."""
        release, slots = self.requirements.release, self.requirements.offering.slots
        offered = {id_ for id_, component in release.components.items() if component.family in slots}
        return {component: units for component, units in self.installed.items() if component in offered}


def nearest(near: Near, deadline: Deadline) -> LeastDisruption | None:
    """Find the cheapest of the configurations that disturb least; None where that takes the whole model.

    "Infeasible" is what a part of the request is already, by a search without presolve.
    """
    requirements, start = near.requirements, near.start
    if any(units > requirements.release.components[component].max_quantity for component, units in start.items()):
        return None
    broken = (Member(violation.kind, violation.id) for violation in check(requirements, start))
    # Where slots are broken, so may be hours that no configuration with these slots asks for: of hours `_unmet` knows.
    members = {member for member in broken if member.kind != CAPACITY}
    while True:
        found = _search(near, members | {Member(NEED, name) for name in requirements.answers}, deadline)
        if found is None or found.status == "infeasible":
            return found
        missing = _unmet(near, found.items, _changed(start, found.items)) - members
        if not missing:
            return found
        members |= missing


def _search(near: Near, members: Collection[Member], deadline: Deadline) -> LeastDisruption | None:
    """Look for the best with some members alone: least disruption, least contract value, fewest units."""
    touched = touched_components(near.requirements, near.amounts, members)
    slots = {Member(SLOT, near.requirements.release.components[component].family) for component in touched}
    request = members_model(replace(near.requirements, budget={}), near.amounts, {*members, *slots})
    for index in request.switches.values():
        request.model.add(request.model.get_bool_var_from_proto_index(index) == 1)
    fixed = {component: units for component, units in near.start.items() if component not in request.quantities}
    constants = {component: request.model.new_constant(units) for component, units in fixed.items()}
    charges = add_charges(request.model, {**request.quantities, **constants}, near.amounts)
    disruption = disruption_of(request, near.installed, near.weights, fixed=fixed)
    for objective in (disruption, charges.contract_value, _ties(request)):
        solver = presolve_free_solver(deadline)
        solver.parameters.max_deterministic_time = _EFFORT
        request.model.minimize(objective)
        status = solver.solve(request.model)
        if status == cp_model.INFEASIBLE:
            return LeastDisruption(status="infeasible")
        if status != cp_model.OPTIMAL:
            return None
        request.model.add(objective <= solver.value(objective))
    units = {component: solver.value(variable) for component, variable in request.quantities.items()}
    found = {**fixed, **{component: number for component, number in units.items() if number}}
    value = solver.value(charges.contract_value)
    return LeastDisruption(
        status="found",
        items=dict(sorted(found.items())),
        disruption=solver.value(disruption),
        disruption_bound=solver.value(disruption),
        value=value,
        value_bound=value,
    )


def _ties(request: RequestModel) -> cp_model.LinearExpr:
    """Fewest units first, then those with the earliest ids."""
    quantities = list(request.quantities.values())
    most_rank = sum(variable.domain.max() * rank for rank, variable in enumerate(quantities)) + 1
    return cp_model.LinearExpr.weighted_sum(quantities, [most_rank + rank for rank in range(len(quantities))])


def _changed(before: Mapping[str, int], after: Mapping[str, int]) -> set[str]:
    return {component for component in before.keys() | after.keys() if before.get(component) != after.get(component)}


def _unmet(near: Near, items: Mapping[str, int], changed: Collection[str]) -> set[Member]:
    """What a configuration does not meet, among all that a change of some components can make a difference to."""
    requirements = near.requirements
    components = requirements.release.components
    offering = offering_key(requirements)
    rules = _rules_by_component(_RuleKey(offering, near))
    families = {components[component].family for component in changed}
    suspects = {
        *(Member(RULE, rule) for component in changed for rule in rules.get(component, ())),
        *(Member(kind, family) for family in families for kind in (SLOT, DELIVERY_CENTRE)),
        *(Member(RESOURCE, name) for one in changed for name in (*components[one].provides, *components[one].consumes)),
        *(Member(CAPACITY, condition) for condition in offering.capacities),
        *(Member(PIN, component) for component in requirements.pins),
        *(Member(EXCLUSION, component) for component in requirements.exclusions),
        *(Member(BESPOKE, effect.id) for effect in requirements.bespoke),
    }
    choice = Choice(release=requirements.release, answers=requirements.answers, items=items)
    return set(unmet(sorted(suspects), Case(requirements=requirements, choice=choice, charges={})))


@dataclass(frozen=True)
class _RuleKey:
    """An offering whose rules are to be found by component."""

    offering: OfferingKey
    near: Near = field(compare=False)


@lru_cache(maxsize=32)
def _rules_by_component(key: _RuleKey) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    requirements = key.near.requirements
    for rule in (*requirements.release.rules, *requirements.offering.rules):
        for component in touched_components(requirements, key.near.amounts, [Member(RULE, rule.id)]):
            found.setdefault(component, []).append(rule.id)
    return {component: tuple(rules) for component, rules in found.items()}
