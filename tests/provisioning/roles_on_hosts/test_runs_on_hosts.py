"""What every run on a host promises, whatever the role: secrets stay secret, late and killed runs do no harm."""

from __future__ import annotations

import multiprocessing
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from lab_hosts import PLANTED, Host, LabHosts, assert_refused, assert_successful

from bidwright.provisioning.ansible import run_role
from bidwright.provisioning.ansible_leftovers import end_leftovers, mark_of
from bidwright.provisioning.ansible_run import Action, Status
from bidwright.provisioning.host_connection import connection_directory
from bidwright.provisioning.host_target import HostTarget

pytestmark = pytest.mark.slow


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


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


def test_a_connection_lost_while_packages_are_installed_leaves_nothing_once_withdrawn(host: Host) -> None:
    host.shell("DEBIAN_FRONTEND=noninteractive apt-get -qy purge redis-server redis-tools")
    host.prepared.discard("valkey_cache")
    before = host.state()
    # As while the host upgrades itself.
    locked = "import fcntl, time; lock = open('/var/lib/dpkg/lock-frontend', 'w'); fcntl.lockf(lock, fcntl.LOCK_EX)"
    host.shell(f'systemd-run --quiet --unit upgrading python3 -c "{locked}; time.sleep(300)"')
    with ThreadPoolExecutor() as threads:
        running = threads.submit(host.run, "valkey_cache", Action.APPLY)
        until(lambda: host.shell("pgrep -f [A]nsiballZ_host_service || true") != "")
        until(lambda: host.shell("ls /usr/sbin/policy-rc.d 2>/dev/null || true") != "")
        host.shell("systemd-run --quiet --collect --on-active=1 --timer-property=AccuracySec=1ms pkill -f 'sshd: root'")
        lost = running.result(timeout=60)
    assert (lost.status, lost.message) == (
        Status.UNREACHABLE,
        "Report why the service is not as wanted: The connection to the host was lost meanwhile.",
    )
    host.shell("systemctl stop upgrading")
    assert_successful(host.run("valkey_cache", Action.WITHDRAW))
    assert host.changes_since(before) == {}
    assert_successful(host.run("valkey_cache", Action.DELIVER))
    assert_successful(host.run("valkey_cache", Action.WITHDRAW))


def test_a_port_that_another_program_has_fails_the_step_and_no_other_site(host: Host) -> None:
    host.prepare("website")
    before = host.state()
    assert_successful(host.run("website", Action.APPLY, contract="c-2", port=20090), changed=1)
    listen = (
        f"import socket, time; taken = socket.create_server(('127.0.0.1', {host.port('website')})); time.sleep(300)"
    )
    host.shell(f'systemd-run --quiet --unit taker python3 -c "{listen}"')
    until(lambda: str(host.port("website")) in host.shell("ss -Hltn"))
    assert_refused(host.run("website", Action.APPLY), f"Port {host.port('website')} is taken", "python3")
    host.shell("systemctl restart nginx && systemctl stop taker")
    assert_successful(host.run("website", Action.DELIVER), changed=1)
    host.shell("systemctl stop nginx")
    assert_successful(host.run("website", Action.WITHDRAW), changed=1)
    assert_successful(host.run("website", Action.WITHDRAW, contract="c-2"), changed=1)
    assert host.changes_since(before) == {}


def test_a_host_without_sudo_is_told_what_it_lacks(host: Host) -> None:
    keys = "mkdir ~ada/.ssh && cp ~/.ssh/authorized_keys ~ada/.ssh && chown -R ada: ~ada/.ssh"
    host.shell(f"useradd --create-home --shell /bin/bash ada && {keys} && mv /usr/bin/sudo /usr/bin/sudo-away")
    try:
        login = HostTarget(host.address, {**host.target.connection, "ansible_user": "ada"})
        assert_refused(replace(host, target=login).run("website", Action.WITHDRAW), "sudo: not found")
        host.shell("mv /usr/bin/sudo-away /usr/bin/sudo")
        assert_refused(replace(host, target=login).run("website", Action.WITHDRAW), "Missing sudo password")
    finally:
        host.shell(
            "mv /usr/bin/sudo-away /usr/bin/sudo || true; userdel --remove --force ada 2>/dev/null; rm -rf /run/sudo"
        )


def test_a_host_that_does_not_answer_is_unreachable(host: Host) -> None:
    nobody = host.address.rpartition(".")[0] + ".250"
    gone = HostTarget(nobody, {**host.target.connection, "ansible_host": nobody, "ansible_timeout": 2})
    result = replace(host, target=gone, runs=host.runs / "gone").run("website", Action.APPLY)
    assert result.status == Status.UNREACHABLE
