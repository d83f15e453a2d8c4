"""One lab host: its files, how it is switched on and off, and whether it is on.

A host is an overlay over the base, with a network namespace and a process 1 of its own. Its mounts, namespaces and
cable belong to the processes of one boot: when they end, however they end, nothing of them is left.
"""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
import sys
import time
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from bidwright.core.errors import Unavailable
from bidwright.provisioning.lab_cgroup import HostCgroup
from bidwright.provisioning.lab_tools import environment, run

_RECORD = "host.json"
_POWER_OFF_S = 20


@dataclass(frozen=True)
class LabHost:
    """A host, as recorded in its folder.

    Attributes:
        name: ``h1`` and so on.
        folder: What is its own, absolute.
        tag: The lab's tag.
        address: IPv4 address with prefix length.
        hardware_address: MAC address.
        bridge: The lab's bridge.
        device: The machine's end of its cable.
    """

    name: str
    folder: str
    tag: str
    address: str
    hardware_address: str
    bridge: str
    device: str

    @classmethod
    def read(cls, folder: Path) -> LabHost:
        """Read the record of the host in a folder."""
        return cls(**json.loads((folder / _RECORD).read_text(encoding="utf-8")))

    @property
    def path(self) -> Path:
        """What is its own."""
        return Path(self.folder)

    @property
    def ip(self) -> str:
        """Its address alone."""
        return self.address.partition("/")[0]

    @property
    def console(self) -> Path:
        """What it and its supervisor printed."""
        return self.path / "console.log"

    @property
    def public_key(self) -> str:
        """Its host key, as in known_hosts: type and key."""
        return " ".join((self.path / "upper/etc/ssh/ssh_host_ed25519_key.pub").read_text(encoding="ascii").split()[:2])

    @property
    def cgroup(self) -> HostCgroup:
        """Its processes."""
        return HostCgroup.of(self.tag, self.name)

    @property
    def is_on(self) -> bool:
        """Whether it runs: any process of it exists."""
        return bool(self.cgroup.processes())


def make(host: LabHost, *, base: Path, repository: Path, authorized_key: str) -> None:
    """Make the files of a new host; its record comes last and says that they are complete."""
    shutil.rmtree(host.path, ignore_errors=True)
    for name in ("upper", "work", "root"):
        (host.path / name).mkdir(parents=True, mode=0o755)
    host.path.chmod(0o700)  # what is on its disk is its own business
    # Short relative names: mount options know no quotes, and the paths may hold commas and colons.
    (host.path / "base").symlink_to(base)
    (host.path / "repository").symlink_to(repository)
    ssh = host.path / "upper/etc/ssh"
    ssh.mkdir(parents=True)
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", host.name, "-f", str(ssh / "ssh_host_ed25519_key")])
    own = {
        "etc/hostname": f"{host.name}\n",
        "etc/hosts": f"127.0.0.1 localhost\n{host.ip} {host.name}\n",
        "etc/machine-id": f"{uuid.uuid4().hex}\n",
    }
    for name, text in own.items():
        (host.path / "upper" / name).write_text(text, encoding="ascii")
    root = host.path / "upper/root"
    (root / ".ssh").mkdir(parents=True)
    (root / ".ssh/authorized_keys").write_text(f"{authorized_key}\n", encoding="ascii")
    for path, mode in ((root, 0o700), (root / ".ssh", 0o700), (root / ".ssh/authorized_keys", 0o600)):
        path.chmod(mode)
    for path in (host.path / "upper", ssh.parent, ssh, *(host.path / "upper" / name for name in own)):
        path.chmod(0o755 if path.is_dir() else 0o644)  # whatever the umask is
    (host.path / _RECORD).write_text(json.dumps(asdict(host), indent=2), encoding="utf-8")


def is_made(folder: Path) -> bool:
    """Whether a folder holds a complete host."""
    return (folder / _RECORD).exists()


def switch_on(host: LabHost) -> None:
    """Have a host booting; one that is on stays on. It goes on when we end.

    Raises:
        Unavailable: Its supervisor of the last time neither boots it nor ends.
    """
    deadline = time.monotonic() + _POWER_OFF_S
    # While somebody supervises a host that is off, it is about to boot, or has just ended.
    while not (host.is_on or _begin(host)):
        if time.monotonic() > deadline:
            raise _stuck(host)
        time.sleep(0.02)


def _begin(host: LabHost) -> bool:
    """Start a supervisor; False where there is one."""
    supervisor = [sys.executable, "-m", "bidwright.provisioning.lab_supervisor", host.folder]
    with _lock(host) as lock, host.console.open("a", encoding="utf-8") as console:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        # The supervisor inherits the lock and holds it while it lives: no process id that could mean another process.
        subprocess.run(
            ["setsid", "--fork", *supervisor],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=console,
            pass_fds=[lock.fileno()],
            env=environment(),
            cwd="/",
        )
    return True


def is_supervised(host: LabHost) -> bool:
    """Whether a supervisor looks after a host; without one, a host that is off stays off."""
    with _lock(host) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def switch_off(host: LabHost) -> None:
    """Take the power away: every process ends at once, the disk stays.

    Raises:
        Unavailable: A process does not end.
    """
    deadline = time.monotonic() + _POWER_OFF_S
    while is_supervised(host) or host.is_on:
        if time.monotonic() > deadline:
            raise _stuck(host)
        host.cgroup.kill()
        time.sleep(0.02)
    host.cgroup.remove()


def _stuck(host: LabHost) -> Unavailable:
    left = ", ".join(str(process) for process in sorted(host.cgroup.processes())) or "its supervisor"
    return Unavailable(
        f"Host {host.name} does not end; left is {left}.",
        fix="Repeat the command; a process that waits for a disk ends when the disk answers.",
        reason="LAB_HOST_STUCK",
    )


def _lock(host: LabHost) -> IO[str]:
    return (host.path / "supervisor.lock").open("a", encoding="ascii")


def boot_command(host: LabHost) -> list[str]:
    """Runs one boot, in a network and a mount namespace of its own."""
    boot = [sys.executable, "-m", "bidwright.provisioning.lab_boot", host.folder]
    return ["unshare", "--net", "--mount", "--propagation=private", *boot]


def last_words(host: LabHost, lines: int = 5) -> str:
    """The end of a host's console, in one line."""
    if not host.console.exists():
        return ""
    text = host.console.read_text(encoding="utf-8", errors="replace")
    return " / ".join(text.split("\n")[-lines - 1 :]).strip(" /")
