"""The column ``tiers`` of a price list: ``10:11.80`` (from 10 units on) or ``<=10:10.00+2.00`` (up to 10 units)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from bidwright.catalog.csv_source import Row
from bidwright.catalog.price_entry import Band, Tier
from bidwright.core.errors import Faults

BAND_FORM = "`<=10:10.00+2.00 <=20:5 *:+50` (up to how many, price of a unit, + an amount)"
"""How tiers are written that say up to where they reach."""

_AMOUNT = r"[0-9]{1,9}(?:\.[0-9]{1,12})?"
_TIER = re.compile(rf"([0-9]{{1,6}}):({_AMOUNT})")
_BAND = re.compile(rf"(?:<=([0-9]{{1,12}}(?:\.[0-9]{{1,6}})?)|(\*)):({_AMOUNT})?(?:\+({_AMOUNT}))?")


def holds_bands(text: str) -> bool:
    """Whether a cell says up to where each price reaches, and not from where."""
    return "<=" in text or "*" in text


def read_tiers(row: Row, price: Decimal | None, most_units: int | None, faults: Faults) -> tuple[Tier, ...]:
    """Read ``10:11.80 50:10.90``.

    Args:
        row: With the cell ``tiers``.
        price: What one unit costs; None where that is not known.
        most_units: A tier from more units on would never be reached; None where quantities have no end.
        faults: Takes what is wrong with them.
    """
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
        if most_units is not None and tier.from_quantity > most_units:
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


def read_bands(row: Row, faults: Faults) -> tuple[Band, ...]:
    """Read ``<=10:10.00+2.00 <=20:5+3 *:5+3``; empty where a fault was added."""
    bands: list[Band] = []
    for word in row.cells["tiers"].split():
        match = _BAND.fullmatch(word)
        if match is None or (match[3] is None and match[4] is None):
            faults.add(row.where, f"the tier {word!r} cannot be read", f"Write tiers as {BAND_FORM}.")
            return ()
        up_to = None if match[2] else Decimal(match[1])
        bands.append(Band(up_to=up_to, price=Decimal(match[3] or 0), fee=Decimal(match[4] or 0)))
    return tuple(bands) if _are_ascending(row, bands, faults) else ()


def _are_ascending(row: Row, bands: Sequence[Band], faults: Faults) -> bool:
    for before, band in pairwise(bands):
        if before.up_to is None:
            faults.add(row.where, "a tier follows the one without end", "Let `*` be the last tier.")
            return False
        if band.up_to is not None and band.up_to <= before.up_to:
            what = f"the tier up to {band.up_to} follows the one up to {before.up_to}"
            faults.add(row.where, what, "Order tiers by quantity, each once.")
            return False
    return True
