# ruff: noqa: INP001 - Ansible loads plugins by path; they are in no package
"""Ansible module: asks a running HAProxy which of its servers answer their health checks."""

from __future__ import annotations

import csv
import socket
import time

from ansible.module_utils.basic import AnsibleModule  # type: ignore[import-untyped] # it has no types

DOCUMENTATION = r"""
module: haproxy_servers
short_description: Tell which servers of a running HAProxy are up, and fail if none is
description:
  - Changes nothing. Waits until every server has been checked once.
author: [The Bidwright authors]
options:
  socket:
    description: Path of the statistics socket.
    type: path
    required: true
  patience_s:
    description: Seconds within which all servers must have been checked.
    type: int
    default: 15
"""
EXAMPLES = r"""
- haproxy_servers: {socket: /run/haproxy/admin.sock}
"""
RETURN = r"""
up: {description: Names of the servers that answer., type: list, returned: success}
down: {description: Names of the others., type: list, returned: success}
"""
# What HAProxy calls the outcome of a check, in words.
_WORDS = {
    "L4TOUT": "no connection within the time of a check",
    "L4CON": "no connection",
    "L6TOUT": "no TLS within the time of a check",
    "L6RSP": "its TLS is not what it should be: the authority, or the name in its certificate",
    "L7TOUT": "no answer within the time of a check",
    "L7RSP": "its answer is not HTTP",
    "L7STS": "it answers with the status",
    "SOCKERR": "no connection",
}
_NOT_CHECKED = ("", "INI", "UNK")


def ask(path: str) -> list[dict[str, str]]:
    """Ask for the facts of all servers.

    Raises:
        OSError: Nobody answers there.
    """
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(path)
        connection.sendall(b"show stat -1 4 -1\n")  # of all proxies, servers only
        with connection.makefile(encoding="utf-8", errors="replace") as answer:
            lines = [line.removeprefix("# ") for line in answer if line.strip()]
    return list(csv.DictReader(lines))


def is_checked(server: dict[str, str]) -> bool:
    """Tell whether its state comes from a check; a star says that one is under way."""
    return server["check_status"].removeprefix("* ") not in _NOT_CHECKED


def is_up(server: dict[str, str]) -> bool:
    """Tell whether it is given requests; ``UP 1/2`` is on its way down but still is."""
    return server["status"].startswith("UP")


def fault_of(server: dict[str, str]) -> str:
    """Say in words why a server is down."""
    outcome = server["check_status"].removeprefix("* ")
    words = [_WORDS.get(outcome, outcome), server.get("check_code", ""), server.get("last_chk", "").strip()]
    return f"{server['svname']} ({' '.join(filter(None, words))})"


def main() -> None:
    """Ask until all are checked, or patience ends; fail if none is up."""
    module = AnsibleModule(
        supports_check_mode=True,
        argument_spec={
            "socket": {"type": "path", "required": True},
            "patience_s": {"type": "int", "default": 15},
        },
    )
    deadline = time.monotonic() + module.params["patience_s"]
    servers: list[dict[str, str]] = []
    while time.monotonic() < deadline:
        try:
            servers = ask(module.params["socket"])
        except OSError as error:
            module.fail_json(msg=f"The load balancer does not tell its state: {error}")
        if all(map(is_checked, servers)):
            break
        time.sleep(0.2)
    up = [server["svname"] for server in servers if is_up(server)]
    down = [server for server in servers if not is_up(server)]
    faults = ", ".join(map(fault_of, down))
    if not up:
        module.fail_json(msg=f"No back end answers: {faults}.")
    if down:
        module.warn(f"A back end does not answer: {faults}.")
    module.exit_json(up=up, down=[server["svname"] for server in down])


if __name__ == "__main__":
    main()
