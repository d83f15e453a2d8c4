"""The SSH connections of a run: one for all of its tasks, ended with it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from bidwright.core.errors import Unavailable

_SOCKET = "ssh"


def connection_directory(mark: str) -> Path:
    """Name the directory of a run's connection: short, as a socket's path has at most 107 characters.

    Args:
        mark: Of the attempt, the same for every worker on this machine.
    """
    digest = hashlib.sha256(mark.encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"bidwright-{os.geteuid()}-{digest}"


def prepare_connection(mark: str) -> Path:
    """Make the directory of a run's connection and return the path of its socket.

    Raises:
        Unavailable: Somebody else has made that directory.
    """
    directory = connection_directory(mark)
    directory.mkdir(mode=0o700, exist_ok=True)
    found = directory.lstat()
    if directory.is_symlink() or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise Unavailable(f"{directory} is not ours alone.", fix="Remove it, and find out who made it.")
    return directory / _SOCKET


def end_connection(mark: str) -> None:
    """End what is left of a run's connection; ssh hides the mark in its environment, so it is found by its socket."""
    directory = connection_directory(mark)
    if not directory.is_dir() or directory.lstat().st_uid != os.geteuid():
        return
    for socket in directory.iterdir():
        command = ["ssh", "-o", f"ControlPath={socket}", "-O", "exit", "target"]
        subprocess.run(command, check=False, capture_output=True, stdin=subprocess.DEVNULL, timeout=10)
    shutil.rmtree(directory)
