"""Prices of running contracts that follow an index, or a formula of several."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import prod

from bidwright.catalog.price_entry import IndexSeries
from bidwright.core.errors import InvalidInput
from bidwright.core.money import plain

Published = tuple[dt.date, Decimal]
"""The day from which a value of a series holds, and the value."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A series on two days, and how much of a price follows it.

    Attributes:
        percent: From 0 to 100.
    """

    series: IndexSeries
    percent: Decimal
    old: Published
    new: Published

    @property
    def change(self) -> Fraction:
        """What it adds to each 1 of a price, exact."""
        return Fraction(self.percent) / 100 * (Fraction(self.new[1]) / Fraction(self.old[1]) - 1)


@dataclass(frozen=True, kw_only=True)
class Move:
    """What an index does to a price on a day.

    Attributes:
        parts: From the day on which the price moved last to this one.
        factor: What the price is multiplied by, exact.
        waits: Whether the index moved too little: its move then counts on the next day.
        why: The reason in words.
    """

    day: dt.date
    parts: tuple[Part, ...]
    factor: Fraction
    why: str
    waits: bool = False


def index_price(old: Decimal | Fraction, series: IndexSeries, since: dt.date, until: dt.date) -> Fraction:
    """What a price of one day is on another day by an index, exact; who charges it rounds it once.

    Of a series without limits, going from one day to a second and from there to a third gives what going to the third
    gives. Of a formula it does not: each move takes its shares of the price that the one before came to.

    Args:
        old: The price on ``since``.
        series: Published values or a formula of several, and how prices follow them.
        since: Day of the old price.
        until: Day of the new price; of a series without limits it may be earlier.

    Raises:
        InvalidInput: ``INDEX_NOT_KNOWN``: as ``value_on``, of one of the days.
    """
    return prod((move.factor for move in moves(series, since, until)), start=Fraction(old))


def moves(series: IndexSeries, since: dt.date, until: dt.date) -> list[Move]:
    """The days on which prices may move, in order, with what happens on each; arguments as ``index_price``."""
    found = []
    reached = [value_on(part, since) for part, _ in series.parts]
    for day in _days(series, since, until):
        values = [value_on(part, day) for part, _ in series.parts]
        move = _move(series, day, _parts(series, reached, values))
        found.append(move)
        if not move.waits:
            reached = values
    return found


def parts_between(series: IndexSeries, since: dt.date, until: dt.date) -> tuple[Part, ...]:
    """The last values that were published for two days, however long before.

    Raises:
        InvalidInput: ``INDEX_NOT_KNOWN``: one of the days is before the first value of a series.
    """
    old, new = ([_last_published(part, day) for part, _ in series.parts] for day in (since, until))
    return _parts(series, old, new)


def value_on(series: IndexSeries, date: dt.date) -> Published:
    """The last value that begins to hold on a day or before it.

    Raises:
        InvalidInput: ``INDEX_NOT_KNOWN``: the day is before the first value; or the last one is so old that the next
            should have been published.
    """
    start, value = _last_published(series, date)
    every = series.published_every_months
    if every is None or date < (end := _months_after(start, every)):
        return start, value
    raise _not_known(
        series,
        date,
        f"the last one is of {start}, and they are published every {every} months",
        f"Choose a day before {end}, or add what was published since to the price book.",
    )


def _last_published(series: IndexSeries, date: dt.date) -> Published:
    known = [published for published in series.values if published[0] <= date]
    if known:
        return known[-1]
    why = f"its first one is of {series.values[0][0]}"
    raise _not_known(series, date, why, "Choose a later day, or add the value to the price book.")


def _not_known(series: IndexSeries, date: dt.date, why: str, fix: str) -> InvalidInput:
    return InvalidInput(
        f"The index {series.id} has no value for {date}; {why}",
        fix=fix,
        reason="INDEX_NOT_KNOWN",
        facts={"index": series.id, "date": date.isoformat()},
    )


def _parts(series: IndexSeries, old: Sequence[Published], new: Sequence[Published]) -> tuple[Part, ...]:
    return tuple(
        Part(series=part, percent=percent, old=before, new=after)
        for (part, percent), before, after in zip(series.parts, old, new, strict=True)
    )


def _move(series: IndexSeries, day: dt.date, parts: tuple[Part, ...]) -> Move:
    percent = 100 * sum((part.change for part in parts), Fraction(0))
    least, rise, fall = series.threshold, series.rise_at_most, series.fall_at_most
    waits = abs(percent) < Fraction(least)
    if waits:
        factor, why = Fraction(1), f"below {plain(least)} %: counts on the next day"
    elif rise is not None and percent > Fraction(rise):
        factor, why = 1 + Fraction(rise) / 100, f"rises by {plain(rise)} % at most"
    elif fall is not None and percent < -Fraction(fall):
        factor, why = 1 - Fraction(fall) / 100, f"falls by {plain(fall)} % at most"
    else:
        factor, why = 1 + percent / 100, "as the formula" if series.shares else "as the index"
    return Move(day=day, parts=parts, factor=factor, why=why, waits=waits)


def _days(series: IndexSeries, since: dt.date, until: dt.date) -> Iterator[dt.date]:
    """The days on which a price may move, in order."""
    if series.every_months is None:
        yield until
        return
    months = (until.year - since.year) * 12 + until.month - since.month
    for count in range(series.every_months, months + 1, series.every_months):
        day = _months_after(since, count)
        if day <= until:
            yield day


def _months_after(day: dt.date, months: int) -> dt.date:
    """The same day of a later month, or the last one of a shorter one; at most the last day that can be written."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > dt.MAXYEAR:
        return dt.date.max
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
