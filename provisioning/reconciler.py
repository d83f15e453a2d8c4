"""Finds orders that somebody ought to work on and nobody does, so that a lost job loses nothing."""

from __future__ import annotations

from bidwright.provisioning.order_records import OPEN, ORDER_JOB, ORDER_KIND
from bidwright.storage.changes import JobEntry
from bidwright.storage.leases import Leases
from bidwright.storage.queue import Queue
from bidwright.storage.records import Store


class Reconciler:
    """Compares open orders with the queue."""

    def __init__(self, store: Store, queue: Queue, leases: Leases) -> None:
        self._store = store
        self._queue = queue
        self._leases = leases

    async def run(self) -> int:
        """Enqueue each open order that has neither a job nor a worker; return how many there were.

        Orders are read before the queue: an order whose work ends in between gets a job too many, which does nothing.
        """
        orders = [(record.account, record.id) async for record in self._store.every(ORDER_KIND, index=OPEN)]
        queued = await self._queue.queued()
        enqueued = 0
        for account, id_ in orders:
            is_queued = (account, ORDER_JOB, id_) in queued
            if not is_queued and await self._leases.holder(account, id_) is None:
                await self._queue.enqueue(account, JobEntry(ORDER_JOB, id_))
                enqueued += 1
        return enqueued
