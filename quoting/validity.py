"""How long an offered quote can be accepted: through the end of a day, as the people of its market count days."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from google.type.date_pb2 import Date

from bidwright.core.days import day_of
from bidwright.core.errors import Fault, InvalidInput
from bidwright.quoting.states import EXPIRED, OFFERED
from bidwright.v1.quote_pb2 import Quote

DEFAULT_DAYS = 30
LONGEST_DAYS = 366


def last_day(wanted: Date | None, today: dt.date) -> dt.date:
    """Read the last day on which a quote can be accepted.

    Args:
        wanted: As it was asked for; ``DEFAULT_DAYS`` from today where None.
        today: In the market.

    Raises:
        InvalidInput: It is no day, has passed, or is more than ``LONGEST_DAYS`` ahead.
    """
    if wanted is None:
        return today + dt.timedelta(days=DEFAULT_DAYS)
    latest = today + dt.timedelta(days=LONGEST_DAYS)
    try:
        day = day_of(wanted)
    except ValueError as error:
        raise _refused(f"{wanted.year}-{wanted.month}-{wanted.day} is no day", today, latest) from error
    if not today <= day <= latest:
        raise _refused(f"{day} is not between {today} and {latest}", today, latest)
    return day


def end_of(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """The moment, in UTC, at which a day ends in a time zone; the day no longer includes it."""
    next_day = dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min, tzinfo=zone)
    return next_day.astimezone(dt.UTC)


def as_of(quote: Quote, now: dt.datetime) -> Quote:
    """A quote as it stands at a moment: one whose time has run out is expired, whether or not that is written yet."""
    if not is_due(quote, now):
        return quote
    expired = Quote()
    expired.CopyFrom(quote)
    expired.state = EXPIRED
    return expired


def is_due(quote: Quote, now: dt.datetime) -> bool:
    """Whether a quote is offered and its time has run out."""
    return quote.state == OFFERED and now >= quote.expire_time.ToDatetime(dt.UTC)


def _refused(what: str, today: dt.date, latest: dt.date) -> InvalidInput:
    fix = f"Give a day from {today} to {latest}, or leave it out for {DEFAULT_DAYS} days."
    return InvalidInput(
        f"A quote cannot be valid through that day: {what}.",
        fix=fix,
        reason="INVALID_VALID_THROUGH",
        faults=[Fault("valid_through", what, fix)],
    )
