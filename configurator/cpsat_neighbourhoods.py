"""Improves a solution by solving small parts of a request anew: some families are free, the others stay as they are.

Large neighbourhood search (Shaw 1998). Parts grow while they are solved to the end and shrink while they are not. What
is random comes from one seed and what ends a part is an effort, so that only the deadline can change the outcome.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from ortools.sat.python import cp_model

from bidwright.configurator.cpsat_forms import LinearForm, fix, start_at
from bidwright.configurator.cpsat_objectives import Asked
from bidwright.configurator.cpsat_solve import optimum_solver
from bidwright.configurator.deadline import Deadline

_PART_EFFORT = 0.1
"""Deterministic time for one part."""

_FIRST_SHARE = 0.2
"""Of the families, in the first part."""

_MOST_FAILURES = 25
"""So many parts in a row that bring nothing end the search."""


def improved(
    asked: Asked, model: cp_model.CpModel, form: LinearForm, values: tuple[int, ...], deadline: Deadline
) -> tuple[int, ...]:
    """A solution at least as good as a given one.

    Args:
        asked: The request.
        model: That of the request with more conditions and an objective to be minimized.
        form: The objective.
        values: The solution to start from, by index of variable.
        deadline: When it is over, the best so far is the answer.
    """
    families = _families(asked)
    random, share, failures = np.random.default_rng(1), _FIRST_SHARE, 0
    while failures < _MOST_FAILURES and deadline.left_s > 0:
        size = max(2, min(len(families), round(share * len(families))))
        kept = random.choice(len(families), len(families) - size, replace=False)
        better, is_over = _solved_part(model, [families[number] for number in sorted(kept)], values, deadline)
        share = min(1.0, share * 1.15) if is_over else share * 0.85
        if better and form.at(better) < form.at(values):
            values, failures = better, 0
        else:
            failures += 1
        if size == len(families) and is_over:
            break
    return values


def _families(asked: Asked) -> list[tuple[int, ...]]:
    """The variables of each family's quantities, by family."""
    components = asked.requirements.release.components
    found: dict[str, list[int]] = {}
    for component, variable in asked.request.quantities.items():
        found.setdefault(components[component].family, []).append(variable.index)
    return [tuple(found[family]) for family in sorted(found)]


def _solved_part(
    model: cp_model.CpModel, kept: Sequence[Sequence[int]], values: tuple[int, ...], deadline: Deadline
) -> tuple[tuple[int, ...], bool]:
    """A solution where some families stay as they are, none where none was found; and whether the search is over."""
    part: cp_model.CpModel = model.clone()
    for family in kept:
        for variable in family:
            fix(part, variable, values[variable])
    start_at(part, values)
    solver = optimum_solver(deadline)
    solver.parameters.max_deterministic_time = _PART_EFFORT
    status = solver.solve(part)
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return (), status == cp_model.INFEASIBLE
    return tuple(solver.response_proto.solution), status == cp_model.OPTIMAL
