"""The journal of an order in the hands of a worker: each write is fenced by the worker's lease."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bidwright.core.clock import Clock
from bidwright.core.errors import Conflicting
from bidwright.provisioning.order import timestamp
from bidwright.provisioning.order_records import order_put, read
from bidwright.storage.changes import Change, EventEntry, Put
from bidwright.storage.leases import Lease
from bidwright.storage.records import Store
from bidwright.v1.order_pb2 import Order

_ATTEMPTS = 20  # others write rarely: people who cancel or complete a task


@dataclass(frozen=True)
class Writes:
    """What is written together with an order."""

    puts: tuple[Put, ...] = ()
    events: tuple[EventEntry, ...] = ()


Mutation = Callable[[Order], Awaitable[Writes | None]]
"""Changes an order in place and says what to write with it, ``None`` for nothing; repeated if others were faster."""


class Journal:
    """Reads and changes one order under a lease."""

    def __init__(self, store: Store, lease: Lease, clock: Clock) -> None:
        self.store = store
        self.account = lease.account
        self._name = f"orders/{lease.subject_id}"
        self._lease = lease
        self._clock = clock
        self._turn = asyncio.Lock()

    def now(self) -> dt.datetime:
        """Return the present moment."""
        return self._clock()

    async def read(self) -> Order:
        """Return the order as it stands."""
        return (await read(self.store, self.account, Order, self._name)).value

    async def change(self, mutation: Mutation) -> Order:
        """Apply a mutation to the order as it stands, and write it.

        Raises:
            Conflicting: The lease is lost (``LEASE_LOST``); whoever holds it now continues.
        """
        async with self._turn:
            for _ in range(_ATTEMPTS):
                stored = await read(self.store, self.account, Order, self._name)
                order = stored.value
                writes = await mutation(order)
                if writes is None:
                    return order
                order.update_time.CopyFrom(timestamp(self._clock()))
                change = Change(puts=(order_put(order, stored.version), *writes.puts), events=writes.events)
                try:
                    await self.store.commit(self.account, change, lease=self._lease)
                except Conflicting as error:
                    if error.reason != "ETAG_MISMATCH":
                        raise
                else:
                    return order
        raise Conflicting(
            f"{self._name} changed {_ATTEMPTS} times while it was to be written.",
            fix="Repeat later.",
            reason="ORDER_BUSY",
        )

    async def put(self, put: Put) -> None:
        """Write one record beside the order.

        Raises:
            Conflicting: The lease is lost, or the record has another version.
        """
        await self.store.commit(self.account, Change(puts=(put,)), lease=self._lease)
