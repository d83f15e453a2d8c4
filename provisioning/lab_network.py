"""The lab's network: one bridge with a /24 of its own, fixed addresses, and no way out."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, ip_network
from pathlib import Path

from bidwright.core.errors import Unavailable
from bidwright.provisioning.lab_tools import run

MOST_HOSTS = 99
_FIRST_HOST = 10  # h1 is .11
_RANGE = IPv4Network("10.77.0.0/16")
_DEVICES = Path("/sys/class/net")
_SETTINGS = Path("/proc/sys/net")


@dataclass(frozen=True)
class LabNetwork:
    """Names and addresses of one lab; two labs on one machine share none.

    Attributes:
        tag: Six hexadecimal digits, from the lab's directory.
        subnet: A /24.
    """

    tag: str
    subnet: IPv4Network

    @property
    def bridge(self) -> str:
        """The bridge's device; the kernel allows 15 characters."""
        return f"bwlab{self.tag}"

    @property
    def gateway(self) -> IPv4Address:
        """The machine's own address in the lab; it forwards nothing."""
        return self.subnet[1]

    def device(self, number: int) -> str:
        """The machine's end of a host's cable."""
        return f"bw{self.tag}h{number}"

    def address(self, number: int) -> IPv4Address:
        """A host's address; ``number`` is from 1 to ``MOST_HOSTS``."""
        return self.subnet[_FIRST_HOST + number]

    def hardware_address(self, number: int) -> str:
        """A MAC address that survives reboots, so that no neighbour remembers a wrong one; 0 is the bridge."""
        first, second, third = (self.tag[start : start + 2] for start in (0, 2, 4))
        return f"02:{first}:{second}:{third}:00:{number:02x}"


def tag_of(directory: Path) -> str:
    """The tag of the lab in a directory, which has to be absolute."""
    return hashlib.sha256(str(directory).encode()).hexdigest()[:6]


def used_networks() -> list[IPv4Network]:
    """Networks that this machine has routes to."""
    routes = json.loads(run(["ip", "-json", "-4", "route", "show", "table", "all"]) or "[]")
    words = [str(route.get("dst", "default")) for route in routes]
    found = [ip_network(word, strict=False) for word in words if word[0].isdigit()]
    return [network for network in found if isinstance(network, IPv4Network) and network.prefixlen]


def free_subnet(used: Iterable[IPv4Network]) -> IPv4Network:
    """The first /24 of 10.77.0.0/16 that overlaps with no network in use.

    Raises:
        Unavailable: All are in use.
    """
    taken = tuple(used)
    for subnet in _RANGE.subnets(new_prefix=24):
        if not any(subnet.overlaps(network) for network in taken):
            return subnet
    raise Unavailable(
        f"Every network of {_RANGE} is in use on this machine.",
        fix="Take labs down that are not needed: `bidwright lab down`.",
        reason="LAB_NETWORK_TAKEN",
    )


def bridge_batch(network: LabNetwork) -> str:
    """What ``ip -batch`` does to make the bridge."""
    return (
        f"link add {network.bridge} address {network.hardware_address(0)} type bridge\n"
        f"addr add {network.gateway}/{network.subnet.prefixlen} dev {network.bridge}\n"
        f"link set {network.bridge} up\n"
    )


@contextmanager
def alone_on_machine() -> Iterator[None]:
    """Let one lab at a time choose and claim a network. The lock is on /run itself and leaves nothing."""
    run_directory = os.open("/run", os.O_RDONLY)
    try:
        fcntl.flock(run_directory, fcntl.LOCK_EX)
        yield
    finally:
        os.close(run_directory)


def make_bridge(network: LabNetwork) -> None:
    """Make the bridge where it is missing. What comes from hosts is not forwarded, even where the machine forwards.

    Raises:
        Unavailable: Somebody else has the network meanwhile, such as a lab that was made while this one was off.
    """
    if (_DEVICES / network.bridge).exists():
        return
    if any(network.subnet.overlaps(other) for other in used_networks()):
        raise Unavailable(
            f"The lab's network {network.subnet} is in use by something else on this machine.",
            fix="Take the other lab down, or this one: hosts keep their addresses.",
            reason="LAB_NETWORK_TAKEN",
        )
    run(["ip", "-batch", "-"], text=bridge_batch(network))
    (_SETTINGS / "ipv4/conf" / network.bridge / "forwarding").write_text("0", encoding="ascii")
    ipv6 = _SETTINGS / "ipv6/conf" / network.bridge / "disable_ipv6"
    if ipv6.exists():
        ipv6.write_text("1", encoding="ascii")


def remove_device(name: str) -> None:
    """Remove a device of ours, if it is still there."""
    if not (_DEVICES / name).exists():
        return
    try:
        run(["ip", "link", "delete", name])
    except Unavailable:
        # Cables vanish by themselves with the host at their other end; only one that stays is a failure.
        if (_DEVICES / name).exists():
            raise


def devices_of(tag: str) -> list[str]:
    """All devices of a lab, cables before the bridge."""
    cables = sorted(path.name for path in _DEVICES.glob(f"bw{tag}h*"))
    return cables + [path.name for path in _DEVICES.glob(f"bwlab{tag}")]
