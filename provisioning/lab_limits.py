"""What the machine's kernel allows all hosts together; a host beyond it boots and never answers."""

from __future__ import annotations

from pathlib import Path

from bidwright.core.errors import Unavailable

INOTIFY_A_HOST = 8
"""Inotify instances of a host: its systemd, journal and login manager take 7 after boot."""

_INOTIFY_LIMIT = Path("/proc/sys/fs/inotify/max_user_instances")


def require_room(count: int, proc: Path = Path("/proc"), limit: Path = _INOTIFY_LIMIT) -> None:
    """Refuse more hosts than the machine can watch files for.

    Args:
        count: Hosts about to be switched on.
        proc: Where processes are listed.
        limit: File with the most inotify instances of one user.

    Raises:
        Unavailable: The limit is too low for so many more.
    """
    most, taken = int(limit.read_text(encoding="ascii")), _inotify_instances(proc)
    needed = count * INOTIFY_A_HOST
    if taken + needed > most:
        raise Unavailable(
            f"{count} more hosts need {needed} inotify instances; the machine allows {most}, and {taken} are in use.",
            fix=f"Run `sysctl -w fs.inotify.max_user_instances={2 * (taken + needed)}`, or take other labs down.",
            reason="LAB_LIMIT",
        )


def _inotify_instances(proc: Path) -> int:
    """Count the open ones of all processes; processes end meanwhile."""
    found = 0
    for directory in proc.glob("[0-9]*/fd"):
        try:
            found += sum(str(opened.readlink()) == "anon_inode:inotify" for opened in directory.iterdir())
        except OSError:
            continue
    return found
