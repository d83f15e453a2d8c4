"""Rows of an offering that cannot hold any more, by the bounds of their numbers alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from bidwright.configurator.clauses import Clause
from bidwright.configurator.compiled_offering import OfferingClauses
from bidwright.configurator.offering_numbers import Box, product_box


class BrokenRows:
    """Holds the rows of one offering against literals that hold."""

    def __init__(self, offering: OfferingClauses) -> None:
        self._offering = offering
        self._widest = {n: (number.least, number.most) for n, number in enumerate(offering.numbers)}
        self._products = {n: number.factors for n, number in enumerate(offering.numbers) if number.factors}
        self._reach = [-row.bound for row in offering.rows]
        self._uses: list[list[tuple[int, int]]] = [[] for _ in offering.numbers]
        for index, row in enumerate(offering.rows):
            for number, coefficient in row.terms.items():
                self._uses[number].append((index, coefficient))
                self._reach[index] += coefficient * self._widest[number][coefficient > 0]

    def clauses(self, literals: Collection[int]) -> list[Clause]:
        """Clauses that every configuration meets and that the literals break; none where all rows can hold.

        Args:
            literals: Whatever is known to hold, with all that follows from it one by one.
        """
        known = frozenset(literals)
        boxes = dict(self._narrowed(known))
        reach = list(self._reach)
        for number, box in boxes.items():
            for row, coefficient in self._uses[number]:
                end = coefficient > 0
                reach[row] += coefficient * (box[end] - self._widest[number][end])
        rows, numbers = self._offering.rows, self._offering.numbers
        broken = [rows[index] for index, most in enumerate(reach) if most < 0]
        left = {**self._widest, **boxes} if broken else {}
        return [
            row.broken_clause(numbers, left, self._offering.clauses)
            for row in broken
            if not row.guard or row.guard in known
        ]

    def _narrowed(self, known: Collection[int]) -> Iterator[tuple[int, Box]]:
        """Numbers that cannot be all that they could be at first, with what is left."""
        found: dict[int, Box] = {}
        for index, number in enumerate(self._offering.numbers):
            least, most = number.least, number.most
            for value, literal in number.steps.items():
                if literal in known:
                    least = value
                elif -literal in known:
                    most = value - 1
                    break
            if (least, most) != self._widest[index]:
                found[index] = (least, most)
        yield from found.items()
        for index, factors in self._products.items():
            if not found.keys().isdisjoint(factors):
                yield index, product_box([found.get(factor, self._widest[factor]) for factor in factors])
