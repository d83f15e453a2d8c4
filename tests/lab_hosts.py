"""Hosts of the session's lab as tests see them: run a role there, look at everything it left, reboot, find secrets.

``docs/contributing.md`` says how to write a test with it.
"""

from __future__ import annotations

import contextlib
import shlex
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from bidwright.provisioning.ansible import run_role
from bidwright.provisioning.ansible_roles import role_interface, role_names
from bidwright.provisioning.ansible_run import Action, RoleResult, RoleRun, Status
from bidwright.provisioning.host_snapshot import Snapshot, changes, snapshot
from bidwright.provisioning.host_target import HostTarget, host_target
from bidwright.provisioning.lab import Lab
from bidwright.provisioning.lab_inventory import GROUP, inventory

PLANTED = "planted-Secret_0123456789"  # every secret of a role, unless a test gives another
HOSTILE = (
    "{{ lookup('pipe','touch /tmp/owned') }} {% raw %} {# c #} \"double\" 'single' #{x} $(touch /tmp/owned) "
    "`touch /tmp/owned` %(x)s %\nsecond line; '; DROP TABLE about; -- </title><script>alert(1)</script> \u202eright "
    "to left \U0001f600 \\n \\ \t & !unsafe ../../etc"
)
# For variables that become part of a configuration: each must be refused, with a message that says what is allowed.
HOSTILE_NAMES = (
    "{{ 7 * 7 }}",  # Jinja
    "a: !unsafe b",  # YAML
    "a;reboot",  # shell
    "$(touch /tmp/owned)",
    "../../etc/passwd",  # path
    "name\n",  # a line of its own: `$` of a regular expression would let it pass
    "a b",
    "\u0430dmin",  # Cyrillic a
    "a\u202eb",  # shown from right to left
)
_ROLES = role_names()
_REBOOT_TIMEOUT_S = 60
_OF_DELIVERIES = "ls -lR --time-style=full-iso /etc/bidwright /srv/bidwright 2>/dev/null || true"
_LOOKED_AT = "/etc /srv /var /root /home /run /tmp /dev/shm"


class CommandFailed(Exception):
    """A shell command on a host did not succeed, or the host could not be reached."""


@dataclass
class Host:
    """A host of the lab."""

    name: str
    target: HostTarget
    runs: Path
    attempts: Iterator[int] = field(default_factory=lambda: count(1))
    prepared: set[str] = field(default_factory=set)
    delivered: dict[tuple[str, str], str] = field(default_factory=dict)  # role by contract and delivery

    @property
    def address(self) -> str:
        return self.target.address

    @staticmethod
    def port(role: str) -> int:
        """The port that a role gets unless a test gives another."""
        return 20001 + _ROLES.index(role)

    def run(self, role: str, action: Action, variables: Mapping[str, Any] | None = None, **more: Any) -> RoleResult:
        """Run a role; further arguments as for ``role_run``."""
        run = self.role_run(role, action, variables, **more)
        result = run_role(run)
        if action == Action.WITHDRAW and result.status == Status.SUCCESSFUL:
            self.delivered.pop((run.contract, run.delivery), None)
        return result

    def refuse(self, role: str, variables: Mapping[str, Any], *words: str) -> None:
        """Apply what the role must refuse with these words before it does anything here: nothing is to be withdrawn."""
        before = self.shell(_OF_DELIVERIES)
        assert_refused(self.run(role, Action.APPLY, variables), *words)
        assert self.shell(_OF_DELIVERIES) == before
        self.delivered.pop(("c-1", role))

    def clear(self) -> None:
        """Withdraw what a test has delivered and not withdrawn, the last first; so a failure fails one test."""
        for (contract, delivery), role in reversed(self.delivered.copy().items()):
            assert_successful(self.run(role, Action.WITHDRAW, contract=contract, delivery=delivery))

    def role_run(
        self,
        role: str,
        action: Action,
        variables: Mapping[str, Any] | None = None,
        *,
        secrets: Mapping[str, str] | None = None,
        port: int | None = None,
        contract: str = "c-1",
        delivery: str = "",
        fence: int = 0,
        installation: str = "",
    ) -> RoleRun:
        """A run with everything that the role needs: its port, and ``PLANTED`` for each secret that is not given."""
        interface = role_interface(role)
        is_withdraw = action == Action.WITHDRAW
        if action in (Action.APPLY, Action.DELIVER):
            self.delivered[contract, delivery or role] = role
        attempt = f"{self.name}-a{next(self.attempts)}"
        return RoleRun(
            role=role,
            action=action,
            target=self.target,
            contract=contract,
            delivery=delivery or role,
            attempt=attempt,
            run_dir=self.runs / attempt,
            variables={} if is_withdraw else variables or {},
            secrets={} if is_withdraw else {**dict.fromkeys(interface.secrets, PLANTED), **(secrets or {})},
            port=(port or self.port(role)) if interface.needs_port and not is_withdraw else None,
            fence=fence,
            installation=installation,
        )

    def prepare(self, role: str, variables: Mapping[str, Any] | None = None, **more: Any) -> None:
        """Have a role's packages on this host, which stay when it is withdrawn: once a session, by the role itself."""
        if role not in self.prepared:
            assert_successful(self.run(role, Action.APPLY, variables, **more))
            assert_successful(self.run(role, Action.WITHDRAW, **more))
            self.prepared.add(role)

    def ssh(self, command: str) -> list[str]:
        """The command that runs a shell command on the host, as root."""
        connection = self.target.connection
        login = ["-i", str(connection["ansible_ssh_private_key_file"]), f"root@{connection['ansible_host']}"]
        return ["ssh", *shlex.split(str(connection["ansible_ssh_common_args"])), *login, command]

    def shell(self, command: str, *, text: str = "") -> str:
        """Run a shell command on the host, as root, with a text as its input, and return what it prints."""
        done = subprocess.run(self.ssh(command), check=False, capture_output=True, timeout=120, input=text.encode())
        if done.returncode:
            raise CommandFailed(f"{self.name} answered {done.returncode}: {done.stderr.decode()[-2000:]}")
        return done.stdout.decode()

    def reboot(self) -> None:
        """Reboot the host and wait until all its units have had their start."""
        before = self.shell("systemctl show -p UserspaceTimestampMonotonic --value")
        with contextlib.suppress(CommandFailed):  # the connection ends with the host
            self.shell("systemctl reboot")
        deadline = time.monotonic() + _REBOOT_TIMEOUT_S
        while True:
            try:
                if self.shell("systemctl show -p UserspaceTimestampMonotonic --value") != before:
                    break
            except CommandFailed:
                time.sleep(0.2)
            assert time.monotonic() < deadline
        self.shell("systemctl is-system-running --wait || true")

    def state(self) -> Snapshot:
        """Everything a role might leave, by kind: for example paths with modes and owners."""
        return snapshot(self.shell)

    def changes_since(self, before: Snapshot) -> dict[str, list[str]]:
        """What is different from an earlier state, by kind: lines with + are new, with - gone. Empty if nothing is."""
        return changes(before, self.state())

    def is_open(self, port: int) -> bool:
        """Whether something answers at a TCP port, from outside."""
        with socket.socket() as probe:
            probe.settimeout(5)
            return probe.connect_ex((self.address, port)) == 0

    def page(self, port: int, path: str = "/", **headers: str) -> str:
        """A page by HTTP, from outside."""
        request = urllib.request.Request(f"http://{self.address}:{port}{path}", headers=headers)
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - http
            return str(answer.read().decode())

    def grep_for_secrets(self, *secrets: str) -> list[str]:
        """Files on the host with one of the secrets, each as mode, owner and path."""
        # The texts go through standard input: as arguments they would be found in the list of processes.
        found = f"grep -rlaFf - {_LOOKED_AT} 2>/dev/null || true"
        return self.shell(f"({found}) | xargs -r -d '\\n' stat -c '%a %U %n'", text="\n".join(secrets)).splitlines()

    @contextlib.contextmanager
    def watched(self) -> Iterator[Callable[[], bytes]]:
        """Collect arguments and environments of all processes meanwhile; what is yielded ends that and returns them."""
        look = "ps axww -o args; cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'"
        watch = f"while [ -e /run/watched ]; do {look}; sleep 0.02; done"
        self.shell("touch /run/watched")
        # Into a file: a pipe that nobody reads would stop the watch when it is full.
        with tempfile.TemporaryFile() as found, subprocess.Popen(self.ssh(watch), stdout=found) as watching:

            def seen() -> bytes:
                self.shell("rm -f /run/watched")
                watching.wait(timeout=60)
                found.seek(0)
                return found.read()

            try:
                yield seen
            finally:
                if watching.poll() is None:
                    self.shell("rm -f /run/watched")


