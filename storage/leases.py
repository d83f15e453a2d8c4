"""Leases: one worker at a time on an order, and a growing token that unmasks one who has lost his."""

from __future__ import annotations

from dataclasses import dataclass

from bidwright.storage import keys
from bidwright.storage.connection import Argument, Engine
from bidwright.storage.scripts import script


@dataclass(frozen=True)
class Lease:
    """The right to work on a subject until it expires.

    Attributes:
        account: The account of the subject.
        subject_id: For example the order.
        owner: Who holds it: a name of one process, not of a machine.
        token: Greater than that of every earlier lease on the same subject; compare it wherever work takes effect.
    """

    account: str
    subject_id: str
    owner: str
    token: int


class Leases:
    """Gives out leases, kept beside the records of their account."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def acquire(self, account: str, subject_id: str, owner: str, *, ttl_ms: int) -> Lease | None:
        """Take the lease, or return ``None`` while anybody holds it, the same owner included."""
        wanted = Lease(account, subject_id, owner, 0)
        token = await self._run("acquire", wanted, ttl_ms)
        return Lease(account, subject_id, owner, token) if token else None

    async def renew(self, lease: Lease, *, ttl_ms: int) -> bool:
        """Extend a lease to ``ttl_ms`` from now; false if it has expired or passed to another."""
        return bool(await self._run("renew", lease, ttl_ms, repeat=True))

    async def release(self, lease: Lease) -> bool:
        """Give a lease back; false if it was no longer held."""
        return bool(await self._run("release", lease, 0))

    async def holder(self, account: str, subject_id: str) -> Lease | None:
        """Return the lease that is held on a subject now."""
        owner, token = await self._engine.run("HMGET", keys.lease(account, subject_id), "owner", "token", repeat=True)
        return None if owner is None else Lease(account, subject_id, owner.decode(), int(token))

    async def _run(self, verb: str, lease: Lease, ttl_ms: int, *, repeat: bool = False) -> int:
        names = [keys.lease(lease.account, lease.subject_id), keys.fence(lease.account, lease.subject_id)]
        arguments: list[Argument] = [verb, lease.owner, lease.token, ttl_ms]
        return int(await self._engine.run_script(script("lease"), names, arguments, repeat=repeat))
