"""Trouble a worker has to live with: no target, an engine that dies, jobs that never end well."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest
from orders import ACCOUNT, HEARTBEAT_S, PORTS, Site, configuration, contract, rests, site, until

from bidwright.provisioning import ansible
from bidwright.provisioning.inventory import Inventory
from bidwright.provisioning.ports import Ports
from bidwright.provisioning.worker import Worker, WorkerSettings, WorkerStorage
from bidwright.storage.allocation import Pools
from bidwright.storage.connection import connect
from bidwright.storage.embedded import EmbeddedEngine
from bidwright.storage.leases import Leases
from bidwright.storage.queue import Queue
from bidwright.storage.records import Store
from bidwright.v1.order_pb2 import ORDER_STATE_COMPLETED, ORDER_STATE_FAILED, STEP_STATE_FAILED

__all__ = ["site"]


async def test_a_target_that_cannot_be_reached_is_tried_again_and_then_the_step_fails(site: Site) -> None:
    await site.sign(contract(configuration("web.nginx_site")))
    without = replace(site, workshop=replace(site.workshop, inventory=Inventory({})))
    failed = await without.work()
    assert failed.state == ORDER_STATE_FAILED
    assert failed.steps[0].attempts == 3
    assert failed.steps[0].message.startswith("The target 'local' is not in the inventory.")


async def test_a_full_disk_of_the_worker_is_why_a_step_failed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(ansible, "write_private", full)
    await site.sign(contract(configuration("web.nginx_site")))
    failed = await site.work()
    assert failed.state == ORDER_STATE_FAILED
    assert failed.steps[0].message == (
        "The worker's own machine fails: No space left on device. Free space on that disk, then repeat."
    )


@pytest.mark.slow
async def test_other_branches_are_finished_before_an_order_fails(site: Site) -> None:
    await Pools(site.engine).allocate("ports:local", f"{ACCOUNT}/c-1-website", range(PORTS[60], PORTS[61]))
    await site.sign(contract(configuration("web.nginx_site", "cache.valkey_small")))
    async with await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", PORTS[60]):
        failed = await site.work()
    assert failed.state == ORDER_STATE_FAILED
    assert [service.step for service in await site.services()] == ["valkey_cache"]


async def test_a_job_that_is_given_out_too_often_fails_its_order(site: Site) -> None:
    await site.sign(contract(configuration("support.standard")))
    worker = Worker(site.storage, site.workshop, WorkerSettings(name="w-1", deliveries=0))
    stop = asyncio.Event()
    working = asyncio.create_task(worker.run(stop))

    async def has_failed() -> bool:
        return (await site.order()).state == ORDER_STATE_FAILED

    await until(has_failed)
    stop.set()
    await working
    step = (await site.order()).steps[0]
    assert step.state == STEP_STATE_FAILED
    assert step.message == "0 attempts to work on this order ended without a result."


@pytest.mark.slow
async def test_an_order_survives_the_sudden_death_of_the_engine(site: Site, tmp_path: Path) -> None:
    first = EmbeddedEngine.start(tmp_path / "state")
    engine = await connect(first.url)
    storage = WorkerStorage(Store(engine), Queue(engine, heartbeat_s=HEARTBEAT_S), Leases(engine))
    workshop = replace(site.workshop, ports=Ports(Pools(engine)))
    mortal = replace(site, engine=engine, storage=storage, workshop=workshop)
    await mortal.sign(contract(configuration("web.nginx_site")))
    stop = asyncio.Event()
    working = asyncio.create_task(mortal.worker().run(stop))

    async def role_runs() -> bool:
        return bool((await mortal.order()).steps[0].current_task)

    await until(role_runs)
    os.kill(first.pid, signal.SIGKILL)
    first.process.wait()
    await asyncio.sleep(2)
    second = EmbeddedEngine.start(tmp_path / "state")

    async def has_ended() -> bool:
        return rests(await mortal.order())

    await until(has_ended, timeout_s=180)
    stop.set()
    await working
    order = await mortal.order()
    assert order.state == ORDER_STATE_COMPLETED, order
    assert len(await mortal.services()) == 1
    await engine.close()
    first.stop()
    second.stop()
