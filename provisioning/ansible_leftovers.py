"""Ends and removes what an earlier attempt left, before the step is repeated."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

from bidwright.provisioning.directory_processes import end_all, processes_marked
from bidwright.provisioning.host_connection import end_connection

MARK = "BIDWRIGHT_ATTEMPT"  # in the environment of every process of a run


def mark_of(runs: Path, attempt: str) -> str:
    """Write the value of the mark, the same for every worker on this machine."""
    return f"{runs.resolve()}/{attempt}"


def end_leftovers(runs: Path, attempt: str) -> int:
    """End every process of an earlier attempt and remove its run directory, which may still hold its secrets.

    Connections to hosts are ended, and with them what runs at their other end. Supervised services are not part of an
    attempt and live on.

    Args:
        runs: The directory that holds the run directories, each named by its attempt.
        attempt: Id of the attempt.

    Returns:
        How many processes there were; mostly 0, as runs die with their worker.

    Raises:
        Unavailable: A process cannot be ended.
    """
    ended = end_all(lambda: processes_marked(MARK, mark_of(runs, attempt)), first=signal.SIGKILL, patience_s=0)
    end_connection(mark_of(runs, attempt))
    if (runs / attempt).exists():
        shutil.rmtree(runs / attempt)
    return ended
