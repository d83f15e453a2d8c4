"""Options that say what happens in the months of a term, alike in every command that prices."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import click

from bidwright.v1.configuration_pb2 import CommercialTerms, RampPhase

_Command = TypeVar("_Command", bound=Callable[..., object])
_MONTH = re.compile(r" *([0-9]{1,3}) *")
_UNITS = re.compile(r"(?P<component>[a-z][a-z0-9_.]*)=(?P<units>[0-9]{1,6})")
_PERCENT = re.compile(r"(?P<increase>\+?)(?P<percent>[0-9.]+)%")
_FORM = "write MONTH: COMPONENT=UNITS ... PERCENT%, such as '4: compute.small=2 20%', or +PERCENT% for an increase"

_OPTIONS = (
    click.option(
        "--free-months", type=click.IntRange(0, 84), metavar="N", help="Nothing that recurs is paid in N months."
    ),
    click.option(
        "--ramp",
        multiple=True,
        metavar="PHASE",
        help="From a month on fewer units, a discount or an increase: '4: compute.small=2 20%', '13: +5%'.",
    ),
    click.option("--present-value-rate", metavar="PERCENT", help="Say what it is worth today at a yearly rate."),
)


def month_options(command: _Command) -> _Command:
    """Add the options to a command, in their order."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def put_months(terms: CommercialTerms, options: Mapping[str, object]) -> None:
    """Let options that were given take the place of what the terms say.

    Args:
        terms: Those to be changed.
        options: As the command got them.

    Raises:
        click.BadParameter: A phase cannot be read.
    """
    free_months, ramp, rate = (options.get(name) for name in ("free_months", "ramp", "present_value_rate"))
    if isinstance(free_months, int):
        terms.free_months = free_months
    if isinstance(ramp, Sequence) and ramp:
        del terms.ramp[:]
        terms.ramp.extend(_phase(str(text)) for text in ramp)
    if rate == "":
        raise click.BadParameter("--present-value-rate has no number; write a yearly percentage, such as 6.5.")
    if rate is not None:
        terms.present_value_rate_percent.value = str(rate)


def _phase(text: str) -> RampPhase:
    month, colon, rest = text.partition(":")
    begins = _MONTH.fullmatch(month)
    if not colon or begins is None:
        raise click.BadParameter(f"{text!r}: {_FORM}.")
    phase = RampPhase(from_month=int(begins[1]))
    for word in rest.split():
        units, percent = _UNITS.fullmatch(word), _PERCENT.fullmatch(word)
        if units is not None:
            phase.quantities.add(component=units["component"], quantity=int(units["units"]))
        elif percent is not None and not phase.discount_percent.value:
            phase.discount_percent.value = "-" * bool(percent["increase"]) + percent["percent"]
        else:
            raise click.BadParameter(f"{text!r}: {word!r} is neither units nor a percentage; {_FORM}.")
    return phase
