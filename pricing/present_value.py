"""What later payments are worth at the start of a term."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import floor


def present_value(amounts: Sequence[int], rate_percent: Decimal) -> int:
    """What amounts due at the beginning of each month are worth at that of the first, in minor units.

    Args:
        amounts: By month, at least one; the first is not discounted.
        rate_percent: Nominal, for a year: a twelfth of it counts for each month. Not negative.

    Returns:
        The exact sum of amount / (1 + rate / 1200) ** months before it, rounded half away from zero once.
    """
    growth = 1 + Fraction(rate_percent) / 1200
    # By Horner's rule in whole numbers: sum / denominator is what is left of the months looked at, seen from the first
    # of them.
    total, denominator = 0, 1
    for amount in reversed(amounts):
        denominator *= growth.numerator
        total = amount * denominator + total * growth.denominator
    return half_up(Fraction(total, denominator))


def half_up(exact: Fraction) -> int:
    """The nearest whole number; a half goes away from zero."""
    size = floor(abs(exact) + Fraction(1, 2))
    return -size if exact < 0 else size
