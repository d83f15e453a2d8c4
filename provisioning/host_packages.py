"""Tells what Debian packages brought to a host from what a delivery left there: packages stay when services go."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_LISTS = "cat /var/lib/dpkg/info/*.list"

# What the scripts of packages that roles install make, beside the files that dpkg lists; each with its path in full.
_MADE = re.compile(
    r"/etc/alternatives(/.*)?|/etc/rc[0-6S]\.d(/.*)?|/usr/(bin|lib|share)/.*|/var/lib/ucf/.*|/var/www(/html(/index\.nginx-debian\.html)?)?"
    r"|/etc/(passwd|shadow|group|gshadow|subuid|subgid|ld\.so\.cache|networks|locale\.gen|default/locale)"
    r"|/etc/ssl/certs/([0-9a-f]{8}\.0|ssl-cert-snakeoil\.pem)|/etc/ssl/private(/ssl-cert-snakeoil\.key)?"
    r"|/etc/apt/apt\.conf\.d/(02autoremove-postgresql|20auto-upgrades|50unattended-upgrades)"
    r"|/etc/apparmor\.d/local(/usr\.sbin\.chronyd)?|/etc/chrony/chrony\.(conf|keys)"
    r"|/etc/lighttpd/conf-enabled(/90-javascript-alias\.conf)?|/etc/nsd/nsd_(control|server)\.(key|pem)"
    r"|/etc/postgresql-common/(createcluster\.conf|createcluster\.d|root\.crt)|/(etc|var/lib)/postgresql/15"
    r"|/etc/systemd/system/[a-z-]+\.target\.wants/postgresql\.service"
    r"|/var/lib/nginx/(body|fastcgi|proxy|scgi|uwsgi)|/var/lib/redis|/var/lib/haproxy/dev"
)
_ACCOUNTS = frozenset({"_chrony", "haproxy", "nsd", "postgres", "prometheus", "redis", "ssl-cert"})
_ENABLED = frozenset({"postgresql.service"})
_WORD_OF_PATH = {"contents": 1, "files": 0}


def without_packages(changes: Mapping[str, list[str]], shell: Callable[[str], str]) -> dict[str, list[str]]:
    """Leave out of what changed on a host what its packages brought.

    Args:
        changes: From ``host_snapshot.changes``.
        shell: Runs a script on the host as root and returns what it prints.
    """
    listed = frozenset(shell(_LISTS).splitlines())
    # Debian lists some files below / that lie below /usr.
    owned = listed | {f"/usr{path}" for path in listed if path.startswith(("/bin/", "/sbin/", "/lib/", "/lib64/"))}
    left = {
        what: [line for line in lines if not _is_of_packages(what, line[2:], owned)] for what, lines in changes.items()
    }
    return {what: lines for what, lines in left.items() if lines}


def _is_of_packages(what: str, line: str, owned: frozenset[str]) -> bool:
    if what in _WORD_OF_PATH:
        path = line.split()[_WORD_OF_PATH[what]]
        return path in owned or _MADE.fullmatch(path) is not None
    if what == "accounts":
        return line.partition(":")[0] in _ACCOUNTS
    return what == "enabled" and line in _ENABLED
