"""What the linear relaxation of a model proves: a bound, and what no solution as good as one that is known has.

GLOP computes in floating point; its prices of rows are rounded to whole numbers, and everything that is concluded from
them is computed again in whole numbers. So whatever GLOP says, bound and conclusions are true.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import log2

import numpy as np
from ortools.math_opt import callback_pb2, model_parameters_pb2, model_pb2, parameters_pb2, result_pb2
from ortools.math_opt.core.python import solver as engine

from bidwright.configurator.cpsat_forms import LinearForm
from bidwright.configurator.cpsat_rows import Numbers, Rows
from bidwright.configurator.deadline import Deadline

_MOST = 2.0**61
"""Above this, numbers might not fit into 64 bits."""

_FINEST = 2**40
"""Row prices are rounded to no smaller part of a unit."""


@dataclass(frozen=True, kw_only=True)
class Relaxed:
    """What is known of a model's solutions and a form that is to be small.

    Attributes:
        scale: Parts of a unit that the numbers below are counted in.
        columns: Variables that are not fixed.
        low, high: Their least and most.
        rises: By how many parts of a unit the form rises at least with each step away from ``low``, or, where
            negative, from ``high``.
        bound: Parts of a unit that the form is not below.
    """

    scale: int
    columns: Numbers
    low: Numbers
    high: Numbers
    rises: Numbers
    bound: int

    @property
    def least(self) -> int:
        """The form is not below this."""
        return -(-self.bound // self.scale)

    def left_for(self, most: int) -> Iterator[tuple[int, int, int]]:
        """Variables with the least and the most that they can be where the form is at most something."""
        slack = self.scale * most - self.bound
        steps = slack // np.maximum(np.abs(self.rises), 1)
        low = np.where(self.rises < 0, np.maximum(self.low, self.high - steps), self.low)
        high = np.where(self.rises > 0, np.minimum(self.high, self.low + steps), self.high)
        changed = (low > self.low) | (high < self.high)
        yield from zip(self.columns[changed].tolist(), low[changed].tolist(), high[changed].tolist(), strict=True)


def relaxed(low: Numbers, high: Numbers, rows: Rows, form: LinearForm, deadline: Deadline) -> Relaxed | None:
    """Solve the linear relaxation of a model.

    Args:
        low: The least of each variable.
        high: The most of each.
        rows: Rows that all its solutions meet.
        form: What is to be small.
        deadline: None is the answer where it comes first, or where numbers are too large.
    """
    problem = _Problem.of(low, high, rows, form)
    prices = problem.prices(deadline)
    return None if prices is None else problem.concluded(*prices)


@dataclass(frozen=True, kw_only=True)
class _Problem:
    """The least of costs x columns + constant, where sums of factors x columns are at least bounds."""

    columns: Numbers
    low: Numbers
    high: Numbers
    costs: Numbers
    constant: int
    rows: Numbers
    places: Numbers
    factors: Numbers
    bounds: Numbers

    @staticmethod
    def of(low: Numbers, high: Numbers, rows: Rows, form: LinearForm) -> _Problem:
        rows = _unconditional(rows, low, high)
        costs = np.zeros(len(low), dtype=np.int64)
        for variable, coefficient in form.terms:
            costs[variable] += coefficient
        fixed = low == high
        columns = np.flatnonzero(~fixed)
        place = np.cumsum(~fixed) - 1
        known = np.where(fixed, low, 0)
        bounds = rows.bounds.copy()
        np.subtract.at(bounds, rows.rows, rows.factors * known[rows.variables])
        free = ~fixed[rows.variables]
        keys, inverse = np.unique(rows.rows[free] * len(low) + place[rows.variables[free]], return_inverse=True)
        factors = np.zeros(len(keys), dtype=np.int64)
        np.add.at(factors, inverse, rows.factors[free])
        return _Problem(
            columns=columns,
            low=low[columns],
            high=high[columns],
            costs=costs[columns],
            constant=form.constant + int((costs * known).sum()),
            rows=keys // len(low),
            places=keys % len(low),
            factors=factors,
            bounds=bounds,
        )

    def prices(self, deadline: Deadline) -> tuple[Numbers, int] | None:
        """What a unit more of each row costs, in so many parts of a unit and not negative; None where not known."""
        parameters = parameters_pb2.SolveParametersProto()
        parameters.time_limit.FromSeconds(max(1, int(deadline.left_s)))
        found = engine.solve(
            self._as_proto(),
            parameters_pb2.SOLVER_TYPE_GLOP,
            parameters_pb2.SolverInitializerProto(),
            parameters,
            model_parameters_pb2.ModelSolveParametersProto(),
            None,
            callback_pb2.CallbackRegistrationProto(),
            None,
            None,
        )
        if found.termination.reason != result_pb2.TERMINATION_REASON_OPTIMAL or not found.solutions:
            return None
        duals = found.solutions[0].dual_solution.dual_values
        exact = np.zeros(len(self.bounds))
        exact[list(duals.ids)] = list(duals.values)
        size = np.bincount(self.places, np.abs(self.factors) * exact[self.rows], len(self.columns))
        reach = (size + np.abs(self.costs)) * np.maximum(np.abs(self.low), np.abs(self.high))
        largest = float(reach.sum() + np.abs(exact * self.bounds).sum() + abs(self.constant)) + 1.0
        scale = min(_FINEST, 2 ** int(log2(_MOST / largest))) if largest < _MOST else 0
        return (np.maximum(np.rint(exact * scale), 0).astype(np.int64), scale) if scale else None

    def concluded(self, prices: Numbers, scale: int) -> Relaxed:
        """What follows from any prices of rows."""
        rises = scale * self.costs
        np.subtract.at(rises, self.places, self.factors * prices[self.rows])
        ends = np.where(rises > 0, rises * self.low, rises * self.high)
        bound = int(ends.sum()) + int((prices * self.bounds).sum()) + scale * self.constant
        return Relaxed(scale=scale, columns=self.columns, low=self.low, high=self.high, rises=rises, bound=bound)

    def _as_proto(self) -> model_pb2.ModelProto:
        model = model_pb2.ModelProto()
        count, height = len(self.columns), len(self.bounds)
        model.variables.ids.extend(range(count))
        model.variables.lower_bounds.extend(self.low.astype(float).tolist())
        model.variables.upper_bounds.extend(self.high.astype(float).tolist())
        model.variables.integers.extend([False] * count)
        priced = np.flatnonzero(self.costs)
        model.objective.linear_coefficients.ids.extend(priced.tolist())
        model.objective.linear_coefficients.values.extend(self.costs[priced].astype(float).tolist())
        model.linear_constraints.ids.extend(range(height))
        model.linear_constraints.lower_bounds.extend(self.bounds.astype(float).tolist())
        model.linear_constraints.upper_bounds.extend([float("inf")] * height)
        matrix = model.linear_constraint_matrix
        kept = self.factors != 0
        matrix.row_ids.extend(self.rows[kept].tolist())
        matrix.column_ids.extend(self.places[kept].tolist())
        matrix.coefficients.extend(self.factors[kept].astype(float).tolist())
        return model


def _unconditional(rows: Rows, low: Numbers, high: Numbers) -> Rows:
    """Rows that hold whatever their conditions are, without those that always hold."""
    count = len(rows.bounds)
    ends = np.where(rows.factors > 0, rows.factors * low[rows.variables], rows.factors * high[rows.variables])
    least = np.zeros(count, dtype=np.int64)
    np.add.at(least, rows.rows, ends)
    lacking = rows.bounds - least
    kept = lacking > 0
    number = np.cumsum(kept) - 1
    ends_kept = kept[rows.rows]
    conditions = kept[rows.condition_rows]
    condition_rows, values = rows.condition_rows[conditions], rows.condition_values[conditions]
    # Each condition that does not hold lowers the bound by all that can be lacking.
    lowered = np.where(values == 1, -lacking[condition_rows], lacking[condition_rows])
    bounds = rows.bounds.copy()
    np.subtract.at(bounds, condition_rows, np.where(values == 1, lacking[condition_rows], 0))
    return replace(
        rows,
        rows=np.concatenate([number[rows.rows[ends_kept]], number[condition_rows]]),
        variables=np.concatenate([rows.variables[ends_kept], rows.condition_variables[conditions]]),
        factors=np.concatenate([rows.factors[ends_kept], lowered]),
        bounds=bounds[kept],
        condition_rows=_NONE,
        condition_variables=_NONE,
        condition_values=_NONE,
    )


_NONE: Numbers = np.zeros(0, dtype=np.int64)
