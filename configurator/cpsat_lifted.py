"""Rows that say more than those they follow from: of columns that are whole numbers, and of which one at most is 1.

Of a family of which one kind may be chosen, one column at most is 1: a *group*. In a row, the columns of a group are
told from one of them, the base: the row speaks of what each brings more than the base. Then *tightened*: what brings
more than the row can lack is cut to that. And *cuts*: the row is rounded (mixed-integer rounding). Both replace what
columns bring by a function F with F(a) + F(b) >= F(a + b), and hold whatever the base is. All in whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from bidwright.configurator.cpsat_problem import Problem
from bidwright.configurator.cpsat_rows import Numbers, Truths

Reals = npt.NDArray[np.float64]

_FAR = 2**62
"""More than any column brings."""

_WORTH_ADDING = 1e-3
"""A cut is added where a point is so far away from it."""

_MOST_TERMS = 6000
"""Of a row and all its roundings together: a long row is rounded in few ways."""

_MOST_CUTS = 100


@dataclass(frozen=True, kw_only=True)
class Groups:
    """Columns of which one at most is 1.

    Attributes:
        of: By column, the row that says so; -1 where there is none.
        sizes: By row, how many columns there are in a group of which one must be 1; 0 for others.
        own: Rows that say this themselves.
        out: Columns that are 0, as one of the others of the group is 1.
    """

    of: Numbers
    sizes: Numbers
    own: Truths
    out: Truths

    @staticmethod
    def found_in(problem: Problem) -> Groups:
        """Find groups; each column is in one at most, of the longest that is left."""
        count = len(problem.bounds)
        lengths = np.bincount(problem.rows, minlength=count)
        starts = np.concatenate([[0], np.cumsum(lengths)])
        are_truths = _all(problem.is_truth[problem.places], problem.rows, count) & (lengths > 1)
        at_most = are_truths & (problem.bounds == -1) & _all(problem.factors == -1, problem.rows, count)
        at_least = are_truths & (problem.bounds == 1) & _all(problem.factors == 1, problem.rows, count)
        of = np.full(len(problem.columns), -1, dtype=np.int64)
        own = np.zeros(count, dtype=bool)
        longest_first = np.argsort(-lengths, kind="stable")
        for row in longest_first[at_most[longest_first] & (lengths[longest_first] > 1)].tolist():
            places = problem.places[starts[row] : starts[row + 1]]
            places = places[of[places] < 0]
            if len(places) > 1:
                of[places], own[row] = row, True
        sizes, out = np.zeros(count, dtype=np.int64), np.zeros(len(of), dtype=bool)
        for row in np.flatnonzero(at_least).tolist():
            places = problem.places[starts[row] : starts[row + 1]]
            group = of[places[0]]
            if group >= 0 and (of[places] == group).all():
                others = of == group
                others[places] = False
                out |= others
                if not others.any():
                    sizes[group], own[row] = len(places), True
        return Groups(of=of, sizes=sizes, own=own, out=out)


@dataclass(frozen=True)
class Lifting:
    """A problem with its groups, from which other rows follow."""

    problem: Problem
    groups: Groups

    @cached_property
    def _slots(self) -> tuple[Numbers, Numbers, Truths, Truths]:
        """By term its slot, terms of one group in a row; by slot its row, whether of truths, whether one must be 1."""
        problem, groups = self.problem, self.groups
        count, group = len(problem.columns), groups.of[problem.places]
        is_grouped = (group >= 0) & ~groups.own[problem.rows]
        key = np.where(is_grouped, group, len(problem.bounds) + problem.places)
        found, slot = np.unique(problem.rows * (count + len(problem.bounds)) + key, return_inverse=True)
        row, key = found // (count + len(problem.bounds)), found % (count + len(problem.bounds))
        of_group = key < len(problem.bounds)
        is_truth = of_group | problem.is_truth[np.where(of_group, 0, key - len(problem.bounds))]
        size = np.where(of_group, groups.sizes[np.where(of_group, key, 0)], 0)
        return slot, row, is_truth, of_group & (size > 0) & (np.bincount(slot) == size)

    def narrowed(self) -> tuple[Numbers, Numbers]:
        """The least and the most of each column by each row and group alone."""
        problem, (slot, row, is_truth, is_full) = self.problem, self._slots
        low, high = problem.low.copy(), np.where(self.groups.out, 0, problem.high)
        factors, of_truth = problem.factors, is_truth[slot]
        most = np.where(
            of_truth, factors, np.maximum(factors * low[problem.places], factors * problem.high[problem.places])
        )
        best = np.where(is_full | ~is_truth, -_FAR, 0)
        np.maximum.at(best, slot, most)
        reached = np.zeros(len(problem.bounds), dtype=np.int64)
        np.add.at(reached, row, best)
        wanted = problem.bounds[problem.rows] - (reached[problem.rows] - best[slot])
        np.minimum.at(high, problem.places[of_truth & (factors < wanted)], 0)
        is_needed = of_truth & (np.bincount(slot)[slot] == 1) & (wanted > 0) & (factors >= wanted)
        np.maximum.at(low, problem.places[is_needed], 1)
        up, down = ~of_truth & (factors > 0), ~of_truth & (factors < 0)
        np.maximum.at(low, problem.places[up], -(-wanted[up] // factors[up]))
        np.minimum.at(high, problem.places[down], wanted[down] // factors[down])
        return low, high

    def tightened(self) -> Problem:
        """The same solutions, from rows in which no column brings more than the row can lack."""
        problem = self.problem
        base, flip = self._least(), problem.factors < 0
        every = np.arange(len(problem.bounds))
        lacking = self._told(base, flip, every)
        factors, bounds = self._lifted(base, flip, every, lambda brought, of: np.minimum(brought, lacking[of]))
        own = self.groups.own
        return problem.with_rows(
            np.where(own[problem.rows], problem.factors, factors),
            np.where(own, problem.bounds, bounds),
            own | (lacking > 0),
        )

    def cuts(self, point: Reals) -> Problem:
        """Rows that follow, and that a point does not meet: of each row the one that it is farthest from, or none."""
        problem = self.problem
        found = [self._rounded(point, *base) for base in ((self._least(), problem.factors < 0), self._likely(point))]
        rows = np.concatenate([rows for rows, _, _ in found])
        far = np.concatenate([far for _, far, _ in found])
        every = found[0][2].joined(found[1][2])
        first = np.lexsort((np.arange(len(rows)), -far, rows))
        is_best = np.ones(len(rows), dtype=bool)
        is_best[1:] = rows[first][1:] != rows[first][:-1]
        best = first[is_best & (far[first] > _WORTH_ADDING)]
        kept = np.zeros(len(rows), dtype=bool)
        kept[best[np.argsort(-far[best], kind="stable")][:_MOST_CUTS]] = True
        return every.with_rows(every.factors, every.bounds, kept)

    def _rounded(self, point: Reals, base: Numbers, flip: Truths) -> tuple[Numbers, Reals, Problem]:
        """Rows rounded by what one of their columns brings: of which row, how far the point is away, and they."""
        problem, slot = self.problem, self._slots[0]
        brought = np.abs(problem.factors - base[slot])
        able = (point[problem.places] > _WORTH_ADDING) & (brought > 1)
        is_based = np.abs(base) > 1
        pairs = np.unique(
            np.stack(
                [
                    np.concatenate([problem.rows[able], self._slots[1][is_based]]),
                    np.concatenate([brought[able], np.abs(base[is_based])]),
                ]
            ),
            axis=1,
        )
        rows, divisors = self._few(pairs[0], pairs[1])
        told = self._told(base, flip, rows)
        left = told % divisors
        rows, divisors, left = rows[left > 0], divisors[left > 0], left[left > 0]

        def rounded(brought: Numbers, of: Numbers) -> Numbers:
            found: Numbers = left[of] * (brought // divisors[of]) + np.minimum(brought % divisors[of], left[of])
            return found

        factors, bounds = self._lifted(base, flip, rows, rounded)
        terms, of = _ranges(problem.rows, rows)
        size = np.sqrt(np.bincount(of, factors.astype(float) ** 2, len(rows)))
        missing = bounds - np.bincount(of, factors * point[problem.places[terms]], len(rows))
        cut = replace(problem, rows=of, places=problem.places[terms], factors=factors, bounds=bounds)
        return rows, missing / np.maximum(size, 1.0), cut

    def _few(self, rows: Numbers, divisors: Numbers) -> tuple[Numbers, Numbers]:
        """Of the roundings of each row so many as its length allows, by the largest divisors."""
        lengths = np.bincount(self.problem.rows, minlength=len(self.problem.bounds))
        order = np.lexsort((-divisors, rows))
        rows, divisors = rows[order], divisors[order]
        place = np.arange(len(rows)) - np.searchsorted(rows, rows)
        kept = (place + 1) * lengths[rows] <= _MOST_TERMS
        return rows[kept], divisors[kept]

    def _least(self) -> Numbers:
        """By slot the least that it brings, 0 for other numbers."""
        slot, _, is_truth, is_full = self._slots
        least = np.where(is_full, _FAR, 0)
        np.minimum.at(least, slot, self.problem.factors)
        return np.where(is_truth, least, 0)

    def _likely(self, point: Reals) -> tuple[Numbers, Truths]:
        """By slot what it brings at the most likely choice; by term whether a number is nearer to its most."""
        problem, (slot, _, is_truth, is_full) = self.problem, self._slots
        share = point[problem.places]
        order = np.argsort(share, kind="stable")
        base, shares = np.zeros(len(is_truth), dtype=np.int64), np.zeros(len(is_truth))
        base[slot[order]], shares[slot[order]] = problem.factors[order], share[order]
        none = np.where(is_full, -1.0, 1.0 - np.bincount(slot, share, len(is_truth)))
        low, high = problem.low[problem.places], problem.high[problem.places]
        return np.where(is_truth & (shares > none), base, 0), share - low > high - share

    def _told(self, base: Numbers, flip: Truths, rows: Numbers) -> Numbers:
        """The bounds of rows that are told from bases."""
        problem, (slot, row, is_truth, _) = self.problem, self._slots
        told = problem.bounds.copy()
        np.subtract.at(told, row, base)
        np.subtract.at(told, problem.rows, np.where(is_truth[slot], 0, problem.factors * self._ends(flip)))
        return told[rows]

    def _ends(self, flip: Truths) -> Numbers:
        """By term the end of its domain that it is counted from, where it is no truth."""
        problem = self.problem
        return np.where(flip, problem.high[problem.places], problem.low[problem.places])

    def _lifted(
        self, base: Numbers, flip: Truths, rows: Numbers, function: Callable[[Numbers, Numbers], Numbers]
    ) -> tuple[Numbers, Numbers]:
        """Factors and bounds of rows, which may repeat, in which a function is put on what each column brings.

        Args:
            base: By slot.
            flip: By term, whether it is counted from its most; where it is no truth.
            rows: The rows.
            function: Of what is brought and which of ``rows`` it is in. Never more for a sum than for its parts.
        """
        problem, (slot, row, is_truth, is_full) = self.problem, self._slots
        terms, of = _ranges(problem.rows, rows)
        slots, of_slots = _ranges(row, rows)
        has_none = is_truth & ~is_full  # a slot of which none may be 1 brings minus its base then
        nothing = np.where(has_none[slots], function(-base[slots], of_slots), 0)
        place = slot[terms] - np.searchsorted(row, rows)[of] + np.searchsorted(of_slots, of)
        of_truth, flipped, factors = is_truth[slot[terms]], flip[terms], problem.factors[terms]
        brought = np.where(of_truth, factors - base[slot[terms]], np.where(flipped, -factors, factors))
        found = function(brought, of)
        lifted = np.where(of_truth, found - nothing[place], np.where(flipped, -found, found))
        bounds = function(self._told(base, flip, rows), np.arange(len(rows)))
        np.subtract.at(bounds, of_slots, nothing)
        np.add.at(bounds, of, np.where(of_truth, 0, lifted * self._ends(flip)[terms]))
        return lifted, bounds


def _all(truths: Truths, rows: Numbers, count: int) -> Truths:
    """By row whether something holds for all its terms."""
    found: Truths = np.bincount(rows[~truths], minlength=count) == 0
    return found


def _ranges(of: Numbers, wanted: Numbers) -> tuple[Numbers, Numbers]:
    """The places of some numbers in an ascending list, all of each, and which of them each place is of."""
    first, last = np.searchsorted(of, wanted), np.searchsorted(of, wanted, side="right")
    counts = last - first
    which = np.repeat(np.arange(len(wanted)), counts)
    return np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts) + first[which], which
