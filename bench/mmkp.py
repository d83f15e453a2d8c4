"""`python -m bench.mmkp FILE --seconds N --json`: solves a knapsack problem of others as a portfolio of ours."""

from __future__ import annotations

import json
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from bench.mmkp_portfolio import MARKET, OFFERING, TODAY, VALUE, Instance, item_id, read_instance, release_of
from bidwright.configurator.configure import configure
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.request import Requirements, requirements_of
from bidwright.core.amount_table import AmountTable
from bidwright.core.errors import BidwrightError
from bidwright.pricing.amounts import AmountTables
from bidwright.v1.configuration_pb2 import CommercialTerms, Conflict
from bidwright.v1.configurator_pb2 import OBJECTIVE_DIRECTION_MAXIMIZE, ConfigureRequest, Objective

_AFTERWARDS_S = 1.0
"""Kept back for confirming the answer."""


def solved(instance: Instance, seconds: float) -> dict[str, Any]:
    """The best choice that is found in time, with what no choice has more value than.

    Returns:
        value, bound (null where no choice keeps the capacities), choice (an item for each group, from 0), seconds.

    Raises:
        bidwright.core.errors.Unavailable: Nothing was found in time.
    """
    began = time.monotonic()
    requirements, table = asked(instance)
    left_s = max(0.0, seconds - (time.monotonic() - began) - _AFTERWARDS_S)
    outcome = configure(requirements, table, Deadline(left_s))
    took = round(time.monotonic() - began, 2)
    if isinstance(outcome, Conflict):
        return {"value": None, "bound": None, "choice": [], "seconds": took}
    (reached,) = outcome.reached
    choice = [
        next(at for at in range(len(group)) if item_id(number, at) in outcome.items)
        for number, group in enumerate(instance.groups)
    ]
    return {"value": _number(reached.value), "bound": _number(reached.bound), "choice": choice, "seconds": took}


def asked(instance: Instance) -> tuple[Requirements, AmountTable]:
    """The request that an instance is: the most value that its portfolio allows, whatever it costs."""
    release = release_of(instance)
    request = ConfigureRequest(
        portfolio=f"portfolios/{release.portfolio}",
        offering=OFFERING,
        market=MARKET,
        terms=CommercialTerms(term_months=12),
        objectives=[Objective(attribute=VALUE, direction=OBJECTIVE_DIRECTION_MAXIMIZE)],
    )
    table = AmountTables().amount_table(release, MARKET, request.terms, today=TODAY)
    return requirements_of(request, release), table


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--seconds", default=60.0, show_default=True, help="How long it may take.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def main(path: Path, *, seconds: float, as_json: bool) -> None:
    """Choose exactly one item of each group of FILE, with as much value as possible within all capacities."""
    try:
        found = solved(read_instance(path), seconds)
    except ValueError as fault:
        raise click.ClickException(str(fault)) from fault
    except BidwrightError as fault:
        raise click.ClickException(f"{fault} {fault.fix}") from fault
    if as_json:
        click.echo(json.dumps(found))
    else:
        for name, value in found.items():
            click.echo(f"{name}: {value}")


if __name__ == "__main__":
    main()
