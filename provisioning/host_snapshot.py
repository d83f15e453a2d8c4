"""Everything that a delivery might leave on a host, so that before and after can be compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping

# What any run of any program changes, or the system itself every day: logs, caches, copies of the lists of packages,
# and where Ansible puts its modules for a moment.
PASSING = (
    "/root/.ansible",
    "/var/backups/*.[0-9]*",
    "/var/log",
    "/var/cache",
    "/var/lib/apt",
    "/var/lib/dpkg",
    "/var/lib/systemd",
    *("/tmp", "/var/tmp"),  # noqa: S108 - of the host, not ours
    *(f"/etc/{name}-" for name in ("passwd", "shadow", "group", "gshadow", "subuid", "subgid")),  # useradd's backups
)
_PASSING_PROGRAMS = "ssh|sftp|ps|systemd|sort|kworker|bash|sh$|grep|find|md5sum|agetty"
_PASSING_UNITS = "[.](scope|device|slice)|^(user|session|systemd-|apt-|dpkg-)"
# Units that do something or have failed; others are files, or what a package has at every start of the host.
_STATES = "running,failed,listening,waiting,auto-restart,not-found"
_PRUNED = " -o ".join(f"-path '{path}'" for path in PASSING)
_LOOKS = {
    "contents": f"find / -xdev \\( {_PRUNED} \\) -prune -o -type f -exec md5sum {{}} +",
    "files": f"find / -xdev \\( {_PRUNED} \\) -prune -o -printf '%p %M %u %g %l\\n'",
    "logs": "find /var/log /var/cache /var/lib/systemd -name '*bidwright*' -o -name '*bw_*'",
    "ports": "ss -Htlun | awk '{print $1, $5}'",
    "programs": f"ps -eo comm= | grep -vE '{_PASSING_PROGRAMS}' | sort -u",
    "units": f"systemctl list-units --all --plain --no-legend --state={_STATES} | awk '{{print $1, $2, $3}}'"
    f" | grep -vE '{_PASSING_UNITS}'",
    "enabled": "systemctl list-unit-files --no-legend --state=enabled,enabled-runtime,masked | awk '{print $1}'",
    "accounts": "getent passwd; getent group",
    "firewall": "if command -v nft >/dev/null; then nft list ruleset; fi",
    "mounts": "findmnt -rno TARGET | grep -vE '^/run/(user|credentials)|^/sys|^/proc'",
}

Snapshot = Mapping[str, frozenset[str]]


def snapshot(shell: Callable[[str], str]) -> Snapshot:
    """Look at a host: files with checksums, modes and owners, ports, programs, units, accounts, firewall, mounts.

    Args:
        shell: Runs a script on the host as root and returns what it prints.
    """
    script = "\n".join(f"echo '=== {what}'\n{command}" for what, command in _LOOKS.items())
    parts = ("\n" + shell(script + "\ntrue")).split("\n=== ")[1:]
    return {part.partition("\n")[0]: frozenset(part.splitlines()[1:]) for part in parts}


def changes(before: Snapshot, after: Snapshot) -> dict[str, list[str]]:
    """What is different, by kind: lines with ``+`` are new, those with ``-`` gone. Empty if nothing is."""
    found = {
        what: sorted(
            [f"+ {line}" for line in after[what] - before[what]] + [f"- {line}" for line in before[what] - after[what]]
        )
        for what in before
    }
    return {what: lines for what, lines in found.items() if lines}
