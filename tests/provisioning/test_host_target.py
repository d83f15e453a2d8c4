"""Hosts as targets: what the inventory says, who may change one, and how a run's connection ends."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from orders import HEARTBEAT_S, Site, configuration, contract, site, until

from bidwright.core.errors import InvalidInput, Unavailable
from bidwright.provisioning.ansible import run_role
from bidwright.provisioning.ansible_run import Action, RoleRun, Status
from bidwright.provisioning.directory_target import DirectoryTarget
from bidwright.provisioning.host_connection import connection_directory, end_connection, prepare_connection
from bidwright.provisioning.host_target import HostTarget
from bidwright.provisioning.inventory import Place, inventory_of, read_inventory
from bidwright.provisioning.target_locks import TargetLocks
from bidwright.provisioning.worker import Worker, WorkerSettings
from bidwright.storage.connection import Engine
from bidwright.storage.leases import Lease, Leases
from bidwright.storage.queue import Queue
from bidwright.v1.order_pb2 import ORDER_STATE_COMPLETED
from bidwright.v1.plan_pb2 import Plan

__all__ = ["site"]
HOST = HostTarget("192.0.2.11", {"ansible_host": "192.0.2.11", "ansible_user": "root"})
PORTS = range(20000, 20010)


def test_a_host_of_the_inventory_is_reached_as_ansible_reaches_it(tmp_path: Path) -> None:
    written = tmp_path / "hosts.ini"
    written.write_text(
        "[web]\n"
        "h1 target_kind=host ansible_host=192.0.2.11\n"
        "h2 target_kind=host ansible_host=192.0.2.12 ansible_user=ada service_address=203.0.113.2\n"
        "[web:vars]\n"
        "ports=20000-20009\n"
        "ansible_port=2222\n"
        "ansible_ssh_common_args=-o UserKnownHostsFile=/etc/known -o StrictHostKeyChecking=yes\n"
    )
    places = read_inventory(written).places
    first, second = places["h1"].target, places["h2"].target
    assert (places["h1"].kind, places["h1"].ports) == ("host", PORTS)
    assert first.connection_variables() == {
        "ansible_become": True,
        "ansible_pipelining": False,
        "ansible_host": "192.0.2.11",
        "ansible_port": 2222,
        "ansible_ssh_common_args": "-o UserKnownHostsFile=/etc/known -o StrictHostKeyChecking=yes",
    }
    assert (first.role_variables()["host_address"], second.role_variables()["host_address"]) == (
        "192.0.2.11",
        "203.0.113.2",
    )
    assert HOST.connection_variables()["ansible_become"] is False


def withdrawal_run(tmp_path: Path, target: HostTarget) -> RoleRun:
    """The shortest run: nothing is there, and there are no variables."""
    return RoleRun(
        role="server",
        action=Action.WITHDRAW,
        target=target,
        contract="c-1",
        delivery="server",
        attempt="a-1",
        run_dir=tmp_path / "a-1",
    )


def test_a_run_tells_ssh_to_notice_lost_hosts_and_never_to_accept_unknown_keys(tmp_path: Path) -> None:
    ssh, asked = tmp_path / "ssh", tmp_path / "asked"
    ssh.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {asked}\nexit 255\n')
    ssh.chmod(0o700)
    host = HostTarget("192.0.2.11", {"ansible_host": "192.0.2.11", "ansible_ssh_executable": str(ssh)})
    assert run_role(withdrawal_run(tmp_path, host)).status == Status.UNREACHABLE
    words = asked.read_text().split("\n")
    assert "192.0.2.11" in words
    assert [
        word for word in words if word.startswith("StrictHostKeyChecking")
    ] == []  # ssh's own: unknown ones are refused
    assert {"ServerAliveInterval=15", "ServerAliveCountMax=4"} < set(words)  # a host without power says nothing


def test_a_host_that_does_not_answer_is_told_with_the_reason(tmp_path: Path) -> None:
    nobody = HostTarget(
        "127.0.0.1", {"ansible_host": "127.0.0.1", "ansible_port": 1, "ansible_user": "root", "ansible_timeout": 2}
    )
    result = run_role(withdrawal_run(tmp_path, nobody))
    assert result.status == Status.UNREACHABLE
    assert "127.0.0.1 port 1: Connection refused" in result.message


def test_a_host_that_cannot_be_reached_by_ssh_alone_is_refused(tmp_path: Path) -> None:
    written = tmp_path / "hosts.ini"
    written.write_text("h1 target_kind=host ports=20000-20009 ansible_connection=docker\n")
    with pytest.raises(InvalidInput) as caught:
        read_inventory(written)
    assert [fault.where for fault in caught.value.faults] == ["h1"]


def test_a_plan_goes_to_targets_of_its_kind() -> None:
    inventory = inventory_of([Place("local", DirectoryTarget(Path("/srv/local")), PORTS), Place("h1", HOST, PORTS)])
    assert inventory.kinds == ("host", "directory")
    assert inventory.choose(Plan(target_kind="directory", places=1), "c-1") == ("local",)
    assert inventory.choose(Plan(target_kind="host", places=1), "c-1") == ("h1",)


async def test_one_at_a_time_may_change_a_host_and_each_has_a_higher_number(engine: Engine) -> None:
    place = Place("h1", HOST, PORTS)
    first = TargetLocks(Leases(engine), "worker-1", ttl_ms=5000)
    second = TargetLocks(Leases(engine), "worker-2", ttl_ms=5000)
    async with first.held(place) as hold:
        assert hold is not None
        for locks in (first, second):  # two steps of one worker are two, too
            async with locks.held(place) as busy:
                assert busy is None
        async with second.held(Place("h2", HOST, PORTS)) as other:
            assert other is not None
    async with second.held(place) as later:
        assert later is not None
        assert later.fence > hold.fence > 0


async def test_a_directory_target_is_never_busy(engine: Engine) -> None:
    place = Place("local", DirectoryTarget(Path("/srv/local")), PORTS)
    locks = TargetLocks(Leases(engine), "worker-1", ttl_ms=5000)
    async with locks.held(place) as first, locks.held(place) as second:
        assert first is not None
        assert second is not None
        assert first.fence == 0


async def test_a_lock_is_kept_as_long_as_it_is_held_and_its_loss_is_noticed(engine: Engine) -> None:
    place = Place("h1", HOST, PORTS)
    locks = TargetLocks(Leases(engine), "worker-1", ttl_ms=300)
    async with locks.held(place) as hold:
        assert hold is not None
        await asyncio.sleep(0.8)
        assert not hold.lost.is_set()
        async with locks.held(place) as busy:
            assert busy is None
        await engine.run("FLUSHALL")
        await asyncio.sleep(0.4)
        assert hold.lost.is_set()


class HurriedLeases(Leases):
    """Leases of which a renewal is under way when the work ends, and that lose cancellations as the client can."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.is_renewing = asyncio.Event()

    async def renew(self, lease: Lease, *, ttl_ms: int) -> bool:
        self.is_renewing.set()
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(0.2)
        return await super().renew(lease, ttl_ms=ttl_ms)


