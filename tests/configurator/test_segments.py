"""Columns of amounts as straight lines."""

from __future__ import annotations

from fractions import Fraction
from math import floor

import pytest
from draws import drawn
from hypothesis import given, settings
from hypothesis import strategies as st

from bidwright.configurator.segments import Segment, segments


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ((0, 0, 0), (Segment(0, 2, Fraction(0)),)),  # nothing costs nothing
        ((0, 250, 500, 750), (Segment(0, 3, Fraction(250)),)),  # one price
        ((0, 10, 20, 24, 32), (Segment(0, 2, Fraction(10)), Segment(3, 4, Fraction(8)))),  # all at 8 from 3 units on
        ((0, 13, 25, 38), (Segment(0, 3, Fraction(25, 2)),)),  # 12.5, rounded half up: 12.5, 25, 37.5
        ((0, -3, -6), (Segment(0, 2, Fraction(-3)),)),  # what a package saves
        (
            (0, *[100] * 10),  # one amount for any number of units
            (Segment(0, 0, Fraction(0)), Segment(1, 10, Fraction(0), Fraction(100))),
        ),
        (
            (0, *(200 + 50 * n for n in range(1, 8)), *(400 + 25 * n for n in range(8, 12))),  # graduated, with a fee
            (
                Segment(0, 0, Fraction(0)),
                Segment(1, 8, Fraction(50), Fraction(200)),
                Segment(9, 11, Fraction(25), Fraction(400)),
            ),
        ),
    ],
)
def test_a_column_is_cut_where_its_unit_price_changes(column: tuple[int, ...], expected: tuple[Segment, ...]) -> None:
    assert segments(column) == expected


@settings(max_examples=drawn(200))
@given(st.lists(st.integers(-1000, 1000), max_size=30))
def test_segments_give_back_every_column(amounts: list[int]) -> None:
    column = (0, *amounts)
    found = segments(column)
    assert [s.first for s in found] == [0, *(s.last + 1 for s in found[:-1])]
    for segment in found:
        for units in range(segment.first, segment.last + 1):
            assert floor(segment.slope * units + segment.offset) == column[units]


def test_a_column_that_starts_above_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no units cost 5"):
        segments((5, 10))
