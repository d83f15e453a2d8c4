#!/usr/bin/env python3
"""Logs in to a backup store with its key: it must be answered by Borg, and must be able to run nothing else.

Reads ``{"host", "port", "user", "host_key", "private_key"}`` as JSON from standard input. The key is given to ssh in
memory: it is in no file, argument or environment.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

# Borg's greeting: {"i": 1, "m": "negotiate", "a": {"client_data": {"client_version": [1, 2, 4]}}} in MessagePack.
_GREETING = b"\x83\xa1i\x01\xa1m\xa9negotiate\xa1a\x81\xabclient_data\x81\xaeclient_version\x93\x01\x02\x04"
_TIMEOUT_S = 60


def run_there(
    wanted: Mapping[str, str], known_hosts: Path, command: str, text: bytes
) -> subprocess.CompletedProcess[bytes]:
    """Run a command on the store, or whatever the store makes of it."""
    key = os.memfd_create("key")
    os.fchmod(key, 0o600)  # ssh refuses others
    os.write(key, wanted["private_key"].encode())
    options = {
        "UserKnownHostsFile": f'"{known_hosts}"',
        "GlobalKnownHostsFile": "/dev/null",
        "StrictHostKeyChecking": "yes",
        "HostKeyAlgorithms": "ssh-ed25519",
        "IdentitiesOnly": "yes",
        "BatchMode": "yes",
        "ConnectTimeout": "10",
    }
    words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    login = ["-i", f"/proc/{os.getpid()}/fd/{key}", "-p", str(wanted["port"]), "-l", wanted["user"], wanted["host"]]
    try:
        return subprocess.run(
            ["ssh", "-F", "/dev/null", *words, *login, command],
            input=text,
            capture_output=True,
            check=False,
            timeout=_TIMEOUT_S,
            env={"PATH": os.environ.get("PATH", os.defpath)},
        )
    finally:
        os.close(key)


def fault(wanted: Mapping[str, str], known_hosts: Path) -> str:
    """What is wrong with the store; nothing if all is well."""
    host, port = wanted["host"], int(wanted["port"])
    place = host if port == 22 else f"[{host}]:{port}"
    known_hosts.write_text(f"{place} {wanted['host_key']}\n", encoding="ascii")
    answer = run_there(wanted, known_hosts, "borg serve", _GREETING)
    if b"server_version" not in answer.stdout:
        said = " ".join((answer.stderr + answer.stdout).decode(errors="replace").split())[-600:]
        return f"Borg does not answer for {wanted['user']} on {place}: {said or 'not a word'}"
    if b"uid=" in run_there(wanted, known_hosts, "id", b"").stdout:
        return f"The key of {wanted['user']} on {place} runs other commands than Borg's"
    return ""


def main() -> int:
    """Ask; 1 with the reason on standard error if something is wrong."""
    wanted = json.load(sys.stdin)
    with tempfile.TemporaryDirectory(prefix="bidwright-") as folder:
        said = fault(wanted, Path(folder) / "known_hosts")
    if said:
        sys.stderr.write(f"{said}\n")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
