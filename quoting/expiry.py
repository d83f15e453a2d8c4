"""Writes down which quotes have expired. Reads do not wait for it: ``validity.as_of`` says what has expired already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from bidwright.core.errors import Conflicting
from bidwright.quoting import events
from bidwright.quoting.records import QUOTE, expiry_index, put_quote, quotes_index, stored_quote
from bidwright.quoting.states import OFFERED, Move
from bidwright.storage.changes import Change
from bidwright.storage.records import Record, Store

_HOUR = dt.timedelta(hours=1)
_LONGEST_CATCH_UP = dt.timedelta(days=7)


class Expiry:
    """Writes expired quotes of all accounts; any number of processes may do so at the same time.

    The first sweep looks at every offered quote, later ones at those of the hours since the one before.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._swept_until: dt.datetime | None = None

    async def expire_due(self, now: dt.datetime) -> int:
        """Write every offered quote whose time has run out as expired; return how many were written by this call."""
        written = 0
        for index in self._indexes(now):
            async for record in self._store.every(QUOTE, index=index):
                written += await self._expire(record, now)
        self._swept_until = now
        return written

    def _indexes(self, now: dt.datetime) -> Iterator[str | None]:
        swept = self._swept_until
        if swept is None or not now - _LONGEST_CATCH_UP < swept <= now:
            yield quotes_index(OFFERED, "")
            return
        # One hour more than has passed: the clocks of several machines may differ.
        hour = swept - _HOUR
        while hour < now:
            yield expiry_index(hour)
            hour += _HOUR
        yield expiry_index(now)

    async def _expire(self, record: Record, now: dt.datetime) -> int:
        stored = stored_quote(record, now)
        if not stored.has_lapsed:
            return 0
        quote = stored.quote
        quote.update_time.FromDatetime(now)
        put = put_quote(quote, before=stored.version)
        event = events.quote_moved(quote, Move.EXPIRE, actor=events.SYSTEM, now=now)
        try:
            await self._store.commit(record.account, Change([put], events=[event]))
        except Conflicting:
            # Another process has expired it, or somebody has revised it: either way it is no longer due.
            return 0
        return 1
