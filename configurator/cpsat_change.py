"""Least disruption in CP-SAT: what happens to each component, and how much all of it disturbs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ortools.sat.python import cp_model

from bidwright.configurator.cpsat_best import BestFound, as_found, best_found
from bidwright.configurator.cpsat_forms import fix
from bidwright.configurator.cpsat_objectives import Asked, Goal, goal_of
from bidwright.configurator.cpsat_request import RequestModel
from bidwright.configurator.cpsat_searched import Status
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.objectives import CHEAPEST, Objective

DISRUPTION = Objective(attribute="disruption")
"""How a proof names what is minimized first."""


@dataclass(frozen=True, kw_only=True)
class Weights:
    """How much a component disturbs that is new, has another number of units, or goes; each at least 1."""

    add: int = 1
    modify: int = 2
    delete: int = 4

    def of(self, before: int, after: int) -> int:
        """What it disturbs to go from so many units of a component to so many."""
        if before == after:
            return 0
        if not before:
            return self.add
        return self.modify if after else self.delete


@dataclass(frozen=True, kw_only=True)
class LeastDisruption:
    """The outcome of a search for the cheapest of the configurations that disturb least.

    Attributes:
        status: ``found``, ``infeasible`` (to be confirmed), or ``unknown`` where the time ran out.
        items: Component id -> units, at least 1, by id; empty unless found.
        disruption, disruption_bound: Sum of the weights, and what no valid configuration disturbs less than.
        value, value_bound: Contract value, and what none that disturbs no more is below.
    """

    status: Status
    items: Mapping[str, int] = field(default_factory=dict)
    disruption: int = 0
    disruption_bound: int = 0
    value: int = 0
    value_bound: int = 0


def least_disruption(
    asked: Asked, installed: Mapping[str, int], weights: Weights, deadline: Deadline, *, presolve: bool = True
) -> LeastDisruption:
    """Find the cheapest of the configurations that disturb least; adds to the request's model."""
    best = best_found(asked, _goals(asked, installed, weights), deadline, presolve=presolve)
    return _least(best)


def change_as_found(
    asked: Asked, items: Mapping[str, int], installed: Mapping[str, int], weights: Weights
) -> LeastDisruption:
    """What a change that nobody searched for comes to; adds to the request's model."""
    return _least(as_found(asked, _goals(asked, installed, weights), items))


def _goals(asked: Asked, installed: Mapping[str, int], weights: Weights) -> Sequence[Goal]:
    disruption = disruption_of(asked.request, installed, weights)
    return Goal(objective=DISRUPTION, expression=disruption), goal_of(CHEAPEST, asked)


def _least(best: BestFound) -> LeastDisruption:
    if best.status != "found":
        return LeastDisruption(status=best.status)
    (reached, disruption_bound), (value, value_bound) = best.steps
    return LeastDisruption(
        status="found",
        items=best.items,
        disruption=reached,
        disruption_bound=disruption_bound,
        value=value,
        value_bound=value_bound,
    )


def with_few(
    asked: Asked, components: Collection[str], installed: Mapping[str, int], weights: Weights, deadline: Deadline
) -> LeastDisruption:
    """Find the same among configurations of some components alone; adds to the request's model.

    What it finds is valid, and found fast. It says nothing about all others: its bounds are none.
    """
    for component, units in asked.request.quantities.items():
        if component not in components:
            fix(asked.request.model, units.index, 0)
    found = least_disruption(asked, installed, weights, deadline)
    return replace(found, disruption_bound=0, value_bound=0)


def disruption_of(
    request: RequestModel, installed: Mapping[str, int], weights: Weights, *, fixed: Collection[str] = ()
) -> cp_model.LinearExpr:
    """How much a configuration disturbs; adds what is needed to the request's model.

    Args:
        request: Its installed components that are not in the model go, but for those that are ``fixed``.
        installed: Component id -> units, at least 1.
        weights: How much each change disturbs.
        fixed: Components that stay as they are.
    """
    terms: list[cp_model.LinearExpr] = []
    for component, units in request.quantities.items():
        selected, before = request.selected[component], installed.get(component, 0)
        if before:
            kept = _is_kept(request.model, units, selected, before)
            terms.append(weights.delete * (1 - selected) + weights.modify * (selected - kept))
        else:
            terms.append(weights.add * selected)
    gone = sum(weights.delete for component in installed.keys() - set(fixed) if component not in request.quantities)
    return cp_model.LinearExpr.sum(terms) + gone


def _is_kept(
    model: cp_model.CpModel, units: cp_model.IntVar, selected: cp_model.IntVar, installed: int
) -> cp_model.IntVar:
    """Whether there are as many units as installed.

    The two rows are the tightest linear form of "none, as installed, or any other number".
    """
    most = units.domain.max()
    if most == installed == 1:
        return selected
    kept = model.new_bool_var("")
    if installed > most:
        model.add(kept == 0)
    model.add(units >= (installed - 1) * kept + selected)
    model.add(units <= (installed - most) * kept + most * selected)
    model.add(units != installed).only_enforce_if(~kept)
    return kept
