"""What a customer is expected to use: estimates that usage prices are shown for, and that commit nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from bidwright.catalog.model import PriceBook
from bidwright.core.errors import Faults
from bidwright.core.money import add, multiply
from bidwright.pricing.entries import Entries
from bidwright.pricing.numbers import Range, read_number
from bidwright.v1.configuration_pb2 import Configuration

MAX_METERED = Decimal(10) ** 12
METERED_PLACES = 9
"""Digits after the point that metered units may have."""


def read_usage(configuration: Configuration, book: PriceBook, faults: Faults) -> dict[str, Decimal]:
    """Check the usage estimates of a configuration; component id -> units a month.

    Args:
        configuration: Its estimates are for components that it holds.
        book: Says which of them have a usage price.
        faults: Takes every fault, with its field path.
    """
    chosen = {item.component for item in configuration.items}
    found: dict[str, Decimal] = {}
    for index, estimate in enumerate(configuration.usage):
        where, component = f"usage[{index}]", estimate.component
        if component in found:
            faults.add(f"{where}.component", f"{component} is given twice", "Give each component once.")
        elif component not in chosen:
            what = f"{component!r} is not a component of this configuration"
            faults.add(f"{where}.component", what, "Choose the component, or leave its usage out.")
        elif (component, "usage") not in book.entries:
            what = f"{component} has no usage price in price book {book.id}"
            faults.add(f"{where}.component", what, "Leave its usage out, or add a usage row to the price list.")
        metered = read_number(
            estimate.quantity, f"{where}.quantity", within=Range(MAX_METERED, places=METERED_PLACES), faults=faults
        )
        found[component] = Decimal(0) if metered is None else metered
    return found


def with_free_usage(entries: Entries, quantities: Mapping[str, int]) -> Entries:
    """Rows in which what is free for each unit of a component is free for the units chosen.

    Args:
        entries: Component id and charge -> row; every component is in ``quantities``.
        quantities: Component id -> units.
    """
    return entries | {
        key: replace(
            entry,
            included=add(entry.included, multiply(entry.included_each, Decimal(quantities[key[0]]))),
            included_each=Decimal(0),
        )
        for key, entry in entries.items()
        if entry.included_each
    }
