#!/usr/bin/env python3
"""Writes or reads the key ``about`` of a cache, over TCP with its user's password.

Reads ``{"act", "host", "port", "password", "title"}`` as JSON from standard input, with ``certificate_name`` and
``authority`` (PEM; the system's where empty) if the cache speaks TLS; prints a line for what it changed. Speaks the
server's protocol itself, which needs nothing installed: an array of length-prefixed strings, so any text is safe.
"""

import json
import socket
import ssl
import sys
from collections.abc import Mapping
from typing import BinaryIO, cast


class Refused(Exception):
    """The server answered with an error, or with something else than was asked for."""


def ask(connection: BinaryIO, *words: str) -> bytes | None:
    """Send one command and return its answer."""
    encoded = [word.encode() for word in words]
    parts = [b"$%d\r\n%s\r\n" % (len(word), word) for word in encoded]
    connection.write(b"*%d\r\n%s" % (len(parts), b"".join(parts)))
    connection.flush()
    line = connection.readline().rstrip(b"\r\n")
    if line.startswith(b"$"):
        length = int(line[1:])
        return None if length < 0 else connection.read(length + 2)[:-2]
    if not line.startswith(b"+"):
        raise Refused(f"{words[0]}: {line.decode(errors='replace')}")
    return line[1:]


def converse(connection: BinaryIO, wanted: Mapping[str, str]) -> None:
    """Log in, prove that the server answers, and write or check the title."""
    ask(connection, "AUTH", "cache", wanted["password"])
    if ask(connection, "PING") != b"PONG":
        raise Refused("PING was not answered with PONG")
    if ask(connection, "GET", "about") == wanted["title"].encode():
        return
    if wanted["act"] != "apply":
        raise Refused("the key about does not hold the title")
    ask(connection, "SET", "about", wanted["title"])
    sys.stdout.write("title written\n")


def connected(wanted: Mapping[str, str]) -> socket.socket:
    """Connect, with TLS and a checked certificate if the cache has one."""
    server = socket.create_connection((wanted.get("host", "127.0.0.1"), int(wanted["port"])), timeout=10)
    if not wanted.get("certificate_name"):
        return server
    context = ssl.create_default_context(cadata=wanted["authority"] or None)
    return context.wrap_socket(server, server_hostname=wanted["certificate_name"])


def main() -> int:
    """Act; 1 with a reason on standard error when the cache is not as wanted."""
    wanted = json.load(sys.stdin)
    try:
        with connected(wanted) as server:
            converse(cast("BinaryIO", server.makefile("rwb")), wanted)
    except (OSError, Refused) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
