"""Days: as the people of a market count them, from midnight to midnight in its time zone, and as messages."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from google.type.date_pb2 import Date

from bidwright.catalog.model import Market


def zone_of(market: Market) -> ZoneInfo:
    """The time zone of a market."""
    return ZoneInfo(market.time_zone)


def today_in(market: Market, now: dt.datetime) -> dt.date:
    """The day it is in a market."""
    return now.astimezone(zone_of(market)).date()


def day_message(day: dt.date) -> Date:
    """Write a day."""
    return Date(year=day.year, month=day.month, day=day.day)


def day_of(message: Date) -> dt.date:
    """Read a day.

    Raises:
        ValueError: There is no such day, or its year or month is left out.
    """
    return dt.date(message.year, message.month, message.day)
