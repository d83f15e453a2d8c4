"""Exact amounts. Money is never a float here and nothing is rounded unless rounding is asked for."""

from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction

_CODES = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
    2: """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP
        CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES
        KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK
        NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB
        TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
    """,
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF",
}

MINOR_UNITS = {code: digits for digits, codes in _CODES.items() for code in codes.split()}
"""Digits after the point of each currency. Source: ISO 4217 of 2026-01-01, list one.

Metals, special drawing rights, test codes and funds are left out, but for the Unidad de Fomento (CLF), in which
contracts in Chile are made."""

EXACT = decimal.Context(
    prec=400, traps=[decimal.Inexact, decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow]
)
"""Arithmetic that refuses to lose a digit: an inexact result raises ``decimal.Inexact``.

Every percentage lengthens an amount by up to 9 digits, and each may take off many; none comes near to 400."""

add, subtract, multiply = EXACT.add, EXACT.subtract, EXACT.multiply
"""Exact arithmetic by short names: prices of large bids are made of it, and looking a method up takes as long."""

_HUNDREDTH = Decimal("0.01")
_MODES = {"half_up": decimal.ROUND_HALF_UP, "half_even": decimal.ROUND_HALF_EVEN}
_TO_PLACE = {
    mode: decimal.Context(prec=60, rounding=rounding, traps=[decimal.InvalidOperation]).quantize
    for mode, rounding in _MODES.items()
}
_MINOR = {currency: Decimal(1).scaleb(-digits) for currency, digits in MINOR_UNITS.items()}
_MINORS = {currency: Decimal(10**digits) for currency, digits in MINOR_UNITS.items()}

ROUNDING_MODES = tuple(_MODES)
"""The rounding modes a price book may name."""


def percent_of(amount: Decimal, percent: Decimal) -> Decimal:
    """``percent`` per cent of ``amount``, exact."""
    return multiply(multiply(amount, percent), _HUNDREDTH)


def share_percent(part: Decimal | Fraction, whole: Decimal | Fraction) -> Decimal:
    """``part`` in percent of ``whole``, 2 digits, half to even; 0 where the whole is 0."""
    if not whole:
        return Decimal(0)
    part_numerator, part_denominator = part.as_integer_ratio()
    numerator, denominator = whole.as_integer_ratio()
    if numerator < 0:
        part_numerator, numerator = -part_numerator, -numerator
    hundredths, rest = divmod(part_numerator * denominator * 10_000, part_denominator * numerator)
    double = 2 * rest - part_denominator * numerator
    if double > 0 or (double == 0 and hundredths % 2):
        hundredths += 1
    return Decimal(hundredths).scaleb(-2, EXACT)


def rounded(amount: Decimal, currency: str, mode: str = "half_up", *, minor_units: int = 1) -> Decimal:
    """Round an amount to a multiple of the currency's minor unit.

    Args:
        amount: Any exact amount; negative amounts round symmetrically.
        currency: A key of ``MINOR_UNITS``.
        mode: One of ``ROUNDING_MODES``.
        minor_units: What it is rounded to, 5 for 0.05 EUR: 1, 2, 25 or 5 times a power of ten, which divide exactly.
    """
    minor, to_place = _MINOR[currency], _TO_PLACE[mode]
    if minor_units == 1:
        return to_place(amount, minor)
    place = multiply(minor, Decimal(minor_units))
    return multiply(to_place(EXACT.divide(amount, place), Decimal(1)), place)


def to_minor(amount: Decimal, currency: str) -> int:
    """An amount as a whole number of minor units.

    Raises:
        decimal.Inexact: The amount has a fraction of a minor unit.
    """
    scaled = multiply(amount, _MINORS[currency])
    minor = int(scaled)
    if minor != scaled:
        raise decimal.Inexact(f"{plain(amount)} {currency} has a fraction of a minor unit")
    return minor


def from_minor(minor: int, currency: str) -> Decimal:
    """The amount of a number of minor units."""
    return multiply(Decimal(minor), _MINOR[currency])


def plain(number: Decimal) -> str:
    """A number as text without exponent and without trailing zeros: the one spelling of equal numbers."""
    text = str(number)  # several times faster than a format, and the same but for exponents
    if "E" in text:
        text = format(number, "f")
    if text[-1] != "0":
        return text
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


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
