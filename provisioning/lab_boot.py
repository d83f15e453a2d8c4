"""One boot of a lab host, from inside new network and mount namespaces; becomes systemd-nspawn."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bidwright.provisioning.lab_host import LabHost
from bidwright.provisioning.lab_repository import INSIDE
from bidwright.provisioning.lab_tools import environment, run

_NETWORK_SETTINGS_WRITABLE = {"SYSTEMD_NSPAWN_API_VFS_WRITABLE": "network"}  # /proc/sys/net, of that namespace
_OVERLAY = "lowerdir=base,upperdir=upper,workdir=work"


def cable_batch(host: LabHost, process: int) -> str:
    """What ``ip -batch`` does on the machine: a cable from the bridge into the namespace of a process."""
    return (
        f"link add {host.device} type veth peer name eth0 address {host.hardware_address} netns {process}\n"
        f"link set {host.device} master {host.bridge} up\n"
    )


def address_batch(host: LabHost) -> str:
    """What ``ip -batch`` does inside. There is no default route: nothing leaves the lab."""
    return f"link set lo up\naddr add {host.address} brd + dev eth0\nlink set eth0 up\n"


def container_command(host: LabHost) -> list[str]:
    """Runs Debian's own init on the mounted overlay, in the namespace that we are in."""
    return [
        "systemd-nspawn",
        "--quiet",
        "--boot",
        "--directory=root",
        f"--machine={host.name}",
        f"--hostname={host.name}",
        "--register=no",  # needs no systemd on this machine
        "--keep-unit",  # the cgroup is ours
        "--network-namespace-path=/proc/self/ns/net",
        "--capability=CAP_NET_ADMIN",  # in that namespace only: firewall, addresses
        "--drop-capability=CAP_MKNOD",  # or root there could open this machine's disks
        f"--bind-ro=repository:{INSIDE}",
        "--resolv-conf=off",
        "--timezone=off",
        "--link-journal=no",
        "--suppress-sync=yes",  # a power loss of a host is none of this machine: what was written is there
        "--console=pipe",
    ]


def boot(host: LabHost, machine: int) -> Sequence[str]:
    """Prepare everything below the host's folder.

    Args:
        host: Which one.
        machine: Id of a process in the machine's own network namespace.

    Returns:
        The command that this process has to become.
    """
    host.cgroup.join()
    outside = ["nsenter", f"--net=/proc/{machine}/ns/net", "ip", "-batch", "-"]
    run(outside, text=cable_batch(host, os.getpid()))
    run(["ip", "-batch", "-"], text=address_batch(host))
    os.chdir(host.path)
    run(["mount", "-t", "overlay", "-o", _OVERLAY, "overlay", "root"])
    # Files that nspawn keeps about the container vanish with this namespace.
    run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run"])
    return container_command(host)


def _main(folder: Path) -> None:
    command = boot(LabHost.read(folder), os.getppid())
    os.execvpe(command[0], list(command), environment() | _NETWORK_SETTINGS_WRITABLE)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
