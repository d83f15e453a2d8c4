"""CP-SAT as one would use it at first: a fresh model a call, default settings, one worker.

The model is ours, compiled anew each time, so that the same question is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from ortools.sat.python import cp_model

from bidwright.configurator.cpsat_request import RequestModel, request_model
from bidwright.configurator.members import Member
from bidwright.configurator.request import Requirements
from bidwright.core.amount_table import AmountTable

_NUMBERS = count()


@dataclass(frozen=True)
class Answer:
    """What a search came to."""

    value: int | None
    is_proven: bool


def fresh(requirements: Requirements, amounts: AmountTable, *, switchable: bool = False) -> RequestModel:
    """The model of a request, compiled as if its offering had never been seen."""
    release = replace(requirements.release, digest=f"{next(_NUMBERS):064x}")
    return request_model(replace(requirements, release=release), amounts, switchable=switchable)


def optimum(model: cp_model.CpModel, objective: cp_model.LinearExprT, seconds: float) -> Answer:
    """The least value within the time."""
    model.minimize(objective)
    solver = _solver(seconds)
    status = solver.solve(model)
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return Answer(None, status == cp_model.INFEASIBLE)
    return Answer(round(solver.objective_value), status == cp_model.OPTIMAL)


def is_possible(model: cp_model.CpModel, seconds: float) -> bool | None:
    """Whether there is any solution; None where the time ran out."""
    status = _solver(seconds).solve(model)
    return None if status == cp_model.UNKNOWN else status != cp_model.INFEASIBLE


def fixed(request: RequestModel, items: Mapping[str, int]) -> cp_model.CpModel:
    """The model with all units fixed."""
    for component, variable in request.quantities.items():
        request.model.add(variable == items.get(component, 0))
    return request.model


def minimal_conflict(request: RequestModel, seconds: float) -> Sequence[Member] | None:
    """The members that cannot hold together, by leaving out one after the other; None where all can."""
    kept = _core(request, list(request.switches), seconds)
    if kept is None:
        return None
    for member in list(kept):
        rest = [one for one in kept if one != member]
        smaller = _core(request, rest, seconds)
        kept = kept if smaller is None else [one for one in rest if one in smaller]
    return kept


def _core(request: RequestModel, members: Iterable[Member], seconds: float) -> list[Member] | None:
    model = request.model.clone()
    literals = {request.switches[member]: member for member in members}
    model.proto.assumptions.extend(list(literals))
    solver = _solver(seconds)
    if solver.solve(model) != cp_model.INFEASIBLE:
        return None
    return [literals[index] for index in solver.sufficient_assumptions_for_infeasibility() if index in literals]


def _solver(seconds: float) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = seconds
    return solver
