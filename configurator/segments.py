"""Volume prices as few straight lines: where a column of amounts is a unit price times the units, rounded once.

A column comes from prices that hold for all units from some number of units on, each amount rounded to a whole minor
unit. So it falls into runs in which every amount is ``floor(slope x units + 1/2)`` for one slope. Few runs make a
small model; a column of any other origin is cut into more runs and stays exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import floor


@dataclass(frozen=True)
class Segment:
    """For ``first`` to ``last`` units the amount is ``floor(slope x units + 1/2)``."""

    first: int
    last: int
    slope: Fraction


@lru_cache(maxsize=4096)
def segments(column: tuple[int, ...]) -> tuple[Segment, ...]:
    """Cut a column of amounts, by units, into the fewest runs, from 0 units on.

    Raises:
        ValueError: No units cost something.
    """
    if column[0] != 0:
        raise ValueError(f"no units cost {column[0]}")
    found: list[Segment] = []
    first, low, high = 0, None, None
    for units, amount in enumerate(column[1:], start=1):
        least, above = Fraction(2 * amount - 1, 2 * units), Fraction(2 * amount + 1, 2 * units)
        new_low = least if low is None else max(low, least)
        new_high = above if high is None else min(high, above)
        if new_low >= new_high:
            found.append(Segment(first, units - 1, _simplest(low, high)))
            first, new_low, new_high = units, least, above
        low, high = new_low, new_high
    found.append(Segment(first, len(column) - 1, _simplest(low, high)))
    return tuple(found)


def _simplest(low: Fraction | None, above: Fraction | None) -> Fraction:
    """The fraction with the smallest denominator that is at least ``low`` and below ``above``."""
    if low is None or above is None:
        return Fraction(0)
    whole = -floor(-low)
    if whole < above:
        return Fraction(whole)
    base = floor(low)
    return base + _between(low - base, above - base)


def _between(low: Fraction, above: Fraction) -> Fraction:
    """``_simplest`` for 0 < low < above <= 1, by walking down the Stern-Brocot tree."""
    left, right = (0, 1), (1, 1)
    while True:
        middle = (left[0] + right[0], left[1] + right[1])
        value = Fraction(*middle)
        if value < low:
            left = middle
        elif value >= above:
            right = middle
        else:
            return value
