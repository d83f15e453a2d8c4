"""Processes that ``bidwright up`` keeps running: started, watched, started again, ended in order."""

from __future__ import annotations

import asyncio
import logging
import math
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bidwright.core.bound import bound_to_us
from bidwright.core.errors import Unavailable

_log = logging.getLogger(__name__)

_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 15.0
_STOP_S = 30.0
_EARLY_S = 8.0  # a child that cannot start says so within this time
_MOST_FAILURES = 3


@dataclass(frozen=True, kw_only=True)
class Child:
    """One process to keep running.

    Attributes:
        name: For people and the log file.
        arguments: What follows ``bidwright`` on its command line.
        log: Where its output goes.
    """

    name: str
    arguments: Sequence[str]
    log: Path


async def keep_all_running(children: Sequence[Child], stop: asyncio.Event) -> None:
    """Run children until ``stop``, or until one of them cannot be started at all; all have ended when this returns.

    Raises:
        Unavailable: A child ended again and again right after its start; with what it said last.
    """
    tasks = [asyncio.create_task(_keep_running(child, stop)) for child in children]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    stop.set()
    for failure in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(failure, BaseException):
            raise failure


async def _keep_running(child: Child, stop: asyncio.Event) -> None:
    """Run a child until ``stop``; when it ends by itself it is started again.

    The pause before that grows while it keeps failing. On ``stop`` it gets SIGTERM, and SIGKILL if it
    has not ended within 30 seconds.
    """
    pause_s = _FIRST_PAUSE_S
    failures: float = 0
    while not stop.is_set():
        started = asyncio.get_running_loop().time()
        process = await _start(child)
        _log.info("%s runs as process %d", child.name, process.pid)
        ended = await _ended_or_stopped(process, stop)
        if not ended:
            await _end(process)
            return
        lived_s = asyncio.get_running_loop().time() - started
        # One that has run for a while once can run: what ended it will pass.
        failures = failures + 1 if lived_s < _EARLY_S else -math.inf
        if failures >= _MOST_FAILURES:
            raise _cannot_start(child)
        pause_s = _FIRST_PAUSE_S if lived_s > _LONGEST_PAUSE_S else min(2 * pause_s, _LONGEST_PAUSE_S)
        _log.warning("%s ended with %s; starting it again in %.1f s", child.name, process.returncode, pause_s)
        await _wait(stop, pause_s)


def _cannot_start(child: Child) -> Unavailable:
    said = " ".join(child.log.read_text(encoding="utf-8", errors="replace").splitlines()[-6:])
    return Unavailable(f"`bidwright {child.name}` cannot start: {said}", fix=f"The whole story is in {child.log}.")


async def _start(child: Child) -> asyncio.subprocess.Process:
    command = bound_to_us([sys.executable, "-m", "bidwright.server.main", *child.arguments])
    log = os.open(child.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        # A session of its own: Ctrl-C in the terminal is for us, and we end our children in order.
        return await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    finally:
        os.close(log)


async def _ended_or_stopped(process: asyncio.subprocess.Process, stop: asyncio.Event) -> bool:
    """Wait for the process or for ``stop``; whether the process has ended."""
    waits = [asyncio.ensure_future(process.wait()), asyncio.ensure_future(stop.wait())]
    _, pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in pending:
        wait.cancel()
    return process.returncode is not None


async def _end(process: asyncio.subprocess.Process) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), _STOP_S)
    except TimeoutError:
        process.kill()
        await process.wait()


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
