# ruff: noqa: INP001 - Ansible loads plugins by path; they are in no package
"""Ansible module: says SQL to a PostgreSQL server as a customer would, over TCP and, if wanted, TLS."""

from __future__ import annotations

import asyncio
import os
import ssl
import struct
import tempfile
import time
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule  # type: ignore[import-untyped] # it has no types

DOCUMENTATION = r"""
module: postgresql_client
short_description: Say SQL to a PostgreSQL server over TCP
description:
  - Logs in with a password that never leaves this machine (SCRAM-SHA-256) and is in no command line or environment.
  - With TLS, speaks it itself, so that any psql will do, and checks the certificate.
author: [The Bidwright authors]
options:
  psql:
    description: Path of psql.
    type: path
    required: true
  host:
    description: Name or address to connect to.
    type: str
    required: true
  port:
    description: TCP port.
    type: int
    required: true
  database:
    description: Database to connect to.
    type: str
    required: true
  user:
    description: Role to log in as.
    type: str
    required: true
  password:
    description: Its password.
    type: str
    required: true
  is_tls:
    description: Whether to demand TLS.
    type: bool
    default: false
  certificate_name:
    description: Name or address that the certificate must be for; the host, where it is empty.
    type: str
    default: ''
  authority:
    description: PEM text of the authorities to trust; the system's, where it is empty.
    type: str
    default: ''
  statements:
    description: SQL for psql, which stops at the first that fails.
    type: str
    required: true
  values:
    description: Texts that the statements may use as psql variables; psql quotes them.
    type: dict
    default: {}
  patience_s:
    description: Seconds in which the statements must have succeeded; until then they are repeated. 0 tries once.
    type: int
    default: 0
"""
EXAMPLES = r"""
- postgresql_client:
    psql: /usr/bin/psql
    host: 192.0.2.7
    port: 5432
    database: app
    user: app
    password: "{{ app_password }}"
    statements: SELECT 1 / count(*) FROM about WHERE value = :'title';
    values: {title: Bread & Butter}
"""
RETURN = r"""
rows:
  description: What the statements returned, a line a row, columns separated by a vertical bar.
  type: list
  returned: success
"""
_TLS_REQUEST = struct.pack("!ii", 8, 80877103)  # PostgreSQL 15, chapter 55.7, SSLRequest
_SASL = struct.pack("!i", 10)  # the same, AuthenticationSASL, which lists the ways to prove the password
_BOUND_TO_TLS = b"SCRAM-SHA-256-PLUS\0"
_CONNECT_TIMEOUT_S = 10
_PAUSE_S = 0.5


class Refused(Exception):
    """The server could not be asked, or a statement failed."""


class TlsRelay:
    """Takes what psql says at a socket in a private directory, and hands it on over TLS."""

    def __init__(self, wanted: dict[str, Any]) -> None:
        self.wanted = wanted
        self.fault = ""
        self._context = ssl.create_default_context(cadata=wanted["authority"] or None)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Connect psql with the server until both have said all; ``fault`` tells why that was not possible."""
        try:
            async with asyncio.timeout(_CONNECT_TIMEOUT_S):
                answers, requests = await self._connect()
            await asyncio.gather(_copy(reader, requests), _copy_answers(answers, writer))
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            self.fault = f"{self.wanted['host']} port {self.wanted['port']}: {str(error) or 'no answer'}"
        finally:
            writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection(self.wanted["host"], self.wanted["port"])
        writer.write(_TLS_REQUEST)
        if await reader.readexactly(1) != b"S":
            raise ConnectionError("the server does not offer TLS")
        await writer.start_tls(self._context, server_hostname=self.wanted["certificate_name"] or self.wanted["host"])
        return reader, writer


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(65536):
        writer.write(chunk)
        await writer.drain()
    writer.close()


async def _copy_answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hand answers on, without the offer to bind the password to the TLS that psql does not see.

    A psql that is not over TLS takes that offer for an attack. The certificate is checked here.
    """
    kind, length = struct.unpack("!ci", await reader.readexactly(5))
    message = await reader.readexactly(length - 4)
    if kind == b"R" and message.startswith(_SASL):
        message = message.replace(_BOUND_TO_TLS, b"")
    writer.write(struct.pack("!ci", kind, len(message) + 4) + message)
    await _copy(reader, writer)


