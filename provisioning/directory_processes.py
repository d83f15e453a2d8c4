"""Finds and ends processes that outlived whoever supervised them."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from bidwright.core.errors import Unavailable

_ENDED = (FileNotFoundError, ProcessLookupError, PermissionError)  # gone meanwhile, or not ours


def processes_working_below(directory: Path) -> list[int]:
    """Process ids with their working directory below ``directory``: servers left by a supervisor that was killed.

    Servers overwrite their environment with a title, so a mark there would be lost.
    """

    def works_there(process: Path) -> bool:
        working = (process / "cwd").readlink()
        return working == directory or directory in working.parents

    return _processes(works_there)


def processes_marked(variable: str, value: str) -> list[int]:
    """Process ids with ``variable=value`` in the environment they were started with."""
    mark = f"{variable}={value}".encode()
    return _processes(lambda process: mark in (process / "environ").read_bytes().split(b"\0"))


def is_alive(process: int) -> bool:
    """Tell whether a process runs; one that has ended and waits for its parent to notice does not."""
    try:
        status = (Path("/proc") / str(process) / "stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def _processes(holds: Callable[[Path], bool]) -> list[int]:
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and int(process.name) != os.getpid():
            with contextlib.suppress(*_ENDED):
                if holds(process):
                    found.append(int(process.name))
    return found


def end_all(find: Callable[[], list[int]], *, first: signal.Signals, patience_s: float) -> int:
    """End what ``find`` finds until it finds nothing; return how many processes there were.

    Args:
        find: Asked again and again, since a process may start another before it ends.
        first: The signal to begin with.
        patience_s: Seconds until SIGKILL follows.

    Raises:
        Unavailable: Something cannot be ended, not even by SIGKILL.
    """
    seen: set[int] = set()
    start = time.monotonic()
    while running := find():
        waited = time.monotonic() - start
        if waited > patience_s + 10:
            raise Unavailable(f"Processes {running} cannot be ended.", fix="End them as their owner, then try again.")
        for process in running:
            if process not in seen or waited > patience_s:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, first if waited <= patience_s else signal.SIGKILL)
        seen.update(running)
        time.sleep(0.05)
    return len(seen)
