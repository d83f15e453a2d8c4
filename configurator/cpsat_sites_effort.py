"""How long searches for bids with sites go on: by deterministic time, so that the answer is the same everywhere."""

from __future__ import annotations

from math import ceil
from typing import Literal

from ortools.sat.python import cp_model

from bidwright.configurator.cpsat_solve import optimum_solver
from bidwright.configurator.deadline import Deadline

Search = Literal["relaxed", "bound", "whole", "last"]

_EFFORT: dict[Search, float] = {"relaxed": 0.03, "bound": 0.15, "whole": 0.4, "last": 0.05}
"""Most deterministic time of a search; a tenth is about half a second."""

_NEAR: dict[Search, float] = {"relaxed": 0.001, "bound": 0.001, "whole": 0.001, "last": 0.0}
"""So near to the bound, in parts of the value, a search ends."""

_HAIR = 1e-6
"""The solver tells its bound, a whole number, as a float."""


def sites_solver(deadline: Deadline, search: Search, *, presolve: bool) -> cp_model.CpSolver:
    """A solver for one search."""
    solver = optimum_solver(deadline, presolve=presolve)
    solver.parameters.max_deterministic_time = _EFFORT[search]
    solver.parameters.relative_gap_limit = _NEAR[search]
    return solver


def bound_of(solver: cp_model.CpSolver) -> int:
    """The bound of a search in whole minor units."""
    return ceil(solver.best_objective_bound - _HAIR)