async def ask(wanted: dict[str, Any], directory: Path) -> list[str]:
    """Run the statements once.

    Args:
        wanted: The options of the module.
        directory: A private directory, for the password and the socket.

    Raises:
        Refused: With the reason.
    """
    if not wanted["is_tls"]:
        return await _run_psql(wanted, directory, wanted["host"])
    relay = TlsRelay(wanted)
    path = directory / f".s.PGSQL.{wanted['port']}"
    path.unlink(missing_ok=True)
    async with await asyncio.start_unix_server(relay.serve, path):
        try:
            return await _run_psql(wanted, directory, str(directory))
        except Refused as refused:
            raise Refused(relay.fault or str(refused)) from refused


async def _run_psql(wanted: dict[str, Any], directory: Path, host: str) -> list[str]:
    environment = {
        "PATH": os.defpath,
        "PGHOST": host,
        "PGPORT": str(wanted["port"]),
        "PGDATABASE": wanted["database"],
        "PGUSER": wanted["user"],
        "PGPASSFILE": _password_file(wanted, directory),
        "PGCONNECT_TIMEOUT": str(_CONNECT_TIMEOUT_S),
        "PGCLIENTENCODING": "UTF8",
        "PGOPTIONS": "-c client_min_messages=warning",
        "PGREQUIREAUTH": "scram-sha-256",
        **{f"VALUE_{name}": str(value) for name, value in wanted["values"].items()},
    }
    named = "".join(f"\\getenv {name} VALUE_{name}\n" for name in wanted["values"])
    switches = ("--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", "--file=-")
    pipe = asyncio.subprocess.PIPE
    psql = await asyncio.create_subprocess_exec(
        wanted["psql"], *switches, env=environment, stdin=pipe, stdout=pipe, stderr=pipe
    )
    said, complaint = await psql.communicate((named + wanted["statements"]).encode())
    if psql.returncode:
        raise Refused(complaint.decode(errors="replace").strip())
    return said.decode().splitlines()


def _password_file(wanted: dict[str, Any], directory: Path) -> str:
    path = directory / "password"
    escaped = wanted["password"].replace("\\", "\\\\").replace(":", "\\:")
    path.touch(mode=0o600)
    path.write_text(f"*:*:*:*:{escaped}\n", encoding="utf-8")
    return str(path)


def converse(wanted: dict[str, Any]) -> list[str]:
    """Run the statements until they succeed or the patience has ended.

    Raises:
        Refused: With the last reason.
    """
    deadline = time.monotonic() + wanted["patience_s"]
    with tempfile.TemporaryDirectory(prefix="bidwright-") as directory:
        while True:
            try:
                return asyncio.run(ask(wanted, Path(directory)))
            except Refused:
                if time.monotonic() >= deadline:
                    raise
                time.sleep(_PAUSE_S)


def main() -> None:
    """Read what is wanted, ask, and answer."""
    text, empty = {"type": "str", "required": True}, {"type": "str", "default": ""}
    module = AnsibleModule(
        argument_spec={
            "psql": {"type": "path", "required": True},
            "host": text,
            "port": {"type": "int", "required": True},
            "database": text,
            "user": text,
            "password": {"type": "str", "required": True, "no_log": True},
            "is_tls": {"type": "bool", "default": False},
            "certificate_name": empty,
            "authority": empty,
            "statements": text,
            "values": {"type": "dict", "default": {}},
            "patience_s": {"type": "int", "default": 0},
        }
    )
    try:
        rows = converse(module.params)
    except (Refused, OSError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(rows=rows, changed=False)


if __name__ == "__main__":
    main()
