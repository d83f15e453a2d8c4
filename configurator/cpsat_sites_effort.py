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


_MORE: dict[Search, float] = {"relaxed": 1.0, "bound": 1.0, "whole": 1.5, "last": 8.0}
"""So many times that effort where more of something is wanted."""


def sites_solver(deadline: Deadline, search: Search, *, presolve: bool, wants_more: bool) -> cp_model.CpSolver:
    """A solver for one search.

    Few rows over many sites: the solver's usual search proves more than the one for single configurations. Where more
    of something is wanted, the sites compete for what they share: that takes all rows in the linear program.
    """
    solver = optimum_solver(deadline, presolve=presolve)
    solver.parameters.linearization_level = 2 if wants_more else 1
    solver.parameters.add_lp_constraints_lazily = True
    solver.parameters.search_branching = cp_model.AUTOMATIC_SEARCH
    solver.parameters.max_deterministic_time = _EFFORT[search] * (_MORE[search] if wants_more else 1)
    solver.parameters.relative_gap_limit = _NEAR[search]
    return solver
