"""Exact amounts. Money is never a float here and nothing is rounded unless rounding is asked for."""

from __future__ import annotations

import decimal
from decimal import Decimal

MINOR_UNITS = {
    "EUR": 2,
    "GBP": 2,
    "USD": 2,
    "CHF": 2,
    "SEK": 2,
    "NOK": 2,
    "DKK": 2,
    "PLN": 2,
    "CZK": 2,
    "JPY": 0,
    "KWD": 3,
}
"""Digits after the point of each currency a price book may use. Source: ISO 4217."""

EXACT = decimal.Context(
    prec=400, traps=[decimal.Inexact, decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow]
)
"""Arithmetic that refuses to lose a digit: an inexact result raises ``decimal.Inexact``.

Every percentage lengthens an amount by up to 9 digits, and each may take off many; none comes near to 400."""

_ROUNDING = decimal.Context(prec=60, traps=[decimal.InvalidOperation])
_MODES = {"half_up": decimal.ROUND_HALF_UP, "half_even": decimal.ROUND_HALF_EVEN}

ROUNDING_MODES = tuple(_MODES)
"""The rounding modes a price book may name."""


def percent_of(amount: Decimal, percent: Decimal) -> Decimal:
    """``percent`` per cent of ``amount``, exact."""
    return EXACT.scaleb(EXACT.multiply(amount, percent), -2)


def rounded(amount: Decimal, currency: str, mode: str = "half_up", *, minor_units: int = 1) -> Decimal:
    """Round an amount to a multiple of the currency's minor unit.

    Args:
        amount: Any exact amount; negative amounts round symmetrically.
        currency: A key of ``MINOR_UNITS``.
        mode: One of ``ROUNDING_MODES``.
        minor_units: What it is rounded to, 5 for 0.05 EUR: 1, 2, 25 or 5 times a power of ten, which divide exactly.
    """
    minor = Decimal(1).scaleb(-MINOR_UNITS[currency])
    if minor_units == 1:
        return amount.quantize(minor, rounding=_MODES[mode], context=_ROUNDING)
    place = EXACT.multiply(minor, Decimal(minor_units))
    times = EXACT.divide(amount, place).quantize(Decimal(1), rounding=_MODES[mode], context=_ROUNDING)
    return EXACT.multiply(times, place)


def to_minor(amount: Decimal, currency: str) -> int:
    """An amount as a whole number of minor units.

    Raises:
        decimal.Inexact: The amount has a fraction of a minor unit.
    """
    scaled = EXACT.scaleb(amount, MINOR_UNITS[currency])
    return int(scaled.to_integral_exact(context=EXACT))


def from_minor(minor: int, currency: str) -> Decimal:
    """The amount of a number of minor units."""
    return Decimal(minor).scaleb(-MINOR_UNITS[currency])


def plain(number: Decimal) -> str:
    """A number as text without exponent and without trailing zeros: the one spelling of equal numbers."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"", "-0"} else text


def parse(text: str) -> Decimal:
    """Read a plain decimal number: optional sign, digits, optionally a point and digits.

    Raises:
        ValueError: The text is anything else; exponents, NaN and infinities are refused.
    """
    body = text.removeprefix("-")
    whole, _, fraction = body.partition(".")
    digits_only = (
        whole.isascii() and whole.isdigit() and (fraction == "" or (fraction.isascii() and fraction.isdigit()))
    )
    if not digits_only or body.endswith(".") or len(body) > 30:
        raise ValueError(f"{text!r} is not a plain decimal number such as 12.50")
    return Decimal(text)
