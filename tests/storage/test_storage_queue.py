"""Jobs, leases and fencing, with several workers on a real engine."""

from __future__ import annotations

import asyncio

import pytest

from bidwright.core.errors import Conflicting
from bidwright.storage import keys
from bidwright.storage.changes import Change, JobEntry, Put
from bidwright.storage.connection import Engine
from bidwright.storage.leases import Leases
from bidwright.storage.queue import Job, Queue
from bidwright.storage.records import Store

HEARTBEAT_S = 0.1


def job_for(order: str) -> Change:
    return Change(jobs=[JobEntry("provision", order)])


async def claimed(queue: Queue, worker: str, *, block_ms: int = 200) -> Job:
    job = await queue.claim(worker, block_ms=block_ms)
    assert job is not None
    return job


async def test_a_job_names_its_account_kind_and_subject(store: Store, engine: Engine) -> None:
    await store.commit("acme", job_for("o-1"))
    job = await claimed(Queue(engine), "worker-1")
    assert (job.account, job.kind, job.subject_id, job.deliveries) == ("acme", "provision", "o-1", 1)


async def test_each_job_goes_to_one_worker_one_at_a_time(store: Store, engine: Engine) -> None:
    for account in ("acme", "bravo", "charlie", keys.SYSTEM):
        await store.commit(account, job_for(f"o-{account}"))
    first, second = Queue(engine), Queue(engine)
    given = [await claimed(queue, name) for queue, name in [(first, "w-1"), (second, "w-2")] * 2]
    assert sorted(job.subject_id for job in given) == ["o-acme", "o-bravo", "o-charlie", "o-~system"]
    assert await first.claim("w-1", block_ms=0) is None
    assert await second.claim("w-2", block_ms=0) is None


async def test_many_jobs_of_one_account_come_in_the_order_they_were_enqueued(store: Store, engine: Engine) -> None:
    for number in range(5):
        await store.commit("acme", job_for(f"o-{number}"))
    queue = Queue(engine)
    assert [(await claimed(queue, "w")).subject_id for _ in range(5)] == ["o-0", "o-1", "o-2", "o-3", "o-4"]


async def test_a_waiting_worker_gets_a_job_as_soon_as_there_is_one(store: Store, engine: Engine) -> None:
    waiting = asyncio.create_task(claimed(Queue(engine), "w-1", block_ms=4_000))
    await asyncio.sleep(0.1)
    await store.commit("acme", job_for("o-1"))
    assert (await asyncio.wait_for(waiting, 1)).subject_id == "o-1"


async def test_a_waiting_worker_can_be_cancelled_and_the_connection_still_works(engine: Engine) -> None:
    waiting = asyncio.create_task(Queue(engine).claim("w-1", block_ms=4_000))
    for _ in range(500):
        if b"blocked_clients:1" in await engine.run("INFO", "clients"):
            break
        await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await engine.run("ECHO", "still here") == b"still here"


async def test_a_job_of_a_dead_worker_passes_to_another_who_alone_may_complete_it(store: Store, engine: Engine) -> None:
    await store.commit("acme", job_for("o-1"))
    dead = await claimed(Queue(engine, heartbeat_s=HEARTBEAT_S), "w-1")
    living = Queue(engine, heartbeat_s=HEARTBEAT_S)
    assert await living.claim("w-2", block_ms=0) is None
    job = await claimed(living, "w-2", block_ms=1_000)
    assert (job.subject_id, job.worker, job.deliveries) == ("o-1", "w-2", 2)
    assert await living.heartbeat(dead) is False
    assert await living.complete(dead) is False
    assert await living.queued() == frozenset({("acme", "provision", "o-1")})
    assert await living.complete(job) is True
    assert await living.queued() == frozenset()


async def test_a_job_with_heartbeats_stays_with_its_worker(store: Store, engine: Engine) -> None:
    await store.commit("acme", job_for("o-1"))
    slow, other = Queue(engine, heartbeat_s=HEARTBEAT_S), Queue(engine, heartbeat_s=HEARTBEAT_S)
    job = await claimed(slow, "w-1")
    for _ in range(10):
        await asyncio.sleep(0.08)
        assert await slow.heartbeat(job)
        assert await other.claim("w-2", block_ms=0) is None
    assert await slow.complete(job)


