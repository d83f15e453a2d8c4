"""What each quantity of each component costs the customer: how pricing tells the configurator, exactly.

Pricing computes these tables with the same code that prices a quote, so the configurator's total and the price are the
same number. The two packages know this type and not each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PackageAmount:
    """What applying a package saves.

    Attributes:
        components: Component id -> units one application uses up.
        monthly: Net amount a month in minor units of applying it n times, at index n; index 0 is 0,
            the others are negative or 0 and never rise with n.
    """

    components: Mapping[str, int]
    monthly: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class AmountTable:
    """Net amounts of one market, term, discount and price date, in minor units of the currency.

    Attributes:
        currency: ISO 4217 code.
        term_months: Months of the contract; contract value = one-time + term x monthly.
        one_time, monthly: Component id -> net amount of n units at index n, for n from 0 to its
            ``max_quantity``.
        packages: Package id -> its amounts.
        bespoke_one_time, bespoke_monthly: Net amounts of the bespoke layer.
    """

    currency: str
    term_months: int
    one_time: Mapping[str, tuple[int, ...]]
    monthly: Mapping[str, tuple[int, ...]]
    packages: Mapping[str, PackageAmount]
    bespoke_one_time: int
    bespoke_monthly: int
