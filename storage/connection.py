"""Connects to the engine (Redis or Valkey) and translates its failures into our kinds of errors."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as EngineUnreachable
from redis.exceptions import NoScriptError, OutOfMemoryError, ReadOnlyError, RedisError, ResponseError
from redis.exceptions import TimeoutError as EngineTimeout

from bidwright.core.errors import InvalidInput, Unavailable
from bidwright.storage.durability import check_durability
from bidwright.storage.scripts import Script

Argument = str | bytes | int
LONGEST_BLOCK_MS = 5_000
"""The longest a command may wait in the engine; below the socket's timeout, so waiting is never taken for silence."""

_SOCKET_TIMEOUT_S = 10.0
_PAUSES_S = (0.02, 0.1, 0.4, 1.0)  # an embedded engine restarts within this
_PASSING = ("MISCONF", "CLUSTERDOWN", "NOREPLICAS", "MASTERDOWN")  # it answers, but cannot write now
_SCHEMES = ("unix", "redis", "rediss")
_NOT_YET = ("redis+sentinel", "rediss+sentinel", "redis+cluster", "rediss+cluster")


class Engine:
    """A pool of connections to one engine. Answers are the plain shapes of the protocol: bytes, integers, lists.

    Attributes:
        shown_url: The address without its password, for messages.
    """

    def __init__(self, client: Redis, shown_url: str) -> None:
        # Commands are given in the protocol's own words, so their answers are, too.
        client.response_callbacks.clear()
        self._client = client
        self._execute: Callable[..., Awaitable[Any]] = client.execute_command
        self.shown_url = shown_url

    async def run(self, *command: Argument, repeat: bool = False) -> Any:
        """Run one command.

        Args:
            command: The command's name and arguments.
            repeat: Try again after a lost connection; only for what is harmless to do twice.

        Raises:
            Unavailable: The engine cannot be reached or cannot write now. It may have carried out the command.
        """
        return await self._attempt(lambda: self._execute(*command), repeat=repeat)

    async def read_all(self, commands: Sequence[Sequence[Argument]]) -> list[Any]:
        """Run reading commands in one round trip and return their answers in the same order."""
        if not commands:
            return []

        def send() -> Awaitable[Any]:
            pipeline = self._client.pipeline(transaction=False)
            for command in commands:
                pipeline.execute_command(*command)
            return pipeline.execute()

        return list(await self._attempt(send, repeat=True))

    async def run_script(
        self, script: Script, keys: Sequence[str], arguments: Sequence[Argument], *, repeat: bool = False
    ) -> Any:
        """Run a script by its digest; the engine is given the text when it does not know it (after a restart)."""
        try:
            return await self.run("EVALSHA", script.digest, len(keys), *keys, *arguments, repeat=repeat)
        except NoScriptError:
            return await self.run("EVAL", script.text, len(keys), *keys, *arguments, repeat=repeat)

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def _attempt(self, send: Callable[[], Awaitable[Any]], *, repeat: bool) -> Any:
        pauses = iter(_PAUSES_S if repeat else ())
        while True:
            try:
                return await send()
            except (EngineUnreachable, EngineTimeout) as error:
                # The engine has probably restarted: the idle connections are dead, too.
                await self._client.connection_pool.disconnect(inuse_connections=False)
                pause_s = next(pauses, None)
                if pause_s is None:
                    raise self._unavailable(error) from error
                await asyncio.sleep(pause_s)
            except RedisError as error:
                if isinstance(error, OutOfMemoryError | ReadOnlyError) or str(error).startswith(_PASSING):
                    raise self._unavailable(error) from error
                raise

    def _unavailable(self, error: RedisError) -> Unavailable:
        return Unavailable(
            f"The engine at {self.shown_url} cannot serve now: {error}",
            fix="Repeat the request with the same request_id. If this lasts, look at the engine's log and disk.",
            reason="ENGINE_UNAVAILABLE",
        )


async def connect(url: str, *, volatile: bool = False) -> Engine:
    """Connect to an engine and make sure that it keeps what it confirms.

    Args:
        url: ``unix:///path``, ``redis://[user:password@]host:port/db`` or ``rediss://`` (TLS).
        volatile: Accept an engine that may lose confirmed writes, for trying things out.

    Raises:
        InvalidInput: The address is not understood, or the engine would lose writes.
        Unavailable: The engine cannot be reached, or refuses the login.
    """
    shown = _check_url(url)
    client = Redis.from_url(
        url,
        protocol=2,
        socket_timeout=_SOCKET_TIMEOUT_S,
        socket_connect_timeout=_SOCKET_TIMEOUT_S,
        max_connections=1_000,  # every watcher of events waits on a connection of its own
        retry=Retry(NoBackoff(), 0),  # only the caller knows what is harmless to repeat
    )
    engine = Engine(client, shown)
    try:
        await engine.run("PING")
        if not volatile:
            await check_durability(engine.run, shown)
    except BaseException:
        await engine.close()
        raise
    return engine


def _check_url(url: str) -> str:
    """Return the address without its password, or raise ``InvalidInput``."""
    try:
        parts = urlsplit(url)
        shown = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()
        has_valid_port = parts.port is None or parts.port > 0
    except ValueError as error:
        raise _bad_url("the address", str(error)) from error
    if parts.scheme in _NOT_YET:
        raise _bad_url(
            shown, "Sentinel and Cluster are not supported yet: after a failover, confirmed writes may be gone"
        )
    if parts.scheme not in _SCHEMES or not has_valid_port or not (parts.netloc or parts.path):
        raise _bad_url(shown, "it is no address of an engine")
    return shown


def _bad_url(shown: str, why: str) -> InvalidInput:
    return InvalidInput(
        f"Cannot connect to {shown}: {why}.",
        fix="Give unix:///path/to/socket, redis://host:6379 or rediss://host:6379 (TLS).",
        reason="INVALID_ENGINE_URL",
    )


def is_response(error: ResponseError, code: str) -> bool:
    """Whether the engine refused a command with this code, for example ``BUSYGROUP``."""
    return str(error).startswith(code)
