"""The linear relaxation of choosing packages, solved exactly in whole numbers.

Maximize savings x counts, where counts may be fractions: the simplex method, with Bland's rule when it takes long (so
that it ends), and pivots that keep every number whole over one common denominator. Source: Edmonds' integer pivoting,
as in D. Avis, "lrs: A Revised Implementation of the Reverse Search Vertex Enumeration Algorithm", 2000.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count


@dataclass(frozen=True, kw_only=True)
class Relaxation:
    """The optimum of the relaxation.

    Attributes:
        value: The greatest saving, times ``denominator``.
        counts: The optimal counts, times ``denominator``.
        denominator: Common denominator, above 0.
    """

    value: int
    counts: list[int]
    denominator: int


def relax(
    savings: Sequence[int], boxes: Sequence[int], uses: Sequence[Sequence[int]], units: Sequence[int]
) -> Relaxation:
    """Solve: maximize savings x counts, counts between 0 and ``boxes``, units taken at most ``units``.

    Args:
        savings: By package, not negative.
        boxes: By package, not negative.
        uses: Units taken, by package and component.
        units: By component, not negative.
    """
    packages, components = len(savings), len(units)
    rows = [[use[index] for use in uses] for index in range(components)]
    # A box gets a row of its own only where units do not imply it.
    tight = [index for index, use in enumerate(uses) if _limits(boxes[index], use, units)]
    rows += [[int(index == column) for column in range(packages)] for index in tight]
    limits = [*units, *(boxes[index] for index in tight)]
    # Columns: counts, slacks, right-hand side. In the last row, what is below 0 can still gain.
    table = [
        [*row, *(int(index == slack) for slack in range(len(rows))), limit]
        for index, (row, limit) in enumerate(zip(rows, limits, strict=True))
    ]
    table.append([*(-saving for saving in savings), *([0] * (len(rows) + 1))])
    basis = [packages + index for index in range(len(rows))]
    denominator = _maximize(table, basis)
    counts = [0] * packages
    for row, variable in zip(table, basis, strict=False):
        if variable < packages:
            counts[variable] = row[-1]
    return Relaxation(value=table[-1][-1], counts=counts, denominator=denominator)


def _limits(box: int, use: Sequence[int], units: Sequence[int]) -> bool:
    return all(box * taken < limit for taken, limit in zip(use, units, strict=True) if taken)


def _maximize(table: list[list[int]], basis: list[int]) -> int:
    """Pivot until no count can rise; returns the common denominator."""
    denominator = 1
    for pivots in count():
        costs = table[-1][:-1]
        if min(costs) >= 0:
            break
        # The steepest column is the quick choice; the first one (Bland's) cannot go round in circles.
        is_late = pivots > len(costs)
        column = next(i for i, cost in enumerate(costs) if cost < 0) if is_late else costs.index(min(costs))
        row = _leaving(table, basis, column)
        denominator = _pivot(table, row, column, denominator)
        basis[row] = column
    return denominator


def _leaving(table: list[list[int]], basis: list[int], column: int) -> int:
    """The row with the least ratio; of equal ratios that of the first variable. Boxes make sure there is one."""
    best = -1
    for row, entries in enumerate(table[:-1]):
        if entries[column] <= 0:
            continue
        if best < 0:
            best = row
            continue
        difference = entries[-1] * table[best][column] - table[best][-1] * entries[column]
        if difference < 0 or (difference == 0 and basis[row] < basis[best]):
            best = row
    return best


def _pivot(table: list[list[int]], row: int, column: int, denominator: int) -> int:
    pivot_row = table[row]
    pivot = pivot_row[column]
    for index, entries in enumerate(table):
        factor = entries[column]
        if index != row and (factor or pivot != denominator):
            table[index] = [
                (entry * pivot - factor * other) // denominator for entry, other in zip(entries, pivot_row, strict=True)
            ]
    return pivot
