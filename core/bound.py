"""Becomes another program that ends when its parent does; run as a script, it needs nothing but the standard library.

Usage: ``python bound.py PARENT_PID PROGRAM ARGUMENT...``. Without this, an engine started by a server that is killed
with SIGKILL would live on unseen. Where the kernel has no such service (macOS), the program is started all the same.
"""

from __future__ import annotations

import ctypes
import os
import pathlib
import signal
import sys

_PR_SET_PDEATHSIG = 1


def bound_to_us(program: list[str]) -> list[str]:
    """The command that starts a program which ends when this process, or the thread that starts it, does."""
    return [sys.executable, "-IS", str(pathlib.Path(__file__).resolve()), str(os.getpid()), *program]


def become(parent: int, program: list[str]) -> None:
    """Replace this process by a program that receives SIGTERM when the thread that started it ends.

    Args:
        parent: The process that must still be our parent; if it is gone already, nothing is started.
        program: Path and arguments.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit("The process that asked for this program has ended.")
    os.execv(program[0], program)  # noqa: S606 - replacing this process, without a shell, is the purpose


if __name__ == "__main__":
    become(int(sys.argv[1]), sys.argv[2:])
