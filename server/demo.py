"""``bidwright demo``: the main job, for real: a customer's needs become running services that answer.

It types the same ``bid`` commands that a person would, prints each, and then looks at the services from outside.
"""

from __future__ import annotations

import html.parser
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from bidwright.core.errors import Unavailable
from bidwright.provisioning.directory_binaries import server_binaries
from bidwright.server import starting
from bidwright.server.layout import StateDirectory

OFFERING = "business_application"
TITLE = "Tills of Example Retail: {{ 7 * 7 }} & more"  # braces on purpose: customer text is text
NEEDS = ("users=800", f"site_title={TITLE}")
_TASK_ROUNDS = 12
_ORDER_S = 150.0


@dataclass(frozen=True)
class _Shell:
    """Types ``bid`` commands and shows them."""

    console: Console
    settings: Path
    folder: Path

    def bid(self, *arguments: str, expect: int = 0, as_json: bool = False) -> str:
        """Run one command as a person would; its standard output.

        Raises:
            Unavailable: It ended with another exit code.
        """
        arguments = (*arguments, *(["--json"] if as_json else []))
        shown = " ".join(_quoted(argument) for argument in arguments)
        self.console.print(Text(f"\n$ bid {shown}", style="bold cyan"))
        command = [sys.executable, "-m", "bidwright.clients.cli.main", *arguments]
        environment = os.environ | {"BIDWRIGHT_CONFIG": str(self.settings)}
        done = subprocess.run(command, check=False, text=True, stdout=subprocess.PIPE, env=environment, cwd=self.folder)
        if done.returncode != expect:
            raise Unavailable(
                f"`bid {shown}` ended with exit code {done.returncode}: {done.stdout.strip()[-500:]}",
                fix="The server's logs are in the log folder of the state directory.",
            )
        if not as_json:
            self.console.print(Text(done.stdout.rstrip()))
        return done.stdout

    def record(self, *arguments: str) -> dict[str, Any]:
        """Run one command with ``--json``; what it printed."""
        record: dict[str, Any] = json.loads(self.bid(*arguments, as_json=True))
        return record


def run_demo(state_dir: Path) -> None:
    """Run the whole path. Under three minutes once installed.

    Raises:
        BidwrightError: A step failed; the message says which and why.
    """
    began = time.monotonic()
    state = StateDirectory.at(state_dir)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
    folder = state.path / "demo"
    folder.mkdir(exist_ok=True)
    console.print(Text(f"$ bidwright up --detach --state-dir {state_dir}", style="bold cyan"))
    starting.up(state_dir, "", detach=True, portfolios=(), redis_url="", account="local", service_user="nobody")
    shell = _Shell(console, state.client_settings, folder)
    quote = _sell(shell)
    contract = _sign(shell, quote)
    _deliver(shell, contract["order"])
    _look(shell, contract["name"])
    shell.bid("price", "design.json")
    console.print(Text(f"\nFrom needs to running services in {time.monotonic() - began:.0f} s.", style="bold green"))
    _say_how_to_go_on(console, state_dir, contract["name"])


def _sell(shell: _Shell) -> str:
    """Configure, price, quote; the quote's name."""
    bespoke = shell.folder / "bespoke.yaml"
    bespoke.write_text(_BESPOKE, encoding="utf-8")
    needs = [part for need in NEEDS for part in ("--need", need)]
    shell.bid("offering", "list")
    shell.console.print(Text("\nA budget that cannot hold is explained, not ignored (exit code 3):"))
    shell.bid("configure", OFFERING, *needs, "--budget-monthly", "100", expect=3)
    shell.bid("configure", OFFERING, *needs, "--bespoke", "bespoke.yaml", "--discount", "6", "--output", "design.json")
    shell.bid("check", "design.json")
    quote = shell.record("quote", "create", "design.json", "--customer", "Example Retail GmbH")
    shell.console.print(Text(f"{quote['name']}: a draft of {len(quote['offer']['configuration']['items'])} components"))
    return str(quote["name"])


def _sign(shell: _Shell, quote: str) -> dict[str, Any]:
    """Approve, offer, accept, sign; the contract."""
    submitted = shell.record("quote", "submit", quote)
    needed = [approval["because"] for approval in submitted["approvals"]]
    shell.console.print(Text(f"{quote} needs approval: {' '.join(needed)}" if needed else f"{quote} is approved."))
    if submitted["state"] == "QUOTE_STATE_IN_APPROVAL":
        shell.bid("--profile", "approver", "quote", "approve", quote, "--comment", "Fine for a first order.")
    shell.record("quote", "offer", quote)
    accepted = shell.record("quote", "accept", quote)
    shell.console.print(Text(f"The customer accepted the offer with the digest {accepted['offer_digest'][:16]}..."))
    contract = shell.record("quote", "sign", quote, "--signatory", "Erika Example", "--function", "Managing director")
    shell.console.print(Text(f"{contract['name']} is signed; {contract['order']} delivers it."))
    return contract


def _deliver(shell: _Shell, order: str) -> None:
    """Follow the order; play the people for the steps that have no role.

    Raises:
        Unavailable: The order did not complete.
    """
    deadline = time.monotonic() + _ORDER_S
    for _ in range(_TASK_ROUNDS):
        state = shell.record("order", "watch", order)["state"]
        if state == "ORDER_STATE_COMPLETED":
            shell.bid("order", "show", order)
            return
        if time.monotonic() > deadline:
            break
        # Held: only people's tasks are left. In the demo we play these people.
        shell.bid("task", "list", "--order", order)
        shell.record("task", "complete", "--order", order, "--comment", "Done in the demo.")
    raise Unavailable(f"{order} did not complete.", fix=f"`bid order show {order}` says where it stands.")


def _look(shell: _Shell, contract: str) -> None:
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


def _quoted(argument: str) -> str:
    return (
        argument
        if argument.replace("-", "").replace("_", "").replace(".", "").replace("=", "").replace("/", "").isalnum()
        else "'" + argument.replace("'", "'\\''") + "'"
    )


def _say_how_to_go_on(console: Console, state_dir: Path, contract: str) -> None:
    commands = os.path.relpath(Path(sys.executable).parent)
    if commands.startswith(".."):
        commands = str(Path(sys.executable).parent)
    console.print(
        Text(
            f"""
Everything is below {state_dir}/. It goes on running; look around with {commands}/bid, for example `bid events`.
  take the services back:  {commands}/bid --config {state_dir}/client.yaml contract withdraw {contract}
  stop everything:         {commands}/bidwright down --all --state-dir {state_dir}
  remove every trace:      rm -rf {state_dir}"""
        )
    )


_BESPOKE = """\
- id: till_interface
  title: Interface to the tills of the customer
  description: Reads the till journal every night and writes it to the database.
  owner: Ada Architect
  charge: one_time
  effort: {solution_architect: "2", engineer: "3.5"}
  material_cost: "400.00"
  markup_percent: "25"
"""
