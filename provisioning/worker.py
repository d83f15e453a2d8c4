"""A worker: takes orders from the queue and carries them out, any number of workers beside each other."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import threading
import time
from dataclasses import dataclass
from functools import partial

from bidwright.core.clock import Clock, utc_now
from bidwright.core.errors import Conflicting, Unavailable
from bidwright.provisioning.ansible import prune_runs
from bidwright.provisioning.equipment import Workshop
from bidwright.provisioning.execution import OrderExecution
from bidwright.provisioning.heartbeat import Beats, beside
from bidwright.provisioning.journal import Journal
from bidwright.provisioning.order_records import ORDER_JOB
from bidwright.provisioning.reconciler import Reconciler
from bidwright.provisioning.target_locks import TargetLocks
from bidwright.storage.changes import JobEntry
from bidwright.storage.leases import Lease, Leases
from bidwright.storage.queue import Job, Queue
from bidwright.storage.records import Store

_log = logging.getLogger(__name__)
_CLAIM_MS = 500
_LEASE_HEARTBEATS = 2.5  # ends before the job of a dead worker is given to the next one, after three heartbeats
_LEASE_PATIENCE_S = 1.0
_LEASE_POLL_S = 0.1
_ENGINE_GONE_PAUSE_S = 1.0


@dataclass(frozen=True)
class WorkerSettings:
    """How one worker works.

    Attributes:
        name: Of this process, unlike that of any other, also before and after it.
        steps_at_once: Roles that run at the same time, over all orders; about one a core is best.
        orders_at_once: Orders worked on at the same time.
        reconcile_s: Seconds between searches for orders that have lost their job.
        deliveries: A job given out more often than this has killed or confused its workers: the order fails.
        runs_kept: Directories of finished runs kept for those who look into a failure.
    """

    name: str
    steps_at_once: int = 2
    orders_at_once: int = 4
    reconcile_s: float = 15.0
    deliveries: int = 10
    runs_kept: int = 100


@dataclass(frozen=True)
class WorkerStorage:
    """What a worker uses of the storage, all of one engine."""

    store: Store
    queue: Queue
    leases: Leases


class Worker:
    """Carries out orders until it is told to stop."""

    def __init__(
        self, storage: WorkerStorage, workshop: Workshop, settings: WorkerSettings, *, clock: Clock = utc_now
    ) -> None:
        self._storage = storage
        self._workshop = workshop
        self._settings = settings
        self._clock = clock
        self._slots = asyncio.Semaphore(settings.steps_at_once)
        self._reconciler = Reconciler(storage.store, storage.queue, storage.leases)
        self._reconcile_at = 0.0
        self._stop = threading.Event()
        self._halts: set[threading.Event] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set; then running roles are ended, and their orders left to the next worker."""
        tasks: set[asyncio.Task[None]] = set()
        try:
            while not stop.is_set():
                try:
                    await self._turn(tasks)
                except Unavailable as error:
                    _log.warning("The worker waits for the engine: %s", error.message)
                    await asyncio.sleep(_ENGINE_GONE_PAUSE_S)
                tasks -= {task for task in tasks if task.done()}
        finally:
            self._stop.set()
            for halt in self._halts:
                halt.set()
            await asyncio.gather(*tasks)

    async def _turn(self, tasks: set[asyncio.Task[None]]) -> None:
        """Take one job, if there is one and room for it; now and then look for orders that have lost theirs."""
        if time.monotonic() >= self._reconcile_at:
            await self._reconciler.run()
            await asyncio.to_thread(self._prune)
            self._reconcile_at = time.monotonic() + self._settings.reconcile_s
        if len(tasks) >= self._settings.orders_at_once:
            await asyncio.wait(tasks, timeout=_CLAIM_MS / 1000, return_when=asyncio.FIRST_COMPLETED)
            return
        job = await self._storage.queue.claim(self._settings.name, block_ms=_CLAIM_MS)
        if job is not None:
            tasks.add(asyncio.create_task(self._work(job)))

    async def _work(self, job: Job) -> None:
        """Carry one job out. The outermost place: what nobody foresaw ends here, and the job is given out again."""
        try:
            lease = await self._lease(job)
            if lease is None:
                # Its holder finishes the order, or dies; then the holder's own job is given to the next worker.
                await self._storage.queue.complete(job)
                return
            await self._work_under(lease, job)
        except Unavailable as error:
            _log.warning("The work on order %s was interrupted: %s", job.subject_id, error.message)
        except Conflicting as error:
            _log.warning("The work on order %s passed to another worker: %s", job.subject_id, error.message)
        except Exception:  # noqa: BLE001 - the last resort of the process: one order's fault must not end the others' work
            _log.exception("The work on order %s was interrupted; the job will be given out again", job.subject_id)

    async def _lease(self, job: Job) -> Lease | None:
        """Take the lease; a holder that is just finishing gets a moment to let go."""
        deadline = time.monotonic() + _LEASE_PATIENCE_S
        while True:
            lease = await self._storage.leases.acquire(
                job.account, job.subject_id, self._settings.name, ttl_ms=self._lease_ms()
            )
            if lease is not None or time.monotonic() > deadline:
                return lease
            await asyncio.sleep(_LEASE_POLL_S)

    async def _work_under(self, lease: Lease, job: Job) -> None:
        halt = threading.Event()
        self._halts.add(halt)
        if self._stop.is_set():
            halt.set()
        try:
            async with beside(self._storage.queue.heartbeat_s, partial(self._beat, lease, job, halt)):
                is_concluded = await self._carry_out(lease, job, halt)
        finally:
            self._halts.discard(halt)
            await self._storage.leases.release(lease)
        if not is_concluded:
            await self._storage.queue.enqueue(job.account, JobEntry(job.kind, job.subject_id))
        await self._storage.queue.complete(job)

    async def _carry_out(self, lease: Lease, job: Job, halt: threading.Event) -> bool:
        if job.kind != ORDER_JOB:
            raise ValueError(f"There is no job of kind {job.kind}")
        journal = Journal(self._storage.store, lease, self._clock)
        locks = TargetLocks(self._storage.leases, self._settings.name, ttl_ms=self._lease_ms())
        execution = OrderExecution(self._workshop, journal, locks=locks, slots=self._slots, halt=halt)
        if job.deliveries > self._settings.deliveries:
            await execution.refuse(f"{job.deliveries - 1} attempts to work on this order ended without a result.")
            return True
        return await execution.run()

    async def _beat(self, lease: Lease, job: Job, halt: threading.Event, beats: Beats) -> None:
        """Keep lease and job; when either is lost, halt the work. Running roles are ended, and writes are fenced."""
        renewed_at = time.monotonic()
        is_ours = True
        try:
            while is_ours and await beats.next():
                try:
                    is_ours = await self._storage.leases.renew(lease, ttl_ms=self._lease_ms())
                    is_ours = is_ours and await self._storage.queue.heartbeat(job)
                    renewed_at = time.monotonic()
                except Unavailable:
                    is_ours = time.monotonic() < renewed_at + self._lease_ms() / 1000
        finally:
            halt.set()

    def _lease_ms(self) -> int:
        return round(self._storage.queue.heartbeat_s * _LEASE_HEARTBEATS * 1000)

    def _prune(self) -> None:
        """Remove directories of old runs, unless another worker of this machine is just doing so."""
        runs = self._workshop.runs
        runs.mkdir(mode=0o700, parents=True, exist_ok=True)
        with runs.with_name(f"{runs.name}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            prune_runs(runs, keep=self._settings.runs_kept)
