"""Prices of running contracts that follow an index."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import prod

from bidwright.catalog.price_entry import IndexSeries
from bidwright.core.errors import InvalidInput
from bidwright.core.money import plain


@dataclass(frozen=True, kw_only=True)
class Move:
    """What an index does to a price on a day.

    Attributes:
        old_index: On the day on which the price moved last.
        factor: What the price is multiplied by, exact.
        waits: Whether the index moved too little: its move then counts on the next day.
        why: The reason in words.
    """

    day: dt.date
    old_index: Decimal
    new_index: Decimal
    factor: Fraction
    why: str
    waits: bool = False


def index_price(old: Decimal | Fraction, series: IndexSeries, since: dt.date, until: dt.date) -> Fraction:
    """What a price of one day is on another day by an index, exact; who charges it rounds it once.

    Of a series without limits, going from one day to a second and from there to a third gives what going to the third
    gives.

    Args:
        old: The price on ``since``.
        series: Published values, and how prices follow them.
        since: Day of the old price.
        until: Day of the new price; of a series without limits it may be earlier.

    Raises:
        InvalidInput: ``INDEX_NOT_KNOWN``: one of the days is before the first value of the series.
    """
    return prod((move.factor for move in moves(series, since, until)), start=Fraction(old))


def moves(series: IndexSeries, since: dt.date, until: dt.date) -> list[Move]:
    """The days on which prices may move, in order, with what happens on each; arguments as ``index_price``."""
    found = []
    reached = value_on(series, since)
    for day in _days(series, since, until):
        index = value_on(series, day)
        move = _move(series, day, reached, index)
        found.append(move)
        if not move.waits:
            reached = index
    return found


def value_on(series: IndexSeries, date: dt.date) -> Decimal:
    """The last value that begins to hold on a day or before it.

    Raises:
        InvalidInput: ``INDEX_NOT_KNOWN``.
    """
    known = [value for start, value in series.values if start <= date]
    if not known:
        raise InvalidInput(
            f"The index {series.id} has no value for {date}; its first one is of {series.values[0][0]}",
            fix="Choose a later day, or add the value to the price book.",
            reason="INDEX_NOT_KNOWN",
            facts={"index": series.id, "date": date.isoformat()},
        )
    return known[-1]


def _move(series: IndexSeries, day: dt.date, old_index: Decimal, new_index: Decimal) -> Move:
    percent = (Fraction(new_index) / Fraction(old_index) - 1) * 100
    least, rise, fall = series.threshold, series.rise_at_most, series.fall_at_most
    waits = abs(percent) < Fraction(least)
    if waits:
        factor, why = Fraction(1), f"below {plain(least)} %: counts on the next day"
    elif rise is not None and percent > Fraction(rise):
        factor, why = 1 + Fraction(rise) / 100, f"rises by {plain(rise)} % at most"
    elif fall is not None and percent < -Fraction(fall):
        factor, why = 1 - Fraction(fall) / 100, f"falls by {plain(fall)} % at most"
    else:
        factor, why = 1 + percent / 100, "as the index"
    return Move(day=day, old_index=old_index, new_index=new_index, factor=factor, why=why, waits=waits)


def _days(series: IndexSeries, since: dt.date, until: dt.date) -> Iterator[dt.date]:
    """The days on which a price may move, in order: the same day of later months, or the last one of a shorter one."""
    if series.every_months is None:
        yield until
        return
    start = since.year * 12 + since.month - 1
    for count in range(start + series.every_months, until.year * 12 + until.month, series.every_months):
        year, month = count // 12, count % 12 + 1
        day = dt.date(year, month, min(since.day, calendar.monthrange(year, month)[1]))
        if day <= until:
            yield day
