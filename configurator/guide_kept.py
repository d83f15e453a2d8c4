"""Configurations of an offering that were found before, as tables: what holds in each, and its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
import numpy.typing as npt

from bidwright.catalog.model import Release
from bidwright.catalog.rule_language import Name
from bidwright.configurator.compiled_offering import OfferingClauses
from bidwright.configurator.guide_clauses import ALWAYS, ClauseTable, Flags, Places, Words, row_of
from bidwright.configurator.rule_check import parts
from bidwright.configurator.touched import subjects

Numbers = npt.NDArray[np.int64]
"""They do not overflow: see ``Layout.is_exact``."""

_WORD = 64
MOST_KEPT = 4 * _WORD
"""So many configurations are kept; the oldest go first."""

_EXACT = 2**61
"""Sums of numbers below this do not overflow, nor does a difference of two of them."""


@dataclass(frozen=True, eq=False)
class Configuration:
    """A valid configuration of an offering: what its compiled clauses speak of.

    Attributes:
        holds: By variable; the first stands for none.
        columns: By column of the layout.
    """

    holds: Flags
    columns: Numbers


class Layout:
    """How the clauses and rows of a compiled offering stand in tables.

    A column is a number of the offering, or 0 or 1 for a literal that is counted. Variables and columns that speak of
    the same component or need form a part: whoever takes one of them from another configuration takes all.

    Attributes:
        variables: Number of the variables, which are those from the compilation; later ones follow from them.
        clauses: All but those that count, for which there are rows.
        parts: Of each variable, and of each column; products belong to none and have -1.
        products: Columns that are the product of two others.
        sums: What is about amounts.
        summed: The columns that are in them, with the factors of products.
        guards: Of each of the sums: the row of the literal under which it must be large enough.
        is_exact: Whether all numbers are small enough to be calculated with here.
        looked_up: Parts that rules speak of which are in neither clauses nor rows.
    """

    def __init__(self, offering: OfferingClauses, release: Release) -> None:
        self.variables = offering.clauses.variables
        counted = [each for each in offering.counted if each.most > 1]
        self._counted = sorted({abs(literal) for each in counted for literal in each.literals})
        first = len(offering.numbers)
        column_of = {variable: first + place for place, variable in enumerate(self._counted)}
        self._set_parts(offering, release)
        self.clauses = ClauseTable(
            clause
            for clause in (*offering.clauses.definitions, *offering.clauses.hard)
            if len({self.part_of_variable[abs(literal)] for literal in clause}) > 1
        )
        self.products = {n: number.factors for n, number in enumerate(offering.numbers) if number.factors}
        rows = [(row.guard, row.terms, row.bound) for row in offering.rows]
        for each in counted:
            terms = {column_of[abs(literal)]: -1 if literal > 0 else 1 for literal in each.literals}
            rows.append((0, terms, sum(literal < 0 for literal in each.literals) - each.most))
        self.sums = Sums([(terms, bound) for _, terms, bound in rows])
        self.summed: Places = np.array(
            sorted({n for _, terms, _ in rows for column in terms for n in (column, *self.products.get(column, ()))}),
            dtype=np.intp,
        )
        self.guards: Places = np.array([row_of(guard) if guard else ALWAYS for guard, _, _ in rows], dtype=np.intp)
        greatest = [max(abs(number.least), abs(number.most)) for number in offering.numbers] + [1] * len(column_of)
        self.is_exact = all(
            abs(bound) + sum(abs(c) * greatest[n] for n, c in terms.items()) < _EXACT for _, terms, bound in rows
        )

    def _set_parts(self, offering: OfferingClauses, release: Release) -> None:
        """Of slots for one kind all components are one part: then no two kinds come together."""
        part, known = count(), dict[str, int]()
        component_of = {literal: component for component, literal in offering.selected.items()}
        alone = [component_of[abs(literal)] for each in offering.counted if each.most == 1 for literal in each.literals]
        name_of = {component: release.components[component].family for component in alone}

        def part_of(name: str) -> int:
            name = name_of.get(name, name)
            if name not in known:
                known[name] = next(part)
            return known[name]

        of_column = [-1 if number.factors else part_of(number.name) for number in offering.numbers]
        of_variable = {
            literal: place
            for number, place in zip(offering.numbers, of_column, strict=True)
            for literal in number.steps.values()
        }
        of_variable |= {abs(literal): part_of(need) for (need, _), literal in offering.answers.items()}
        every = [of_variable[v] if v in of_variable else next(part) for v in range(self.variables + 1)]
        self.part_of_variable: Places = np.array(every, dtype=np.intp)
        of_column.extend(every[variable] for variable in self._counted)
        self.part_of_column: Places = np.array(of_column, dtype=np.intp)
        names = {*offering.units, *offering.measured, *(need for need, _ in offering.answers)}
        looked_up = names.intersection(_looked_up(offering, release))
        self.looked_up: Places = np.array(sorted({part_of(name) for name in looked_up}), dtype=np.intp)
        self.parts = next(part)

    def configuration(self, model: Sequence[int], values: Mapping[int, int]) -> Configuration:
        """A solution of the clauses, by variable, with its numbers by index."""
        holds = np.zeros(self.variables + 1, dtype=np.bool_)
        holds[1:] = np.array(model[: self.variables]) > 0
        columns = np.zeros(len(self.part_of_column), dtype=np.int64)
        columns[list(values)] = list(values.values())
        if self._counted:
            columns[-len(self._counted) :] = holds[self._counted]
        return Configuration(holds, columns)


def _looked_up(offering: OfferingClauses, release: Release) -> Iterator[str]:
    """Components and needs of the rules that are neither clauses nor rows."""
    for rule in offering.looked_up:
        for part in parts(rule.expression):
            yield from (part.name,) if isinstance(part, Name) else subjects(part, release)


class Sums:
    """Sums of columns, each with the least that it must be.

    Attributes:
        bounds: Of each sum.
        terms, coefficients: Of each sum, which columns are in it, and how often each of them counts.
    """

    def __init__(self, rows: Sequence[tuple[Mapping[int, int], int]]) -> None:
        self.bounds: Numbers = np.array([bound for _, bound in rows], dtype=np.int64)
        self.terms: list[Places] = [np.array(list(terms), dtype=np.intp) for terms, _ in rows]
        self.coefficients: list[Numbers] = [np.array(list(terms.values()), dtype=np.int64) for terms, _ in rows]
        entries = [(row, column, c) for row, (terms, _) in enumerate(rows) for column, c in terms.items()]
        self._entries = np.array(entries, dtype=np.int64).reshape(-1, 3).T

    def of(self, columns: Numbers) -> Numbers:
        """All sums, by row and configuration, from all columns."""
        found = np.zeros((len(self.bounds), columns.shape[1]), dtype=np.int64)
        self.add(found, np.arange(len(columns)), columns)
        return found

    def add(self, sums: Numbers, columns: Places, change: Numbers) -> None:
        """Add to all sums what some columns changed by; by column and configuration."""
        rows, column, coefficient = self._entries
        place = np.full(max(int(column.max(initial=-1)), int(columns.max(initial=-1))) + 1, -1)
        place[columns] = np.arange(len(columns))
        touched = place[column] >= 0
        if not touched.any():
            return
        rows, weighted = rows[touched], coefficient[touched, None] * change[place[column[touched]]]
        starts = np.flatnonzero(np.diff(rows, prepend=-1))
        sums[rows[starts]] += np.add.reduceat(weighted, starts, axis=0)


class Kept:
    """The last configurations that were found for one market, side by side.

    Attributes:
        truth: By row of a literal; places not yet taken repeat the first configuration.
        columns, sums: By column of the layout, or row of sums, and configuration.
        configurations: All of them.
        masks: The options that each of them takes; bit n stands for option n.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.truth: Words = np.zeros((layout.variables + 1, MOST_KEPT // _WORD), dtype=np.uint64)
        self.columns: Numbers = np.zeros((len(layout.part_of_column), MOST_KEPT), dtype=np.int64)
        self.sums: Numbers = np.zeros((len(layout.sums.bounds), MOST_KEPT), dtype=np.int64)
        self.configurations: list[Configuration] = []
        self.masks: list[int] = []
        self._next = 0

    @property
    def words(self) -> int:
        """So many words of each row have configurations."""
        return -(-len(self.masks) // _WORD)

    def add(self, found: Configuration, mask: int) -> None:
        """Keep a configuration, in the place of the oldest where all are taken."""
        sums = self.layout.sums.of(found.columns[:, None])[:, 0]
        if not self.masks:
            self.truth[found.holds] = ~np.uint64(0)
            self.columns[:] = found.columns[:, None]
            self.sums[:] = sums[:, None]
        if len(self.masks) < MOST_KEPT:
            self.configurations.append(found)
            self.masks.append(mask)
        word, bit = divmod(self._next, _WORD)
        here = np.uint64(1 << bit)
        self.truth[:, word] = np.where(found.holds, self.truth[:, word] | here, self.truth[:, word] & ~here)
        self.columns[:, self._next] = found.columns
        self.sums[:, self._next] = sums
        self.configurations[self._next] = found
        self.masks[self._next] = mask
        self._next = (self._next + 1) % MOST_KEPT
