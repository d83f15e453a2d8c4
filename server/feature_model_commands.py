"""Feature models that others wrote: what ``bidwright portfolio analyze`` prints of them, and ``complete``."""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import click

from bidwright.configurator.analysis import Analysis, analyze_formula, analyze_model
from bidwright.configurator.completion import Completion, ImpossibleChoice, complete
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.dimacs import read_dimacs
from bidwright.configurator.uvl_files import read_uvl
from bidwright.core.command_line.files import FILE
from bidwright.core.command_line.help_examples import examples

_MOST_DIGITS = 700_000  # what the most variables that are read can make
_CONFLICT = 3
_timeout = click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(min=0.1),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="When to give up what is not decided yet.",
)
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def analyzed_feature_model(uvl: Path | None, dimacs: Path | None, deadline: Deadline, *, as_json: bool) -> str:
    """What is to be printed of a feature model; one of the two files is given."""
    started = time.monotonic()
    if uvl is not None:
        result = analyze_model(read_uvl(uvl), deadline)
    elif dimacs is not None:
        result = analyze_formula(read_dimacs(dimacs), deadline)
    else:
        raise ValueError("no file is given")
    seconds = round(time.monotonic() - started, 3)
    sys.set_int_max_str_digits(_MOST_DIGITS)  # numbers of configurations are long
    return json.dumps(_as_record(result, seconds), ensure_ascii=False) if as_json else _as_text(result, seconds)


_EXAMPLES = examples(
    "bidwright portfolio complete --uvl shop.uvl --select Card",
    """bidwright portfolio complete --uvl shop.uvl --select 'Card,"Bank, transfer"' --deselect Search --json""",
)


@click.command("complete", epilog=_EXAMPLES)
@click.option("--uvl", type=FILE, required=True, help="Feature model in UVL.")
@click.option("--select", multiple=True, metavar="NAMES", help='Features to select: a,b,"with, comma".')
@click.option("--deselect", multiple=True, metavar="NAMES", help="Features to leave out.")
@_timeout
@_json
def portfolio_complete(
    uvl: Path, select: Sequence[str], deselect: Sequence[str], timeout_s: float, *, as_json: bool
) -> None:
    """Complete a choice to a valid configuration; exit code 3 and a minimal conflict where there is none."""
    deadline = Deadline(timeout_s)
    result = complete(read_uvl(uvl), _names(select), _names(deselect), deadline)
    if isinstance(result, Completion):
        record: dict[str, object] = {"valid": True, "selected": result.selected}
        if result.values:
            record["values"] = {name: _plain(value) for name, value in result.values.items()}
        lines = [
            f"{name} = {_plain(result.values[name])}" if name in result.values else name for name in result.selected
        ]
    else:
        record = {"valid": False, "conflict": result.features}
        lines = [_told(result)]
    click.echo(json.dumps(record, ensure_ascii=False) if as_json else "\n".join(lines))
    if isinstance(result, ImpossibleChoice):
        raise SystemExit(_CONFLICT)


def _told(conflict: ImpossibleChoice) -> str:
    if not conflict.features:
        return "The model has no configuration at all."
    return f"No configuration has all of these choices: {_joined(conflict.features)}"


def _names(values: Sequence[str]) -> list[str]:
    """Names separated by commas, those with commas in quotes."""
    return [name.strip() for row in csv.reader(values, skipinitialspace=True) for name in row if name.strip()]


def _joined(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' if "," in name else name for name in names) or "none"


def _plain(value: Fraction | str) -> int | float | str:
    """A value as JSON has it."""
    if isinstance(value, str):
        return value
    return int(value) if value.denominator == 1 else float(value)


def _as_record(result: Analysis, seconds: float) -> dict[str, object]:
    return {
        "void": result.void,
        "core": result.core,
        "dead": result.dead,
        "false_optional": result.false_optional,
        "redundant_constraints": result.redundant_constraints,
        "configurations": result.configurations,
        "seconds": seconds,
        "complete": result.is_complete,
    }


def _as_text(result: Analysis, seconds: float) -> str:
    rows = [
        ("Configurations", _configurations(result)),
        (f"Core ({len(result.core)})", _joined(result.core)),
        (f"Dead ({len(result.dead)})", _joined(result.dead)),
        (f"False-optional ({len(result.false_optional)})", _joined(result.false_optional)),
        ("Redundant constraints", _size(result.redundant_constraints)),
        ("Time", f"{seconds} s" if result.is_complete else f"{seconds} s; a limit was hit, so there may be more"),
    ]
    return "\n".join(f"{title}: {said}" for title, said in rows)


def _configurations(result: Analysis) -> str:
    if result.void:
        return "none: the model is void"
    if result.configurations is None and result.is_complete:
        return "not counted: a selection says not all, as features hold values, have several instances or have no names"
    return _size(result.configurations)


def _size(number: int | None) -> str:
    if number is None:
        return "not counted"
    digits = str(number)
    few = 20
    return digits if len(digits) <= few else f"{digits[0]}.{digits[1:4]}e{len(digits) - 1}"