async def test_a_lock_is_given_back_even_if_it_is_just_being_renewed(engine: Engine) -> None:
    place, leases = Place("h1", HOST, PORTS), HurriedLeases(engine)
    locks = TargetLocks(leases, "worker-1", ttl_ms=3000)
    async with asyncio.timeout(10):
        async with locks.held(place) as hold:
            await leases.is_renewing.wait()
        assert hold is not None
        assert not hold.lost.is_set()
        async with locks.held(place) as again:
            assert again is not None


@dataclass(frozen=True)
class ExclusiveDirectory(DirectoryTarget):
    """A directory target that is used by one run at a time, as hosts are."""

    @property
    def is_exclusive(self) -> bool:
        return True


async def test_a_busy_target_defers_its_step_and_takes_no_ones_slot(site: Site, tmp_path: Path) -> None:
    busy = Place("busy", ExclusiveDirectory(path=tmp_path / "busy"), PORTS)
    both = replace(site.workshop, inventory=inventory_of([busy, site.place]))
    signed = contract(configuration("web.nginx_site"), id_="c-1", order="o-1")
    await replace(site, workshop=replace(both, inventory=inventory_of([busy]))).sign(signed)
    await site.sign(contract(configuration("web.nginx_site"), id_="c-2", order="o-2"))
    one_slot = WorkerSettings(name="w-1", steps_at_once=1)
    queue = Queue(site.engine, heartbeat_s=HEARTBEAT_S)
    worker = Worker(replace(site.storage, queue=queue), both, one_slot)
    stop = asyncio.Event()
    working = asyncio.create_task(worker.run(stop))
    try:
        async with TargetLocks(site.storage.leases, "other", ttl_ms=60000).held(busy) as hold:
            assert hold is not None
            await until(lambda: _is_completed(site, "orders/o-2"))
            assert {step.attempts for step in (await site.order("orders/o-1")).steps} == {0}
        await until(lambda: _is_completed(site, "orders/o-1"))
    finally:
        stop.set()
        await working
        busy.target.stop()


async def _is_completed(site: Site, name: str) -> bool:
    return (await site.order(name)).state == ORDER_STATE_COMPLETED


def test_the_connection_of_a_run_has_a_short_private_place_and_leaves_nothing() -> None:
    mark = f"/a/very/long/path/{'x' * 200}/attempt-{os.getpid()}"
    socket = prepare_connection(mark)
    assert len(str(socket)) < 90
    assert socket.parent.stat().st_mode & 0o077 == 0
    socket.touch()
    end_connection(mark)
    end_connection(mark)
    assert not socket.parent.exists()


def test_a_place_for_connections_that_others_have_made_is_refused(tmp_path: Path) -> None:
    mark = str(tmp_path)
    connection_directory(mark).symlink_to(tmp_path)
    try:
        with pytest.raises(Unavailable, match="is not ours alone"):
            prepare_connection(mark)
    finally:
        connection_directory(mark).unlink()
