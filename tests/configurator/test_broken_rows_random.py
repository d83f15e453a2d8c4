"""Clauses of random rows that cannot hold, against trying every value of their numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from draws import drawn
from hypothesis import given, settings
from hypothesis import strategies as st

from bidwright.configurator.broken_rows import BrokenRows
from bidwright.configurator.compiled_offering import OfferingClauses
from bidwright.configurator.offering_numbers import Box, Number, Row, product_box

Truth = dict[int, bool]


@dataclass(frozen=True)
class _Case:
    """Numbers, products of two of them, rows of which some have a guard, and what is left of each number."""

    widest: tuple[Box, ...]
    stepped: tuple[tuple[int, ...], ...]
    factors: tuple[tuple[int, int], ...]
    rows: tuple[tuple[int, dict[int, int], int], ...]
    guards: tuple[bool | None, bool | None]
    boxes: tuple[Box, ...]


@st.composite
def _boxes(draw: st.DrawFn) -> Box:
    least = draw(st.integers(-2, 2))
    return least, draw(st.integers(least, least + 3))


@st.composite
def _cases(draw: st.DrawFn) -> _Case:
    widest = tuple(draw(st.lists(_boxes(), min_size=1, max_size=3)))
    stepped = tuple(
        tuple(value for value in range(least + 1, most + 1) if draw(st.integers(0, 3))) for least, most in widest
    )
    places = st.integers(0, len(widest) - 1)
    factors = tuple(draw(st.lists(st.tuples(places, places), max_size=2)))
    terms = st.dictionaries(st.integers(0, len(widest) + len(factors) - 1), st.integers(-4, 4).filter(bool), max_size=4)
    rows = tuple(draw(st.lists(st.tuples(st.sampled_from([0, 1, 2, -1]), terms, st.integers(-9, 9)), max_size=4)))
    boxes = []
    for (least, most), steps in zip(widest, stepped, strict=True):
        low = draw(st.sampled_from([least, *steps]))
        boxes.append((low, draw(st.sampled_from([*(one - 1 for one in steps if one > low), most]))))
    known = st.sampled_from([None, True, False])
    return _Case(widest, stepped, factors, rows, (draw(known), draw(known)), tuple(boxes))


class _Compiled:
    """A case as clauses and rows, and what each choice of values makes of the literals."""

    def __init__(self, case: _Case) -> None:
        self.case, self.offering = case, OfferingClauses()
        clauses = self.offering.clauses
        self.guards = (clauses.new(), clauses.new())
        for (least, most), steps in zip(case.widest, case.stepped, strict=True):
            number = Number("", least, most)
            for step in steps:
                number.at_least(step, clauses)
            self.offering.numbers.append(number)
        for pair in case.factors:
            least, most = product_box([case.widest[factor] for factor in pair])
            self.offering.numbers.append(Number("", least, most, factors=pair))
        self.offering.rows.extend(
            Row(guard and (self.guards[abs(guard) - 1] if guard > 0 else -self.guards[abs(guard) - 1]), terms, bound)
            for guard, terms, bound in case.rows
        )

    def literals(self) -> list[int]:
        """What is known by the guards and the boxes."""
        found = [
            guard if known else -guard
            for guard, known in zip(self.guards, self.case.guards, strict=True)
            if known is not None
        ]
        for number, (low, high) in zip(self.offering.numbers, self.case.boxes, strict=False):
            found += [literal for value, literal in number.steps.items() if value <= low]
            found += [-literal for value, literal in number.steps.items() if value > high]
        return found

    def meeting(self, boxes: tuple[Box, ...]) -> Iterator[tuple[tuple[int, ...], tuple[bool, bool]]]:
        """All values within boxes, with guards, that meet the rows."""
        for values in product(*(range(low, high + 1) for low, high in boxes)):
            whole = (*values, *(values[a] * values[b] for a, b in self.case.factors))
            for guards in product([False, True], repeat=2):
                if all(
                    (guard and guards[abs(guard) - 1] != (guard > 0))
                    or sum(factor * whole[number] for number, factor in terms.items()) >= bound
                    for guard, terms, bound in self.case.rows
                ):
                    yield whole, guards

    def is_broken(self, guard: int, terms: dict[int, int], bound: int) -> bool:
        """Whether a row is known to count, and is too small with each number by itself at its better end."""
        counts = not guard or self.case.guards[abs(guard) - 1] is (guard > 0)
        boxes = list(self.case.boxes)
        for pair in self.case.factors:
            ends = [x * y for x, y in product(*(self.case.boxes[factor] for factor in pair))]
            boxes.append((min(ends), max(ends)))
        return counts and sum(max(factor * end for end in boxes[number]) for number, factor in terms.items()) < bound

    def truth(self, values: tuple[int, ...], guards: tuple[bool, bool]) -> Truth:
        found = {self.offering.clauses.true: True, **dict(zip(self.guards, guards, strict=True))}
        for number, value in zip(self.offering.numbers, values, strict=True):
            found |= {literal: value >= step for step, literal in number.steps.items()}
        return found


@settings(max_examples=drawn(200))
@given(_cases())
def test_whatever_meets_the_rows_meets_the_clauses_and_what_is_known_breaks_them(case: _Case) -> None:
    compiled = _Compiled(case)
    known = compiled.literals()
    clauses = BrokenRows(compiled.offering).clauses(known)
    for values, guards in compiled.meeting(case.widest):
        truth = compiled.truth(values, guards)
        assert all(any(truth[abs(literal)] == (literal > 0) for literal in clause) for clause in clauses)
    assert bool(clauses) == any(compiled.is_broken(*row) for row in case.rows)
    for values, guards in compiled.meeting(case.boxes) if clauses else ():
        truth = compiled.truth(values, guards)
        assert not all(truth[abs(literal)] == (literal > 0) for literal in known)
