"""Makes one delivery on a directory target be as its role describes it; roles call this once per action.

Run as ``python -m bidwright.provisioning.directory_service`` with a description in JSON on standard input (so that no
secret is in a command line); prints ``{"changed": [...], "error": ""}``. One process instead of a module per file
and directory, because each module task costs about 0.6 s.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bidwright.core.errors import BidwrightError, Unavailable
from bidwright.provisioning.directory_account import ServiceAccount, service_account
from bidwright.provisioning.directory_files import Tree
from bidwright.provisioning.supervision import Supervisor

_START = """\
#!/bin/sh
# Started by supervisord as the service's account. Records which configuration the server is about to load.
set -eu
umask 077
export LC_ALL=C.UTF-8
sha256sum start.sh config/* > run/loaded.new
mv run/loaded.new run/loaded
"""
_SECTION = """\
[program:{program}]
command=/bin/sh start.sh
directory=contracts/{contract}/{delivery}
{user}autostart=false
autorestart=true
startretries=4
stopsignal={stop_signal}
stopwaitsecs=10
stopasgroup=false
killasgroup=true
umask=077
redirect_stderr=true
stdout_logfile=contracts/{contract}/{delivery}/output.log
stdout_logfile_maxbytes=1MB
stdout_logfile_backups=1
"""


@dataclass(frozen=True)
class Delivery:
    """What a role wants of one delivery.

    Attributes:
        target: Directory of the target.
        account: Account of the service; empty when we are not root.
        contract: Id of the contract.
        delivery: Id of the delivery within it.
        files: Relative path to text. What lies in ``config`` is what the server loads: a change restarts it.
        own: Directories the service may write to.
        start: Shell commands that end in ``exec <server>``, run in the delivery's directory; empty for no process.
        stop_signal: Signal for an orderly end.
        port: TCP port on 127.0.0.1 the server opens.
        ready: Command that succeeds once the server can be used; empty when an open port says it.
    """

    target: Path
    account: str
    contract: str
    delivery: str
    files: Mapping[str, str] = field(default_factory=dict, repr=False)
    own: Sequence[str] = ()
    start: str = ""
    stop_signal: str = "TERM"
    port: int = 0
    ready: Sequence[str] = ()

    @property
    def program(self) -> str:
        """Name of the program at the supervisor; a dot cannot be part of either id."""
        return f"{self.contract}.{self.delivery}"

    @property
    def root(self) -> Path:
        """Directory of the delivery."""
        return self.target / "contracts" / self.contract / self.delivery

    def section(self) -> str:
        """Write the supervisor's section for the program."""
        user = f"user={self.account}\n" if self.account else ""
        return _SECTION.format(
            program=self.program,
            contract=self.contract,
            delivery=self.delivery,
            user=user,
            stop_signal=self.stop_signal,
        )


def converge(delivery: Delivery) -> list[str]:
    """Make files and process be as wanted; say what changed.

    A server that runs with another configuration than the one on disk is restarted, whoever wrote it and whenever: an
    interrupted earlier run is mended by the next.

    Raises:
        Unavailable: The server does not start, or something else holds its port.
    """
    tree = Tree(delivery.root, _account(delivery))
    if not delivery.start:
        return tree.converge(delivery.files, delivery.own)
    changed = tree.converge({**delivery.files, "start.sh": _START + delivery.start}, (*delivery.own, "run"))
    return changed + _converge_program(delivery)


def withdraw(delivery: Delivery) -> list[str]:
    """Stop the process and remove all files of the delivery; say what changed."""
    section = _section_file(delivery)
    changed = [f"program {delivery.program}"] if section.exists() else []
    section.unlink(missing_ok=True)
    Supervisor(delivery.target).forget(delivery.program)
    if Tree(delivery.root, _account(delivery)).remove():
        changed.append(f"directory {delivery.delivery}")
    return changed


def _converge_program(delivery: Delivery) -> list[str]:
    supervisor, changed = Supervisor(delivery.target), []
    if _write_section(delivery):
        changed.append(f"program {delivery.program}")
    supervisor.load(delivery.program)
    runs = supervisor.state(delivery.program) in ("RUNNING", "STARTING")
    if runs and _loaded(delivery) == _on_disk(delivery):
        _wait_until_ready(delivery, supervisor)
        return changed
    supervisor.stop(delivery.program)
    if _is_open(delivery.port):
        raise Unavailable(
            f"Port {delivery.port} on 127.0.0.1 is in use by another process.",
            fix="End that process or allocate another port.",
        )
    supervisor.start(delivery.program)
    _wait_until_ready(delivery, supervisor)
    return [*changed, f"{'restarted' if runs else 'started'} {delivery.program}"]


def _write_section(delivery: Delivery) -> bool:
    path, text = _section_file(delivery), delivery.section()
    if path.is_file() and path.read_text() == text:
        return False
    new = path.with_suffix(".new")
    new.write_text(text)
    new.replace(path)
    return True


def _section_file(delivery: Delivery) -> Path:
    return delivery.target / "supervisor.d" / f"{delivery.program}.conf"


def _account(delivery: Delivery) -> ServiceAccount | None:
    return service_account(delivery.account) if delivery.account else None


def _on_disk(delivery: Delivery) -> str:
    """Write what ``sha256sum`` writes in start.sh, for the files as they are now."""
    names = [
        "start.sh",
        *sorted(f"config/{path.name}" for path in (delivery.root / "config").iterdir() if path.name[0] != "."),
    ]
    return "".join(f"{hashlib.sha256((delivery.root / name).read_bytes()).hexdigest()}  {name}\n" for name in names)


def _loaded(delivery: Delivery) -> str:
    """Read what the server recorded at its start; the directory is its own, so no symbolic link is followed."""
    try:
        with os.fdopen(
            os.open(delivery.root / "run" / "loaded", os.O_RDONLY | os.O_NOFOLLOW), encoding="utf-8"
        ) as file:
            return file.read(1_000_000)
    except FileNotFoundError:
        return ""


def _wait_until_ready(delivery: Delivery, supervisor: Supervisor, *, timeout_s: float = 45) -> None:
    deadline = time.monotonic() + timeout_s
    while not (_is_open(delivery.port) and _answers(delivery)):
        state = supervisor.state(delivery.program)
        if state in ("FATAL", "EXITED", "STOPPED", "UNKNOWN") or time.monotonic() > deadline:
            raise Unavailable(
                f"{delivery.program} does not start ({state}): {_last_output(delivery)}", fix="Look at its output.log."
            )
        time.sleep(0.05)


def _answers(delivery: Delivery) -> bool:
    return not delivery.ready or subprocess.run(delivery.ready, check=False, capture_output=True).returncode == 0


def _last_output(delivery: Delivery) -> str:
    log = delivery.root / "output.log"
    return " / ".join(log.read_text(errors="replace").splitlines()[-5:]) if log.exists() else "no output"


def _is_open(port: int) -> bool:
    with socket.socket() as connection:
        connection.settimeout(1)
        return connection.connect_ex(("127.0.0.1", port)) == 0


def main() -> int:
    """Read a description from standard input, act, print the outcome; 1 for a fault that has words."""
    description = json.load(sys.stdin)
    act = {"present": converge, "absent": withdraw}[description.pop("state")]
    delivery = Delivery(**{**description, "target": Path(description["target"])})
    try:
        outcome = {"changed": act(delivery), "error": ""}
    except BidwrightError as error:
        outcome = {"changed": [], "error": f"{error.message} {error.fix}"}
    sys.stdout.write(json.dumps(outcome))
    return 1 if outcome["error"] else 0


if __name__ == "__main__":
    sys.exit(main())
