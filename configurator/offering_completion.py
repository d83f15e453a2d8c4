"""From a solution of an offering's clauses to units and answers that meet its rows, or to what the clauses lack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bidwright.configurator.clauses import Clause
from bidwright.configurator.compiled_offering import OfferingClauses
from bidwright.configurator.offering_numbers import Box, product_box

_MOST_MOVES = 400
"""So often a number is changed to mend a row; rows that fight each other longer are left to a complete search."""


_EXACT = 2**62
"""Sums of whole numbers below this do not overflow; larger ones are added up in a slower way."""


@dataclass(frozen=True)
class _Attempt:
    """Values that are being mended.

    Attributes:
        model: The literals that hold, by variable.
        boxes: What each number may be; numbers that are missing are 0.
        values: Index of a number -> its value.
        sums: By row: how far it is above its bound.
    """

    model: Sequence[int]
    boxes: Mapping[int, Box]
    values: dict[int, int]
    sums: list[int]


class Completer:
    """Completes solutions of the clauses of one offering."""

    def __init__(self, offering: OfferingClauses) -> None:
        self._offering = offering
        self._rows = offering.rows
        self._ones = _Reach(offering, [(1, 1)] * len(offering.numbers))
        self._uses: list[list[tuple[int, int]]] = [[] for _ in offering.numbers]
        for index, row in enumerate(offering.rows):
            for number, coefficient in row.terms.items():
                self._uses[number].append((index, coefficient))
        self._products = {n: number.factors for n, number in enumerate(offering.numbers) if number.factors}
        self._products_of: dict[int, list[int]] = {}
        for product, factors in self._products.items():
            for factor in set(factors):
                self._products_of.setdefault(factor, []).append(product)
        self._needs = frozenset(offering.measured.values())
        self._selections = {
            n: number.steps[1]
            for n, number in enumerate(offering.numbers)
            if n not in self._needs and not number.factors
        }
        self._selected = np.array([literal - 1 for literal in self._selections.values()], dtype=np.intp)
        self._selected_numbers = np.array(list(self._selections), dtype=np.intp)
        self._wholes = _Reach(
            offering,
            [(1 if n in self._selections else number.least, number.most) for n, number in enumerate(offering.numbers)],
        )

    def completed(self, model: Sequence[int]) -> Mapping[int, int] | list[Clause]:
        """Complete a solution.

        Args:
            model: The literals that hold, by variable.

        Returns:
            Index of a number -> its value, 0 where it is missing, so that every row holds. Or clauses that every
            configuration meets and the solution does not; none where it is not known how to mend a row.
        """
        boxes = self._boxes(model)
        lessons = self._narrow(boxes, model)
        if lessons:
            return lessons
        values = {n: least for n, (least, _) in boxes.items() if n not in self._products}
        values |= {n: values.get(one, 0) * values.get(other, 0) for n, (one, other) in self._products.items()}
        sums = self._ones.sums({n: (value, value) for n, value in values.items()}, self._uses)
        attempt = _Attempt(model, boxes, values, sums)
        return values if self._mend(attempt) else []

    def _boxes(self, model: Sequence[int]) -> dict[int, Box]:
        """What the solution leaves of all numbers that may be other than 0."""
        numbers = self._offering.numbers
        selected = self._selected_numbers[np.array(model)[self._selected] > 0].tolist()
        # Most numbers have no other step than being selected, and those are not looked at one by one.
        boxes = {n: numbers[n].box(model) if len(numbers[n].steps) > 1 else self._wholes.boxes[n] for n in selected}
        for n in self._needs:
            boxes[n] = numbers[n].box(model)
        for n, factors in self._products.items():
            boxes[n] = product_box([boxes.get(factor, (0, 0)) for factor in factors])
        return boxes

    def _narrow(self, boxes: dict[int, Box], model: Sequence[int]) -> list[Clause]:
        """Take from the boxes what no row allows; where nothing is left, clauses that say why."""
        reach = self._wholes.sums(boxes, self._uses)
        broken = [row for row, most in enumerate(reach) if most < 0 and self._is_on(row, model)]
        if broken:
            return [self._broken_clause(row, boxes) for row in broken]
        reasons: dict[int, Clause] = {}
        waiting = dict.fromkeys(n for n, (least, most) in boxes.items() if least < most and n not in self._products)
        while waiting:
            number = next(iter(waiting))
            del waiting[number]
            for row, coefficient in self._uses[number]:
                least, most = boxes[number]
                spare = reach[row] // abs(coefficient)
                if most - least <= spare or not self._is_on(row, model):
                    continue
                # The row allows no more than ``spare`` steps from the end of the box that is best for it.
                box = (most - spare, most) if coefficient > 0 else (least, least + spare)
                gone = (least, box[0] - 1) if coefficient > 0 else (box[1] + 1, most)
                clause = self._broken_clause(row, {**boxes, number: gone})
                end = self._offering.at_least(number, box[0] if coefficient > 0 else box[1] + 1)
                reasons[end if coefficient > 0 else -end] = clause
                boxes[number] = box
                for other, effect in self._uses[number]:
                    lost = (most - box[1]) if effect > 0 else (box[0] - least)
                    reach[other] -= abs(effect) * lost
                    if lost:
                        if reach[other] < 0 and self._is_on(other, model):
                            return _closure(self._broken_clause(other, boxes), reasons)
                        waiting |= dict.fromkeys(
                            n for n in self._rows[other].terms if n in boxes and boxes[n][0] < boxes[n][1]
                        )
        return []

    def _broken_clause(self, row: int, boxes: Mapping[int, Box]) -> Clause:
        return self._rows[row].broken_clause(self._offering.numbers, boxes, self._offering.clauses)

    def _is_on(self, row: int, model: Sequence[int]) -> bool:
        guard = self._rows[row].guard
        return not guard or (model[abs(guard) - 1] > 0) == (guard > 0)

    def _mend(self, attempt: _Attempt) -> bool:
        """Raise values until all rows hold; whether they do. Nothing is lowered, so it does not go round in circles."""
        below = dict.fromkeys(row for row, above in enumerate(attempt.sums) if above < 0)
        moves = 0
        while below:
            row = next(iter(below))
            if attempt.sums[row] >= 0 or not self._is_on(row, attempt.model):
                del below[row]
                continue
            moves += 1
            move = self._best_move(row, attempt)
            if move is None or moves > _MOST_MOVES:
                return False
            number, change = move
            for other, difference in self._effects(number, change, attempt.values):
                attempt.sums[other] += difference
                if attempt.sums[other] < 0:
                    below[other] = None
            attempt.values[number] += change
            for product in self._products_of.get(number, ()):
                one, two = self._products[product]
                attempt.values[product] = attempt.values.get(one, 0) * attempt.values.get(two, 0)
        return True

    def _best_move(self, row: int, attempt: _Attempt) -> tuple[int, int] | None:
        """The rise of one number that mends a row, breaks few others, and is small."""
        best: tuple[tuple[int, int, int, int], int, int] | None = None
        lack = -attempt.sums[row]
        for number, coefficient in self._movable(row, attempt):
            change = min(-(-lack // coefficient), attempt.boxes[number][1] - attempt.values[number])
            if not change:
                continue
            harm = sum(
                1
                for other, difference in self._effects(number, change, attempt.values)
                if difference < 0 <= attempt.sums[other] < -difference and self._is_on(other, attempt.model)
            )
            rest = max(0, lack - abs(coefficient * change))
            key = (harm, rest, abs(change), number)
            if best is None or key < best[0]:
                best = (key, number, change)
        return None if best is None else best[1:]

    def _movable(self, row: int, attempt: _Attempt) -> Iterator[tuple[int, int]]:
        """Numbers that a row depends on and that have room, with what one more of each gives it now."""
        terms = self._rows[row].terms
        for number, (least, most) in attempt.boxes.items():
            if least == most or number in self._products:
                continue
            coefficient = terms.get(number, 0)
            for product in self._products_of.get(number, ()):
                one, other = self._products[product]
                partner = other if one == number else one
                coefficient += terms.get(product, 0) * attempt.values.get(partner, 0)
            if coefficient > 0:
                yield number, coefficient

    def _effects(self, number: int, change: int, values: Mapping[int, int]) -> Iterator[tuple[int, int]]:
        """Rows, and how much a change of a number gives them."""
        for row, coefficient in self._uses[number]:
            yield row, coefficient * change
        for product in self._products_of.get(number, ()):
            one, two = (values.get(n, 0) + (change if n == number else 0) for n in self._products[product])
            difference = one * two - values.get(product, 0)
            for row, coefficient in self._uses[product]:
                yield row, coefficient * difference


class _Reach:
    """How far rows are above their bounds, at most, where most numbers have the box that is usual for them."""

    def __init__(self, offering: OfferingClauses, boxes: Sequence[Box]) -> None:
        self.boxes = boxes
        entries = [
            (number, row, coefficient * boxes[number][coefficient > 0])
            for row, wanted in enumerate(offering.rows)
            for number, coefficient in wanted.terms.items()
        ]
        bounds = [row.bound for row in offering.rows]
        total = sum(abs(reach) for _, _, reach in entries) + sum(map(abs, bounds))
        self._numbers = np.array([number for number, _, _ in entries], dtype=np.intp)
        self._rows = np.array([row for _, row, _ in entries], dtype=np.intp)
        self._reaches = np.array([reach for _, _, reach in entries], dtype=np.int64 if total < _EXACT else object)
        self._lacks = np.array([-bound for bound in bounds], dtype=self._reaches.dtype)

    def sums(self, boxes: Mapping[int, Box], uses: Sequence[Sequence[tuple[int, int]]]) -> list[int]:
        """By row, given the boxes of numbers, and of each number the rows and coefficients that it has."""
        usual = np.zeros(len(self.boxes), dtype=np.bool_)
        usual[[number for number, box in boxes.items() if box == self.boxes[number]]] = True
        there = usual[self._numbers]
        found = self._lacks.copy()
        np.add.at(found, self._rows[there], self._reaches[there])
        sums: list[int] = found.tolist()
        for number, box in boxes.items():
            if box != self.boxes[number]:
                for row, coefficient in uses[number]:
                    sums[row] += coefficient * box[coefficient > 0]
        return sums


def _closure(clause: Clause, reasons: Mapping[int, Clause]) -> list[Clause]:
    """A clause, and what it stands on: the reason of every literal that it denies, and so on."""
    found, waiting = [clause], [clause]
    told: set[int] = set()
    while waiting:
        for literal in waiting.pop():
            if -literal in reasons and -literal not in told:
                told.add(-literal)
                found.append(reasons[-literal])
                waiting.append(reasons[-literal])
    return found
