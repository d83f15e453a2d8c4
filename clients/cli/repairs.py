"""What would mend an impossible request: the options, a table of it, and the one that is taken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import click

from bidwright.clients.cli.output import Output, amount
from bidwright.clients.cli.views import number as number_text
from bidwright.v1.configurator_pb2 import ChangeRepair, Repair

RepairT = TypeVar("RepairT", Repair, ChangeRepair)

REPAIRS = click.option(
    "--repairs",
    "max_repairs",
    type=click.IntRange(1, 10),
    default=3,
    show_default=True,
    help="How many are told at most.",
)
APPLY = click.option("--apply", "number", type=click.IntRange(1, 10), metavar="N", help="Take repair N.")


def show_repairs(
    output: Output, repairs: Sequence[Repair | ChangeRepair], *, complete: bool, contradicting: str
) -> None:
    """Print repairs side by side with what they lead to; ``contradicting`` itself is what else cannot hold."""
    if repairs:
        rows = [(str(number), *_cells(repair)) for number, repair in enumerate(repairs, 1)]
        disrupting = ["disruption "] if isinstance(repairs[0], ChangeRepair) else []
        columns = ["", "change", *disrupting, "once ", "a month ", "contract value "]
        output.table("What would mend it", columns, rows)
        output.note("`--apply N --output FILE` with the same options keeps the design of repair N.")
    elif complete:
        output.line(f"Nothing that you said can be changed to mend it: {contradicting} contradicts itself.")
    if not complete:
        output.note("The time was up, or too many repairs are equal: there may be better ones.")


def taken(repairs: Sequence[RepairT], number: int) -> RepairT:
    """The repair with a number.

    Raises:
        click.BadParameter: There are fewer.
    """
    if number > len(repairs):
        raise click.BadParameter(f"There is no repair {number}; there are {len(repairs)}.")
    return repairs[number - 1]


def _cells(repair: Repair | ChangeRepair) -> Iterable[str]:
    yield "\n".join(change.text for change in repair.changes)
    if isinstance(repair, ChangeRepair):
        yield number_text(repair.change.disruption.number)
    totals = repair.change.solution.totals if isinstance(repair, ChangeRepair) else repair.solution.totals
    yield from (amount(totals.one_time), amount(totals.monthly), amount(totals.contract_value))
