"""What the linear relaxation of a model proves: a bound, and what no solution as good as one that is known has.

The rows are tightened, and rounded where the relaxation's solution allows a part of a unit. GLOP computes in floating
point; its prices of rows are rounded to whole numbers, and everything that is concluded from them is computed again in
whole numbers. So whatever GLOP says, bound and conclusions are true.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log2

import numpy as np
from ortools.math_opt import (
    callback_pb2,
    model_parameters_pb2,
    model_pb2,
    model_update_pb2,
    parameters_pb2,
    result_pb2,
    sparse_containers_pb2,
)
from ortools.math_opt.core.python import solver as engine
from pybind11_abseil.status import StatusNotOk  # comes with ortools

from bidwright.configurator.cpsat_forms import LinearForm
from bidwright.configurator.cpsat_lifted import Groups, Lifting, Reals
from bidwright.configurator.cpsat_problem import Problem
from bidwright.configurator.cpsat_rows import Numbers, Others, Rows
from bidwright.configurator.deadline import Deadline

_MOST = 2.0**61
"""Above this, numbers might not fit into 64 bits."""

_FINEST = 2**40
"""Row prices are rounded to no smaller part of a unit."""

_NARROWINGS = 3
"""Most turns of narrowing domains; whatever is known after any of them is true."""

_ROUNDS = 3
"""Most turns of adding cuts."""

_FOR_CUTS = 0.5
"""Part of the time after which no turn of them begins: what is left is for the search that the bound is for."""


@dataclass(frozen=True, kw_only=True)
class Relaxed:
    """What is known of a model's solutions and a form that is to be small.

    Attributes:
        low, high: The least and the most of each variable.
        rows: Rows that the same solutions meet as those that were given, and that say more of parts of units.
        scale: Parts of a unit that the numbers below are counted in.
        rises: By variable, by how many parts of a unit the form rises at least with each step away from ``low``, or,
            where negative, from ``high``.
        bound: Parts of a unit that the form is not below.
    """

    low: Numbers
    high: Numbers
    rows: Rows
    scale: int
    rises: Numbers
    bound: int

    @property
    def least(self) -> int:
        """The form is not below this."""
        return -(-self.bound // self.scale)

    def left_for(self, most: int) -> tuple[Numbers, Numbers]:
        """The least and the most of each variable where the form is at most something."""
        steps = (self.scale * most - self.bound) // np.maximum(np.abs(self.rises), 1)
        low = np.where(self.rises < 0, np.maximum(self.low, self.high - steps), self.low)
        return low, np.where(self.rises > 0, np.minimum(self.high, self.low + steps), self.high)


def relaxed(low: Numbers, high: Numbers, rows: Rows, form: LinearForm, deadline: Deadline) -> Relaxed | None:
    """Solve the linear relaxation of a model.

    Args:
        low: The least of each variable.
        high: The most of each.
        rows: Rows that all its solutions meet.
        form: What is to be small.
        deadline: None is the answer where it comes first, where numbers are too large, or nothing meets the rows.
    """
    problem = Problem.of(low, high, rows, form)
    low, high = low.copy(), high.copy()
    for _ in range(_NARROWINGS):
        if deadline.left_s <= 0:
            return None
        least, most = Lifting(problem, Groups.found_in(problem)).narrowed()
        if (least > most).any():
            return None
        if (least == problem.low).all() and (most == problem.high).all():
            break
        low[problem.columns], high[problem.columns] = least, most
        problem = problem.within(least, most)
    problem = Lifting(problem, Groups.found_in(problem)).tightened()
    found = _with_cuts(problem, deadline)
    return None if found is None else _concluded(*found, rows.others, (low, high))


def _with_cuts(problem: Problem, deadline: Deadline) -> tuple[Problem, Reals] | None:
    """A problem with cuts, and what a unit more of each row costs; None where that is not known."""
    glop, lifting, begins = _Glop(problem), Lifting(problem, Groups.found_in(problem)), deadline.after(_FOR_CUTS)
    solved = glop.solved(deadline)
    if solved is None:
        return None
    for _ in range(_ROUNDS):
        if begins.left_s <= 0:
            break
        cuts = lifting.cuts(solved.point)
        if not len(cuts.bounds):
            break
        glop.add(cuts)
        again = glop.solved(deadline)
        if again is None:
            break
        problem, solved = problem.joined(cuts), again
    return problem, solved.duals


def _concluded(problem: Problem, duals: Reals, others: Others, domains: tuple[Numbers, Numbers]) -> Relaxed | None:
    """What follows from prices of rows, whatever they are."""
    size = np.bincount(problem.places, np.abs(problem.factors) * duals[problem.rows], len(problem.columns))
    reach = (size + np.abs(problem.costs)) * np.maximum(np.abs(problem.low), np.abs(problem.high))
    largest = float(reach.sum() + np.abs(duals * problem.bounds).sum() + abs(problem.constant)) + 1.0
    if largest >= _MOST:
        return None
    scale = min(_FINEST, 2 ** int(log2(_MOST / largest)))
    prices = np.maximum(np.rint(duals * scale), 0).astype(np.int64)
    rises = scale * problem.costs
    np.subtract.at(rises, problem.places, problem.factors * prices[problem.rows])
    ends = np.where(rises > 0, rises * problem.low, rises * problem.high)
    bound = int(ends.sum()) + int((prices * problem.bounds).sum()) + scale * problem.constant
    low, high = domains
    all_rises = np.zeros(len(low), dtype=np.int64)
    all_rises[problem.columns] = rises
    return Relaxed(low=low, high=high, rows=problem.as_rows(others), scale=scale, rises=all_rises, bound=bound)


@dataclass(frozen=True)
class _Solved:
    """The columns of a solution in parts of units, and the prices of its rows."""

    point: Reals
    duals: Reals


class _Glop:
    """Solves a problem in parts of units, and again with more rows from where it was."""

    def __init__(self, problem: Problem) -> None:
        self._columns, self._rows = len(problem.columns), len(problem.bounds)
        model = model_pb2.ModelProto()
        model.variables.ids.extend(range(self._columns))
        model.variables.lower_bounds.extend(problem.low.astype(float).tolist())
        model.variables.upper_bounds.extend(problem.high.astype(float).tolist())
        model.variables.integers.extend([False] * self._columns)
        costly = np.flatnonzero(problem.costs)
        model.objective.linear_coefficients.ids.extend(costly.tolist())
        model.objective.linear_coefficients.values.extend(problem.costs[costly].astype(float).tolist())
        _tell(problem, 0, model.linear_constraints, model.linear_constraint_matrix)
        self._solver = engine.new(parameters_pb2.SOLVER_TYPE_GLOP, model, parameters_pb2.SolverInitializerProto())
        self._parameters = parameters_pb2.SolveParametersProto(
            lp_algorithm=parameters_pb2.LP_ALGORITHM_DUAL_SIMPLEX, presolve=parameters_pb2.EMPHASIS_OFF
        )

    def add(self, cuts: Problem) -> None:
        """Add rows."""
        update = model_update_pb2.ModelUpdateProto()
        _tell(cuts, self._rows, update.new_linear_constraints, update.linear_constraint_matrix_updates)
        self._solver.update(update)
        self._rows += len(cuts.bounds)
        self._parameters.glop.use_scaling = False  # scaled anew, the basis it begins with would be worth less

    def solved(self, deadline: Deadline) -> _Solved | None:
        """Solve; None where there is no solution in time, or GLOP loses its way among rounded numbers."""
        self._parameters.time_limit.FromMilliseconds(int(1000 * deadline.left_s))
        try:
            found = self._solver.solve(
                self._parameters,
                model_parameters_pb2.ModelSolveParametersProto(),
                None,
                callback_pb2.CallbackRegistrationProto(),
                None,
                None,
            )
        except StatusNotOk:  # abnormal ends are told so; what is known without this solution is as true
            return None
        if found.termination.reason != result_pb2.TERMINATION_REASON_OPTIMAL or not found.solutions:
            return None
        primal, dual = found.solutions[0].primal_solution.variable_values, found.solutions[0].dual_solution.dual_values
        return _Solved(_spread(primal, self._columns), _spread(dual, self._rows))


def _spread(found: sparse_containers_pb2.SparseDoubleVectorProto, count: int) -> Reals:
    values = np.zeros(count)
    values[list(found.ids)] = list(found.values)
    return values


def _tell(
    problem: Problem,
    first: int,
    rows: model_pb2.LinearConstraintsProto,
    terms: sparse_containers_pb2.SparseDoubleMatrixProto,
) -> None:
    """Tell the rows of a problem, numbered from the first."""
    count = len(problem.bounds)
    rows.ids.extend(range(first, first + count))
    rows.lower_bounds.extend(problem.bounds.astype(float).tolist())
    rows.upper_bounds.extend([float("inf")] * count)
    terms.row_ids.extend((problem.rows + first).tolist())
    terms.column_ids.extend(problem.places.tolist())
    terms.coefficients.extend(problem.factors.astype(float).tolist())
