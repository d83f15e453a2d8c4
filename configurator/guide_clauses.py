"""Clauses held against many configurations at once: each of them is a bit of the words that stand for a literal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from bidwright.configurator.clauses import Clause

Words = npt.NDArray[np.uint64]
"""By row: the configurations in which something holds, 64 to a word."""

Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]

NEVER, ALWAYS = 0, 1
"""The rows of what never and what always holds."""


def row_of(literal: int) -> int:
    """The row of a literal: of variable v it is 2 v, of its opposite 2 v + 1."""
    return 2 * abs(literal) + (literal < 0)


class Impossible(Exception):
    """The clauses prove that there is no such configuration.

    Attributes:
        blamed: Assumptions that cannot hold together.
    """

    def __init__(self, blamed: Sequence[int] = ()) -> None:
        super().__init__("there is no such configuration")
        self.blamed = tuple(blamed)


class ClauseTable:
    """Clauses that do not change, those of like length side by side."""

    def __init__(self, clauses: Iterable[Clause]) -> None:
        alike: dict[int, list[Sequence[int]]] = {}
        for clause in clauses:
            rows = [row_of(literal) for literal in clause]
            width = 1 << (len(rows) - 1).bit_length()
            alike.setdefault(width, []).append(rows + [NEVER] * (width - len(rows)))
        self._tables: list[Places] = [np.array(alike[width], dtype=np.intp) for width in sorted(alike)]
        self._variables = [table >> 1 for table in self._tables]

    def broken(self, truth: Words, changed: Flags | None = None) -> Iterator[tuple[Places, Words]]:
        """Clauses that some configurations break: the literals' rows, padded with ``NEVER``, and the configurations.

        Args:
            truth: By row, where a literal holds.
            changed: By variable; only clauses with one of these are looked at. All of them where nothing is given.
        """
        for table, variables in zip(self._tables, self._variables, strict=True):
            looked_at = table if changed is None else table[changed[variables].any(axis=1)]
            if not len(looked_at):
                continue
            holds = truth[looked_at[:, 0]]
            for column in range(1, looked_at.shape[1]):
                holds |= truth[looked_at[:, column]]
            missing = ~holds
            found = missing.any(axis=1)
            if found.any():
                yield looked_at[found], missing[found]
