"""The job queue: one stream a partition, shared by any number of workers, each job with one of them at a time."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from redis.exceptions import ResponseError

from bidwright.storage import keys
from bidwright.storage.changes import JobEntry
from bidwright.storage.connection import LONGEST_BLOCK_MS, Engine, is_response
from bidwright.storage.scripts import script

_GROUP = "workers"
_MISSED_HEARTBEATS = 3
_DEAD_AFTER_HEARTBEATS = 100


@dataclass(frozen=True)
class Job:
    """A job that a worker has.

    Attributes:
        worker: Who has it.
        stream: The partition's stream it stands in.
        entry_id: Its place there.
        account: The account of the subject.
        kind: What to do.
        subject_id: The record that says everything else.
        deliveries: How often it was given to a worker, this time included; a job that kills its workers has many.
    """

    worker: str
    stream: str
    entry_id: str
    account: str
    kind: str
    subject_id: str
    deliveries: int


class Queue:
    """Gives jobs to workers. A job stays in its stream until it is completed, whatever happens to its worker.

    A worker sends a heartbeat for each of its jobs every ``heartbeat_s`` seconds; after three missed ones the next
    worker that asks gets the job. Only one task at a time may claim through the same object.
    """

    def __init__(self, engine: Engine, *, heartbeat_s: float = 5.0) -> None:
        self._engine = engine
        self.heartbeat_s = heartbeat_s
        self._streams = [keys.jobs(tag) for tag in keys.TAGS]
        # Entries up to here have been given to some worker; only a hint where to look, never a reason to skip.
        self._seen: dict[str, str] = {}
        self._reclaim_at = 0.0

    async def claim(self, worker: str, *, block_ms: int = 1_000) -> Job | None:
        """Return a job that nobody has or whose worker is dead; ``None`` if there is none within ``block_ms``."""
        deadline = time.monotonic() + block_ms / 1000
        while True:
            if time.monotonic() >= self._reclaim_at:
                if job := await self.reclaim(worker):
                    return job
                await self.remove_dead_consumers(worker)
                self._reclaim_at = time.monotonic() + self.heartbeat_s
            wait_s = min(deadline, self._reclaim_at) - time.monotonic()
            if job := await self._take_new(worker, int(wait_s * 1000)):
                return job
            if time.monotonic() >= deadline:
                return None

    async def heartbeat(self, job: Job) -> bool:
        """Say that the job's worker lives; false if the job has passed to another, whose work must not be disturbed."""
        return bool(await self._own("heartbeat", job, repeat=True))

    async def complete(self, job: Job) -> bool:
        """Remove a job that is done; false if it was no longer this worker's."""
        return bool(await self._own("complete", job))

    async def enqueue(self, account: str, entry: JobEntry) -> None:
        """Add a job outside a change of state: for the reconciler, which finds subjects that have none."""
        fields = ("account", account, "kind", entry.kind, "subject", entry.subject_id)
        await self._engine.run("XADD", keys.jobs(keys.tag_of(account)), "*", *fields)

    async def queued(self) -> frozenset[tuple[str, str, str]]:
        """Return account, kind and subject of every job that is waiting or being worked on."""
        answers = await self._engine.read_all([("XRANGE", stream, "-", "+") for stream in self._streams])
        return frozenset(_described(fields) for rows in answers for _, fields in rows)

    async def reclaim(self, worker: str) -> Job | None:
        """Take over one job whose worker has missed three heartbeats."""
        await self._make_groups()
        idle_ms = int(self.heartbeat_s * 1000 * _MISSED_HEARTBEATS)
        for stream in self._streams:
            cursor = "0-0"
            while True:
                command = ("XAUTOCLAIM", stream, _GROUP, worker, idle_ms, cursor, "COUNT", 1)
                next_cursor, rows, _ = await self._engine.run(*command)
                if rows:
                    return await self._job(worker, stream, rows[0])
                cursor = next_cursor.decode()
                if cursor == "0-0":
                    break
        return None

    async def remove_dead_consumers(self, worker: str) -> int:
        """Delete the group's consumers that have no job and have asked for none for a long time; return how many."""
        await self._make_groups()
        idle_ms = int(self.heartbeat_s * 1000 * _DEAD_AFTER_HEARTBEATS)
        counts = [
            await self._engine.run_script(script("job"), [stream], ["sweep", _GROUP, worker, idle_ms], repeat=True)
            for stream in self._streams
        ]
        return sum(counts)

    async def _take_new(self, worker: str, wait_ms: int) -> Job | None:
        """Wait for an entry anywhere, then ask for it: reading all groups at once would claim one job a partition."""
        block = ("BLOCK", min(wait_ms, LONGEST_BLOCK_MS)) if wait_ms > 0 else ()
        positions = [self._seen.get(stream, "0-0") for stream in self._streams]
        reply = await self._engine.run("XREAD", "COUNT", 1, *block, "STREAMS", *self._streams, *positions, repeat=True)
        for name, entries in reply or ():
            stream = name.decode()
            taken = await self._engine.run("XREADGROUP", "GROUP", _GROUP, worker, "COUNT", 1, "STREAMS", stream, ">")
            row = taken[0][1][0] if taken else entries[0]
            self._seen[stream] = row[0].decode()
            if taken:
                # Every other partition gets its turn first the next time.
                self._streams.remove(stream)
                self._streams.append(stream)
                return await self._job(worker, stream, row)
        return None

    async def _job(self, worker: str, stream: str, row: Any) -> Job:
        entry_id = row[0].decode()
        account, kind, subject_id = _described(row[1])
        pending = await self._engine.run("XPENDING", stream, _GROUP, entry_id, entry_id, 1, repeat=True)
        deliveries = int(pending[0][3]) if pending else 1
        return Job(worker, stream, entry_id, account, kind, subject_id, deliveries)

    async def _own(self, verb: str, job: Job, *, repeat: bool = False) -> int:
        arguments = [verb, _GROUP, job.worker, job.entry_id]
        return int(await self._engine.run_script(script("job"), [job.stream], arguments, repeat=repeat))

    async def _make_groups(self) -> None:
        """Make the group of each partition where it is missing; it sees the entries that are there already."""
        for stream in self._streams:
            try:
                await self._engine.run("XGROUP", "CREATE", stream, _GROUP, "0", "MKSTREAM", repeat=True)
            except ResponseError as error:
                if not is_response(error, "BUSYGROUP"):
                    raise


def _described(fields: list[bytes]) -> tuple[str, str, str]:
    named = dict(zip(fields[::2], fields[1::2], strict=True))
    return named[b"account"].decode(), named[b"kind"].decode(), named[b"subject"].decode()
