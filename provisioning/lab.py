"""A lab: Debian 12 hosts on this machine to try roles on, reached over SSH like any other hosts.

Commands on one lab take turns. What a lab made is found by its directory's name alone, so it can be taken down even
when files of it are lost.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from pathlib import Path

from bidwright.core.errors import Conflicting, InvalidInput, NotAllowedNow, NotFound, Unavailable
from bidwright.provisioning import lab_host, lab_inventory
from bidwright.provisioning.lab_base import Cache
from bidwright.provisioning.lab_cgroup import cgroups_of
from bidwright.provisioning.lab_host import LabHost
from bidwright.provisioning.lab_limits import require_room
from bidwright.provisioning.lab_network import (
    MOST_HOSTS,
    LabNetwork,
    alone_on_machine,
    devices_of,
    free_subnet,
    make_bridge,
    remove_device,
    tag_of,
    used_networks,
)
from bidwright.provisioning.lab_readiness import wait_until_ready
from bidwright.provisioning.lab_tools import find_tool, require_root, require_tools, run

_REBOOT_TIMEOUT_S = 60


def _say_nothing(_: str) -> None:
    pass


@dataclass(frozen=True)
class Lab:
    """A lab in a directory.

    Attributes:
        directory: Absolute; hosts, key and inventory are kept there.
        cache: Base and packages; labs may share one.
        say: Is told what takes long.
    """

    directory: Path
    cache: Cache
    say: Callable[[str], None] = field(default=_say_nothing)

    @classmethod
    def at(cls, directory: Path, say: Callable[[str], None] = _say_nothing) -> Lab:
        """The lab in a directory, with a cache of its own."""
        absolute = directory.resolve()
        return cls(absolute, Cache.at(absolute / "cache"), say)

    @property
    def tag(self) -> str:
        """Sets what this lab makes apart from that of other labs."""
        return tag_of(self.directory)

    @property
    def inventory(self) -> Path:
        """An Ansible inventory of all hosts, in the group ``lab``."""
        return self.directory / lab_inventory.INVENTORY

    @property
    def hosts(self) -> list[LabHost]:
        """All hosts, whether on or off, by number."""
        folders = [path for path in (self.directory / "hosts").glob("h*") if lab_host.is_made(path)]
        return sorted((LabHost.read(path) for path in folders), key=lambda host: int(host.name[1:]))

    def host(self, name: str) -> LabHost:
        """A host by name.

        Raises:
            NotFound: The lab has no such host.
        """
        hosts = self.hosts
        for host in hosts:
            if host.name == name:
                return host
        known = ", ".join(host.name for host in hosts)
        raise NotFound(
            f"The lab has no host {name!r}. " + (f"It has {known}." if known else "It is not up."),
            fix="Choose one of them." if known else "Run `bidwright lab up 3` first.",
            reason="LAB_HOST_NOT_FOUND",
        )

    def up(self, count: int) -> list[LabHost]:
        """Make hosts h1 to h<count> where they are missing, switch on what is off, wait until all answer.

        Raises:
            InvalidInput: The count is not from 1 to ``MOST_HOSTS``.
            Forbidden: We are not root.
            Unavailable: A tool is missing or failed, or a host does not answer.
        """
        if not 1 <= count <= MOST_HOSTS:
            raise InvalidInput(
                f"A lab has 1 to {MOST_HOSTS} hosts, not {count}.", fix="Ask for fewer hosts.", reason="LAB_SIZE"
            )
        require_usable_machine()
        with self._alone():
            self.cache.fill(self.say)
            network = self.connect()
            for number in range(1, count + 1):
                self._make(network, number)
            lab_inventory.write(self.directory, self.hosts)
            wanted = [host for host in self.hosts if int(host.name[1:]) <= count]
            require_room(sum(not host.is_on for host in wanted))
            for host in wanted:
                lab_host.switch_on(host)
            wait_until_ready(self.directory, wanted)
        return wanted

    def connect(self) -> LabNetwork:
        """Have the lab's network with its bridge; no two labs of a machine share one.

        Raises:
            Unavailable: No network is free, or somebody else has taken this lab's.
        """
        with alone_on_machine():
            network = self._network()
            make_bridge(network)
        return network

    def start(self, name: str) -> None:
        """Switch a host on, and wait until it answers; one that is on stays on.

        Raises:
            NotFound: There is no such host.
            Unavailable: It does not answer.
        """
        require_usable_machine()
        with self._alone():
            host = self.host(name)
            self.connect()
            lab_host.switch_on(host)
            wait_until_ready(self.directory, [host])

    def kill(self, name: str) -> None:
        """Take the power from a host: nothing is shut down, its disk stays.

        Raises:
            NotFound: There is no such host.
        """
        require_usable_machine()
        with self._alone():
            lab_host.switch_off(self.host(name))

    def reboot(self, name: str) -> None:
        """Have a host shut down and boot again, and wait until it answers.

        Raises:
            NotFound: There is no such host.
            NotAllowedNow: It is off.
            Unavailable: It does not shut down, or does not answer afterwards.
        """
        require_usable_machine()
        with self._alone():
            host = self.host(name)
            before = host.cgroup.first_process()
            if before is None:
                raise NotAllowedNow(
                    f"Host {name} is off and cannot be rebooted.",
                    fix=f"Run `bidwright lab start {name}`.",
                    reason="LAB_HOST_OFF",
                )
            os.kill(before, signal.SIGINT)  # as Ctrl-Alt-Del: an orderly reboot
            _wait_for_end(host, before)
            lab_host.switch_on(host)  # its supervisor does, unless somebody killed that
            wait_until_ready(self.directory, [host])

    def down(self, *, everything: bool = False) -> None:
        """Remove all hosts and what was made for them; only the cache stays, without ``everything``.

        Raises:
            Unavailable: A process of a host does not end.
        """
        require_usable_machine()
        if self.directory.exists():
            with self._alone():
                self._remove()
                (self.directory / "lock").unlink()
        else:
            self._remove()
        if everything and self.cache.folder.exists():
            shutil.rmtree(self.cache.folder)
        if self.directory.exists() and not any(self.directory.iterdir()):
            self.directory.rmdir()

    def ssh_command(self, name: str, words: Sequence[str]) -> list[str]:
        """The command that logs in to a host, or runs words there.

        Raises:
            NotFound: There is no such host.
        """
        return lab_inventory.ssh_command(self.directory, self.host(name), words)

    def _make(self, network: LabNetwork, number: int) -> None:
        name = f"h{number}"
        folder = self.directory / "hosts" / name
        if lab_host.is_made(folder):
            return
        host = LabHost(
            name=name,
            folder=str(folder),
            tag=self.tag,
            address=f"{network.address(number)}/{network.subnet.prefixlen}",
            hardware_address=network.hardware_address(number),
            bridge=network.bridge,
            device=network.device(number),
        )
        key = self.directory / lab_inventory.KEY
        if not key.exists():
            run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "bidwright-lab", "-f", str(key)])
        public = key.with_suffix(".pub").read_text(encoding="ascii").strip()
        lab_host.make(host, base=self.cache.base, repository=self.cache.repository, authorized_key=public)

    def _network(self) -> LabNetwork:
        """The lab's network: the recorded one, or else a free one."""
        record = self.directory / "subnet"
        if not record.exists():
            record.write_text(f"{free_subnet(used_networks())}\n", encoding="ascii")
        return LabNetwork(self.tag, IPv4Network(record.read_text(encoding="ascii").strip()))

    def _remove(self) -> None:
        for host in self.hosts:
            lab_host.switch_off(host)
        for cgroup in cgroups_of(self.tag):  # of hosts whose files are lost
            cgroup.kill()
            cgroup.remove()
        for device in devices_of(self.tag):
            remove_device(device)
        if (self.directory / "hosts").exists():
            shutil.rmtree(self.directory / "hosts")
        key = lab_inventory.KEY
        for name in (key, f"{key}.pub", lab_inventory.INVENTORY, lab_inventory.KNOWN_HOSTS, "subnet"):
            (self.directory / name).unlink(missing_ok=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Refuse while another command works on this lab."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with (self.directory / "lock").open("w", encoding="ascii") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Conflicting(
                    f"Another command is at work on the lab in {self.directory}.",
                    fix="Wait until it has ended, then repeat.",
                    reason="LAB_BUSY",
                ) from None
            yield


def require_usable_machine() -> None:
    """Refuse users and machines that cannot run a lab.

    Raises:
        Forbidden: We are not root.
        Unavailable: Tools are missing.
    """
    require_root(os.geteuid())
    require_tools(find_tool)


def _wait_for_end(host: LabHost, process: int) -> None:
    """Wait until a host's process 1 has ended, and without a supervisor until all of it has."""
    deadline = time.monotonic() + _REBOOT_TIMEOUT_S
    while process in host.cgroup.processes() or (host.is_on and not lab_host.is_supervised(host)):
        if time.monotonic() > deadline:
            raise Unavailable(
                f"Host {host.name} does not shut down within {_REBOOT_TIMEOUT_S} seconds.",
                fix=f"Run `bidwright lab kill {host.name}`, then `bidwright lab start {host.name}`.",
                reason="LAB_HOST_STUCK",
            )
        time.sleep(0.05)
