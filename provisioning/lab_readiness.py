"""Waits until lab hosts answer: ssh lets us in and everything that starts at boot has started."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bidwright.core.errors import Unavailable
from bidwright.provisioning.lab_host import LabHost, is_supervised, last_words
from bidwright.provisioning.lab_inventory import ssh_command
from bidwright.provisioning.lab_tools import environment

_POLL_S = 0.05
_STARTED = ("running", "degraded")  # degraded: a unit failed, which may be what somebody wants to see


def wait_until_ready(directory: Path, hosts: Sequence[LabHost], *, timeout_s: float = 90) -> None:
    """Wait for all hosts at the same time.

    Args:
        directory: The lab's, with key and known_hosts.
        hosts: They are on, or booting.
        timeout_s: For each.

    Raises:
        Unavailable: One of them stopped booting, or does not answer in time; the message has the end of its console.
    """
    if not hosts:
        return
    with ThreadPoolExecutor(len(hosts)) as pool:
        for waiting in [pool.submit(_wait, directory, host, time.monotonic() + timeout_s) for host in hosts]:
            waiting.result()


def _wait(directory: Path, host: LabHost, deadline: float) -> None:
    while not (_greets(host.ip) and _has_started(directory, host, deadline)):
        if not (is_supervised(host) or host.is_on):
            raise _silent(host, "ended while it booted")
        if time.monotonic() > deadline:
            raise _silent(host, "is on but does not answer over ssh")
        time.sleep(_POLL_S)


def _greets(address: str) -> bool:
    """Whether an ssh server answers."""
    try:
        with socket.create_connection((address, 22), timeout=1) as connection:
            return connection.recv(4) == b"SSH-"
    except OSError:  # nobody listens yet
        return False


def _has_started(directory: Path, host: LabHost, deadline: float) -> bool:
    """Log in and wait for init; no longer than until the deadline."""
    command = ssh_command(directory, host, ["systemctl", "is-system-running", "--wait"])
    try:
        done = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=max(1, deadline - time.monotonic()),
            env=environment(),
        )
    except subprocess.TimeoutExpired:
        return False
    return done.stdout.strip() in _STARTED


def _silent(host: LabHost, how: str) -> Unavailable:
    said = last_words(host)
    return Unavailable(
        f"Host {host.name} {how}." + (f" Its console ends: {said}" if said else ""),
        fix=f"Read {host.console}; then `bidwright lab kill {host.name}` and `bidwright lab start {host.name}`.",
        reason="LAB_HOST_SILENT",
        facts={"host": host.name},
    )
