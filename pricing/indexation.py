"""Prices of running contracts that follow an index."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

from bidwright.catalog.price_entry import IndexSeries
from bidwright.core.errors import InvalidInput


def index_price(old: Decimal | Fraction, series: IndexSeries, since: dt.date, until: dt.date) -> Fraction:
    """What a price of one day is on another day by an index, exact; who charges it rounds it once.

    Going from one day to a second and from there to a third gives what going to the third gives.

    Args:
        old: The price on ``since``.
        series: Published values.
        since: Day of the old price.
        until: Day of the new price; it may be earlier.

    Raises:
        InvalidInput: ``INDEX_NOT_KNOWN``: one of the days is before the first value of the series.
    """
    return Fraction(old) * _value(series, until) / _value(series, since)


def _value(series: IndexSeries, date: dt.date) -> Fraction:
    """The last value that begins to hold on a day or before it."""
    reached = [value for start, value in series.values if start <= date]
    if not reached:
        raise InvalidInput(
            f"The index {series.id} has no value for {date}; its first one is of {series.values[0][0]}",
            fix="Choose a later day, or add the value to the price book.",
            reason="INDEX_NOT_KNOWN",
            facts={"index": series.id, "date": date.isoformat()},
        )
    return Fraction(reached[-1])
