"""A directory in which contracts run as supervised processes: the embedded kind of target."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bidwright.core.errors import InvalidInput, Unavailable
from bidwright.provisioning.ansible_run import Value
from bidwright.provisioning.directory_account import ServiceAccount, service_account
from bidwright.provisioning.directory_binaries import packages, server_binaries
from bidwright.provisioning.directory_namespace import command_in_namespace, obstacles
from bidwright.provisioning.directory_processes import end_all, is_alive, processes_working_below
from bidwright.provisioning.supervision import SOCKET, Supervisor

_CONFIGURATION = f"""\
[unix_http_server]
; A socket's path has at most 107 characters, and supervisord makes a relative one absolute.
file=/proc/self/cwd/{SOCKET}
chmod=0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

[supervisord]
logfile=supervisord.log
logfile_maxbytes=1MB
logfile_backups=1
pidfile=supervisord.pid
nocleanup=true
umask=077
user={{user}}

[include]
files=supervisor.d/*.conf
"""


@dataclass(frozen=True)
class DirectoryTarget:
    """A directory target.

    Attributes:
        path: Absolute directory, made if missing. All of the target is below it.
        service_user: Existing account that runs the services when we are started as root; otherwise unused.
    """

    path: Path
    service_user: str = "nobody"

    def __post_init__(self) -> None:
        """Refuse a path that supervisord or a shell pattern would read as something else."""
        if not self.path.is_absolute() or re.search(r"""[^ -~]|[%*?"'`$\\;{}\[\]]""", str(self.path)):
            raise InvalidInput(
                f"The directory {str(self.path)!r} cannot be a target.",
                fix="Use an absolute path of ASCII letters, digits, spaces and - _ . / only.",
            )

    @property
    def kind(self) -> str:
        """Name the folder of tasks inside each role."""
        return "directory"

    @property
    def address(self) -> str:
        """Answer on this machine only."""
        return "127.0.0.1"

    @property
    def is_exclusive(self) -> bool:
        """Let runs work side by side: each changes only its delivery's own directory."""
        return False

    def connection_variables(self) -> Mapping[str, Value]:
        """Run tasks on this machine, without SSH; Debian's own Python starts a fifth faster than others."""
        system_python = Path("/usr/bin/python3")
        return {
            "ansible_connection": "local",
            "ansible_python_interpreter": str(system_python) if system_python.exists() else sys.executable,
        }

    def role_variables(self) -> Mapping[str, object]:
        """Paths and binaries roles may use."""
        account = service_account(self.service_user)
        return {
            "directory_target": str(self.path),
            "directory_account": account.name if account else "",
            "directory_python": sys.executable,
            **server_binaries(),
        }

    def ensure_running(self) -> None:
        """Start the supervisor and the services of existing contracts, unless they run.

        Call before every run of a role. Idempotent; heals after SIGKILL and reboot; many may call it at once.

        Raises:
            Unavailable: The services cannot run here; ``fix`` says what to change.
        """
        account = service_account(self.service_user)
        self._lay_out(account)
        with self._locked():
            if self._supervisor.is_running():
                return
            self._end_services()
            self._start(account)

    def stop(self) -> None:
        """End the supervisor and everything it runs; files stay. Idempotent."""
        if not self.path.exists():
            return
        with self._locked():
            if self._supervisor.is_running():
                process = self._supervisor.process_id()
                self._supervisor.shut_down()
                _wait_for_end(process)
            self._end_services()

    @property
    def _supervisor(self) -> Supervisor:
        return Supervisor(self.path)

    def _lay_out(self, account: ServiceAccount | None) -> None:
        for directory in (self.path, self.path / "contracts", self.path / "supervisor.d", self.path / ".stage"):
            directory.mkdir(parents=True, exist_ok=True)
            is_passage = account and directory in (self.path, self.path / "contracts")
            directory.chmod(0o711 if is_passage else 0o700)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with os.fdopen(os.open(self.path / "lock", os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _end_services(self) -> None:
        """End servers whose supervisor was killed: they hold the ports that the new ones need."""
        contracts = (self.path / "contracts").resolve()
        end_all(
            lambda: processes_working_below(contracts), first=signal.SIGINT, patience_s=10
        )  # all servers: fast shutdown

    def _start(self, account: ServiceAccount | None) -> None:
        configuration = self.path / "supervisord.conf"
        configuration.write_text(_CONFIGURATION.format(user="root" if account else str(os.getuid())), encoding="utf-8")
        self._drop_sections_without_files()
        (self.path / SOCKET).unlink(missing_ok=True)
        answer = subprocess.run(
            self._command(account),
            cwd=self.path,
            env={
                "PATH": os.defpath,
                "LANG": "C.UTF-8",
                "PYTHONPATH": str(packages()),
                "PYTHONWARNINGS": "ignore",
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            umask=0o077,
        )
        if answer.returncode != 0:
            raise Unavailable(
                f"The supervisor of {self.path} does not start: {answer.stderr.strip()[-500:]}",
                fix=_fix_for(answer.stderr),
            )
        self._wait_until_running()
        self._supervisor.start_all()

    def _command(self, account: ServiceAccount | None) -> list[str]:
        """Write supervisord's command line, in a namespace where the account could not reach the services' files."""
        arguments = ["-m", "supervisor.supervisord", "-c", "supervisord.conf"]
        if account is None:
            return [sys.executable, *arguments]
        interpreter = Path(os.path.realpath(sys.executable))  # links to it may lie where we cover
        needed = [self.path, packages(), Path(sys.prefix), Path(sys.base_prefix), interpreter.parent.parent]
        return command_in_namespace(obstacles(account, needed), self.path / ".stage", [str(interpreter), *arguments])

    def _drop_sections_without_files(self) -> None:
        """Remove sections whose delivery is gone; with a directory missing supervisord would not start at all."""
        for section in (self.path / "supervisor.d").glob("*.conf"):
            contract, _, delivery = section.stem.partition(".")
            if not (self.path / "contracts" / contract / delivery).is_dir():
                section.unlink()

    def _wait_until_running(self, *, timeout_s: float = 20) -> None:
        deadline = time.monotonic() + timeout_s
        while not self._supervisor.is_running():
            if time.monotonic() > deadline:
                log = self.path / "supervisord.log"
                words = log.read_text(errors="replace")[-500:] if log.exists() else "no log"
                raise Unavailable(
                    f"The supervisor of {self.path} does not answer: {words}", fix="Look at its supervisord.log."
                )
            time.sleep(0.02)


def _wait_for_end(process: int, *, timeout_s: float = 30) -> None:
    """Wait until a process that is not our child is gone; then it no longer restarts what we end.

    Raises:
        Unavailable: It is still there after ``timeout_s``.
    """
    deadline = time.monotonic() + timeout_s
    while is_alive(process):
        if time.monotonic() > deadline:
            raise Unavailable(f"The supervisor, process {process}, does not end.", fix=f"Run: kill -KILL {process}")
        time.sleep(0.02)


def _fix_for(words: str) -> str:
    if "unshare" in words or "mount" in words:
        return (
            "Services run as an unprivileged account that cannot enter a directory above the state directory or .venv, "
            "and this machine forbids mount namespaces: move the clone to a directory that others may enter, or run as "
            "an ordinary user."
        )
    return "Mend what the message names, then try again."
