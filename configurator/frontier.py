"""The frontier of price and quality of one request: what nothing beats in both, found where it is asked for.

Several qualities are added up to one number, the score, in which each counts by its share of what can be gained of it.
Whoever is as cheap and as good in every quality, and better in one thing, is better in price or score as well. So what
nothing beats in price and score, nothing beats in price and qualities.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from bidwright.configurator.deadline import Deadline
from bidwright.configurator.sites_configure import SitedSolution

_FINENESS = 1000
"""A share counts to a thousandth at least; weights are whole numbers."""


@dataclass(frozen=True)
class Point:
    """A configuration that nothing known beats, by price and score.

    Attributes:
        found: It; no configuration with its score costs less than its bound.
        score: In steps.
    """

    found: SitedSolution
    score: int

    @property
    def price(self) -> int:
        """Its contract value, in minor units."""
        return self.found.solution.amounts.contract_value


class Frontier(Protocol):
    """Searches a request that can be met. Its methods raise ``TimeoutError`` where the deadline comes first."""

    @property
    def is_proven(self) -> bool:
        """Whether it is proven of all that was found so far that nothing beats it, and of gaps that they are empty."""

    def weigh(self, known: SitedSolution, deadline: Deadline) -> None:
        """Make the score of all qualities: each weighs by the inverse of what can be gained over what is known."""

    def cheapest(self, known: SitedSolution, deadline: Deadline) -> Point:
        """The one with the highest score among those that cost no more than the cheapest, which is known."""

    def best(self, deadline: Deadline) -> Point:
        """The cheapest with the highest score."""

    def between(self, lower: Point, upper: Point, deadline: Deadline) -> Point | None:
        """The one with the lowest score at or above the middle; where it is the upper one, the next below that.

        Returns:
            None where there is nothing between the two.
        """


def collect(points: list[Point], frontier: Frontier, known: SitedSolution, *, number: int, deadline: Deadline) -> None:
    """Add up to so many points, from the cheapest on, so that what is found stays where the deadline comes.

    Raises:
        TimeoutError: It came.
    """
    frontier.weigh(known, deadline)
    points.append(frontier.cheapest(known, deadline))
    if number == 1:
        return
    points[:] = unbeaten([*points, frontier.best(deadline)])
    empty: set[tuple[int, int]] = set()
    while len(points) < number:
        gaps = [gap for gap in pairwise(points) if (gap[0].score, gap[1].score) not in empty]
        if not gaps:
            return
        lower, upper = max(gaps, key=lambda gap: gap[1].score - gap[0].score)
        between = frontier.between(lower, upper, deadline)
        if between is not None:
            points[:] = unbeaten([*points, between])
        if between not in points:
            empty.add((lower.score, upper.score))


def unbeaten(points: Iterable[Point]) -> list[Point]:
    """Those that none of the others beats, from the cheapest on; of equal ones the first."""
    found: list[Point] = []
    for point in sorted(points, key=lambda point: (point.price, -point.score)):
        if not found or point.score > found[-1].score:
            found.append(point)
    return found


def weights_of(gains: Sequence[int]) -> list[int]:
    """How much a step of each quality weighs, given the steps that can be gained of it: the inverse, in proportion."""
    top = max(gains) * _FINENESS
    return [top // gain if gain else 1 for gain in gains]
