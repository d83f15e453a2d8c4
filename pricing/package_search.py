"""How often to apply each package: the exact optimum, by branch and bound under the bound of linear relaxation.

Packages compete for units, so this is a small integer program. Packages that share no component are decided
separately. A branch whose relaxation cannot beat the best saving known is left; the others are split at a count that
the relaxation makes a fraction. In the end, counts are raised in order as long as the saving stays the same, so that
the answer does not depend on the way it was found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bidwright.core.errors import InvalidInput
from bidwright.pricing.linear_relaxation import relax

MAX_BRANCHES = 20_000
"""Linear relaxations solved before giving up; real portfolios need a few dozen."""


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
    leads_to: dict[str, str] = {}  # from each component on the way to the one that leads its group

    def leader(component: str) -> str:
        while (further := leads_to.setdefault(component, component)) != component:
            leads_to[component] = component = leads_to[further]
        return component

    for index in applicable:
        first, *others = uses[index]
        for other in others:
            leads_to[leader(other)] = leader(first)
    groups: dict[str, list[int]] = {}
    for index in applicable:
        groups.setdefault(leader(next(iter(uses[index]))), []).append(index)
    return list(groups.values())


def _shared(uses: list[Mapping[str, int]]) -> list[str]:
    """The components that more than one package needs, by id; the others only limit one count."""
    seen: dict[str, int] = {}
    for use in uses:
        for component in use:
            seen[component] = seen.get(component, 0) + 1
    return sorted(component for component, times in seen.items() if times > 1)


def _solve(problem: _Problem) -> list[int]:
    """The best counts; of all best ones the lexicographically greatest."""
    none, boxes = [0] * len(problem.savings), problem.boxes
    if _are_enough(problem):
        return boxes
    search = _Search(problem)
    best = search.better(none, boxes, than=-1) or none
    saving = _product(best, problem.savings)
    for package in range(len(boxes) - 1):  # of the last one there are no more units
        # Raise this count while some other combination that begins the same saves as much.
        while best[package] < boxes[package]:
            begin = best[:package]
            least = [*begin, best[package] + 1, *none[package + 1 :]]
            other = search.better(least, [*begin, *boxes[package:]], than=saving - 1)
            if other is None:
                break
            best = other
    return best


def _are_enough(problem: _Problem) -> bool:
    """Whether there are units for all packages, each applied as often as it could be alone."""
    taken = (
        sum(box * use[index] for box, use in zip(problem.boxes, problem.uses, strict=True))
        for index in range(len(problem.units))
    )
    return all(wanted <= units for wanted, units in zip(taken, problem.units, strict=True))


class _Search:
    """Branch and bound between least and greatest counts."""

    def __init__(self, problem: _Problem) -> None:
        self._problem = problem
        self._branches = 0

    def better(self, least: list[int], most: list[int], *, than: int) -> list[int] | None:
        """The counts with the greatest saving above ``than``, or None where none save more."""
        best = None
        open_branches = [(least, most)]
        while open_branches:
            least, most = open_branches.pop()
            branch = self._relaxed(least, most)
            if branch is None or branch.bound <= than:
                continue
            saving = _product(branch.counts, self._problem.savings)
            if saving > than:
                best, than = branch.counts, saving
            if branch.bound > than:
                package, count = branch.split
                open_branches.append((least, [*most[:package], count, *most[package + 1 :]]))
                open_branches.append(([*least[:package], count + 1, *least[package + 1 :]], most))
        return best

    def _relaxed(self, least: list[int], most: list[int]) -> _Branch | None:
        """Solve the relaxation of a branch; None where its least counts take more units than there are."""
        self._branches += 1
        if self._branches > MAX_BRANCHES:
            raise _too_interwoven(len(self._problem.savings))
        problem = self._problem
        left = [
            units - sum(count * use[index] for count, use in zip(least, problem.uses, strict=True))
            for index, units in enumerate(problem.units)
        ]
        if min(left, default=0) < 0:
            return None
        boxes = [high - low for low, high in zip(least, most, strict=True)]
        relaxation = relax(problem.savings, boxes, problem.uses, left)
        whole = [scaled // relaxation.denominator for scaled in relaxation.counts]
        halves = [abs(2 * (scaled % relaxation.denominator) - relaxation.denominator) for scaled in relaxation.counts]
        split = halves.index(min(halves))
        filled = _filled(whole, boxes, problem.uses, left)
        return _Branch(
            bound=_product(least, problem.savings) + relaxation.value // relaxation.denominator,
            counts=[low + count for low, count in zip(least, filled, strict=True)],
            split=(split, least[split] + whole[split]),
        )


@dataclass(frozen=True, kw_only=True)
class _Branch:
    """No counts of the branch save more than ``bound``; ``counts`` are some of them.

    ``split`` is the package whose relaxed count lies nearest to a half, and that count rounded down.
    """

    bound: int
    counts: list[int]
    split: tuple[int, int]


def _product(counts: list[int], savings: list[int]) -> int:
    return sum(count * saving for count, saving in zip(counts, savings, strict=True))


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
