"""Runs the system tools that the lab is made of, and says what is missing in order to."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bidwright.core.errors import Fault, Forbidden, Unavailable

# Each tool with the Debian package that brings it.
TOOLS: Mapping[str, str] = {
    "apt-get": "apt",
    "debootstrap": "debootstrap",
    "dpkg-deb": "dpkg",
    "ip": "iproute2",
    "mount": "mount",
    "nsenter": "util-linux",
    "setpriv": "util-linux",
    "setsid": "util-linux",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "systemd-nspawn": "systemd-container",
    "unshare": "util-linux",
}
# Before a command that takes long: when we are killed, it is killed, too.
ENDS_WITH_US = ("setpriv", "--pdeathsig=KILL")
_FOR_ADMINISTRATORS = ("/usr/local/sbin", "/usr/sbin", "/sbin")
_KEPT_VARIABLES = ("PYTHONPATH", "http_proxy", "https_proxy", "no_proxy", "HTTPS_PROXY", "NO_PROXY")
_LINES_SHOWN = 5


def search_path() -> str:
    """Where tools are looked for: ``PATH``, and directories that root has not always in it."""
    return os.pathsep.join([os.environ.get("PATH", os.defpath), *_FOR_ADMINISTRATORS])


def environment() -> dict[str, str]:
    """What tools and hosts get of our environment: nothing that could be a secret."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return kept | {"PATH": search_path(), "LC_ALL": "C.UTF-8", "HOME": "/root"}


def require_root(user_id: int) -> None:
    """Refuse everybody but root.

    Raises:
        Forbidden: The user is not root.
    """
    if user_id:
        raise Forbidden(
            f"The lab makes network namespaces and mounts, which only root may do. You are user {user_id}.",
            fix="Run the same command as root, for example with sudo.",
            reason="LAB_NEEDS_ROOT",
        )


def require_tools(find: Callable[[str], str | None]) -> None:
    """Refuse a machine that lacks tools, naming all of them with their packages.

    Args:
        find: Returns the path of a tool, or nothing.

    Raises:
        Unavailable: At least one is missing.
    """
    missing = [tool for tool in TOOLS if find(tool) is None]
    if not missing:
        return
    packages = sorted({TOOLS[tool] for tool in missing})
    fix = f"Run: apt-get install {' '.join(packages)}"
    raise Unavailable(
        f"The lab needs tools that are not here: {', '.join(missing)}.",
        fix=fix,
        reason="LAB_TOOL_MISSING",
        faults=[Fault(tool, "is not installed.", f"Install the Debian package {TOOLS[tool]}.") for tool in missing]
        + [Fault("all of them", "come with one command.", fix)],
    )


def find_tool(tool: str) -> str | None:
    """Path of a tool of this machine."""
    return shutil.which(tool, path=search_path())


def run(
    command: Sequence[str],
    *,
    text: str = "",
    more_environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    timeout_s: float = 30,
) -> str:
    """Run a tool to its end.

    Args:
        command: The tool and its arguments; no shell is involved.
        text: What it reads from its standard input.
        more_environment: Variables on top of ``environment()``.
        folder: Its working directory.
        timeout_s: After so many seconds it is killed.

    Returns:
        What it printed.

    Raises:
        Unavailable: It failed or took too long; the message has its last lines.
    """
    try:
        done = subprocess.run(
            list(command),
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            input=text,
            timeout=timeout_s,
            cwd=folder,
            env=environment() | dict(more_environment or {}),
            umask=0o022,
        )
    except subprocess.TimeoutExpired as error:
        raise _failed(command, f"took longer than {timeout_s:g} seconds") from error
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-_LINES_SHOWN:]
        raise _failed(command, f"failed with code {done.returncode}: {' / '.join(said)}")
    return done.stdout


def _failed(command: Sequence[str], how: str) -> Unavailable:
    return Unavailable(
        f"`{' '.join(command)}` {how}",
        fix="Mend what the message names, then repeat; `bidwright lab down` clears what was begun.",
        reason="LAB_TOOL_FAILED",
    )
