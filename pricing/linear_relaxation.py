"""The linear relaxation of choosing packages, solved exactly in whole numbers.

Maximize savings x counts, where counts may be fractions: the simplex method with Bland's rule (it ends), and pivots
that keep every number whole over one common denominator. Source: Edmonds' integer pivoting, as in D. Avis, "lrs:
A Revised Implementation of the Reverse Search Vertex Enumeration Algorithm", 2000.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Relaxation:
    """The optimum of the relaxation.

    Attributes:
        value: The greatest saving, times ``denominator``.
        counts: The optimal counts, rounded down.
        unit_prices: The dual price of a unit of each shared component, times ``denominator``; not negative.
        denominator: Common denominator, above 0.
    """

    value: int
    counts: list[int]
    unit_prices: list[int]
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
    tight = [index for index, use in enumerate(uses) if boxes[index] < _most(use, units, boxes[index] + 1)]
    rows += [[int(index == column) for column in range(packages)] for index in tight]
    limits = [*units, *(boxes[index] for index in tight)]
    # Columns: counts, slacks, right-hand side. The last row holds the negated savings and, in the end, the duals.
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
            counts[variable] = row[-1] // denominator
    return Relaxation(
        value=table[-1][-1],
        counts=counts,
        unit_prices=table[-1][packages : packages + components],
        denominator=denominator,
    )


def _most(use: Sequence[int], units: Sequence[int], otherwise: int) -> int:
    return min((limit // taken for limit, taken in zip(units, use, strict=True) if taken), default=otherwise)


def _maximize(table: list[list[int]], basis: list[int]) -> int:
    """Pivot until no count can rise; returns the common denominator."""
    denominator = 1
    while True:
        column = next((index for index, cost in enumerate(table[-1][:-1]) if cost < 0), None)
        if column is None:
            return denominator
        row = _leaving(table, basis, column)
        denominator = _pivot(table, row, column, denominator)
        basis[row] = column


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
        if index != row:
            factor = entries[column]
            table[index] = [
                (entry * pivot - factor * other) // denominator for entry, other in zip(entries, pivot_row, strict=True)
            ]
    return pivot
