"""Runs CP-SAT: the settings for each kind of question, and what its answers mean.

CP-SAT with presolve is fast at optima, but its "infeasible" can be wrong (or-tools#5274) and so can the assumptions
it blames (or-tools#5141). So optima are searched with presolve, and everything that is said about infeasibility comes
from searches without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor
from typing import Literal

from ortools.sat.python import cp_model

from bidwright.configurator.cpsat_request import RequestModel
from bidwright.configurator.deadline import Deadline

_LITTLE_S = 10.0
"""Enough for a search over packages alone, which takes milliseconds."""

_HAIR = 1e-6
"""The solver tells its bound, a whole number, as a float."""

_QUICK_EFFORT = 0.1
"""Deterministic time after which a search under a limit of a price is begun anew."""

_LITTLE_EFFORT = 0.02
"""Deterministic time of a search that is worth a try: some tens of milliseconds."""

_TIE_BREAK_EFFORT = 0.1
"""Most deterministic time for choosing among equals; not wall time, so that the choice is the same everywhere."""


@dataclass(frozen=True, kw_only=True)
class Best:
    """The outcome of a search for an optimum.

    Attributes:
        status: ``found``, ``infeasible`` (to be confirmed), or ``unknown`` where the time ran out.
        items: Component id -> units, at least 1, by id; empty unless found.
        value, bound: Objective reached, and what no configuration is below.
    """

    status: Literal["found", "infeasible", "unknown"]
    items: Mapping[str, int]
    value: int
    bound: int


def cheapest(
    request: RequestModel, objective: cp_model.LinearExpr, deadline: Deadline, *, presolve: bool = True
) -> Best:
    """Find a configuration with the least ``objective``; of equals, the one with the fewest units, then by id."""
    model: cp_model.CpModel = request.model.clone()
    model.minimize(objective)
    solver = _solver(deadline)
    _for_optimum(solver, presolve=presolve)
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return Best(status="infeasible", items={}, value=0, bound=0)
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return Best(status="unknown", items={}, value=0, bound=0)
    value = solver.value(objective)
    if status == cp_model.FEASIBLE:
        items, bound = _items(request, solver), floor(solver.best_objective_bound + _HAIR)
        return Best(status="found", items=items, value=_least_value(request, objective, items), bound=bound)
    items = _tie_break(request, objective, solver, deadline)
    return Best(status="found", items=items, value=value, bound=value)


def _least_value(request: RequestModel, objective: cp_model.LinearExpr, items: Mapping[str, int]) -> int:
    """The objective of given items with their best packages, which an interrupted search may have missed."""
    model: cp_model.CpModel = request.model.clone()
    for component, variable in request.quantities.items():
        model.add_linear_constraint(variable, items.get(component, 0), items.get(component, 0))
    model.minimize(objective)
    solver = _solver(Deadline(_LITTLE_S))
    solver.solve(model)
    return int(solver.value(objective))


def _tie_break(
    request: RequestModel, objective: cp_model.LinearExpr, first: cp_model.CpSolver, deadline: Deadline
) -> Mapping[str, int]:
    """Of all configurations as good as the first one, the one with the fewest units, then with the earliest ids."""
    model: cp_model.CpModel = request.model.clone()
    model.add_linear_expression_in_domain(objective, cp_model.Domain.lower_or_equal(first.value(objective)))
    quantities = list(request.quantities.values())
    most_rank = sum(variable.domain.max() * rank for rank, variable in enumerate(quantities)) + 1
    weights = [most_rank + rank for rank in range(len(quantities))]
    model.minimize(cp_model.LinearExpr.weighted_sum(quantities, weights))
    for index in range(len(request.model.proto.variables)):
        variable = model.get_int_var_from_proto_index(index)
        model.add_hint(variable, first.value(variable))
    solver = _solver(deadline)
    _for_optimum(solver, presolve=False)
    solver.parameters.max_deterministic_time = _TIE_BREAK_EFFORT
    solved = solver.solve(model) in {cp_model.OPTIMAL, cp_model.FEASIBLE}
    return _items(request, solver if solved else first)


def optimum_solver(deadline: Deadline, *, presolve: bool = True) -> cp_model.CpSolver:
    """A solver for the least value of charges; with presolve its "infeasible" is to be confirmed."""
    solver = _solver(deadline)
    _for_optimum(solver, presolve=presolve)
    return solver


def presolve_free_solver(deadline: Deadline) -> cp_model.CpSolver:
    """A solver whose "infeasible" can be relied on."""
    solver = _solver(deadline)
    _without_presolve(solver)
    return solver


def solved_without_presolve(
    model: cp_model.CpModel, deadline: Deadline, *, is_limited: bool
) -> tuple[cp_model.CpSolver, cp_model.CpSolverStatus]:
    """Solve a model so that "infeasible" can be relied on.

    Args:
        model: The model.
        deadline: When the status is ``UNKNOWN``.
        is_limited: Whether it limits a price, or adds up many sites. Such searches either end soon or hang on the long
            rows; then they begin anew with their linear relaxation, which would cost the others more than it gives.
    """
    solver = presolve_free_solver(deadline)
    if is_limited:
        solver.parameters.max_deterministic_time = _QUICK_EFFORT
    status = solver.solve(model)
    is_open = status == cp_model.UNKNOWN or (status == cp_model.FEASIBLE and model.has_objective())
    if is_limited and is_open:
        solver = presolve_free_solver(deadline)
        solver.parameters.linearization_level = 2
        solver.parameters.add_lp_constraints_lazily = False
        status = solver.solve(model)
    return solver, status


def solved_soon(model: cp_model.CpModel, deadline: Deadline) -> tuple[cp_model.CpSolver, cp_model.CpSolverStatus]:
    """Solve a model without presolve if that takes little effort; otherwise the status is ``UNKNOWN``."""
    solver = presolve_free_solver(deadline)
    solver.parameters.max_deterministic_time = _LITTLE_EFFORT
    return solver, solver.solve(model)


def proven_bound(solver: cp_model.CpSolver, status: cp_model.CpSolverStatus) -> int | None:
    """What no solution is below, or above where more is wanted; a search that was cut off before it knew says 0."""
    bound = floor(solver.best_objective_bound + _HAIR)
    return None if bound == 0 and status != cp_model.OPTIMAL else bound


def _solver(deadline: Deadline) -> cp_model.CpSolver:
    """A solver that gives the same answer to the same model: one worker, one seed."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    deadline.on_end(solver.stop_search)
    solver.parameters.max_time_in_seconds = deadline.left_s
    return solver


def _for_optimum(solver: cp_model.CpSolver, *, presolve: bool) -> None:
    """Prices make long rows, so the linear relaxation carries the proof; more presolve costs more than it gives.

    A little probing pays for itself: at 1,000 components it is two to three times faster with it.
    """
    solver.parameters.cp_model_probing_level = 1
    if not presolve:
        _without_presolve(solver)
    solver.parameters.linearization_level = 2
    solver.parameters.add_lp_constraints_lazily = False
    solver.parameters.max_presolve_iterations = 1
    solver.parameters.search_branching = cp_model.PSEUDO_COST_SEARCH


def _without_presolve(solver: cp_model.CpSolver) -> None:
    solver.parameters.cp_model_presolve = False
    solver.parameters.use_sat_inprocessing = False
    solver.parameters.symmetry_level = 0
    solver.parameters.linearization_level = 0
    solver.parameters.cp_model_probing_level = 0


def _items(request: RequestModel, solver: cp_model.CpSolver) -> Mapping[str, int]:
    units = {component: solver.value(variable) for component, variable in request.quantities.items()}
    return {component: number for component, number in units.items() if number}
