"""The options of ``bidwright price`` that ask what would be: a grid of terms, a target, or another configuration."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import wraps
from pathlib import Path
from typing import Any

import click

from bidwright.core.money import parse
from bidwright.pricing.targets import Target, TargetName
from bidwright.pricing.what_if import Variants

WhatIf = Variants | Target | Path | None
"""What is asked beyond the price: other terms, a target, or the file to compare with."""

_TARGETS: dict[str, TargetName] = {
    "target_margin": "margin_percent",
    "target_monthly": "monthly",
    "target_value": "contract_value",
}


class _Number(click.ParamType[Decimal]):
    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        try:
            return parse(value)
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)


class _Many(click.ParamType[tuple[Any, ...]]):
    """Values with commas between them."""

    name = "list"

    def __init__(self, each: click.ParamType[Any]) -> None:
        self._each = each

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[Any, ...]:
        return tuple(self._each.convert(one.strip(), param, ctx) for one in value.split(","))


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OPTIONS = (
    click.option(
        "--terms", type=_Many(click.IntRange(1, 120)), metavar="MONTHS,...", help="Print the sums for each term."
    ),
    click.option("--discounts", type=_Many(_Number()), metavar="PERCENT,...", help="Print the sums for each discount."),
    click.option(
        "--channels", type=_Many(click.STRING), metavar="CHANNEL,...", help="Print the sums for each; empty is none."
    ),
    click.option(
        "--target-margin", type=_Number(), metavar="PERCENT", help="Find the greatest discount with this margin."
    ),
    click.option(
        "--target-monthly", type=_Number(), metavar="AMOUNT", help="Find the smallest discount with this month at most."
    ),
    click.option(
        "--target-value", type=_Number(), metavar="AMOUNT", help="Find the smallest discount with this value at most."
    ),
    click.option("--against", type=_FILE, metavar="FILE", help="Compare with another file, on the terms it states."),
)


def what_if_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options to a command, which takes them together as ``what_if``."""

    @wraps(command)
    def asked(
        *,
        terms: tuple[int, ...] | None,
        discounts: tuple[Decimal, ...] | None,
        channels: tuple[str, ...] | None,
        against: Path | None,
        **options: Any,
    ) -> None:
        found: list[WhatIf] = [against] if against is not None else []
        for option, name in _TARGETS.items():
            figure = options.pop(option)
            if figure is not None:
                found.append(Target(name=name, figure=figure))
        if terms or discounts or channels:
            found.append(Variants(term_months=terms or (), discounts=discounts or (), channels=channels or ()))
        if len(found) > 1:
            raise click.UsageError("Ask for a grid, for one target or for a comparison, not for several at once.")
        command(what_if=found[0] if found else None, **options)

    for option in reversed(_OPTIONS):
        asked = option(asked)
    return asked
