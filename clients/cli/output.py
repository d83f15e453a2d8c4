"""How ``bid`` prints: tables for people, JSON for programs. Text from the server is shown, never interpreted."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from google.protobuf.message import Message
from google.type.money_pb2 import Money
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bidwright.core.command_line.json_form import as_dict
from bidwright.core.command_line.locales import command_locale
from bidwright.core.command_line.price_text import exact
from bidwright.core.money_text import currency_text

if TYPE_CHECKING:
    from bidwright.clients.sdk import RequestRefused


class Output:
    """Prints results on standard output and everything else on standard error."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        # Piped tables keep their width: nothing is cut off that a person would grep for.
        width = None if sys.stdout.isatty() else 160
        self.console = Console(highlight=False, width=width)
        self.errors = Console(stderr=True, highlight=False)

    def beside(self) -> Output:
        """The same for people, all of it on standard error, where standard output is for a program."""
        output = Output(as_json=False)
        output.console = self.errors
        return output

    def message(self, message: Message) -> None:
        """Print one message as JSON, field names as in the .proto."""
        self.json(as_dict(message))

    def json(self, value: object) -> None:
        """Print a value as JSON."""
        sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")

    def line(self, text: str, style: str = "") -> None:
        """Print one line, as it is."""
        self.console.print(Text(shown(text), style=style), soft_wrap=True)

    def note(self, text: str) -> None:
        """Say something beside the result."""
        self.errors.print(Text(shown(text), style="dim"), soft_wrap=True)

    def table(self, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Print a table; columns whose heading ends in a blank are aligned to the right."""
        table = Table(title=Text(shown(title)), title_justify="left", header_style="bold", box=None, pad_edge=False)
        for column in columns:
            table.add_column(
                Text(shown(column.strip())), justify="right" if column.endswith(" ") else "left", overflow="fold"
            )
        for row in rows:
            table.add_row(*(Text(shown(cell)) for cell in row))
        self.console.print(table)

    def refusal(self, refusal: RequestRefused) -> None:
        """Say why something was not done, and what to do."""
        if self.as_json:
            faults = [{"where": fault.where, "what": fault.what} for fault in refusal.faults]
            self.json(
                {
                    "error": {
                        "code": refusal.code.name,
                        "reason": refusal.reason,
                        "message": refusal.message,
                        "fix": refusal.fix,
                        "facts": refusal.facts,
                        "faults": faults,
                    }
                }
            )
            return
        # The message names each fault; where they follow line by line, its first words are enough.
        message = refusal.message.partition(": ")[0] if refusal.faults else refusal.message
        self.errors.print(Text("Refused: ", style="bold red") + Text(shown(message)), soft_wrap=True)
        for fault in refusal.faults:
            self.errors.print(Text(f"  {shown(fault.where)}: {shown(fault.what)}"), soft_wrap=True)
        if refusal.fix and not refusal.faults:
            self.errors.print(Text("What to do: ", style="bold") + Text(shown(refusal.fix)), soft_wrap=True)


def shown(text: str) -> str:
    """Text as it may be written to a terminal: control characters, which could steer it, become visible marks."""
    return "".join(
        c if c == "\n" or unicodedata.category(c) not in {"Cc", "Cf"} else "\N{REPLACEMENT CHARACTER}" for c in text
    )


def amount(money: Money) -> str:
    """``1,234.50 EUR``, or as the locale of the command writes it; no digit is left out."""
    return currency_text(exact(money), money.currency_code, command_locale())
