"""What each quantity of each component costs the customer: how pricing tells the configurator, exactly.

Pricing computes these tables with the same code that prices a quote, so the configurator's total and the price are the
same number. The two packages know this type and not each other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

Columns = Mapping[str, tuple[int, ...]]
"""Component id -> net amount of n units at index n, for n from 0 to its ``max_quantity``; no units cost nothing."""


@dataclass(frozen=True, kw_only=True)
class PackageAmount:
    """What applying a package saves.

    Attributes:
        components: Component id -> units one application uses up.
        monthly: Net amount a month in minor units of applying it n times, at index n; index 0 is 0,
            the others are negative or 0 and never rise with n.
        free_months: Months at the start of the term in which it saves nothing; fewer than the term has.
    """

    components: Mapping[str, int]
    monthly: tuple[int, ...]
    free_months: int = 0


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
class PercentageAmount:
    """What a component costs that is priced by a percentage of others, each time it falls due.

    Attributes:
        charge: one_time, monthly, quarterly or yearly.
        of: Components whose amounts it is taken of; monthly and hourly ones count as one.
        of_charge: When those amounts are due, one of the same four.
        share: The percentage as a fraction of 1.
        half_even: Whether a half is rounded to the even neighbour, and not up.
        minimum, maximum: Minor units; None for no limit.
        rounding_to: Minor units that the amount is a multiple of; so are the limits.
        free_months: Months at the start of the term in which it is not due; 0 where it is due once.
    """

    component: str
    charge: str
    of: tuple[str, ...]
    of_charge: str
    share: Fraction
    half_even: bool
    minimum: int | None
    maximum: int | None
    rounding_to: int = 1
    free_months: int = 0

    def net(self, base: int) -> int:
        """The amount for a base in minor units, not negative."""
        exact = self.share * base / self.rounding_to
        amount = self.rounding_to * (round(exact) if self.half_even else floor(exact + Fraction(1, 2)))
        if self.maximum is not None:
            amount = min(amount, self.maximum)
        return amount if self.minimum is None else max(amount, self.minimum)


@dataclass(frozen=True, kw_only=True)
class MovableWork:
    """Work of one kind, which some centres can do.

    Attributes:
        hours: Component -> steps of work on one unit; a step is the same for all work that shares centres.
        dearer: Centre -> minor units that a step costs more there than at the cheapest, at least, over the contract.
        times: Component -> how often its line falls due over the contract, and so is rounded.
    """

    hours: Mapping[str, int]
    dearer: Mapping[str, Fraction]
    times: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class SharedHours:
    """Steps of work that centres have, and the work that may have to share them."""

    capacities: Mapping[str, int]
    work: tuple[MovableWork, ...]


def _nothing(_items: Mapping[str, int]) -> Mapping[str, int]:
    return {}


@dataclass(frozen=True, kw_only=True)
class CostTable:
    """What quantities cost us where work may be done, in minor units of the currency.

    Attributes:
        charges: one_time, monthly, quarterly and yearly -> columns; only components that cost something. Each as if
            there were nothing else, so that the cheapest delivery centre has the hours for it.
        bespoke_one_time, bespoke_monthly: Costs of the bespoke layer.
        scarce: Hours that the cheapest centres may lack; with no more than them, nothing is beyond the columns.
        beyond: What components with so many units cost more together, by charge, as the cheapest centres lack hours.
    """

    charges: Mapping[str, Columns]
    bespoke_one_time: int = 0
    bespoke_monthly: int = 0
    scarce: tuple[SharedHours, ...] = ()
    beyond: Callable[[Mapping[str, int]], Mapping[str, int]] = field(default=_nothing, compare=False)


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
        percentages: Each after those that it is taken of; their columns above are 0.
        commitments: Commitment id -> its amount.
        bespoke_one_time, bespoke_monthly: Net amounts of the bespoke layer, less what is taken off the whole bid.
        bespoke: Bespoke item -> what of them is its price, once and a month.
        price_date: The day whose prices these are.
        costs: What quantities cost us; None where nobody asked for it.
        free_months: Months at the start of the term in which components and commitments are not due; bespoke items are.
        spared: What of the contract value components do not cost, as promotions make some months more free.
        spared_first_year: The same of the first year.
        needs: Those that prices depend on. What is priced by one that is not answered costs nothing here.
    """

    currency: str
    term_months: int
    one_time: Columns
    monthly: Columns
    hourly: Columns = field(default_factory=dict)
    quarterly: Columns = field(default_factory=dict)
    yearly: Columns = field(default_factory=dict)
    packages: Mapping[str, PackageAmount]
    percentages: tuple[PercentageAmount, ...] = ()
    commitments: Mapping[str, CommitmentAmount] = field(default_factory=dict)
    bespoke_one_time: int
    bespoke_monthly: int
    bespoke: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    price_date: dt.date = dt.date.min
    costs: CostTable | None = None
    free_months: int = 0
    spared: Columns = field(default_factory=dict)
    spared_first_year: Columns = field(default_factory=dict)
    needs: frozenset[str] = frozenset()

    @property
    def package_months(self) -> int | None:
        """Months in which packages save; None where they differ: then a price chooses packages for the whole term."""
        found = {self.term_months - package.free_months for package in self.packages.values()}
        return None if len(found) > 1 else found.pop() if found else self.term_months

    def may_fall(self) -> frozenset[str]:
        """Components of which more may cost less over the term.

        A promotion makes some of their months free, or of a percentage of them, in which a commitment is due that they
        help to reach.
        """
        found = set(self.spared)
        for percentage in reversed(self.percentages):
            if percentage.free_months > self.free_months or percentage.component in found:
                found |= {percentage.component, *percentage.of}
        return frozenset(found)


def begun(months: int, period_months: int, free_months: int = 0) -> int:
    """How many periods begin within so many months, the first at their start or after those that are free."""
    return -(-max(0, months - free_months) // period_months)


PERIODS: Mapping[str, int] = {"monthly": 1, "quarterly": 3, "yearly": 12}
"""Charges that recur with the months from one time they fall due to the next."""


def average_month(monthly: int, quarterly: int, yearly: int) -> int:
    """A month, a third of a quarter and a twelfth of a year, together rounded half up."""
    return (12 * monthly + 4 * quarterly + yearly + 6) // 12
