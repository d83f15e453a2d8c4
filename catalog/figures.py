"""Numbers and dates of portfolio files, after their shape was checked."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Mapping
from decimal import Decimal

from bidwright.core import money
from bidwright.core.errors import Faults
from bidwright.core.nearest import advice

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def number(value: str | int) -> Decimal:
    """The exact number of a decimal text or an integer."""
    return Decimal(value) if isinstance(value, int) else money.parse(value)


def numbers(values: Mapping[str, str | int]) -> dict[str, Decimal]:
    """A mapping to numbers, by key."""
    return {key: number(values[key]) for key in sorted(values)}


def places_of(value: Decimal) -> int:
    """Digits after the point, without trailing zeros."""
    text = money.plain(value)
    return len(text.partition(".")[2])


def day(text: str, where: str, faults: Faults) -> dt.date | None:
    """A date ``YYYY-MM-DD``; None and a fault where there is no such day."""
    if _DAY.fullmatch(text):  # ``fromisoformat`` reads weeks and dates without hyphens as well
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            faults.add(where, f"there is no day {text}", "Write a date of the calendar as YYYY-MM-DD.")
            return None
    faults.add(where, f"{text!r} is not a day", "Write a date of the calendar as YYYY-MM-DD.")
    return None


def known_currency(code: str, where: str, faults: Faults) -> bool:
    """Whether amounts of a currency can be computed; a fault where not."""
    if code in money.MINOR_UNITS:
        return True
    fix = f"{advice(code, money.MINOR_UNITS)} Codes are those of ISO 4217, such as EUR."
    faults.add(where, f"the currency {code!r} is not known", fix)
    return False


def known_time_zone(name: str, where: str, faults: Faults) -> None:
    """Report a time zone that the IANA database does not have."""
    if name not in zoneinfo.available_timezones():
        faults.add(where, f"the time zone {name!r} is not known", "Use an IANA name such as Europe/Berlin.")
