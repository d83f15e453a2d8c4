"""Gives each service its port on its target."""

from __future__ import annotations

import errno
import socket

from bidwright.provisioning.inventory import DIRECTORY, Place
from bidwright.storage.allocation import Pools


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
        busy = [] if holder in held else _busy_before_free(place, set(held.values()))
        return await self._pools.allocate(_pool(place), holder, place.ports, excluding=busy)

    async def release(self, place: Place, holder: str) -> None:
        """Take the holder's port back; harmless to repeat."""
        await self._pools.release(_pool(place), holder)


def _pool(place: Place) -> str:
    return f"ports:{place.name}"


def _busy_before_free(place: Place, taken: set[int]) -> list[int]:
    """List ports somebody else listens on, up to the first that can be given."""
    if place.kind != DIRECTORY:
        return []  # only on our own machine can we see who listens
    busy: list[int] = []
    for port in place.ports:
        if port in taken:
            continue
        if _can_bind(port):
            return busy
        busy.append(port)
    return busy


def _can_bind(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: connections of a server that has ended shall not keep its port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True
