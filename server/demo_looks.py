"""Looks at provisioned services from outside, as a customer would."""

from __future__ import annotations

import html.parser
import os
import socket
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from bidwright.provisioning.directory_binaries import server_binaries
from bidwright.server.demo_shell import Shell


def look_at_services(shell: Shell, contract: str) -> None:
    """Look at the services from outside, as a customer would."""
    services = shell.record("service", "list", "--contract", contract)["services"]
    shell.bid("service", "list", "--contract", contract)
    for service in services:
        look = _LOOKS.get(service["endpoint"]["scheme"]) if "endpoint" in service else None
        if look is None:
            continue
        password = ""
        if service["has_credentials"]:
            password = shell.record("service", "credentials", service["name"])["password"]
        look(shell.console, service["endpoint"], password)


def _look_at_website(console: Console, endpoint: dict[str, Any], password: str) -> None:  # noqa: ARG001
    url = f"http://{endpoint['host']}:{endpoint['port']}/"
    with urllib.request.urlopen(url, timeout=10) as reply:
        page, status = reply.read().decode(), reply.status
    title = _Title()
    title.feed(page)
    console.print(Text(f"\n$ curl {url}", style="bold cyan"))
    console.print(Text(f"HTTP {status}, {len(page)} bytes, title: {title.text}"))


def _look_at_database(console: Console, endpoint: dict[str, Any], password: str) -> None:
    query = "SELECT key, value FROM about ORDER BY key"
    psql = Path(server_binaries()["directory_postgresql_bin"]) / "psql"
    command = [str(psql), "-h", endpoint["host"], "-p", str(endpoint["port"]), "-U", endpoint["user"]]
    command += ["-d", endpoint["path"], "-At", "-F", " = ", "-c", query]
    environment = os.environ | {"PGPASSWORD": password}
    done = subprocess.run(command, check=True, text=True, capture_output=True, env=environment, timeout=30)
    console.print(Text(f'\n$ psql -p {endpoint["port"]} -d {endpoint["path"]} -c "{query}"', style="bold cyan"))
    console.print(Text(done.stdout.rstrip()))


def _look_at_cache(console: Console, endpoint: dict[str, Any], password: str) -> None:
    with socket.create_connection((endpoint["host"], endpoint["port"]), timeout=10) as connection:
        connection.sendall(_resp("AUTH", endpoint["user"], password) + _resp("GET", "about"))
        stream = connection.makefile("rb")
        stream.readline()  # +OK
        length = int(stream.readline()[1:])
        value = stream.read(length).decode()
    console.print(Text(f"\n$ valkey-cli -p {endpoint['port']} GET about", style="bold cyan"))
    console.print(Text(value))


def _resp(*words: str) -> bytes:
    """A command in the protocol of Redis."""
    parts = [word.encode() for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in parts)


_LOOKS = {"http": _look_at_website, "postgresql": _look_at_database, "valkey": _look_at_cache}


class _Title(html.parser.HTMLParser):
    """Reads the title of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - of the base class
        self._inside = tag == "title"

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - of the base class
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.text += data
