"""Some valid configuration, fast: what a search for the best one starts from when it finds nothing by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ortools.sat.python import cp_model

from bidwright.configurator.cpsat_forms import fix
from bidwright.configurator.cpsat_objectives import Asked
from bidwright.configurator.cpsat_request import RequestModel, request_model
from bidwright.configurator.cpsat_solve import optimum_solver, presolve_free_solver
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.request import Limit

_EFFORT = 0.2
"""Deterministic time of a search that does not look at prices, where there is a budget: it may never end then."""


def some_solution(asked: Asked, model: cp_model.CpModel, deadline: Deadline) -> tuple[int, ...]:
    """A solution of a model, by index of variable; none where the time is over.

    Args:
        asked: The request.
        model: That of the request, perhaps with more conditions.
        deadline: For all of it.
    """
    budget = asked.requirements.budget
    solver = presolve_free_solver(deadline)
    solver.parameters.search_branching = cp_model.PORTFOLIO_WITH_QUICK_RESTART_SEARCH
    if budget:
        solver.parameters.max_deterministic_time = _EFFORT
    if solver.solve(model) in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return tuple(solver.response_proto.solution)
    items = _within_budget(asked, deadline) if budget else None
    if items is None:
        return ()
    trial: cp_model.CpModel = model.clone()
    for component, variable in asked.request.quantities.items():
        fix(trial, variable.index, items.get(component, 0))
    solver = presolve_free_solver(deadline)
    found = solver.solve(trial) in {cp_model.OPTIMAL, cp_model.FEASIBLE}
    return tuple(solver.response_proto.solution) if found else ()


def _within_budget(asked: Asked, deadline: Deadline) -> Mapping[str, int] | None:
    """Items that keep a budget, found on the way to the cheapest ones."""
    free = request_model(replace(asked.requirements, budget={}), asked.amounts, switchable=False)
    free.model.minimize(free.charges.contract_value)
    watch = _Watch(free, asked.requirements.budget)
    optimum_solver(deadline).solve(free.model, watch)
    return watch.items


class _Watch(cp_model.CpSolverSolutionCallback):
    """Ends a search at the first solution within limits."""

    def __init__(self, request: RequestModel, limits: Mapping[Limit, int]) -> None:
        super().__init__()
        self._request = request
        self._limits = limits
        self.items: Mapping[str, int] | None = None

    def on_solution_callback(self) -> None:
        """Look at one solution."""
        if all(self.value(self._request.charges.of(limit)) <= most for limit, most in self._limits.items()):
            units = {component: self.value(variable) for component, variable in self._request.quantities.items()}
            self.items = {component: number for component, number in units.items() if number}
            self.stop_search()
