"""``--objective``: what is best, and why nothing is better."""

from __future__ import annotations

from collections.abc import Iterable

import click

from bidwright.clients.cli import views
from bidwright.clients.cli.output import Output, amount
from bidwright.v1 import configuration_pb2 as configuration
from bidwright.v1 import configurator_pb2 as configurator

_PREFIX = "OBJECTIVE_MEASURE_"
_MEASURES = {
    name.removeprefix(_PREFIX).lower(): name for name, number in configurator.ObjectiveMeasure.items() if number
}
_DIRECTIONS = {
    "": configurator.OBJECTIVE_DIRECTION_UNSPECIFIED,
    "min": configurator.OBJECTIVE_DIRECTION_MINIMIZE,
    "max": configurator.OBJECTIVE_DIRECTION_MAXIMIZE,
}
OBJECTIVES = click.option(
    "--objective",
    "objectives",
    multiple=True,
    metavar="NAME[:min|max]",
    shell_complete=lambda _context, _parameter, typed: [name for name in _MEASURES if name.startswith(typed)],
    help=f"What is best, the first before the others: {', '.join(_MEASURES)}, or an attribute. The last is always "
    "the least contract value.",
)


def objectives_from(texts: Iterable[str]) -> list[configurator.Objective]:
    """The objectives that options name, and after them the least contract value: nobody pays for what is as good.

    What is no measure is an attribute.

    Raises:
        click.BadParameter: The direction is neither min nor max.
    """
    found: list[configurator.Objective] = []
    for text in texts:
        name, _, direction = text.partition(":")
        if direction not in _DIRECTIONS:
            raise click.BadParameter(f"{text!r} does not end in :min or :max.", param_hint="--objective")
        if name in _MEASURES:
            found.append(configurator.Objective(measure=_MEASURES[name], direction=_DIRECTIONS[direction]))
        else:
            found.append(configurator.Objective(attribute=name, direction=_DIRECTIONS[direction]))
    value = configurator.OBJECTIVE_MEASURE_CONTRACT_VALUE
    if found and all(objective.measure != value for objective in found):
        found.append(configurator.Objective(measure=value))
    return found


def show_proofs(output: Output, proofs: Iterable[configuration.Proof]) -> None:
    """Print how good a configuration is by each objective, and what could be better."""
    rows = []
    for proof in proofs:
        in_money = proof.HasField("value")
        reached = amount(proof.value) if in_money else views.number(proof.number)
        bound = amount(proof.bound) if in_money else views.number(proof.number_bound)
        told = "proven" if proof.is_optimal else f"best found in time; none is better than {bound}"
        rows.append((proof.objective, reached, told))
    output.table("What is best", ["objective", "reached", "proof"], rows)
