"""Opens what is stored for a command: the engine given, or the embedded one of a state directory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from bidwright.core.errors import NotFound
from bidwright.server.layout import StateDirectory
from bidwright.storage.connection import connect
from bidwright.storage.embedded import EmbeddedEngine
from bidwright.storage.records import Store

_Result = TypeVar("_Result")


def with_engine(state_dir: Path, redis_url: str, run: Callable[[str], Coroutine[Any, Any, _Result]]) -> _Result:
    """Run something against the engine given, or against the embedded one of the state directory."""
    if redis_url:
        return asyncio.run(run(redis_url))
    engine = EmbeddedEngine.start(StateDirectory.at(state_dir).path)
    try:
        return asyncio.run(run(engine.url))
    finally:
        engine.stop()


def require_kept(state_dir: Path, redis_url: str) -> None:
    """Refuse to look at records where none have been kept: an empty engine would be made, and answer for them.

    Raises:
        NotFound: No engine is given, and the state directory has none (``RECORDS_NOT_FOUND``).
    """
    if not redis_url and not (state_dir / "engine").is_dir():
        raise NotFound(
            f"Nothing is kept in {state_dir.resolve()}.",
            fix="Give the --state-dir or the --redis-url that Bidwright runs with.",
            reason="RECORDS_NOT_FOUND",
            facts={"state_dir": str(state_dir.resolve())},
        )


def with_store(state_dir: Path, redis_url: str, use: Callable[[Store], Coroutine[Any, Any, _Result]]) -> _Result:
    """Do something with the records of the engine given, or of the embedded one of the state directory."""

    async def run(url: str) -> _Result:
        engine = await connect(url)
        try:
            return await use(Store(engine))
        finally:
            await engine.close()

    return with_engine(state_dir, redis_url, run)
