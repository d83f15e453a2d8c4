"""prices/<market>.csv: one row read into one entry, with every fault of the row."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import cast

from bidwright.catalog.csv_source import Row
from bidwright.catalog.figures import day, places_of
from bidwright.catalog.model import ChargeName, PriceEntry, Tier
from bidwright.core import money
from bidwright.core.errors import Faults

COLUMNS = ("component", "charge", "unit", "unit_cost", "price", "tiers", "valid_from", "valid_to")
MOST_PLACES = 6
_LARGEST = Decimal(999_999_999)
_TIER = re.compile(r"([0-9]{1,6}):([0-9]{1,9}(?:\.[0-9]{1,6})?)")


def read_row(row: Row, most_units: int, faults: Faults) -> PriceEntry | None:
    """Read a row.

    Args:
        row: With the cells ``COLUMNS``.
        most_units: ``max_quantity`` of its component; a tier from more units on would never be reached.
        faults: Takes every fault of the row.
    """
    before = len(faults.found)
    cells = row.cells
    if cells["charge"] not in {"one_time", "monthly"}:
        faults.add(row.where, f"the charge is {cells['charge']!r}", "Write one_time or monthly.")
    if not cells["unit"]:
        faults.add(row.where, "the unit is empty", "Write a word such as server or site.")
    unit_cost = _amount(row, "unit_cost", faults)
    price = _amount(row, "price", faults)
    valid_from = day(cells["valid_from"], row.where, faults)
    valid_to = day(cells["valid_to"], row.where, faults) if cells["valid_to"] else None
    if valid_from is not None and valid_to is not None and valid_to <= valid_from:
        what = f"valid_to {valid_to} is not after valid_from {valid_from}"
        faults.add(row.where, what, "Exchange the two, or leave valid_to empty.")
    tiers = _tiers(row, price, most_units, faults)
    if unit_cost is None or price is None or valid_from is None or len(faults.found) > before:
        return None
    return PriceEntry(
        component=cells["component"],
        charge=cast("ChargeName", cells["charge"]),
        unit=cells["unit"],
        unit_cost=unit_cost,
        price=price,
        tiers=tiers,
        valid_from=valid_from,
        valid_to=valid_to,
    )


def _amount(row: Row, column: str, faults: Faults) -> Decimal | None:
    text = row.cells[column]
    try:
        amount = money.parse(text)
    except ValueError:
        faults.add(row.where, f"{column} is {text!r}, which is not an amount", "Write a number such as 12.50.")
        return None
    if amount < 0 or amount > _LARGEST:
        faults.add(row.where, f"{column} is {amount}", f"Write an amount from 0 to {_LARGEST}.")
        return None
    if places_of(amount) > MOST_PLACES:
        what = f"{column} {amount} has more than {MOST_PLACES} digits after the point"
        faults.add(row.where, what, f"Round it to at most {MOST_PLACES}.")
        return None
    return amount


def _tiers(row: Row, price: Decimal | None, most_units: int, faults: Faults) -> tuple[Tier, ...]:
    tiers: list[Tier] = []
    for word in row.cells["tiers"].split():
        match = _TIER.fullmatch(word)
        if match is None:
            faults.add(row.where, f"the tier {word!r} cannot be read", "Write tiers as `10:11.80 50:10.90`.")
            return ()
        tiers.append(Tier(from_quantity=int(match[1]), price=Decimal(match[2])))
    for tier, before in zip(tiers, [None, *tiers], strict=False):
        _check_tier(row, tier, before, faults)
        if price is not None and before is None and tier.price >= price:
            what = f"the tier from {tier.from_quantity} units costs {tier.price}, not less than the list price {price}"
            faults.add(row.where, what, "Let the price fall with the quantity, or remove the tier.")
        if tier.from_quantity > most_units:
            what = f"the tier begins at {tier.from_quantity} units, but max_quantity is {most_units}"
            faults.add(row.where, what, "Remove the tier, or raise max_quantity of the component.")
    return tuple(tiers)


def _check_tier(row: Row, tier: Tier, before: Tier | None, faults: Faults) -> None:
    if tier.from_quantity < 2:
        what = f"a tier begins at {tier.from_quantity} units"
        faults.add(row.where, what, "Begin at 2 or more; one unit costs the list price.")
    if before is not None and tier.from_quantity <= before.from_quantity:
        what = f"the tier from {tier.from_quantity} units follows the one from {before.from_quantity}"
        faults.add(row.where, what, "Order tiers by quantity, each once.")
    if before is not None and tier.price >= before.price:
        what = f"the tier from {tier.from_quantity} units costs {tier.price}, the one before {before.price}"
        faults.add(row.where, what, "Let the price fall with the quantity, or remove the tier.")
