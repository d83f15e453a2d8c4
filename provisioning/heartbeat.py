"""What goes on beside some work until the work is over: keeping the rights that it needs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any


class Beats:
    """When the next beat is due, and whether there is one."""

    def __init__(self, period_s: float) -> None:
        """Let a beat be due every so many seconds."""
        self._period_s = period_s
        self._over = asyncio.Event()

    async def next(self) -> bool:
        """Wait for the next beat; false as soon as the work is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._period_s):
                await self._over.wait()
        return not self._over.is_set()

    def end(self) -> None:
        """Let there be no more beats."""
        self._over.set()


@asynccontextmanager
async def beside(period_s: float, keep: Callable[[Beats], Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    """Run something beside the work within; the work is over when it has ended.

    It is asked to end and never cancelled: a cancellation that meets a call of the engine just when that is done is
    lost (``asyncio.wait_for`` of Python 3.11, which the client uses), and whoever waits for the end waits for ever.
    """
    beats = Beats(period_s)
    keeping = asyncio.create_task(keep(beats))
    try:
        yield
    finally:
        beats.end()
        await asyncio.wait([keeping])
