"""What every run on a host promises, whatever the role: secrets stay secret, late and killed runs do no harm."""

from __future__ import annotations

import multiprocessing
import subprocess
import time
from dataclasses import replace

import pytest
from lab_hosts import PLANTED, Host, LabHosts, assert_successful

from bidwright.provisioning.ansible import run_role
from bidwright.provisioning.ansible_leftovers import end_leftovers, mark_of
from bidwright.provisioning.ansible_run import Action, Status
from bidwright.provisioning.host_connection import connection_directory
from bidwright.provisioning.host_target import HostTarget

pytestmark = pytest.mark.slow


def test_a_password_is_nowhere_on_the_host_and_in_no_process(lab: LabHosts, host: Host) -> None:
    roles = ("postgresql_database", "valkey_cache")
    with host.watched() as seen:
        results = [host.run(role, Action.DELIVER) for role in roles]
        processes = seen()
    assert b"redis-server" in processes
    assert PLANTED.encode() not in processes
    assert PLANTED not in repr(results)
    assert host.grep_for_secrets(PLANTED) == []
    assert lab.files_of_runs_with(PLANTED) == []
    for role in roles:
        assert_successful(host.run(role, Action.WITHDRAW), changed=1)


def test_a_secret_on_a_host_is_found(host: Host) -> None:
    host.shell("install -m 0640 -o nobody /dev/stdin /srv/found", text=f"before {PLANTED}\0 after")
    assert host.grep_for_secrets(PLANTED, "another-Secret_9876543210") == ["640 nobody /srv/found"]
    host.shell("rm /srv/found")


def test_a_run_whose_worker_was_replaced_changes_nothing(host: Host) -> None:
    host.prepare("website")
    host.shell("rm -f /run/bidwright/fence*")
    assert_successful(host.run("website", Action.APPLY, fence=7), changed=1)
    late = host.run("website", Action.WITHDRAW, fence=6)
    assert late.status == Status.FAILED
    assert "its number is 6, and 7 was here already" in late.message
    assert_successful(host.run("website", Action.WITHDRAW, fence=8), changed=1)
    # Numbers of another installation mean nothing here.
    assert_successful(host.run("website", Action.WITHDRAW, fence=1, installation="other"), changed=0)
    host.shell("rm -f /run/bidwright/fence*")


def test_a_killed_run_leaves_no_process_and_is_repeated(lab: LabHosts, host: Host) -> None:
    host.prepare("postgresql_database")
    before = host.state()
    run = host.role_run("postgresql_database", Action.DELIVER)
    worker = multiprocessing.get_context("spawn").Process(target=run_role, args=(run,))
    worker.start()
    deadline = time.monotonic() + 30
    while "cluster" not in host.shell("ls /etc/bidwright/* /etc/postgresql/15 2>&1 || true").replace("bw_", "cluster"):
        assert time.monotonic() < deadline
    worker.kill()
    worker.join()
    end_leftovers(lab.runs, run.attempt)
    socket_path = str(connection_directory(mark_of(lab.runs, run.attempt)))
    processes = subprocess.run(["ps", "axww", "-o", "args"], check=True, capture_output=True).stdout.decode()
    assert socket_path not in processes
    while host.shell("pgrep -f [A]nsiballZ_host_service || true"):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert_successful(host.run("postgresql_database", Action.DELIVER))
    assert_successful(host.run("postgresql_database", Action.DELIVER), changed=0)
    assert_successful(host.run("postgresql_database", Action.WITHDRAW), changed=1)
    assert host.changes_since(before) == {}


def test_a_host_that_does_not_answer_is_unreachable(host: Host) -> None:
    nobody = host.address.rpartition(".")[0] + ".250"
    gone = HostTarget(nobody, {**host.target.connection, "ansible_host": nobody, "ansible_timeout": 2})
    result = replace(host, target=gone, runs=host.runs / "gone").run("website", Action.APPLY)
    assert result.status == Status.UNREACHABLE
