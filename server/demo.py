"""``bidwright demo``: the main job, for real: a customer's needs become running services that answer.

It types the same ``bid`` commands that a person would, prints each, and then looks at the services from outside.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bidwright.server import starting
from bidwright.server.demo_looks import Outside, look_at_services
from bidwright.server.demo_shell import Shell, deliver, sign
from bidwright.server.layout import StateDirectory

OFFERING = "business_application"
TITLE = "Tills of Example Retail: {{ 7 * 7 }} & more"  # braces on purpose: customer text is text
NEEDS = ("users=800", f"site_title={TITLE}")
_ORDER_S = 150.0


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
    shell = Shell(console, state.client_settings, folder)
    quote = _sell(shell)
    contract = sign(shell, quote)
    deliver(shell, contract["order"], patience_s=_ORDER_S)
    look_at_services(shell, contract["name"], Outside(console, state.authority_certificate))
    shell.bid("price", "design.json")
    console.print(Text(f"\nFrom needs to running services in {time.monotonic() - began:.0f} s.", style="bold green"))
    _say_how_to_go_on(console, state_dir, contract["name"])


def _sell(shell: Shell) -> str:
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
