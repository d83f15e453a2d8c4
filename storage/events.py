"""Events of an account: read from a position, or followed as they happen."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from bidwright.core.errors import InvalidInput, NotFound
from bidwright.storage import keys
from bidwright.storage.connection import Engine

START = "0"
"""The position before the first event."""

_POSITION = re.compile(r"\d{1,20}(-\d{1,20})?")
_BEYOND = 2**64 - 1  # of each half of a position, in the engine; nothing comes after the last one
_BATCH = 100
_BLOCK_MS = 2_000


@dataclass(frozen=True)
class StoredEvent:
    """One event.

    Attributes:
        position: Where it stands in the account's stream; give it as ``after`` to get what follows.
        body: What was appended.
    """

    position: str
    body: bytes


class Events:
    """Reads the event streams that ``Store.commit`` writes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def read(self, account: str, *, after: str = START, limit: int = _BATCH) -> list[StoredEvent]:
        """Return up to ``limit`` events after a position, oldest first.

        Raises:
            InvalidInput: The position is not one that an event had.
            NotFound: The event there is no longer kept, so others after it may be gone as well (``EVENTS_DROPPED``).
        """
        asked = _numbers(after)
        name = keys.events(account)
        oldest, rows = await self._engine.read_all(
            [("XRANGE", name, "-", "+", "COUNT", 1), ("XRANGE", name, f"({after}", "+", "COUNT", limit)]
        )
        if oldest and (0, 0) < asked < _numbers(oldest[0][0].decode()):
            raise _dropped(after)
        return _events(rows)

    async def follow(self, account: str, *, after: str = START) -> AsyncIterator[StoredEvent]:
        """Give the events after a position and then each new one, without end; cancel it to stop.

        Raises:
            InvalidInput: The position is not one that an event had.
            NotFound: The follower is so slow, or comes so late, that events may be gone (``EVENTS_DROPPED``).
            Unavailable: The engine was gone for longer than a restart takes; follow again from the last position.
        """
        wait = ("XREAD", "COUNT", 1, "BLOCK", _BLOCK_MS, "STREAMS", keys.events(account))
        while True:
            batch = await self.read(account, after=after)
            for event in batch:
                after = event.position
                yield event
            if not batch:
                await self._engine.run(*wait, after, repeat=True)


def _events(rows: Any) -> list[StoredEvent]:
    return [StoredEvent(position.decode(), bytes(fields[1])) for position, fields in rows]


def _numbers(position: str) -> tuple[int, int]:
    """Return the two numbers by which positions are ordered: milliseconds, and a count within one."""
    milliseconds, _, count = position.partition("-")
    if not _POSITION.fullmatch(position) or max(int(milliseconds), int(count or 0)) >= _BEYOND:
        raise InvalidInput(
            f"{position[:60]!r} is not the position of an event.",
            fix=f"Pass the position of the last event received, or {START} to start from the first one kept.",
            reason="INVALID_EVENT_POSITION",
        )
    return int(milliseconds), int(count or 0)


def _dropped(position: str) -> NotFound:
    return NotFound(
        f"The event at {position} is no longer kept, and events after it may be gone with it.",
        fix=f"Read the records themselves, which hold the present state, then follow from {START}.",
        reason="EVENTS_DROPPED",
        facts={"position": position},
    )
