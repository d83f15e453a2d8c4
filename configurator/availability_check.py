"""How much of the time families of parts work together: the law in docs/portfolio.md, with whole numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from bidwright.catalog.availability import PERCENT_PLACES
from bidwright.catalog.model import Family

_WHOLE: int = 10 ** (PERCENT_PLACES + 2)
"""All of the time, in the parts that availability is counted in."""


def uptime_of(families: Iterable[tuple[Family, Mapping[Decimal, int]]]) -> Fraction:
    """How much of the time all families work, in percent.

    Args:
        families: Each with uptime in percent -> units of that uptime; one without units always works.
    """
    found = _WHOLE
    for family, units in families:
        found = found * _family_availability(units, is_redundant=family.redundant) // _WHOLE
    return Fraction(found, 10**PERCENT_PLACES)


def _family_availability(units: Mapping[Decimal, int], *, is_redundant: bool) -> int:
    """How much of the time a family works, in parts of 10**9."""
    if not units:
        return _WHOLE
    whole = ceil if is_redundant else floor
    share = _WHOLE
    for uptime, number in sorted(units.items()):
        figure = int(uptime * 10**PERCENT_PLACES)
        factor = _WHOLE - figure if is_redundant else figure
        share = whole(Fraction(share * _power(factor, number, whole), _WHOLE))
    return _WHOLE - share if is_redundant else share


def _power(share: int, units: int, whole: Callable[[Fraction], int]) -> int:
    """A share to the power of some units, made whole after each of them."""
    before, found = 0, _WHOLE
    while units and found != before:
        before, found = found, whole(Fraction(found * share, _WHOLE))
        units -= 1
    return found
