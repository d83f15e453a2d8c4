"""Talks to the supervisor of a directory target: one ``supervisord`` that runs every service of the target.

Programs are known by ``<contract>.<delivery>``; their sections are files in ``supervisor.d``.
"""

from __future__ import annotations

import http.client
import os
import socket
import time
import xmlrpc.client
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bidwright.core.errors import Unavailable

SOCKET = "supervisor.sock"
_DO_NOT_WAIT = False  # second argument of supervisor's calls
_RUNNING_STATES = ("RUNNING", "STARTING", "BACKOFF")
_BAD_NAME, _ALREADY_STARTED, _NOT_RUNNING, _ALREADY_ADDED, _CANNOT_READ = 10, 60, 70, 90, 92  # supervisor's fault codes


class _SocketConnection(http.client.HTTPConnection):
    """HTTP over a unix socket named relative to a directory, so that deep directories keep below 104 characters."""

    def __init__(self, directory: Path) -> None:
        super().__init__("localhost", timeout=30)
        self._directory = directory

    def connect(self) -> None:
        """Connect through the directory's descriptor instead of its path."""
        descriptor = os.open(self._directory, os.O_PATH | os.O_DIRECTORY)
        try:
            self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.sock.settimeout(self.timeout)
            self.sock.connect(f"/proc/self/fd/{descriptor}/{SOCKET}")
        except OSError:
            self.close()
            raise
        finally:
            os.close(descriptor)


class _SocketTransport(xmlrpc.client.Transport):
    """Carries XML-RPC to the supervisor's socket."""

    def __init__(self, directory: Path) -> None:
        super().__init__()
        self._directory = directory

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        """Connect to the socket, whatever the address says; kept where the base class closes it."""
        connection = _SocketConnection(self._directory)
        self._connection = (host, connection)
        return connection


@dataclass(frozen=True)
class Supervisor:
    """The supervisor of one target.

    Attributes:
        directory: The target's directory; holds the socket.
    """

    directory: Path

    def is_running(self) -> bool:
        """Tell whether it answers."""
        try:
            return bool(self._ask("getState")["statename"] == "RUNNING")
        except OSError:
            return False

    def process_id(self) -> int:
        """Process id of supervisord itself."""
        return int(self._call("getPID"))

    def shut_down(self) -> None:
        """Ask it to stop all programs and end; returns at once."""
        self._call("shutdown")

    def state(self, program: str) -> str:
        """State of a program in supervisor's words; ``UNKNOWN`` for one it does not run."""
        try:
            information = self._call("getProcessInfo", program)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode == _BAD_NAME:
                return "UNKNOWN"
            raise
        return str(information["statename"])

    def load(self, program: str) -> None:
        """Take over the program's section from ``supervisor.d`` as it is now; a changed one is stopped first."""
        _, changed, _ = self._read_sections()[0]
        if program in changed:
            self.stop(program)
            self._call("removeProcessGroup", program)
        self._tolerate(_ALREADY_ADDED, "addProcessGroup", program)

    def start(self, program: str) -> None:
        """Start the program unless it runs; returns when it was spawned, not when it is ready."""
        self._tolerate(_ALREADY_STARTED, "startProcess", program, _DO_NOT_WAIT)

    def start_all(self) -> None:
        """Start every program that does not run; returns when they were spawned."""
        self._call("startAllProcesses", _DO_NOT_WAIT)

    def stop(self, program: str, *, timeout_s: float = 20) -> None:
        """Stop the program and wait for its end; none is fine.

        Raises:
            Unavailable: It still runs after ``timeout_s``, which means after SIGKILL.
        """
        if self.state(program) in _RUNNING_STATES:
            self._tolerate(_NOT_RUNNING, "stopProcess", program, _DO_NOT_WAIT)
        deadline = time.monotonic() + timeout_s
        while self.state(program) in (*_RUNNING_STATES, "STOPPING"):
            if time.monotonic() > deadline:
                raise Unavailable(f"{program} did not stop within {timeout_s:g} s.", fix="Look at its output.log.")
            time.sleep(
                0.03
            )  # each question also makes supervisord look for ended children, else it looks once a second

    def forget(self, program: str) -> None:
        """Stop the program and drop it; its section must be gone from ``supervisor.d``."""
        self.stop(program)
        self._read_sections()
        self._tolerate(_BAD_NAME, "removeProcessGroup", program)

    def _read_sections(self) -> Any:
        """Let it read all sections; say which were added, changed and removed.

        It reads none where a directory that one of them names was removed. So that this holds up nobody else, such
        directories are made; what belongs into them is for the next run of their own roles.
        """
        try:
            return self._call("reloadConfig")
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != _CANNOT_READ:
                raise
        for section in (self.directory / "supervisor.d").glob("*.conf"):
            contract, _, delivery = section.stem.partition(".")
            (self.directory / "contracts" / contract / delivery).mkdir(mode=0o700, parents=True, exist_ok=True)
        return self._call("reloadConfig")

    def _ask(self, method: str, *arguments: str | bool) -> Any:
        transport = _SocketTransport(self.directory)
        with xmlrpc.client.ServerProxy("http://localhost/RPC2", transport=transport, allow_none=True) as proxy:
            return getattr(proxy.supervisor, method)(*arguments)

    def _tolerate(self, code: int, method: str, *arguments: str | bool) -> None:
        """Call, taking one fault code for success: the wanted state was there already."""
        try:
            self._call(method, *arguments)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != code:
                raise

    def _call(self, method: str, *arguments: str | bool) -> Any:
        try:
            return self._ask(method, *arguments)
        except OSError as error:
            raise Unavailable(
                f"The supervisor of {self.directory} does not answer: {error}.",
                fix="Start it with DirectoryTarget.ensure_running() before running roles.",
            ) from error