@dataclass(frozen=True)
class LabHosts:
    """All hosts of the session's lab.

    Attributes:
        lab: To switch hosts on and off.
        runs: Directory of all runs of roles, to be searched for secrets.
        hosts: By name, h1 to h3.
    """

    lab: Lab
    runs: Path
    hosts: Mapping[str, Host]

    def __getitem__(self, name: str) -> Host:
        return self.hosts[name]

    def files_of_runs_with(self, secret: str) -> list[Path]:
        """Files that runs of roles left on the controller and that hold a secret."""
        return [path for path in self.runs.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]


def hosts_of(lab: Lab, runs: Path) -> LabHosts:
    """The hosts of a lab that is up."""
    group: Any = inventory(lab.directory, lab.hosts)
    facts = group["all"]["children"][GROUP]
    hosts = {
        name: Host(name, host_target(name, {**facts["vars"], **own}), runs) for name, own in facts["hosts"].items()
    }
    return LabHosts(lab, runs, hosts)


def as_reference(result: RoleResult) -> dict[str, Any]:
    """The endpoint of a result as a plan hands it to another role: its facts beside the rest."""
    facts: Any = result.endpoint.get("facts", {})
    return {**facts, **{name: value for name, value in result.endpoint.items() if name != "facts"}}


def assert_successful(result: RoleResult, *, changed: int | None = None) -> None:
    """The run went well, and changed so many things."""
    assert (result.status, result.return_code, result.message) == (Status.SUCCESSFUL, 0, "")
    assert changed is None or result.changed == changed


def assert_refused(result: RoleResult, *words: str) -> None:
    """The run failed with a message that has these words."""
    assert result.status == Status.FAILED
    assert not [word for word in words if word not in result.message], result.message


def assert_nothing_was_run_by_hostile_text(*hosts: Host) -> None:
    """No command of ``HOSTILE`` was run, on hosts or here."""
    assert not Path("/", "tmp", "owned").exists()
    assert [host.name for host in hosts if host.shell("ls /tmp/owned 2>/dev/null || true")] == []


def trusting(authority: str) -> ssl.SSLContext:
    """TLS that trusts one authority (PEM) and no other."""
    return ssl.create_default_context(cadata=authority)
