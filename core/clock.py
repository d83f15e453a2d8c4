"""Time is passed in, so that every date can be tested."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

Clock = Callable[[], dt.datetime]
"""Returns the present moment, timezone-aware, in UTC."""


def utc_now() -> dt.datetime:
    """The present moment in UTC; the only place that asks the machine's clock for a date."""
    return dt.datetime.now(dt.UTC)
