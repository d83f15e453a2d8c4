"""Clauses over numbered variables, and what is built from them: gates, groups, counters.

Every auxiliary variable that is made here is defined in both directions, so its value follows from those it stands on:
a model has exactly as many solutions as before. Literals are whole numbers, negative for "not", as in DIMACS.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

Clause = list[int]
_PAIRWISE = 6  # up to so many features, "at most one" needs no auxiliary variables


@dataclass
class Clauses:
    """A growing set of clauses.

    Attributes:
        variables: How many there are; the highest number in use.
        hard: What is demanded so far.
        definitions: What makes auxiliary variables mean what they mean; says nothing about the others.
    """

    variables: int
    hard: list[Clause] = field(default_factory=list)
    definitions: list[Clause] = field(default_factory=list)
    _gates: dict[tuple[str, tuple[int, ...]], int] = field(default_factory=dict)
    _true: int = 0

    def new(self) -> int:
        """A new variable."""
        self.variables += 1
        return self.variables

    def add(self, *literals: int) -> None:
        """Demand that one of the literals holds."""
        self.hard.append(list(literals))

    def define(self, *clauses: Iterable[int]) -> None:
        """Say what an auxiliary variable means."""
        self.definitions.extend(map(list, clauses))

    @property
    def true(self) -> int:
        """A literal that always holds."""
        if not self._true:
            self._true = self.new()
            self.define([self._true])
        return self._true

    def constant(self, value: bool) -> int:  # noqa: FBT001 - it is the value itself
        """The literal of a truth."""
        return self.true if value else -self.true

    def both(self, literals: Iterable[int]) -> int:
        """A literal that holds exactly when all of these do."""
        distinct = set(literals)
        distinct.discard(self._true)
        if (self._true and -self._true in distinct) or any(-each in distinct for each in distinct):
            return self.constant(value=False)
        parts = sorted(distinct)
        if not parts:
            return self.true
        if len(parts) == 1:
            return parts[0]
        key = ("and", tuple(parts))
        if key not in self._gates:
            gate = self._gates[key] = self.new()
            self.define([gate, *(-each for each in parts)], *([-gate, each] for each in parts))
        return self._gates[key]

    def either(self, literals: Iterable[int]) -> int:
        """A literal that holds exactly when one of these does."""
        return -self.both(-each for each in literals)

    def same(self, left: int, right: int) -> int:
        """A literal that holds exactly when both do, or neither."""
        if abs(left) == abs(right):
            return self.constant(left == right)
        sign = 1 if (left > 0) == (right > 0) else -1
        first, second = sorted((abs(left), abs(right)))
        key = ("same", (first, second))
        if key not in self._gates:
            gate = self._gates[key] = self.new()
            self.define(
                [-gate, -first, second], [-gate, first, -second], [gate, first, second], [gate, -first, -second]
            )
        return sign * self._gates[key]

    def choice(self, condition: int, yes: int, no: int) -> int:
        """A literal that is ``yes`` where the condition holds, and ``no`` elsewhere."""
        if yes == no:
            return yes
        if self._true and abs(yes) == self._true and abs(no) == self._true:
            return condition if yes == self._true else -condition
        key = ("choice", (condition, yes, no))
        if key not in self._gates:
            gate = self._gates[key] = self.new()
            self.define([-gate, -condition, yes], [gate, -condition, -yes], [-gate, condition, no])
            self.define([gate, condition, -no], [-gate, yes, no], [gate, -yes, -no])
        return self._gates[key]

    def at_most_one(self, literals: Sequence[int]) -> None:
        """Demand that at most one of the literals holds."""
        layer = list(literals)
        while len(layer) > _PAIRWISE:  # a tree of pairs: deciding one literal reaches few others
            pairs = list(zip(layer[::2], layer[1::2], strict=False))
            for first, second in pairs:
                self.add(-first, -second)
            layer = [*map(self.either, pairs), *layer[2 * len(pairs) :]]
        for index, first in enumerate(layer):
            for second in layer[index + 1 :]:
                self.add(-first, -second)

    def within(self, literals: Sequence[int], least: int, most: int) -> int:
        """A literal that holds exactly when ``least`` to ``most`` of these do.

        Built from the last literal backwards: a node for each number that may hold among those before, as long as that
        number does not decide already.
        """
        count = len(literals)
        after: dict[int, int] = {}

        def node(index: int, had: int) -> int:
            if had > most or had + count - index < least:
                return self.constant(value=False)
            if had >= least and had + count - index <= most:
                return self.constant(value=True)
            return after[had]

        for index in range(count - 1, -1, -1):
            open_numbers = range(max(0, least - count + index), min(index, most) + 1)
            after = {
                had: self.choice(literals[index], node(index + 1, had + 1), node(index + 1, had))
                for had in open_numbers
                if not (had >= least and had + count - index <= most)
            }
        return node(0, 0)
