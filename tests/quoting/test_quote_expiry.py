"""Offered quotes are valid through the end of a day, where the market's people live."""

from __future__ import annotations

import asyncio
import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from google.type.date_pb2 import Date
from quoting_desk import NOON, SALLY, Desk, word

from bidwright.core.errors import InvalidInput, NotAllowedNow
from bidwright.quoting.expiry import Expiry
from bidwright.quoting.validity import end_of, last_day
from bidwright.v1.quoting_pb2 import ListQuotesRequest, OfferQuoteRequest

TODAY = dt.date(2026, 11, 20)


@pytest.mark.parametrize(
    ("zone", "day", "moment"),
    [
        # winter: an hour ahead of UTC
        ("Europe/Berlin", dt.date(2026, 12, 24), "2026-12-24T23:00:00+00:00"),
        # summer: two hours ahead
        ("Europe/Berlin", dt.date(2026, 7, 31), "2026-07-31T22:00:00+00:00"),
        # the day has 25 hours, as clocks go back
        ("Europe/Berlin", dt.date(2026, 10, 25), "2026-10-25T23:00:00+00:00"),
        # west of Greenwich the day ends on the next one in UTC
        ("America/New_York", dt.date(2026, 12, 24), "2026-12-25T05:00:00+00:00"),
        # clocks go forward at midnight: the next day begins at one o'clock
        ("America/Santiago", dt.date(2026, 9, 5), "2026-09-06T04:00:00+00:00"),
    ],
)
def test_a_day_ends_when_it_ends_in_its_time_zone(zone: str, day: dt.date, moment: str) -> None:
    assert end_of(day, ZoneInfo(zone)).isoformat() == moment


@pytest.mark.parametrize(
    "wanted",
    [
        # yesterday
        Date(year=2026, month=11, day=19),
        # more than a year ahead
        Date(year=2027, month=11, day=22),
        # beyond what a timestamp can tell
        Date(year=9999, month=12, day=31),
        # a month is no day
        Date(year=2026, month=12),
        # a day that the calendar does not have
        Date(year=2027, month=2, day=29),
        # nothing at all
        Date(),
        # before any calendar
        Date(year=-1, month=1, day=1),
    ],
)
def test_a_day_on_which_nothing_can_be_valid_is_refused(wanted: Date) -> None:
    with pytest.raises(InvalidInput) as refusal:
        last_day(wanted, TODAY)
    assert refusal.value.reason == "INVALID_VALID_THROUGH"


def test_today_is_enough_and_thirty_days_are_usual() -> None:
    assert last_day(Date(year=2026, month=11, day=20), TODAY) == TODAY
    assert last_day(None, TODAY) == dt.date(2026, 12, 20)


async def test_an_invalid_day_leaves_the_quote_approved(desk: Desk) -> None:
    quote = await desk.in_state("approved")
    with pytest.raises(InvalidInput):
        await desk.offer(quote.name, through=dt.date(2026, 11, 19))
    assert await desk.read(quote.name) == quote
    assert OfferQuoteRequest(name=quote.name).HasField("valid_through") is False


async def test_an_offer_is_valid_through_the_day_that_is_asked_for(desk: Desk) -> None:
    quote = await desk.in_state("approved")
    offered = await desk.offer(quote.name, through=dt.date(2026, 12, 24))
    # midnight in Berlin, whose days the market DE counts
    assert offered.expire_time.ToDatetime(dt.UTC).isoformat() == "2026-12-24T23:00:00+00:00"


async def test_a_quote_can_be_accepted_until_its_last_day_has_ended(desk: Desk) -> None:
    early, late = await desk.offered(), await desk.offered()
    end = early.expire_time.ToDatetime(dt.UTC)
    desk.now = end - dt.timedelta(microseconds=1)
    assert word((await desk.accept(early.name)).state) == "accepted"
    desk.now = end
    assert word((await desk.read(late.name)).state) == "expired"
    with pytest.raises(NotAllowedNow) as refusal:
        await desk.accept(late.name)
    assert refusal.value.message == "A quote that is expired cannot be accepted. Allowed from here: revise."


async def test_a_sweep_writes_what_has_expired_once(desk: Desk) -> None:
    due, later = await desk.offered(), await desk.in_state("approved")
    await desk.offer(later.name, through=dt.date(2027, 3, 1))
    assert await desk.expiry.expire_due(desk.now) == 0
    desk.now = due.expire_time.ToDatetime(dt.UTC)
    others = [Expiry(desk.store) for _ in range(3)]
    written = await asyncio.gather(*(one.expire_due(desk.now) for one in (desk.expiry, *others)))

    assert sum(written) == 1
    assert await desk.expiry.expire_due(desk.now) == 0
    assert word((await desk.read(later.name)).state) == "offered"
    last = (await desk.events())[-1]
    assert (last.type, last.subject, last.actor) == ("quote.expired", due.name, "principals/system")


async def test_sweeps_find_what_expired_between_them_and_after_a_long_pause(desk: Desk) -> None:
    quotes = [await desk.in_state("approved") for _ in range(3)]
    for days, quote in zip((1, 3, 60), quotes, strict=True):
        await desk.offer(quote.name, through=TODAY + dt.timedelta(days=days))
    sweeps = [NOON + dt.timedelta(hours=hours) for hours in (0, 1, 24 * 2 + 13, 24 * 4 + 13, 24 * 90)]
    written = [await desk.expiry.expire_due(moment) for moment in sweeps]
    assert written == [0, 0, 1, 1, 1]


async def test_listings_by_state_know_what_has_expired(desk: Desk) -> None:
    quote = await desk.offered()
    desk.now = quote.expire_time.ToDatetime(dt.UTC)

    async def names(state: str) -> list[str]:
        listed = await desk.reading.quotes(SALLY, ListQuotesRequest(state=f"QUOTE_STATE_{state}"))
        return [one.name for one in listed.quotes]

    assert await names("OFFERED") == []
    assert await names("EXPIRED") == [quote.name]


async def test_an_expired_quote_that_nobody_has_swept_can_be_revised(desk: Desk) -> None:
    quote = await desk.offered()
    desk.now = quote.expire_time.ToDatetime(dt.UTC)
    revised = await desk.revise(quote.name)

    assert (revised.revision, word(revised.state)) == (2, "draft")
    assert word((await desk.read(f"{quote.name}/revisions/1")).state) == "expired"
    assert [event.type for event in await desk.events()][-2:] == ["quote.expired", "quote.revised"]
    assert await desk.expiry.expire_due(desk.now) == 0
