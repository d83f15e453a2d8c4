"""Gives out numbers that only one may have at a time: ports of a host, places on a host."""

from __future__ import annotations

from collections.abc import Collection

from bidwright.core.errors import Unavailable
from bidwright.storage import keys
from bidwright.storage.connection import Argument, Engine
from bidwright.storage.scripts import script


class Pools:
    """Pools of numbers, each with its own holders. A holder has at most one number of a pool."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def allocate(self, pool: str, holder: str, candidates: range, *, excluding: Collection[int] = ()) -> int:
        """Return the number the holder has, or give it the lowest free one; repeating gives the same number.

        Args:
            pool: For example ``ports:host-1``.
            holder: Who will have the number, for example a contract's service.
            candidates: Numbers of the pool, ascending by one.
            excluding: Numbers among them that cannot be given now, for example ports that somebody else listens on.

        Raises:
            Unavailable: No number is free.
        """
        if candidates.step != 1 or not candidates:
            raise ValueError(f"Candidates ascend by one and are not empty: {candidates}")
        arguments: list[Argument] = [holder, candidates[0], candidates[-1], *sorted(excluding)]
        number = int(await self._engine.run_script(script("allocate"), keys.pool(pool), arguments, repeat=True))
        if number >= 0:
            return number
        raise Unavailable(
            f"The pool {pool} has no free number between {candidates[0]} and {candidates[-1]}.",
            fix="Release what is no longer needed, or make the pool larger.",
            reason="POOL_EXHAUSTED",
            facts={"pool": pool},
        )

    async def release(self, pool: str, holder: str) -> bool:
        """Take a holder's number back; false if it held none, so repeating is harmless."""
        return bool(await self._engine.run_script(script("free"), keys.pool(pool), [holder], repeat=True))

    async def holders(self, pool: str) -> dict[str, int]:
        """Return the number of each holder of a pool, by holder in alphabetical order."""
        flat = await self._engine.run("HGETALL", keys.pool(pool)[0], repeat=True)
        pairs = zip(flat[::2], flat[1::2], strict=True)
        return dict(sorted((holder.decode(), int(number)) for holder, number in pairs))
