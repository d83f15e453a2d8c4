"""What each quantity of each component costs the customer: how pricing tells the configurator, exactly.

Pricing computes these tables with the same code that prices a quote, so the configurator's total and the price are the
same number. The two packages know this type and not each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Columns = Mapping[str, tuple[int, ...]]
"""Component id -> net amount of n units at index n, for n from 0 to its ``max_quantity``; no units cost nothing."""


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
class CommitmentAmount:
    """What the lines due every month of some components come to at least, where one of them is chosen.

    Attributes:
        components: None of them is in another commitment.
        monthly: Minor units; what is missing is charged.
    """

    components: tuple[str, ...]
    monthly: int


@dataclass(frozen=True, kw_only=True)
class AmountTable:
    """Net amounts of one market, term, discount and price date, in minor units of the currency.

    Attributes:
        currency: ISO 4217 code.
        term_months: Months of the contract.
        one_time: What falls due once.
        monthly: What falls due each month by monthly prices.
        hourly: What falls due each month by prices of an hour; only components that have such.
        quarterly, yearly: What falls due each quarter and year that begins within the term; likewise.
        packages: Package id -> its amounts.
        commitments: Commitment id -> its amount.
        bespoke_one_time, bespoke_monthly: Net amounts of the bespoke layer.
    """

    currency: str
    term_months: int
    one_time: Columns
    monthly: Columns
    hourly: Columns = field(default_factory=dict)
    quarterly: Columns = field(default_factory=dict)
    yearly: Columns = field(default_factory=dict)
    packages: Mapping[str, PackageAmount]
    commitments: Mapping[str, CommitmentAmount] = field(default_factory=dict)
    bespoke_one_time: int
    bespoke_monthly: int


def begun(months: int, period_months: int) -> int:
    """How many periods begin within so many months, the first at their start."""
    return -(-months // period_months)


def average_month(monthly: int, quarterly: int, yearly: int) -> int:
    """A month, a third of a quarter and a twelfth of a year, together rounded half up."""
    return (12 * monthly + 4 * quarterly + yearly + 6) // 12
