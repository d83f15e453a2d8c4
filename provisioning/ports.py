"""Gives each service its port on its target."""

from __future__ import annotations

import asyncio
import errno
import socket

from bidwright.provisioning.inventory import DIRECTORY, Place
from bidwright.storage.allocation import Pools

_LOOK_S = 1.0


class Ports:
    """Allocates ports; a step of a contract gets the same port however often it is repeated."""

    def __init__(self, pools: Pools) -> None:
        self._pools = pools

    async def allocate(self, place: Place, holder: str) -> int:
        """Return the holder's port on a target, or give it the lowest one that nobody has and nothing listens on.

        Args:
            place: The target.
            holder: The service, with its account.

        Raises:
            Unavailable: No port of the target is free.
        """
        held = await self._pools.holders(_pool(place))
        # A port the holder has already is not tested: its own service may be listening there.
        busy = [] if holder in held else await asyncio.to_thread(_busy_before_free, place, set(held.values()))
        return await self._pools.allocate(_pool(place), holder, place.ports, excluding=busy)

    async def release(self, place: Place, holder: str) -> None:
        """Take the holder's port back; harmless to repeat."""
        await self._pools.release(_pool(place), holder)


def _pool(place: Place) -> str:
    return f"ports:{place.name}"


def _busy_before_free(place: Place, taken: set[int]) -> list[int]:
    """List ports somebody else listens on, up to the first that can be given."""
    busy: list[int] = []
    for port in place.ports:
        if port in taken:
            continue
        if not (_is_bound(port) if place.kind == DIRECTORY else _is_answered(place.target.address, port)):
            return busy
        busy.append(port)
    return busy


def _is_bound(port: int) -> bool:
    """Tell whether somebody has a port of this machine."""
    with socket.socket() as probe:
        # As servers do: connections of a server that has ended shall not keep its port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return True
            raise
    return False


def _is_answered(address: str, port: int) -> bool:
    """Tell whether somebody answers on a port of a host.

    What a firewall hides, or what listens on the host itself only, is not seen; a role that finds its port taken fails.
    """
    try:
        with socket.create_connection((address, port), timeout=_LOOK_S):
            return True
    except OSError:
        return False