async def test_a_consumer_without_jobs_is_deleted_and_one_with_a_job_is_not(store: Store, engine: Engine) -> None:
    await store.commit("acme", job_for("o-1"))
    await store.commit("acme", job_for("o-2"))
    busy, gone = Queue(engine), Queue(engine)
    await claimed(busy, "busy")
    await gone.complete(await claimed(gone, "gone"))
    sweeper = Queue(engine, heartbeat_s=0.001)
    await asyncio.sleep(0.15)
    assert await sweeper.remove_dead_consumers("sweeper") == 33
    stream = keys.jobs(keys.tag_of("acme"))
    assert [row[1] for row in await engine.run("XINFO", "CONSUMERS", stream, "workers")] == [b"busy"]


async def test_a_reconciler_may_enqueue_what_has_no_job(engine: Engine) -> None:
    queue = Queue(engine)
    await queue.enqueue("acme", JobEntry("provision", "o-1"))
    assert (await claimed(queue, "w-1")).subject_id == "o-1"


async def test_a_lease_has_one_holder_and_each_new_one_a_greater_token(engine: Engine) -> None:
    leases = Leases(engine)
    first = await leases.acquire("acme", "o-1", "w-1", ttl_ms=5_000)
    assert first is not None
    assert await leases.acquire("acme", "o-1", "w-2", ttl_ms=5_000) is None
    assert await leases.acquire("acme", "o-1", "w-1", ttl_ms=5_000) is None
    assert await leases.holder("acme", "o-1") == first
    assert await leases.release(first)
    second = await leases.acquire("acme", "o-1", "w-2", ttl_ms=5_000)
    assert second is not None
    assert (first.token, second.token) == (1, 2)
    assert await leases.release(first) is False


async def test_a_renewed_lease_lives_on_and_one_that_was_not_is_lost(engine: Engine) -> None:
    leases = Leases(engine)
    lease = await leases.acquire("acme", "o-1", "w-1", ttl_ms=100)
    assert lease is not None
    for _ in range(3):
        await asyncio.sleep(0.06)
        assert await leases.renew(lease, ttl_ms=100)
    await asyncio.sleep(0.15)
    assert await leases.renew(lease, ttl_ms=100) is False
    assert await leases.holder("acme", "o-1") is None


async def test_a_worker_that_has_lost_its_lease_can_write_nothing(store: Store, engine: Engine) -> None:
    leases = Leases(engine)
    old = await leases.acquire("acme", "o-1", "w-1", ttl_ms=50)
    assert old is not None
    await store.commit("acme", Change([Put("order", "o-1", b"step 1", 0)]), lease=old)
    await asyncio.sleep(0.08)
    for _ in ("nobody has it", "another has it"):
        with pytest.raises(Conflicting) as caught:
            await store.commit("acme", Change([Put("order", "o-1", b"late", 1)]), lease=old)
        assert caught.value.reason == "LEASE_LOST"
        await leases.acquire("acme", "o-1", "w-2", ttl_ms=5_000)
    new = await leases.holder("acme", "o-1")
    assert new is not None
    await store.commit("acme", Change([Put("order", "o-1", b"step 2", 1)]), lease=new)
    record = await store.get("acme", "order", "o-1")
    assert record is not None
    assert record.body == b"step 2"


async def test_several_workers_together_do_each_job_exactly_once(store: Store, engine: Engine) -> None:
    done: list[str] = []

    async def work(name: str) -> None:
        queue = Queue(engine)
        while job := await queue.claim(name, block_ms=300):
            await asyncio.sleep(0)
            if await queue.complete(job):
                done.append(job.subject_id)

    async def sign() -> None:
        for number in range(60):
            await store.commit(f"account-{number % 7}", job_for(f"o-{number:02d}"))

    await asyncio.gather(sign(), *(work(f"w-{number}") for number in range(4)))
    assert sorted(done) == [f"o-{number:02d}" for number in range(60)]
    assert await Queue(engine).queued() == frozenset()
