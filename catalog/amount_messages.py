"""Amounts and numbers between ``Decimal`` and the messages of the wire, exact in both directions."""

from __future__ import annotations

import decimal
import re
from decimal import Decimal
from typing import TypedDict

from google.type.decimal_pb2 import Decimal as DecimalMessage
from google.type.money_pb2 import Money

from bidwright.core.errors import Fault, InvalidInput
from bidwright.core.money import EXACT, multiply, parse, plain

_NANOS = 1_000_000_000
_TO_NANOS = Decimal(_NANOS)
_MAX_UNITS = 2**63 - 1
_CURRENCY = re.compile(r"[A-Z]{3}")


def money(amount: Decimal, currency: str) -> Money:
    """Write an amount; its conditions are those of ``money_fields``."""
    return Money(**money_fields(amount, currency))


class MoneyFields(TypedDict):
    """The fields of a ``google.type.Money``."""

    currency_code: str
    units: int
    nanos: int


def money_fields(amount: Decimal, currency: str) -> MoneyFields:
    """Write an amount as the fields of a message that is yet to be made.

    Args:
        amount: At most 9 digits after the point.
        currency: ISO 4217 code.

    Raises:
        InvalidInput: The amount has more than 18 digits before the point (``AMOUNT_TOO_LARGE``).
        decimal.Inexact: The amount has more than 9 digits after the point; round it first.
    """
    scaled = multiply(amount, _TO_NANOS)
    nanos = int(scaled)
    if nanos != scaled:
        raise decimal.Inexact(f"{plain(amount)} has more than 9 digits after the point")
    units, rest = divmod(abs(nanos), _NANOS)
    if units > _MAX_UNITS:
        raise InvalidInput(
            f"The amount {plain(amount)} {currency} is larger than any amount that can be written",
            fix="Lower the quantities or the costs that make up this amount.",
            reason="AMOUNT_TOO_LARGE",
        )
    if nanos < 0:
        units, rest = -units, -rest
    return {"currency_code": currency, "units": units, "nanos": rest}


def amount_of(message: Money, *, where: str = "amount", currency: str = "") -> Decimal:
    """Read an amount.

    Args:
        message: What was sent.
        where: Its field path, for the fault.
        currency: The only currency allowed; any where empty.

    Raises:
        InvalidInput: No currency or another one, nanos out of range, or signs that disagree; with one fault.
    """
    if not _CURRENCY.fullmatch(message.currency_code):
        raise _invalid(
            f"{where}.currency_code",
            f"{message.currency_code!r} is not a currency code",
            f"Give {currency or 'a three-letter code such as EUR'}.",
        )
    if currency and message.currency_code != currency:
        raise _invalid(
            f"{where}.currency_code",
            f"{message.currency_code} is not the currency of this market",
            f"Give the amount in {currency}.",
        )
    if abs(message.nanos) >= _NANOS:
        raise _invalid(f"{where}.nanos", f"{message.nanos} is out of range", "Give -999999999 to 999999999.")
    if message.units * message.nanos < 0:
        raise _invalid(
            where,
            f"units {message.units} and nanos {message.nanos} have different signs",
            "Give units and nanos the same sign.",
        )
    return EXACT.scaleb(Decimal(message.units * _NANOS + message.nanos), -9)


def decimal_message(number: Decimal) -> DecimalMessage:
    """Write a number in its one plain spelling: no exponent, no trailing zeros."""
    return DecimalMessage(value=plain(number))


def decimal_of(message: DecimalMessage, *, where: str) -> Decimal:
    """Read a number; an empty one is 0, as google.type.Decimal says.

    Args:
        message: What was sent.
        where: Its field path, for the fault.

    Raises:
        InvalidInput: Anything but an optional minus, digits, optionally a point and digits, 30 characters at
            most: NaN, infinities, exponents and thousands separators are refused; with one fault.
    """
    if not message.value:
        return Decimal(0)
    try:
        return parse(message.value)
    except ValueError as error:
        raise _invalid(where, str(error), "Give a plain decimal number such as 12.50.") from error


def _invalid(where: str, what: str, fix: str) -> InvalidInput:
    return InvalidInput(f"{where}: {what}", fix=fix, faults=[Fault(where, what, fix)])
