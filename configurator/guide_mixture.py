"""Kept configurations, each mixed with one that meets the choice at hand, all at once.

Where a mixture breaks something, it takes from the one that meets the choice what mends it: a literal of a broken
clause, numbers of a broken row. What was taken is never given back, and what was taken altogether is valid; so it ends,
and every mixture that comes out is a valid configuration that meets the choice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from bidwright.configurator.guide_clauses import ClauseTable, Flags, Places, Words
from bidwright.configurator.guide_kept import Configuration, Kept, Numbers

_ALL = ~np.uint64(0)


class Mixture:
    """Mixtures of all that is kept with one configuration, the base."""

    def __init__(self, kept: Kept, base: Configuration) -> None:
        self._layout = layout = kept.layout
        self._base = base
        words = kept.words
        self._base_rows: Flags = np.stack((base.holds, ~base.holds), axis=1).reshape(-1)
        self._base_rows[:2] = False, True
        self._kept_truth: Words = kept.truth[:, :words]
        self.truth: Words = np.stack((self._kept_truth, ~self._kept_truth), axis=1).reshape(-1, words)
        self.truth[0], self.truth[1] = 0, _ALL
        self._kept_columns: Numbers = kept.columns[:, : 64 * words]
        self._columns: Numbers = np.empty_like(self._kept_columns)  # of columns that are summed; others do not matter
        self._columns[layout.summed] = self._kept_columns[layout.summed]
        self._originals = list(kept.configurations)
        self._sums: Numbers = kept.sums[:, : 64 * words].copy()
        self._taken: Words = np.zeros((layout.parts, words), dtype=np.uint64)
        self._wanted: Words = np.zeros_like(self._taken)

    def meet(self, choice: Sequence[ClauseTable], numbers: Mapping[int, int]) -> None:
        """Take from the base what a choice needs that it meets.

        Args:
            choice: Clauses.
            numbers: Column -> what it must be.
        """
        self._wanted[self._layout.looked_up] = _ALL
        for column, number in numbers.items():
            self._want(column, self._kept_columns[column] != number)
        for table in choice:
            self._mend(table)
        changed = self._take()
        while changed is not None:
            for table in (*choice, self._layout.clauses):
                self._mend(table, changed)
            self._mend_rows()
            changed = self._take()

    def _mend(self, clauses: ClauseTable, changed: Flags | None = None) -> None:
        """Want a literal that the base has in each clause that is broken."""
        for rows, where in clauses.broken(self.truth, changed):
            first = self._base_rows[rows].argmax(axis=1)
            menders = rows[np.arange(len(rows)), first] >> 1
            np.bitwise_or.at(self._wanted, self._layout.part_of_variable[menders], where)

    def _mend_rows(self) -> None:
        layout = self._layout
        broken = (self._sums < layout.sums.bounds[:, None]) & _flags(self.truth[layout.guards])
        for row in np.flatnonzero(broken.any(axis=1)):
            guard = layout.guards[row]
            if not self._base_rows[guard]:
                self._wanted[layout.part_of_variable[guard >> 1]] |= _words(broken[row])
            elif layout.products.keys().isdisjoint(layout.sums.terms[row].tolist()):
                self._want_best(int(row), np.flatnonzero(broken[row]))
            else:
                self._want_all(int(row), broken[row])

    def _want_all(self, row: int, where: Flags) -> None:
        """Want all numbers of a row, with the factors of products."""
        for column in self._layout.sums.terms[row].tolist():
            for factor in self._layout.products.get(column, (column,)):
                self._want(factor, where)

    def _want_best(self, row: int, places: Places) -> None:
        """Want the numbers that give a row most, as many as it lacks."""
        sums = self._layout.sums
        columns = sums.terms[row]
        here = self._columns[np.ix_(columns, places)]
        gains = sums.coefficients[row][:, None] * (self._base.columns[columns][:, None] - here)
        order = np.argsort(-gains, axis=0, kind="stable")
        best = np.take_along_axis(gains, order, axis=0)
        lack = sums.bounds[row] - self._sums[row, places]
        enough = np.cumsum(best, axis=0) - best >= lack
        wanted = np.zeros((len(columns), self._columns.shape[1]), dtype=np.bool_)
        chosen = (best > 0) & ~enough
        wanted[order[chosen], places[np.nonzero(chosen)[1]]] = True
        some: Flags = np.logical_or.reduce(wanted, axis=1)
        np.bitwise_or.at(self._wanted, self._layout.part_of_column[columns[some]], _words(wanted[some]))

    def _want(self, column: int, where: Flags) -> None:
        self._wanted[self._layout.part_of_column[column]] |= _words(where)

    def _take(self) -> Flags | None:
        """Take all that is wanted; the variables that changed, or None where nothing is wanted any more."""
        layout = self._layout
        new = self._wanted & ~self._taken
        parts: Flags = np.logical_or.reduce(new != 0, axis=1)
        if not parts.any():
            return None
        self._taken |= new
        changed: Flags = parts[layout.part_of_variable]
        variables = np.flatnonzero(changed)
        taken = self._taken[layout.part_of_variable[variables]]
        base = np.where(self._base.holds[variables], _ALL, np.uint64(0))[:, None]
        now = (self._kept_truth[variables] & ~taken) | (base & taken)
        self.truth[2 * variables] = now
        self.truth[2 * variables + 1] = ~now
        self._take_columns(parts)
        self._wanted[:] = 0
        return changed

    def _take_columns(self, parts: Flags) -> None:
        layout = self._layout
        part = layout.part_of_column[layout.summed]
        columns = layout.summed[(part >= 0) & parts[part]]
        taken = _flags(self._taken[layout.part_of_column[columns]])
        before = self._kept_columns[columns]
        self._set_columns(columns, np.where(taken, self._base.columns[columns][:, None], before))
        changed = set(columns.tolist())
        for product, (one, other) in layout.products.items():
            if one in changed or other in changed:
                self._set_columns(np.array([product]), (self._columns[one] * self._columns[other])[None])

    def _set_columns(self, columns: Places, now: Numbers) -> None:
        change = now - self._columns[columns]
        self._columns[columns] = now
        self._layout.sums.add(self._sums, columns, change)

    def masks(self, options: Places) -> list[int]:
        """The options, given by the rows of their literals, that each mixture takes; bit n stands for option n."""
        by_option = _flags(self.truth[options])[:, : len(self._originals)]
        packed = np.packbits(by_option, axis=0, bitorder="little")
        size, told = len(packed), packed.T.tobytes()
        return [int.from_bytes(told[start : start + size], "little") for start in range(0, len(told), size)]

    def configuration(self, place: int) -> Configuration:
        """One of the mixtures."""
        layout, original = self._layout, self._originals[place]
        word, bit = divmod(place, 64)
        taken = self._taken[:, word] >> np.uint64(bit) & np.uint64(1) > 0
        holds = np.where(taken[layout.part_of_variable], self._base.holds, original.holds)
        columns = np.where(taken[layout.part_of_column], self._base.columns, original.columns)
        for product, (one, other) in layout.products.items():
            columns[product] = columns[one] * columns[other]
        return Configuration(holds, columns)


def _flags(words: Words) -> Flags:
    """By row and configuration."""
    return np.unpackbits(words.view(np.uint8), axis=1, bitorder="little").view(np.bool_)


def _words(flags: Flags) -> Words:
    """The opposite of ``_flags``, also of a single row."""
    return np.packbits(flags, axis=-1, bitorder="little").view(np.uint64)
