"""Multiples of an exact amount, each rounded to a whole number, in integer arithmetic."""

from __future__ import annotations

from decimal import Decimal
from math import gcd


def rounded_multiples(one: Decimal, counts: range, mode: str) -> list[int]:
    """Round ``count x one`` to a whole number, for each count.

    The same as ``core.money.rounded`` in minor units, about five times as fast; a test holds one against the other.

    Args:
        one: Exact, in minor units.
        counts: Ascending, not negative.
        mode: One of ``core.money.ROUNDING_MODES``; both round symmetrically around 0.
    """
    numerator, denominator = one.as_integer_ratio()
    if denominator == 1:
        return [count * numerator for count in counts]
    size, sign = abs(numerator), -1 if numerator < 0 else 1
    if mode == "half_even":
        return [sign * _half_even(count * size, denominator) for count in counts]
    # floor(x + 1/2) of a fraction over an even denominator, made of whole numbers only.
    double, half = 2 * size, denominator
    common = gcd(double, 2 * denominator, half)
    double, half, whole = double // common, half // common, 2 * denominator // common
    if sign > 0:
        return [(count * double + half) // whole for count in counts]
    return [-((count * double + half) // whole) for count in counts]


def _half_even(numerator: int, denominator: int) -> int:
    quotient, rest = divmod(numerator, denominator)
    if 2 * rest > denominator or (2 * rest == denominator and quotient % 2):
        quotient += 1
    return quotient
