"""Least disruption in CP-SAT: what happens to each component, and how much all of it disturbs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from ortools.sat.python import cp_model

from bidwright.configurator.cpsat_request import RequestModel
from bidwright.configurator.cpsat_solve import Best, cheapest
from bidwright.configurator.deadline import Deadline

Status = Literal["found", "infeasible", "unknown"]

_LITTLE_S = 10.0
"""Enough for a search over packages alone, which takes milliseconds."""

_FOR_DISRUPTION = 0.6
"""Part of the time in which the least disruption is looked for; the rest is for the price."""


@dataclass(frozen=True, kw_only=True)
class Weights:
    """How much a component disturbs that is new, has another number of units, or goes; each at least 1."""

    add: int = 1
    modify: int = 2
    delete: int = 4


@dataclass(frozen=True, kw_only=True)
class LeastDisruption:
    """The outcome of a search for the cheapest of the configurations that disturb least.

    Attributes:
        status: ``found``, ``infeasible`` (to be confirmed), or ``unknown`` where the time ran out.
        items: Component id -> units, at least 1, by id; empty unless found.
        disruption_bound: No valid configuration disturbs less.
        value, value_bound: Contract value, and what none that disturbs no more is below.
    """

    status: Status
    items: Mapping[str, int] = field(default_factory=dict)
    disruption_bound: int = 0
    value: int = 0
    value_bound: int = 0


def least_disruption(
    request: RequestModel, installed: Mapping[str, int], weights: Weights, deadline: Deadline, *, presolve: bool
) -> LeastDisruption:
    """Find the cheapest of the configurations that disturb least; adds to the request's model."""
    disruption = disruption_of(request, installed, weights)
    least = cheapest(request, disruption, deadline.after(_FOR_DISRUPTION), presolve=presolve)
    if least.status != "found":
        return LeastDisruption(status=least.status)
    request.model.add(disruption <= least.value)
    found = cheapest(request, request.charges.contract_value, deadline, presolve=presolve)
    if found.status != "found":
        found = _as_it_is(request, least.items)
    return LeastDisruption(
        status="found",
        items=found.items,
        disruption_bound=least.bound,
        value=found.value,
        value_bound=found.bound,
    )


def _as_it_is(request: RequestModel, items: Mapping[str, int]) -> Best:
    """Given items with what they cost; of the bound nothing is known but that nothing costs less than nothing."""
    for component, variable in request.quantities.items():
        request.model.add(variable == items.get(component, 0))
    found = cheapest(request, request.charges.contract_value, Deadline(_LITTLE_S))
    return replace(found, bound=0)


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
    terms = [
        term
        for component, variable in request.quantities.items()
        for term in _terms(request.model, variable, installed.get(component, 0), weights)
    ]
    gone = sum(weights.delete for component in installed.keys() - set(fixed) if component not in request.quantities)
    return cp_model.LinearExpr.sum(terms) + gone


def _terms(
    model: cp_model.CpModel, units: cp_model.IntVar, installed: int, weights: Weights
) -> Iterator[cp_model.LinearExpr]:
    """What one component adds to the disruption.

    The rows are the tightest linear form of "none, as installed, or any other number".
    """
    most = units.domain.max()
    if installed == 0:
        is_new = units if most == 1 else model.new_bool_var("")
        model.add(units <= most * is_new)
        yield weights.add * is_new
        return
    if most == installed == 1:
        yield weights.delete - weights.delete * units
        return
    is_kept, is_modified = model.new_bool_var(""), model.new_bool_var("")
    if installed > most:
        model.add(is_kept == 0)
    model.add(is_kept + is_modified <= 1)
    model.add(units >= installed * is_kept + is_modified)
    model.add(units <= installed * is_kept + most * is_modified)
    yield weights.delete - weights.delete * is_kept + (weights.modify - weights.delete) * is_modified
