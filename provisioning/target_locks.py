"""Lets one run at a time change a host, over all workers; whoever finds it busy tries later and blocks nobody."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from bidwright.core.errors import Unavailable
from bidwright.provisioning.heartbeat import Beats, beside
from bidwright.provisioning.inventory import Place
from bidwright.storage.keys import SYSTEM
from bidwright.storage.leases import Lease, Leases


@dataclass(frozen=True)
class Hold:
    """The right to change a target.

    Attributes:
        fence: Grows with every holder; 0 for targets that need no lock.
        lost: Set when the right has passed away: end the run.
    """

    fence: int = 0
    lost: threading.Event = field(default_factory=threading.Event)


class TargetLocks:
    """The locks on exclusive targets, kept in the engine.

    Args:
        leases: Of the engine.
        owner: Name of this worker.
        ttl_ms: Milliseconds after which the lock of a worker that died is free.
    """

    def __init__(self, leases: Leases, owner: str, *, ttl_ms: int) -> None:
        self._leases = leases
        self._owner = owner
        self._ttl_ms = ttl_ms

    @asynccontextmanager
    async def held(self, place: Place | None) -> AsyncIterator[Hold | None]:
        """Hold a target for a while; ``None`` if it is busy. Targets that are not exclusive are never busy."""
        if place is None or not place.target.is_exclusive:
            yield Hold()
            return
        lease = await self._leases.acquire(SYSTEM, _subject(place), self._owner, ttl_ms=self._ttl_ms)
        if lease is None:
            yield None
            return
        hold = Hold(lease.token)
        try:
            async with beside(self._ttl_ms / 1000 / 3, partial(self._keep, lease, hold)):
                yield hold
        finally:
            await self._leases.release(lease)

    async def _keep(self, lease: Lease, hold: Hold, beats: Beats) -> None:
        """Renew the lease at each beat; an engine that is away for a moment loses nothing."""
        renewed_at, is_ours = time.monotonic(), True
        while is_ours and await beats.next():
            try:
                is_ours = await self._leases.renew(lease, ttl_ms=self._ttl_ms)
                renewed_at = time.monotonic()
            except Unavailable:
                is_ours = time.monotonic() < renewed_at + self._ttl_ms / 1000
        if not is_ours:
            hold.lost.set()


def _subject(place: Place) -> str:
    """Name the lock; an inventory name may hold what the name of a key may not."""
    return f"target/{hashlib.sha256(place.name.encode()).hexdigest()[:32]}"
