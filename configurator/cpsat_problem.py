"""The rows of a model over its columns, the variables that are not fixed: what a linear relaxation is made of."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from bidwright.configurator.cpsat_forms import LinearForm
from bidwright.configurator.cpsat_rows import Numbers, Others, Rows, Truths


@dataclass(frozen=True, kw_only=True)
class Problem:
    """The least of costs x columns + constant, where sums of factors x columns are at least bounds.

    Attributes:
        columns: The variables.
        low, high, costs: By column.
        rows, places, factors: Terms, by row: row, column and its factor, which is not 0.
        bounds: By row.
    """

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
    def of(low: Numbers, high: Numbers, rows: Rows, form: LinearForm) -> Problem:
        """The problem of a model: a condition of a row becomes a term, so that the row holds where it does not."""
        rows = _unconditional(rows, low, high)
        costs = np.zeros(len(low), dtype=np.int64)
        for variable, coefficient in form.terms:
            costs[variable] += coefficient
        keys, inverse = np.unique(rows.rows * len(low) + rows.variables, return_inverse=True)
        factors = np.zeros(len(keys), dtype=np.int64)
        np.add.at(factors, inverse, rows.factors)
        whole = Problem(
            columns=np.arange(len(low)),
            low=low,
            high=high,
            costs=costs,
            constant=form.constant,
            rows=keys // len(low),
            places=keys % len(low),
            factors=factors,
            bounds=rows.bounds,
        )
        return whole.within(low, high)

    def within(self, low: Numbers, high: Numbers) -> Problem:
        """The same with other domains: columns that are fixed by them are put in."""
        fixed = low == high
        place = np.cumsum(~fixed) - 1
        known = np.where(fixed, low, 0)
        bounds = self.bounds.copy()
        np.subtract.at(bounds, self.rows, self.factors * known[self.places])
        kept = ~fixed[self.places] & (self.factors != 0)
        return replace(
            self,
            columns=self.columns[~fixed],
            low=low[~fixed],
            high=high[~fixed],
            costs=self.costs[~fixed],
            constant=self.constant + int((self.costs * known).sum()),
            rows=self.rows[kept],
            places=place[self.places[kept]],
            factors=self.factors[kept],
            bounds=bounds,
        )

    def with_rows(self, factors: Numbers, bounds: Numbers, kept: Truths) -> Problem:
        """The same terms with other factors and bounds, in some of the rows."""
        number = np.cumsum(kept) - 1
        terms = kept[self.rows] & (factors != 0)
        return replace(
            self,
            rows=number[self.rows[terms]],
            places=self.places[terms],
            factors=factors[terms],
            bounds=bounds[kept],
        )

    def joined(self, other: Problem) -> Problem:
        """The same with the rows of another after its own; of the same columns."""
        return replace(
            self,
            rows=np.concatenate([self.rows, other.rows + len(self.bounds)]),
            places=np.concatenate([self.places, other.places]),
            factors=np.concatenate([self.factors, other.factors]),
            bounds=np.concatenate([self.bounds, other.bounds]),
        )

    def as_rows(self, others: Others) -> Rows:
        """Its rows, of the variables that its columns are, and constraints that are no rows."""
        return Rows(
            rows=self.rows,
            variables=self.columns[self.places],
            factors=self.factors,
            bounds=self.bounds,
            condition_rows=_NONE,
            condition_variables=_NONE,
            condition_values=_NONE,
            holes=(),
            others=others,
        )

    @property
    def is_truth(self) -> Truths:
        """Whether a column is 0 or 1."""
        found: Truths = (self.low == 0) & (self.high == 1)
        return found


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
