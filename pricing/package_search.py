"""How often to apply each package: the exact optimum, by branch and bound under the bound of linear relaxation.

Packages compete for units, so this is a small integer program. Packages that share no component are decided
separately. Within a group, the linear relaxation bounds every branch: one that cannot beat the best known saving is
not entered, and its dual prices tell which other counts cannot either. Counts are tried from the most to the fewest in
the order given, so of equal optima the one found first applies the earlier packages more often.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bidwright.core.errors import InvalidInput
from bidwright.pricing.linear_relaxation import relax

MAX_BRANCHES = 20_000
"""Linear relaxations solved before giving up: some seconds; real portfolios need a few dozen."""


def best_applications(
    savings: Sequence[int], uses: Sequence[Mapping[str, int]], quantities: Mapping[str, int]
) -> list[int]:
    """Choose counts with the greatest total saving.

    Args:
        savings: What one application of each package saves, above 0.
        uses: Units of each component that one application takes, at least 1 each.
        quantities: Units there are; a component not named has none.

    Returns:
        One count for each package: of all optima the lexicographically greatest.

    Raises:
        InvalidInput: ``PACKAGES_TOO_INTERWOVEN``: the optimum was not proven within ``MAX_BRANCHES`` branches.
    """
    counts = [0] * len(savings)
    boxes = [min(quantities.get(component, 0) // units for component, units in use.items()) for use in uses]
    for group in _groups(uses, [index for index, box in enumerate(boxes) if box]):
        shared = _shared([uses[index] for index in group])
        problem = _Problem(
            savings=[savings[index] for index in group],
            boxes=[boxes[index] for index in group],
            uses=[[uses[index].get(component, 0) for component in shared] for index in group],
            units=[quantities[component] for component in shared],
        )
        for index, count in zip(group, _solve(problem), strict=True):
            counts[index] = count
    return counts


@dataclass(frozen=True, kw_only=True)
class _Problem:
    """Packages that compete: ``uses[package][component]`` of the components that several of them need."""

    savings: list[int]
    boxes: list[int]
    uses: list[list[int]]
    units: list[int]


def _groups(uses: Sequence[Mapping[str, int]], applicable: list[int]) -> list[list[int]]:
    """Split packages into groups that share no component."""
    groups: list[tuple[set[str], list[int]]] = []
    for index in applicable:
        components, members = set(uses[index]), [index]
        apart = []
        for group in groups:
            if components.isdisjoint(group[0]):
                apart.append(group)
            else:
                components |= group[0]
                members += group[1]
        groups = [*apart, (components, sorted(members))]
    return [members for _, members in groups]


def _shared(uses: list[Mapping[str, int]]) -> list[str]:
    """The components that more than one package needs, by id; the others only limit one count."""
    seen: dict[str, int] = {}
    for use in uses:
        for component in use:
            seen[component] = seen.get(component, 0) + 1
    return sorted(component for component, times in seen.items() if times > 1)


def _solve(problem: _Problem) -> list[int]:
    if len(problem.savings) == 1:
        return problem.boxes
    return _Search(problem).best()


class _Search:
    """Depth-first search over the packages of one group, in order, from the most to the fewest applications."""

    def __init__(self, problem: _Problem) -> None:
        self._problem = problem
        self._best = [0] * len(problem.savings)
        self._best_saving = -1
        self._branches = 0

    def best(self) -> list[int]:
        """The counts of the first optimum in order."""
        self._descend([], self._problem.units, 0)
        return self._best

    def _descend(self, counts: list[int], left: list[int], saved: int) -> None:
        package = len(counts)
        use, saving = self._problem.uses[package], self._problem.savings[package]
        count = _times(use, left, self._problem.boxes[package])
        if package + 1 == len(self._problem.savings):
            if saved + count * saving > self._best_saving:
                self._best, self._best_saving = [*counts, count], saved + count * saving
            return
        while count >= 0:
            rest = [units - count * taken for units, taken in zip(left, use, strict=True)]
            bound = self._bound([*counts, count], rest, saved + count * saving)
            needed = (self._best_saving + 1) * bound.denominator
            # The dual prices found for this count bound the saving of every other count as well, by a line.
            slope = saving * bound.denominator - sum(map(int.__mul__, use, bound.unit_prices))
            if bound.value >= needed:
                self._descend([*counts, count], rest, saved + count * saving)
                count -= 1
            elif slope >= 0:
                return
            else:
                count -= -((bound.value - needed) // -slope)

    def _bound(self, counts: list[int], left: list[int], saved: int) -> _Bound:
        """Bound what the packages after ``counts`` can still save, and remember what they surely can."""
        self._branches += 1
        if self._branches > MAX_BRANCHES:
            raise _too_interwoven(len(self._problem.savings))
        problem, start = self._problem, len(counts)
        savings, boxes, uses = problem.savings[start:], problem.boxes[start:], problem.uses[start:]
        relaxation = relax(savings, boxes, uses, left)
        possible = saved
        for saving, count in zip(savings, _filled(relaxation.counts, boxes, uses, left), strict=True):
            possible += saving * count
        # One below what is possible, so that the first optimum in order is still found.
        self._best_saving = max(self._best_saving, possible - 1)
        return _Bound(
            value=saved * relaxation.denominator + relaxation.value,
            unit_prices=relaxation.unit_prices,
            denominator=relaxation.denominator,
        )


@dataclass(frozen=True, kw_only=True)
class _Bound:
    """No completion saves more than ``value / denominator``; so much of it comes from a unit of each component."""

    value: int
    unit_prices: list[int]
    denominator: int


def _filled(counts: list[int], boxes: list[int], uses: list[list[int]], units: list[int]) -> list[int]:
    """Raise counts, in order, as far as units are left."""
    filled = list(counts)
    left = list(units)
    for count, use in zip(counts, uses, strict=True):
        left = [remaining - count * taken for remaining, taken in zip(left, use, strict=True)]
    for package, use in enumerate(uses):
        more = _times(use, left, boxes[package] - filled[package])
        filled[package] += more
        left = [remaining - more * taken for remaining, taken in zip(left, use, strict=True)]
    return filled


def _too_interwoven(packages: int) -> InvalidInput:
    return InvalidInput(
        f"The best combination of {packages} overlapping packages was not found in {MAX_BRANCHES} attempts",
        fix="Lower the quantities, or let fewer packages of the portfolio share components.",
        reason="PACKAGES_TOO_INTERWOVEN",
    )


def _times(use: list[int], left: list[int], box: int) -> int:
    """How often a package still fits."""
    return min([box, *(units // taken for units, taken in zip(left, use, strict=True) if taken)])
