"""Processes that ``bidwright up`` keeps running: started, watched, started again, ended in order."""

from __future__ import annotations

import asyncio
import logging
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
_EARLY_S = 60.0  # what cannot start says so within this time, on a busy machine too
_MOST_FAILURES = 3
_LAST_LINES = 8


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


class Patience:
    """When to start again what has ended by itself, and when to give up.

    What has run for a while once can run: what ended it will pass, so it is started again for ever, after pauses that
    grow while it ends soon. What never has is given up when it has ended early three times.
    """

    def __init__(self) -> None:
        self._pause_s = _FIRST_PAUSE_S
        self._failures = 0
        self._has_lasted = False

    def pause_after(self, lived_s: float) -> float | None:
        """Seconds to wait before the next start, after a life of so many; None to give up."""
        self._has_lasted |= lived_s >= _EARLY_S
        self._failures += 1
        if not self._has_lasted and self._failures >= _MOST_FAILURES:
            return None
        self._pause_s = _FIRST_PAUSE_S if lived_s > _LONGEST_PAUSE_S else min(2 * self._pause_s, _LONGEST_PAUSE_S)
        return self._pause_s


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
    patience = Patience()
    while not stop.is_set():
        started = asyncio.get_running_loop().time()
        told_before = child.log.stat().st_size if child.log.exists() else 0
        process = await _start(child)
        _log.info("%s runs as process %d", child.name, process.pid)
        ended = await _ended_or_stopped(process, stop)
        if not ended:
            await _end(process)
            return
        end = end_in_words(process.returncode or 0, last_words(child.log, told_before))
        pause_s = patience.pause_after(asyncio.get_running_loop().time() - started)
        if pause_s is None:
            raise Unavailable(
                f"`bidwright {child.name}` cannot start: {end}", fix=f"The whole story is in {child.log}."
            )
        _log.warning("%s %s Starting it again in %.1f s; the whole story is in %s", child.name, end, pause_s, child.log)
        await pause(stop, pause_s)


def last_words(log: Path, told_before: int) -> str:
    """The last lines of a log, as one, of those after its first bytes."""
    with log.open("rb") as file:
        file.seek(told_before)
        return " ".join(file.read().decode(errors="replace").splitlines()[-_LAST_LINES:])


def end_in_words(returncode: int, said: str) -> str:
    """How a process has ended, as what follows its name; a signal is a code below 0, as ``subprocess`` has it."""
    how = f"ended with exit code {returncode}"
    if returncode < 0:
        how = f"was ended by {signal.Signals(-returncode).name}"
    if returncode == -signal.SIGKILL:
        how += ", by hand or for lack of memory"
    return f"{how}; it said last: {said}" if said else f"{how}, without a word."


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


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait so long, or until ``stop``."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
