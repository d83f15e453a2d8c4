#!/usr/bin/env python3
"""Looks at a host from outside: SSH answers, what nobody opened does not, and SSH accepts the keys of a login.

Reads ``{"host", "ports", "host_keys", "login", "keys"}`` as JSON from standard input; prints the port SSH answers at. A
key is offered without its private half, which we do not have: the server says whether it would accept it.
"""

import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_PATIENCE_S = 10
_SILENCE_S = 2
_NEVER_OPENED = 1  # tcpmux, of 1988


class Wrong(Exception):
    """The host is not as it should be."""


def answering_port(host: str, ports: list[int]) -> int:
    """Find the first port at which SSH answers."""
    for port in ports:
        try:
            with socket.create_connection((host, port), timeout=_PATIENCE_S) as connection:
                if connection.recv(4) == b"SSH-":
                    return port
        except OSError:
            continue
    raise Wrong(f"No SSH answers at {host}, port {', '.join(map(str, ports))}.")


def must_be_filtered(host: str) -> None:
    """Knock where nobody may answer: neither yes nor no is to come back."""
    try:
        socket.create_connection((host, _NEVER_OPENED), timeout=_SILENCE_S).close()
    except TimeoutError:
        return
    except ConnectionRefusedError:
        pass
    raise Wrong(f"Port {_NEVER_OPENED} of {host} answers, though nobody opened it: the firewall is not in the way.")


def must_be_accepted(host: str, port: int, wanted: Mapping[str, Any]) -> None:
    """Offer each key for the login to the host that has these host keys."""
    with tempfile.TemporaryDirectory() as directory:
        known, offered = Path(directory, "known"), Path(directory, "offered")
        known.write_text("".join(f"host {key}\n" for key in wanted["host_keys"]), encoding="ascii")
        options = {
            "UserKnownHostsFile": str(known),
            "GlobalKnownHostsFile": "/dev/null",
            "HostKeyAlias": "host",
            "StrictHostKeyChecking": "yes",
            "IdentitiesOnly": "yes",
            "IdentityAgent": "none",
            "BatchMode": "yes",
            "PreferredAuthentications": "publickey",
            "ConnectTimeout": str(_PATIENCE_S),
        }
        told = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        for key in wanted["keys"]:
            offered.write_text(f"{key}\n", encoding="ascii")
            offered.chmod(0o600)
            command = [
                "ssh",
                "-v",
                "-F",
                "/dev/null",
                *told,
                "-i",
                str(offered),
                "-p",
                str(port),
                "-l",
                wanted["login"],
            ]
            done = subprocess.run(
                [*command, host, "true"], check=False, capture_output=True, stdin=subprocess.DEVNULL, timeout=60
            )
            if b"Server accepts key:" not in done.stderr:
                raise Wrong(f"SSH does not accept the key {key[:60]}... for {wanted['login']}.")


def main() -> int:
    """Look; 1 with a reason on standard error if something is not as it should be."""
    wanted = json.load(sys.stdin)
    try:
        port = answering_port(wanted["host"], wanted["ports"])
        must_be_filtered(wanted["host"])
        if wanted["login"]:
            must_be_accepted(wanted["host"], port, wanted)
    except (OSError, Wrong) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{port}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
