"""Looks at provisioned services from outside, as a customer would."""

from __future__ import annotations

import base64
import html.parser
import json
import socket
import ssl
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import dns.message
import dns.query
import psycopg
from psycopg.conninfo import make_conninfo
from rich.console import Console
from rich.text import Text

from bidwright.core.errors import Unavailable
from bidwright.server.demo_shell import Shell


@dataclass(frozen=True)
class Outside:
    """A customer's view: what is needed to look at services from outside.

    Attributes:
        console: Where it is shown.
        authority: Certificate that services with TLS are checked against.
    """

    console: Console
    authority: Path

    def show(self, command: str, answer: str) -> None:
        """Show what somebody would type, and what came back."""
        self.console.print(Text(f"\n$ {command}", style="bold cyan"))
        self.console.print(Text(answer))

    def trust(self) -> ssl.SSLContext:
        """TLS that trusts the installation's authority and nobody else."""
        return ssl.create_default_context(cafile=str(self.authority))


def look_at_services(shell: Shell, contract: str, outside: Outside) -> Mapping[str, Any]:
    """Look at each service of a contract that answers and that we know how to ask; all services, by step."""
    services = shell.record("service", "list", "--contract", contract)["services"]
    shell.bid("service", "list", "--contract", contract)
    by_step = {service["step"]: service for service in services}
    for service in services:
        role = service["step"].partition("-")[0]
        look = _LOOKS.get(service["endpoint"]["scheme"]) if "endpoint" in service else None
        if look is None:
            continue
        if _REACHED_BY.get(role) in by_step:
            _show_closed(outside, service["endpoint"], _REACHED_BY[role])
            continue
        if role == "monitoring_server":
            look = _look_at_monitoring
        owner = by_step.get(_PASSWORD_OF.get(role, ""), service)
        password = ""
        if owner["has_credentials"]:
            password = shell.record("service", "credentials", owner["name"])["password"]
        look(outside, service["endpoint"], password)
    return by_step


def page(outside: Outside, endpoint: dict[str, Any], password: str = "") -> str:
    """Ask for a page; by HTTPS, against the installation's authority.

    Raises:
        Unavailable: There is no answer.
    """
    url = f"{endpoint['scheme']}://{endpoint['host']}:{endpoint['port']}{endpoint.get('path') or '/'}"
    request = urllib.request.Request(url)  # noqa: S310 - of the endpoint's scheme
    if password:
        login = base64.b64encode(f"{endpoint['user']}:{password}".encode()).decode()
        request.add_header("Authorization", f"Basic {login}")
    secure = outside.trust() if endpoint["scheme"] == "https" else None
    try:
        with urllib.request.urlopen(request, timeout=20, context=secure) as reply:  # noqa: S310
            return str(reply.read().decode())
    except OSError as error:
        raise Unavailable(f"{url} does not answer: {error}", fix="`bid service list` says what runs where.") from error


def _show_closed(outside: Outside, endpoint: dict[str, Any], only: str) -> None:
    """Show that the host's firewall keeps everybody but another service away.

    Raises:
        Unavailable: It does not.
    """
    where = f"{endpoint['host']}:{endpoint['port']}"
    with socket.socket() as probe:
        probe.settimeout(2)
        if probe.connect_ex((endpoint["host"], endpoint["port"])) == 0:
            raise Unavailable(f"{where} answers everybody.", fix="Look at the firewall of its host.")
    outside.show(f"nc -z -w 2 {where.replace(':', ' ')}", f"no answer: only the {only.replace('_', ' ')} reaches it")


def _look_at_monitoring(outside: Outside, endpoint: dict[str, Any], password: str) -> None:
    query = "api/v1/query?query=up"
    found = json.loads(page(outside, {**endpoint, "path": f"/{query}"}, password))["data"]["result"]
    lines = [f"{one['metric']['instance']} up {one['value'][1]}" for one in found]
    url = f"https://{endpoint['host']}:{endpoint['port']}/{query}"
    outside.show(f"curl --cacert {outside.authority.name} --user {endpoint['user']} '{url}'", "\n".join(lines))


def _look_at_page(outside: Outside, endpoint: dict[str, Any], password: str) -> None:
    content = page(outside, endpoint, password)
    title = _Title()
    title.feed(content)
    curl = f"curl --cacert {outside.authority.name} " if endpoint["scheme"] == "https" else "curl "
    url = f"{endpoint['scheme']}://{endpoint['host']}:{endpoint['port']}{endpoint.get('path') or '/'}"
    outside.show(curl + url, f"{len(content)} bytes, title: {title.text}")


def _look_at_database(outside: Outside, endpoint: dict[str, Any], password: str) -> None:
    query: LiteralString = "SELECT key, value, pg_is_in_recovery() AS is_standby FROM about ORDER BY key"
    where = make_conninfo(
        host=endpoint["host"], port=endpoint["port"], dbname=endpoint["path"], user=endpoint["user"], connect_timeout=20
    )
    if endpoint.get("facts", {}).get("tls") == "required":
        where = make_conninfo(where, sslmode="verify-full", sslrootcert=str(outside.authority))
    with psycopg.connect(where, password=password) as connection:
        rows = connection.execute(query).fetchall()
    outside.show(f'psql "{where}" -c "{query}"', "\n".join(" | ".join(map(str, row)) for row in rows))


def _look_at_cache(outside: Outside, endpoint: dict[str, Any], password: str) -> None:
    with socket.create_connection((endpoint["host"], endpoint["port"]), timeout=10) as plain:
        secure = endpoint.get("facts", {}).get("tls") == "required"
        connection = outside.trust().wrap_socket(plain, server_hostname=endpoint["host"]) if secure else plain
        connection.sendall(_resp("AUTH", endpoint["user"], password) + _resp("GET", "about"))
        stream = connection.makefile("rb")
        stream.readline()  # +OK
        length = int(stream.readline()[1:])
        value = stream.read(length).decode()
    outside.show(f"valkey-cli -h {endpoint['host']} -p {endpoint['port']} GET about", value)


def _look_at_names(outside: Outside, endpoint: dict[str, Any], password: str) -> None:  # noqa: ARG001
    zone = endpoint["path"]
    question = dns.message.make_query(zone, "SOA")
    serial = dns.query.udp(question, endpoint["host"], timeout=10, port=endpoint["port"]).answer[0]
    address = dns.query.udp(dns.message.make_query(zone, "A"), endpoint["host"], timeout=10, port=endpoint["port"])
    lines = [record.to_text() for record in (serial, *address.answer)]
    outside.show(f"dig @{endpoint['host']} {zone} SOA A", "\n".join(lines))


def _resp(*words: str) -> bytes:
    """A command in the protocol of Redis."""
    parts = [word.encode() for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in parts)


_PASSWORD_OF = {"postgresql_standby": "postgresql_database"}
_REACHED_BY = {"website": "load_balancer", "monitoring_agent": "monitoring_server"}
_LOOKS = {
    "http": _look_at_page,
    "https": _look_at_page,
    "postgresql": _look_at_database,
    "valkey": _look_at_cache,
    "dns": _look_at_names,
}


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
