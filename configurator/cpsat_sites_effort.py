"""How long searches for bids with sites go on: by deterministic time, so that the answer is the same everywhere."""

from __future__ import annotations

from typing import Literal

from ortools.sat.python import cp_model

from bidwright.configurator.cpsat_solve import optimum_solver
from bidwright.configurator.deadline import Deadline

Search = Literal["relaxed", "bound", "whole", "last"]

_EFFORT: dict[Search, float] = {"relaxed": 0.05, "bound": 0.4, "whole": 0.4, "last": 0.05}
"""Most deterministic time of a search; a tenth is about a third of a second."""

_NEAR: dict[Search, float] = {"relaxed": 0.003, "bound": 0.002, "whole": 0.003, "last": 0.0}
"""So near to the bound, in parts of the value, a search ends."""


def sites_solver(deadline: Deadline, search: Search, *, presolve: bool) -> cp_model.CpSolver:
    """A solver for one search.

    Few rows over many sites: the solver's usual search proves more than the one for single configurations.
    """
    solver = optimum_solver(deadline, presolve=presolve)
    solver.parameters.linearization_level = 1
    solver.parameters.add_lp_constraints_lazily = True
    solver.parameters.search_branching = cp_model.AUTOMATIC_SEARCH
    solver.parameters.max_deterministic_time = _EFFORT[search]
    solver.parameters.relative_gap_limit = _NEAR[search]
    return solver
