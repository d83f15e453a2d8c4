"""Types ``bid`` commands as a person would, and shows them; what the demonstrations are made of."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from bidwright.core.errors import Unavailable

_TASK_ROUNDS = 12


@dataclass(frozen=True)
class Shell:
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
        shown = shlex.join(arguments)
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


def sign(shell: Shell, quote: str) -> dict[str, Any]:
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


def deliver(shell: Shell, order: str, *, patience_s: float) -> None:
    """Follow the order; play the people for the steps that have no role.

    Raises:
        Unavailable: The order did not complete.
    """
    deadline = time.monotonic() + patience_s
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
