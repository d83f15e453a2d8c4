"""Days: as the people of a market count them, from midnight to midnight in its time zone."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from bidwright.catalog.model import Market


def zone_of(market: Market) -> ZoneInfo:
    """The time zone of a market."""
    return ZoneInfo(market.time_zone)


def today_in(market: Market, now: dt.datetime) -> dt.date:
    """The day it is in a market."""
    return now.astimezone(zone_of(market)).date()
