"""The account that services of a directory target run as."""

from __future__ import annotations

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from bidwright.core.errors import Unavailable


@dataclass(frozen=True)
class ServiceAccount:
    """An existing unprivileged account.

    Attributes:
        name: Login name.
        user_id: Numeric user.
        group_id: Its primary group; no other groups are given to services.
    """

    name: str
    user_id: int
    group_id: int

    def can_traverse(self, directory: Path) -> bool:
        """Tell whether the mode bits of this one directory let the account pass through it."""
        facts = directory.stat()
        if facts.st_uid == self.user_id:
            return bool(facts.st_mode & stat.S_IXUSR)
        if facts.st_gid == self.group_id:
            return bool(facts.st_mode & stat.S_IXGRP)
        return bool(facts.st_mode & stat.S_IXOTH)


def service_account(name: str) -> ServiceAccount | None:
    """Look up the account for services; none when we are an ordinary user, who runs them itself.

    Raises:
        Unavailable: We are root, and the account does not exist or is root too.
    """
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(name)
    except KeyError as error:
        raise Unavailable(
            f"The account {name} for services does not exist.",
            fix="Set service_user to an existing account, e.g. nobody.",
        ) from error
    if entry.pw_uid == 0:
        raise Unavailable(
            "Services must not run as root.", fix="Set service_user to an unprivileged account, e.g. nobody."
        )
    return ServiceAccount(entry.pw_name, entry.pw_uid, entry.pw_gid)
