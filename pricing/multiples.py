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
    # floor(x + 1/2) of a fraction over an even denominator, made of whole numbers only.
    double, half, whole = 2 * size, denominator, 2 * denominator
    common = gcd(double, half)
    double, half, whole = double // common, half // common, whole // common
    rounded = [(count * double + half) // whole for count in counts]
    if mode == "half_even" and half % gcd(double, whole) == 0:  # else no multiple is a half
        rounded = [
            up - (up % 2 if (count * double + half) % whole == 0 else 0)
            for up, count in zip(rounded, counts, strict=True)
        ]
    return [-up for up in rounded] if sign < 0 else rounded
