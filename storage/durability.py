"""Refuses engines that would lose what they have confirmed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from redis.exceptions import NoPermissionError, ResponseError

from bidwright.core.errors import InvalidInput

RunCommand = Callable[..., Awaitable[Any]]

_NEEDED = {
    # Without the append-only file, all since the last snapshot is gone after a crash.
    "appendonly": "yes",
    # "everysec" loses up to two seconds of confirmed writes when the machine loses power.
    "appendfsync": "always",
}


async def check_durability(run: RunCommand, shown_url: str) -> None:
    """Read the engine's settings and return if it keeps every confirmed write.

    Args:
        run: Runs one command and returns the protocol's plain answer.
        shown_url: The engine's address for messages.

    Raises:
        InvalidInput: It would lose writes (``ENGINE_NOT_DURABLE``), or will not tell (``ENGINE_DURABILITY_UNKNOWN``).
    """
    try:
        settings = {name: await _setting(run, name) for name in (*_NEEDED, "maxmemory", "maxmemory-policy")}
    except ResponseError as error:
        raise _unknown(shown_url, error) from error
    wrong = {name: value for name, value in _NEEDED.items() if settings[name] != value}
    if settings["maxmemory"] != "0" and settings["maxmemory-policy"] != "noeviction":
        wrong["maxmemory-policy"] = "noeviction"
    if not wrong:
        return
    found = ", ".join(f"{name} is {settings[name] or 'unset'}" for name in wrong)
    raise InvalidInput(
        f"The engine at {shown_url} would lose confirmed writes: {found}.",
        fix="Set in the engine's configuration: "
        + "; ".join(f"{name} {value}" for name, value in wrong.items())
        + ". Or start with --volatile if losing contracts is acceptable.",
        reason="ENGINE_NOT_DURABLE",
        facts={name: settings[name] for name in wrong},
    )


async def _setting(run: RunCommand, name: str) -> str:
    pairs = await run("CONFIG", "GET", name)
    return bytes(pairs[1]).decode() if pairs else ""


def _unknown(shown_url: str, error: ResponseError) -> InvalidInput:
    why = "forbids" if isinstance(error, NoPermissionError) else "does not know"
    return InvalidInput(
        f"The engine at {shown_url} {why} CONFIG GET, so nobody can tell whether it keeps confirmed writes: {error}",
        fix="Allow the user +config|get, or, knowing that the engine has appendonly yes and appendfsync always, "
        "start with --volatile.",
        reason="ENGINE_DURABILITY_UNKNOWN",
    )
