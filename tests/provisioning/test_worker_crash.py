"""Workers die, compete and lose their leases; each order is carried out once."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
from orders import ACCOUNT, HEARTBEAT_S, Site, configuration, contract, site, until

from bidwright.core.clock import utc_now
from bidwright.core.errors import Conflicting
from bidwright.provisioning.journal import Journal, Writes
from bidwright.storage.allocation import Pools
from bidwright.storage.embedded import EmbeddedEngine
from bidwright.v1.order_pb2 import ORDER_STATE_COMPLETED, STEP_STATE_RUNNING, Order

__all__ = ["site"]

PROCESS = Path(__file__).with_name("worker_process.py")


def processes_with(text: str) -> list[int]:
    """Processes whose command line or working directory holds a text, ourselves left out."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal() or int(entry.name) == os.getpid():
            continue
        try:
            words = (entry / "cmdline").read_bytes().decode(errors="replace") + str((entry / "cwd").readlink())
        except OSError:
            continue  # it has ended meanwhile
        if text in words:
            found.append(int(entry.name))
    return found


async def test_a_worker_killed_in_a_role_is_replaced_and_nothing_is_done_twice(
    site: Site, embedded_engine: EmbeddedEngine, tmp_path: Path
) -> None:
    await site.sign(contract(configuration("cache.valkey_small", "web.nginx_site")))
    command = [sys.executable, str(PROCESS), embedded_engine.url, str(tmp_path), "doomed", str(HEARTBEAT_S)]
    doomed = await asyncio.create_subprocess_exec(*command)

    async def both_roles_run() -> bool:
        return all(step.current_task for step in (await site.order()).steps)

    await until(both_roles_run)
    doomed.kill()
    await doomed.wait()
    assert [step.state for step in (await site.order()).steps] == [STEP_STATE_RUNNING] * 2

    order = await site.work()
    assert order.state == ORDER_STATE_COMPLETED, [step.message for step in order.steps]
    assert [step.attempts for step in order.steps] == [2, 2]
    assert [service.step for service in await site.services()] == ["valkey_cache", "website"]
    assert len(await Pools(site.engine).holders("ports:local")) == 2
    assert sorted(path.name for path in (tmp_path / "target/contracts/c-1").iterdir()) == ["valkey_cache", "website"]
    events = await site.event_types()
    assert events.count("order.started") == events.count("order.completed") == 1
    assert events.count("service.activated") == 2
    assert not [pid for pid in processes_with(str(tmp_path / "runs")) if pid != os.getpid()]


@pytest.mark.slow
async def test_a_worker_that_was_frozen_and_wakes_up_too_late_writes_nothing(
    site: Site, embedded_engine: EmbeddedEngine, tmp_path: Path
) -> None:
    await site.sign(contract(configuration("web.nginx_site")))
    command = [sys.executable, str(PROCESS), embedded_engine.url, str(tmp_path), "frozen", str(HEARTBEAT_S)]
    frozen = await asyncio.create_subprocess_exec(*command)

    async def role_runs() -> bool:
        return bool((await site.order()).steps[0].current_task)

    await until(role_runs)
    frozen.send_signal(signal.SIGSTOP)
    completed = await site.work()
    assert completed.state == ORDER_STATE_COMPLETED
    assert completed.steps[0].attempts == 2
    frozen.send_signal(signal.SIGCONT)
    await asyncio.sleep(3 * HEARTBEAT_S)
    frozen.kill()
    await frozen.wait()
    assert await site.order() == completed
    assert len(await site.services()) == 1


async def test_of_two_workers_one_carries_the_order_out(site: Site) -> None:
    await site.sign(contract(configuration("web.nginx_site")))
    stop = asyncio.Event()
    working = [asyncio.create_task(site.worker(name).run(stop)) for name in ("w-1", "w-2")]

    async def is_completed() -> bool:
        return (await site.order()).state == ORDER_STATE_COMPLETED

    await until(is_completed)
    stop.set()
    await asyncio.gather(*working)
    (step,) = (await site.order()).steps
    assert step.attempts == 1
    # The role outlives three heartbeats: without them, the second worker would have taken the order over.
    assert (step.end_time.ToDatetime() - step.start_time.ToDatetime()).total_seconds() > 3 * HEARTBEAT_S
    assert await site.event_types() == [
        "order.started",
        "step.started",
        "step.succeeded",
        "service.activated",
        "order.completed",
    ]


async def test_a_worker_that_lost_its_lease_writes_nothing(site: Site) -> None:
    await site.sign(contract(configuration("support.standard")))
    leases = site.storage.leases
    old = await leases.acquire(ACCOUNT, "o-1", "old", ttl_ms=30)
    await asyncio.sleep(0.05)
    new = await leases.acquire(ACCOUNT, "o-1", "new", ttl_ms=10_000)

    async def aim(order: Order) -> Writes:
        order.targets[:] = ["elsewhere"]
        return Writes()

    with pytest.raises(Conflicting) as caught:
        await Journal(site.store, old, utc_now).change(aim)
    assert caught.value.reason == "LEASE_LOST"
    assert list((await site.order()).targets) == []
    await Journal(site.store, new, utc_now).change(aim)
    assert list((await site.order()).targets) == ["elsewhere"]


@pytest.mark.slow
async def test_a_worker_that_is_told_to_stop_leaves_its_order_to_the_next(site: Site) -> None:
    await site.sign(contract(configuration("web.nginx_site")))

    async def role_runs() -> bool:
        return bool((await site.order()).steps[0].current_task)

    await site.work_until(role_runs)
    left = await site.order()
    assert left.steps[0].message == "Stopped before it was done; it will be repeated."
    assert await site.storage.leases.holder(ACCOUNT, "o-1") is None
    assert (await site.work()).state == ORDER_STATE_COMPLETED


@pytest.mark.slow
@pytest.mark.parametrize("delay_s", [0.8, 1.6, 2.4, 3.2, 4.8])
async def test_whenever_a_worker_is_killed_there_is_one_of_everything_in_the_end(
    site: Site, embedded_engine: EmbeddedEngine, tmp_path: Path, delay_s: float
) -> None:
    await site.sign(contract(configuration("cache.valkey_small", "compute.small", "web.nginx_site")))
    command = [sys.executable, str(PROCESS), embedded_engine.url, str(tmp_path), "doomed", str(HEARTBEAT_S)]
    doomed = await asyncio.create_subprocess_exec(*command)
    await asyncio.sleep(delay_s)
    doomed.kill()
    await doomed.wait()
    order = await site.work()
    assert order.state == ORDER_STATE_COMPLETED, [step.message for step in order.steps]
    assert [service.step for service in await site.services()] == ["server", "valkey_cache", "website"]
    assert len(await Pools(site.engine).holders("ports:local")) == 2
    events = await site.event_types()
    assert events.count("order.started") == events.count("order.completed") == 1
    assert events.count("service.activated") == events.count("step.succeeded") == 3
