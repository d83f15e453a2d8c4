"""Events of an account: read from a position, or followed as they happen."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from bidwright.core.errors import InvalidInput
from bidwright.storage import keys
from bidwright.storage.connection import Engine

START = "0"
"""The position before the first event."""

_POSITION = re.compile(r"\d{1,20}(-\d{1,20})?")
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
        """
        _check_position(after)
        rows = await self._engine.run("XRANGE", keys.events(account), f"({after}", "+", "COUNT", limit, repeat=True)
        return _events(rows)

    async def last_position(self, account: str) -> str:
        """Return the position of the newest event, ``START`` if there is none: follow from here for new ones only."""
        rows = await self._engine.run("XREVRANGE", keys.events(account), "+", "-", "COUNT", 1, repeat=True)
        return _events(rows)[0].position if rows else START

    async def follow(self, account: str, *, after: str = START) -> AsyncIterator[StoredEvent]:
        """Give the events after a position and then each new one, without end; cancel it to stop.

        Raises:
            InvalidInput: The position is not one that an event had.
            Unavailable: The engine was gone for longer than a restart takes; follow again from the last position.
        """
        _check_position(after)
        name = keys.events(account)
        while True:
            reply = await self._engine.run(
                "XREAD", "COUNT", _BATCH, "BLOCK", _BLOCK_MS, "STREAMS", name, after, repeat=True
            )
            for event in _events(reply[0][1]) if reply else ():
                after = event.position
                yield event


def _events(rows: Any) -> list[StoredEvent]:
    return [StoredEvent(position.decode(), bytes(fields[1])) for position, fields in rows]


def _check_position(position: str) -> None:
    if not _POSITION.fullmatch(position):
        raise InvalidInput(
            f"{position[:60]!r} is not the position of an event.",
            fix=f"Pass the position of the last event received, or {START} to start from the first one kept.",
            reason="INVALID_EVENT_POSITION",
        )
