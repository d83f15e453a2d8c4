"""What the model of a price-list row makes of a quantity: exact amounts before any discount, each with its reason.

A row is a function of one quantity and of nothing else, so the configurator can tabulate it.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from bidwright.catalog.model import PriceBook
from bidwright.catalog.price_entry import Band, PriceEntry
from bidwright.catalog.price_formulas import amount_at
from bidwright.core.errors import Fault, InvalidInput
from bidwright.core.money import EXACT, add, multiply, plain, subtract
from bidwright.v1.price_pb2 import PRICE_STEP_KIND_LIST, PRICE_STEP_KIND_VOLUME, PriceStepKind

Part = tuple[PriceStepKind, str, Decimal]
"""One amount of a row: its kind, what follows the name of the row (nothing, or a text that begins with a comma), it."""


def parts_of(book: PriceBook, entry: PriceEntry, quantity: Decimal) -> tuple[Part, ...]:
    """The amounts that a quantity costs by a row each time it falls due, at least one; their sum is the list amount.

    Args:
        book: Says how many hours of an hourly price a month has.
        entry: The row.
        quantity: Not negative, and not above ``entry.most_units``.
    """
    parts = _model_parts(entry, quantity)
    if entry.charge != "hourly":
        return parts
    hours = book.hours_per_month
    return tuple((kind, f"{says}, {plain(hours)} hours", multiply(amount, hours)) for kind, says, amount in parts)


def _model_parts(entry: PriceEntry, quantity: Decimal) -> tuple[Part, ...]:
    units = counted(entry, quantity)
    has_more = entry.included or entry.block_size is not None
    free = _free(entry, quantity) + _in_blocks(entry, units) if has_more else ""
    if entry.model == "graduated":
        return tuple(_graduated(entry, units, free))
    if entry.bands:
        return (_band_part(_band_of(entry.bands, units), units, free),)
    if entry.model in {"flat", "formula"}:
        return (_whole(entry, quantity),)
    listed = (PRICE_STEP_KIND_LIST, _said(entry, free), multiply(entry.price, units))
    for tier in reversed(entry.tiers):
        if tier.from_quantity <= units:
            change = multiply(subtract(tier.price, entry.price), units)
            return (listed, (PRICE_STEP_KIND_VOLUME, f", {tier.from_quantity} units or more", change))
    return (listed,)


def _whole(entry: PriceEntry, quantity: Decimal) -> Part:
    """The amount of a model in which units have no price of their own."""
    if entry.model == "flat":
        return (PRICE_STEP_KIND_LIST, "", entry.price)
    return (PRICE_STEP_KIND_LIST, _said(entry, ""), amount_at(entry.coefficients, quantity))


def _free(entry: PriceEntry, quantity: Decimal) -> str:
    if not entry.included:
        return ""
    return f", {plain(_beyond_free(entry, quantity))} beyond {plain(entry.included)} included"


def _in_blocks(entry: PriceEntry, blocks: Decimal) -> str:
    if entry.block_size is None:
        return ""
    price = f" at {plain(entry.price)}" if entry.model == "block" else ""
    return f", {plain(blocks)} x {plain(entry.block_size)} {entry.unit}{price}"


def _said(entry: PriceEntry, free: str) -> str:
    return f"{free}, {entry.told}" if entry.told else free


def counted(entry: PriceEntry, quantity: Decimal) -> Decimal:
    """What a row counts of a quantity: units that are not free, or the blocks that they begin."""
    units = _beyond_free(entry, quantity)
    return units if entry.block_size is None else _blocks(units, entry.block_size)


def _beyond_free(entry: PriceEntry, quantity: Decimal) -> Decimal:
    return max(Decimal(0), subtract(quantity, entry.included)) if entry.included else quantity


def list_amount(book: PriceBook, entry: PriceEntry, quantity: Decimal) -> Decimal:
    """The sum of the parts."""
    total = Decimal(0)
    for _, _, amount in parts_of(book, entry, quantity):
        total = add(total, amount)
    return total


def limited(entry: PriceEntry, amount: Decimal) -> Decimal:
    """An amount after discounts, held between the row's minimum and maximum."""
    if entry.maximum is not None:
        amount = min(amount, entry.maximum)
    return amount if entry.minimum is None else max(amount, entry.minimum)


def check_quantities(priced: Iterable[tuple[PriceEntry, Decimal]]) -> None:
    """Refuse quantities that no tier covers.

    Raises:
        InvalidInput: ``QUANTITY_NOT_PRICED``, with every such row.
    """
    beyond = [
        (entry, quantity, entry.most_units)
        for entry, quantity in priced
        if entry.most_units is not None and quantity > entry.most_units
    ]
    faults = [
        Fault(
            entry.component,
            f"the {entry.charge} tiers end at {plain(most)} {entry.unit}, {plain(quantity)} have no price",
            f"Ask for at most {plain(most)}, or add a tier to the price list.",
        )
        for entry, quantity, most in beyond
    ]
    if faults:
        entry, quantity, _ = beyond[0]
        raise InvalidInput(
            "; ".join(f"{fault.where}: {fault.what}" for fault in faults),
            fix=faults[0].fix,
            reason="QUANTITY_NOT_PRICED",
            facts={"component": entry.component, "charge": entry.charge, "quantity": plain(quantity)},
            faults=faults,
        )


def _blocks(units: Decimal, size: Decimal) -> Decimal:
    """Blocks that hold so many units; a block that is begun counts."""
    whole, rest = EXACT.divmod(units, size)
    return add(whole, Decimal(1)) if rest else whole


def _band_of(bands: tuple[Band, ...], units: Decimal) -> Band:
    """The band that a quantity falls into; ``check_quantities`` has passed."""
    return next(band for band in bands if band.up_to is None or units <= band.up_to)


def _graduated(entry: PriceEntry, units: Decimal, free: str) -> Iterable[Part]:
    start = Decimal(0)
    for position, band in enumerate(entry.bands):
        if position and units <= start:
            return  # the first tier is reached by any quantity, also by none
        end = units if band.up_to is None else min(units, band.up_to)
        yield _band_part(band, subtract(end, start), free)
        start = end


def _band_part(band: Band, units: Decimal, free: str) -> Part:
    reach = "any number" if band.up_to is None else f"up to {plain(band.up_to)}"
    fee = f" + {plain(band.fee)}" if band.fee else ""
    each = f"{plain(units)} at {plain(band.price)}" if band.price else "whole tier"
    amount = add(multiply(band.price, units), band.fee)
    return (PRICE_STEP_KIND_LIST, f"{free}, tier {reach}: {each}{fee}", amount)
