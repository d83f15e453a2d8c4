"""Days as messages."""

from __future__ import annotations

import datetime as dt

from google.type.date_pb2 import Date


def day_message(day: dt.date) -> Date:
    """Write a day."""
    return Date(year=day.year, month=day.month, day=day.day)


def day_of(message: Date) -> dt.date:
    """Read a day.

    Raises:
        ValueError: There is no such day, or its year or month is left out.
    """
    return dt.date(message.year, message.month, message.day)


def day_text(message: Date) -> str:
    """Write a day as people and files do: ``2026-11-22``; parts that are left out are zeros."""
    return f"{message.year:04}-{message.month:02}-{message.day:02}"
