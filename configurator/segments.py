"""Amounts by units as few straight lines, exact: each run of a column is one line, rounded down.

Most columns come from prices that hold for all units from some number of units on, each amount rounded to a whole minor
unit: runs ``floor(slope x units + 1/2)``, straight through nothing for nothing. Other price models (tiers with fees,
graduated prices, least amounts) make lines that begin above or below. Few runs make a small model; a column of any
other origin is cut into more runs and stays exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import floor

_HALF = Fraction(1, 2)
_FEW = 4
"""With so few runs through nothing, other lines are not looked for: they would save nothing worth having."""

_Point = tuple[int, int]


@dataclass(frozen=True)
class Segment:
    """For ``first`` to ``last`` units the amount is ``floor(slope x units + offset)``."""

    first: int
    last: int
    slope: Fraction
    offset: Fraction = _HALF


@lru_cache(maxsize=4096)
def segments(column: tuple[int, ...]) -> tuple[Segment, ...]:
    """Cut a column of amounts, by units, into few runs, from 0 units on.

    Raises:
        ValueError: No units cost something.
    """
    if column[0] != 0:
        raise ValueError(f"no units cost {column[0]}")
    proportional = _proportional(column)
    if len(proportional) <= _FEW:
        return proportional
    straight = _straight(column)
    return straight if len(straight) < len(proportional) else proportional


def _proportional(column: tuple[int, ...]) -> tuple[Segment, ...]:
    """The fewest runs of a unit price times the units, rounded half up."""
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


def _straight(column: tuple[int, ...]) -> tuple[Segment, ...]:
    """The fewest runs of any straight line, rounded down; none holds no units."""
    found = [Segment(0, 0, Fraction(0))]
    run = _Run((1, column[1]))
    for point in list(enumerate(column))[2:]:
        if not run.takes(point):
            found.append(run.segment)
            run = _Run(point)
    return (*found, run.segment)


class _Run:
    """Points that lie at most 1 below one line, never above it.

    Such a line exists where a slope lies strictly between all slopes from above one point to below another. The
    narrowest of these end at corners of the convex hulls of both kinds of points.
    """

    def __init__(self, point: _Point) -> None:
        self._points = [point]
        self._low: Fraction | None = None
        self._high: Fraction | None = None
        self._ceilings = [(point[0], point[1] + 1)]
        self._floors = [point]

    def takes(self, point: _Point) -> bool:
        """Add the next point, where there is still a line."""
        units, amount = point
        low = max(Fraction(amount - top, units - at) for at, top in self._ceilings)
        high = min(Fraction(amount + 1 - bottom, units - at) for at, bottom in self._floors)
        low = low if self._low is None else max(low, self._low)
        high = high if self._high is None else min(high, self._high)
        if low >= high:
            return False
        self._low, self._high = low, high
        self._points.append(point)
        _add_corner(self._ceilings, (units, amount + 1), sign=1)
        _add_corner(self._floors, point, sign=-1)
        return True

    @property
    def segment(self) -> Segment:
        """The run as a segment."""
        slope = Fraction(0)
        if self._low is not None and self._high is not None:
            slope = _simplest(self._low, self._high, strictly=True)
        offset = max(amount - slope * units for units, amount in self._floors)
        return Segment(self._points[0][0], self._points[-1][0], slope, offset)


def _add_corner(hull: list[_Point], point: _Point, *, sign: int) -> None:
    """Add a point to a convex hull, lower (1) or upper (-1), and drop what is no corner any more."""
    while len(hull) > 1:
        (a, b), (c, d) = hull[-2:]
        if sign * ((c - a) * (point[1] - b) - (d - b) * (point[0] - a)) > 0:
            break
        hull.pop()
    hull.append(point)


def _simplest(low: Fraction | None, above: Fraction | None, *, strictly: bool = False) -> Fraction:
    """The fraction with the smallest denominator that is at least (or strictly above) ``low`` and below ``above``."""
    if low is None or above is None:
        return Fraction(0)
    whole = floor(low) + 1 if strictly else -floor(-low)
    if whole < above:
        return Fraction(whole)
    base = floor(low)
    return base + _between(low - base, above - base, strictly=strictly)


def _between(low: Fraction, above: Fraction, *, strictly: bool) -> Fraction:
    """``_simplest`` for 0 <= low < above <= 1, by walking down the Stern-Brocot tree."""
    left, right = (0, 1), (1, 1)
    while True:
        middle = (left[0] + right[0], left[1] + right[1])
        value = Fraction(*middle)
        if value < low or (strictly and value == low):
            left = middle
        elif value >= above:
            right = middle
        else:
            return value
