#!/usr/bin/env python3
"""Uses an SFTP service with its password: writes, reads and deletes a file, and fails to reach anything else.

Reads ``{"host", "port", "host_key", "password"}`` as JSON from standard input. The password is given to ssh in
memory: it is in no file, argument or environment.
"""

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

_USER = "exchange"
_TIMEOUT_S = 60
# What ssh runs to ask for a password; the file is one of our memory.
_ASK = '#!/bin/sh\nexec cat "$BIDWRIGHT_ANSWER"\n'


class Refused(Exception):
    """The service does not do what it should, or does more."""


class Client:
    """An SFTP client that trusts one server key and knows one password."""

    def __init__(self, wanted: Mapping[str, str], folder: Path) -> None:
        self._wanted = wanted
        self._folder = folder
        ask = folder / "ask"
        ask.write_text(_ASK, encoding="ascii")
        ask.chmod(0o700)
        place = f"[{wanted['host']}]:{wanted['port']}"
        (folder / "known_hosts").write_text(f"{place} {wanted['host_key']}\n", encoding="ascii")

    def run(self, *command: str) -> subprocess.CompletedProcess[bytes]:
        """Run ssh or sftp; words after the program come before the options."""
        options = {
            "UserKnownHostsFile": f'"{self._folder}/known_hosts"',
            "GlobalKnownHostsFile": "/dev/null",
            "StrictHostKeyChecking": "yes",
            "PreferredAuthentications": "password",
            "PubkeyAuthentication": "no",
            "NumberOfPasswordPrompts": "1",
            "BatchMode": "no",
            "ConnectTimeout": "10",
            "Port": str(self._wanted["port"]),
        }
        words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        program, *rest = command
        answer = os.memfd_create("answer")
        os.write(answer, self._wanted["password"].encode() + b"\n")
        try:
            return subprocess.run(
                [program, "-F", "/dev/null", *words, *rest],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=_TIMEOUT_S,
                start_new_session=True,  # without a terminal, or ssh would ask there
                env={
                    "PATH": os.environ.get("PATH", os.defpath),
                    "SSH_ASKPASS": str(self._folder / "ask"),
                    "SSH_ASKPASS_REQUIRE": "force",
                    "BIDWRIGHT_ANSWER": f"/proc/{os.getpid()}/fd/{answer}",
                },
            )
        finally:
            os.close(answer)

    def transfer(self, *lines: str) -> subprocess.CompletedProcess[bytes]:
        """Carry out lines of sftp; the first that fails ends it."""
        batch = self._folder / "batch"
        batch.write_text("".join(f"{line}\n" for line in lines), encoding="ascii")
        return self.run("sftp", "-q", "-b", str(batch), f"{_USER}@{self._wanted['host']}")


def check(wanted: Mapping[str, str], folder: Path) -> None:
    """Use the service as a customer, and as somebody who wants more.

    Raises:
        Refused: It does not do what it should, or does more.
    """
    client = Client(wanted, folder)
    sent, received, name = folder / "sent", folder / "received", f".bidwright-{secrets.token_hex(8)}"
    sent.write_bytes(secrets.token_bytes(100_000))
    done = client.transfer(f"put {sent} {name}", f"get {name} {received}", f"rm {name}")
    if done.returncode:
        raise Refused(f"a file cannot be exchanged: {' '.join(done.stderr.decode(errors='replace').split())[-600:]}")
    if received.read_bytes() != sent.read_bytes():
        raise Refused("a file came back different")
    for path in ("/etc/passwd", "../../etc/passwd", "/proc/version"):
        if client.transfer(f"get {path} {folder}/escaped").returncode == 0:
            raise Refused(f"{path} of the host can be read")
    if client.transfer(f"put {sent} /{name}").returncode == 0:
        raise Refused("files can be written beside the place for them")
    if b"uid=" in client.run("ssh", "-l", _USER, wanted["host"], "id").stdout:
        raise Refused("it runs commands")


def main() -> int:
    """Use the service; 1 with the reason on standard error if something is wrong."""
    wanted = json.load(sys.stdin)
    with tempfile.TemporaryDirectory(prefix="bidwright-") as folder:
        try:
            check(wanted, Path(folder))
        except (OSError, Refused, subprocess.TimeoutExpired) as error:
            sys.stderr.write(f"The exchange on port {wanted['port']} of {wanted['host']}: {error}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
