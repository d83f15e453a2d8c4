"""Numbers of a request: plain decimals within a range, and amounts in the currency of the price book."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from google.type.decimal_pb2 import Decimal as DecimalMessage
from google.type.money_pb2 import Money

from bidwright.catalog.amount_messages import amount_of, decimal_of
from bidwright.core.errors import Faults, InvalidInput
from bidwright.core.money import EXACT, MINOR_UNITS, plain

PERCENT_PLACES = 4
"""Digits after the point that a discount or mark-up may have."""


class Range(NamedTuple):
    """Numbers from ``least`` to ``top`` with at most so many digits after the point."""

    top: Decimal
    least: Decimal = Decimal(0)
    places: int = PERCENT_PLACES


PERCENT = Range(Decimal(100))
"""Shares and discounts."""


def read_number(message: DecimalMessage, where: str, *, within: Range, faults: Faults) -> Decimal | None:
    """Read a number within a range; None with a fault."""
    least, top, places = within.least, within.top, within.places
    fix = f"Give a number from {plain(least)} to {plain(top)} with at most {places} digits after the point."
    try:
        number = decimal_of(message, where=where)
    except InvalidInput as error:
        faults.found.extend(error.faults)
        return None
    scaled = EXACT.scaleb(number, places)
    if not least <= number <= top or scaled != scaled.to_integral_value():
        faults.add(where, f"{message.value} is out of range", fix)
        return None
    return number


def read_amount(message: Money, where: str, *, currency: str, faults: Faults) -> Decimal | None:
    """Read an amount of whole minor units, not negative; None with a fault."""
    try:
        amount = amount_of(message, where=where, currency=currency)
    except InvalidInput as error:
        faults.found.extend(error.faults)
        return None
    minor = EXACT.scaleb(amount, MINOR_UNITS[currency])
    if amount < 0 or minor != minor.to_integral_value():
        fix = f"Give an amount of whole minor units of {currency}, not negative."
        faults.add(where, f"{plain(amount)} {currency} cannot be a discount or commitment", fix)
        return None
    return amount
