"""Whole numbers that clauses speak of by steps, and rows: sums of such numbers that must be large enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bidwright.configurator.clauses import Clause, Clauses

Box = tuple[int, int]
"""The least and the greatest value that some solution of the clauses leaves a number."""


@dataclass
class Number:
    """The units of a component, the answer to a need, or the product of two such numbers.

    Attributes:
        least, most: What it can be at all.
        steps: Ascending; value -> the literal of "at least so many". Others are made when they are first asked for.
        factors: Indices of the two numbers it is the product of; none where it stands for itself.
    """

    name: str
    least: int
    most: int
    steps: dict[int, int] = field(default_factory=dict)
    factors: tuple[int, ...] = ()

    def at_least(self, value: int, clauses: Clauses) -> int:
        """The literal of "at least so many"."""
        if value <= self.least or value > self.most:
            return clauses.constant(value <= self.least)
        if value not in self.steps:
            literal = clauses.new()
            below = max((step for step in self.steps if step < value), default=None)
            above = min((step for step in self.steps if step > value), default=None)
            if below is not None:
                clauses.add(-literal, self.steps[below])
            if above is not None:
                clauses.add(-self.steps[above], literal)
            self.steps[value] = literal
            self.steps = dict(sorted(self.steps.items()))
        return self.steps[value]

    def box(self, model: Sequence[int]) -> Box:
        """What a solution of the clauses leaves of it, given the literals that hold, by variable."""
        least = self.least
        for value, literal in self.steps.items():
            if model[literal - 1] < 0:
                return least, value - 1
            least = value
        return least, self.most


@dataclass(frozen=True)
class Row:
    """Demands that coefficient x number, summed, is at least ``bound`` wherever the literal ``guard`` holds.

    Attributes:
        guard: 0 where it always holds.
        terms: Index of a number -> coefficient, never 0.
    """

    guard: int
    terms: Mapping[int, int]
    bound: int

    def broken_clause(self, numbers: Sequence[Number], boxes: Mapping[int, Box], clauses: Clauses) -> Clause:
        """Why the row cannot hold within the boxes, as a clause that every configuration meets.

        Args:
            numbers: All numbers.
            boxes: Index -> box; numbers that are missing are 0.
            clauses: Takes steps that are new.
        """
        reach = {n: self._reach(c, boxes.get(n, (0, 0))) for n, c in self.terms.items()}
        spare = self.bound - 1 - sum(reach.values())
        blamed: list[tuple[int, int]] = []
        for index, coefficient in self.terms.items():
            number = numbers[index]
            loss = self._reach(coefficient, (number.least, number.most)) - reach[index]
            if loss:
                blamed.append((loss, index))
        clause = [-self.guard] if self.guard else []
        for loss, index in sorted(blamed):
            if loss <= spare:
                spare -= loss  # even without this number's bounds the row could not hold
            else:
                clause.extend(_outside(index, self.terms[index], numbers, boxes, clauses))
        return list(dict.fromkeys(clause))

    @staticmethod
    def _reach(coefficient: int, box: Box) -> int:
        return coefficient * box[coefficient > 0]


def _outside(
    index: int, coefficient: int, numbers: Sequence[Number], boxes: Mapping[int, Box], clauses: Clauses
) -> list[int]:
    """Literals of which one holds wherever a number is beyond the end of its box that counts."""
    number, (least, most) = numbers[index], boxes.get(index, (0, 0))
    if number.factors:
        ends = [(factor, sign) for factor in number.factors for sign in (1, -1)]
        return [literal for factor, sign in ends for literal in _outside(factor, sign, numbers, boxes, clauses)]
    beyond = number.at_least(most + 1, clauses) if coefficient > 0 else -number.at_least(least, clauses)
    return [] if beyond == -clauses.true else [beyond]


def product_box(boxes: Sequence[Box]) -> Box:
    """What the product of two numbers can be."""
    corners = [a * b for a in boxes[0] for b in boxes[1]]
    return min(corners), max(corners)
