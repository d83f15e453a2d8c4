"""A request's model where each component has few units to choose from: each number of units has a price of its own.

What units cost is then exact without tiers and rounding, and as a linear relaxation as tight as it can be.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from ortools.sat.python import cp_model

from bidwright.configurator.cpsat_compact import Written
from bidwright.configurator.cpsat_model import OfferingModel
from bidwright.configurator.cpsat_narrow import Narrow
from bidwright.configurator.cpsat_rows import joined, plain_rows
from bidwright.configurator.cpsat_segments import looked_up
from bidwright.configurator.cpsat_shape import Shape

_MOST_VALUES = 24
"""With more numbers of units to choose from, prices are cut into segments."""


def narrowed_model(offering: OfferingModel, shape: Shape, narrow: Narrow) -> cp_model.CpModel:
    """A copy of an offering's model with fewer units to choose from."""
    model: cp_model.CpModel = offering.model.clone()
    variables, constraints = model.proto.variables, model.proto.constraints
    low, high, least = narrow.low.tolist(), narrow.high.tolist(), narrow.least.tolist()
    is_other = (narrow.low != shape.low) | (narrow.high != shape.high)
    for index in np.flatnonzero(is_other).tolist():
        domain = variables[index].domain
        if len(domain) == 2 or low[index] == high[index]:
            domain.clear()
            domain.extend([low[index], high[index]])
    is_other |= narrow.least != 1
    for units in shape.ties.keys() & np.flatnonzero(is_other & (narrow.high > 0)).tolist():
        lower, upper = shape.ties[units]
        constraints[lower].linear.coeffs[1] = -least[units]
        constraints[upper].linear.coeffs[1] = -high[units]
    for members in narrow.present:
        constraints.add().bool_or.literals.extend([shape.truths[units] for units in members])
    return model


class Columns:
    """Looks up what units of components cost, by variables that say which number of units it is."""

    def __init__(self, shape: Shape, narrow: Narrow) -> None:
        """Take what there is to choose from."""
        self._truths = shape.truths
        self._low, self._high, self._least = narrow.low.tolist(), narrow.high.tolist(), narrow.least.tolist()
        self._values: dict[int, list[cp_model.IntVar]] = {}
        self._links: list[int] = []

    def __call__(self, model: cp_model.CpModel, index: cp_model.IntVar, column: tuple[int, ...]) -> cp_model.LinearExpr:
        """The entry of a column at a number of units, or at another variable."""
        units = index.index
        if units not in self._truths:
            return looked_up(model, index, column)
        least, most = self._least[units], self._high[units]
        entries = column[least : most + 1]
        if not any(entries):
            return cp_model.LinearExpr.constant(0)
        truth = model.get_int_var_from_proto_index(self._truths[units])
        if least == most:
            return cp_model.LinearExpr.affine(truth, column[most], 0)
        if all(amount == column[1] * number for number, amount in enumerate(entries, least)):
            return cp_model.LinearExpr.affine(index, column[1], 0)
        if most - least >= _MOST_VALUES:
            return looked_up(model, index, column[: most + 1])
        if units not in self._values:
            self._values[units] = self._added(model, index, truth)
        return cp_model.LinearExpr.weighted_sum(self._values[units], list(entries))

    def _added(self, model: cp_model.CpModel, index: cp_model.IntVar, truth: cp_model.IntVar) -> list[cp_model.IntVar]:
        numbers = range(self._least[index.index], self._high[index.index] + 1)
        values = [model.new_bool_var("") for _ in numbers]
        self._links.append(model.add(cp_model.LinearExpr.sum(values) == truth).index)
        self._links.append(model.add(cp_model.LinearExpr.weighted_sum(values, list(numbers)) == index).index)
        self._values[index.index] = values
        return values

    def written(self, shape: Shape, narrow: Narrow) -> Written:
        """How the model is written out, with what is known of it before a request is added."""
        sums: dict[int, Sequence[tuple[int, int]]] = {}
        rows: list[tuple[Sequence[int], Sequence[int], int]] = []
        for units in shape.ties:
            least, most, truth = self._least[units], self._high[units], self._truths[units]
            if most == 0:
                continue
            if units in self._values:
                columns = [value.index for value in self._values[units]]
                sums[truth] = [(column, 1) for column in columns]
                sums[units] = list(zip(columns, range(least, most + 1), strict=True))
                rows.append((columns, [-1] * len(columns), -1))
                if self._low[units]:
                    rows.append((columns, [1] * len(columns), 1))
            elif least == most:
                sums[units] = [(truth, most)]
            else:
                rows += [([units, truth], [1, -least], 0), ([units, truth], [-1, most], 0)]
        rows += [([self._truths[units] for units in family], [1] * len(family), 1) for family in narrow.present]
        return Written(
            low=narrow.low,
            high=narrow.high,
            sums=sums,
            rows=joined([shape.rows, plain_rows(rows)]),
            constraints=shape.constraints + len(narrow.present),
            said=frozenset(self._links),
        )
