"""The rows of a price list and the commitments of its settings, as they are computed on.

What each model makes of a quantity is in docs/pricing.md.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args

from bidwright.catalog.price_charges import ChargeName
from bidwright.catalog.price_formulas import Coefficients, Formula
from bidwright.catalog.price_tables import PriceTable

ModelName = Literal["per_unit", "flat", "volume", "graduated", "stairstep", "block", "percentage", "table", "formula"]

MODELS: tuple[ModelName, ...] = get_args(ModelName)
"""The models a row may name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tier:
    """All units cost ``price`` from ``from_quantity`` units on."""

    from_quantity: int
    price: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """Up to ``up_to`` units, that many included; ``price`` for each unit, and ``fee`` once where it is reached.

    Attributes:
        up_to: None for a band without end; only the last of a row may be.
    """

    up_to: Decimal | None
    price: Decimal
    fee: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Adjustment:
    """What a price book adds to prices that it inherits.

    Attributes:
        percent: Of the running amount; negative for a reduction.
        rule: The book and its line, as the waterfall names it.
    """

    percent: Decimal
    rule: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PriceEntry:
    """Cost and price of units of a component in one market during a period.

    Attributes:
        book: Price book that holds the row, where it is inherited from another; empty for a row of its own.
        adjustments: What the books that inherited it add, in their order.
        unit_cost: Of one unit, without labour.
        price: List price: of a single unit, of a block, the whole of a flat price, or a percentage; 0 where ``bands``
            say it. Of a table, what it says once its characteristics are known.
        table, formula: Of the models of these names; None for others.
        coefficients: The formula in powers of the quantity, once its characteristics are known.
        told: The characteristics that a table or formula was resolved with, in words.
        of: Components whose lines a percentage is taken of; empty for other models.
        of_charge: When those lines are due; None for when the percentage itself is.
        tiers: Volume prices, ascending by quantity, each from 2 units on.
        bands: Prices of a volume, graduated or stairstep model, ascending; empty for other models.
        included: Units that are free; tiers, bands and blocks count those beyond.
        included_each: Units of usage that are free for each unit of the component, beside ``included``.
        block_size: Units of a block: each block begun counts as one, also in bands; None where units count.
        minimum, maximum: What the line comes to at least and at most, after all discounts; None for no limit.
        waived_from: Months of the term from which a one-time charge is waived; None for never.
        valid_to: First day it no longer holds; None for no end.
    """

    component: str
    charge: ChargeName
    unit: str
    unit_cost: Decimal
    model: ModelName = "per_unit"
    price: Decimal = Decimal(0)
    tiers: tuple[Tier, ...] = ()
    bands: tuple[Band, ...] = ()
    included: Decimal = Decimal(0)
    included_each: Decimal = Decimal(0)
    block_size: Decimal | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    waived_from: int | None = None
    of: frozenset[str] = frozenset()
    of_charge: ChargeName | None = None
    valid_from: dt.date
    valid_to: dt.date | None
    table: PriceTable | None = None
    formula: Formula | None = None
    coefficients: Coefficients = ()
    told: str = ""
    book: str = ""
    adjustments: tuple[Adjustment, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether each unit has a price of its own, lowered by tiers at most: what packages can replace."""
        return (
            self.model in {"per_unit", "volume"}
            and not self.bands
            and not self.included
            and self.minimum is None
            and self.maximum is None
        )

    @property
    def base_charge(self) -> ChargeName:
        """When the lines are due that a percentage is taken of."""
        return self.of_charge or self.charge

    @property
    def most_units(self) -> Decimal | None:
        """The greatest quantity that has a price; None where there is none."""
        last = self.bands[-1].up_to if self.bands else None
        return None if last is None else last * (self.block_size or 1) + self.included


@dataclass(frozen=True, kw_only=True)
class Commitment:
    """What the lines of several components come to a month at least, once one of them is bought.

    Attributes:
        components: Ids, patterns already resolved; none counts towards two commitments of a price book.
        monthly: In whole minor units of the currency.
        bands: (amount a month from which a band holds, percent it takes off recurring lines), ascending.
    """

    id: str
    title: str
    components: frozenset[str]
    monthly: Decimal
    bands: tuple[tuple[Decimal, Decimal], ...] = ()


@dataclass(frozen=True, kw_only=True)
class IndexSeries:
    """A published index, or a formula of several, by which prices of running contracts are adjusted.

    Attributes:
        values: (first day on which it holds, value above 0), ascending; none of a formula, else at least one.
        shares: Of a formula (series, percent of a price that follows it), by id; at most 100 in all, the rest is fixed.
        published_every_months: Months that each value holds at most; None for until the next one, however late.
        threshold: Percent below which a move of the index changes no price.
        rise_at_most, fall_at_most: Percent by which a price moves at most each time; None for no limit.
        every_months: Months from one day on which prices move to the next; None where they move once, on the day asked.
    """

    id: str
    title: str
    values: tuple[tuple[dt.date, Decimal], ...]
    shares: tuple[tuple[IndexSeries, Decimal], ...] = ()
    published_every_months: int | None = None
    threshold: Decimal = Decimal(0)
    rise_at_most: Decimal | None = None
    fall_at_most: Decimal | None = None
    every_months: int | None = None

    @property
    def parts(self) -> tuple[tuple[IndexSeries, Decimal], ...]:
        """The shares of a formula; of a series, all of a price follows itself."""
        return self.shares or ((self, Decimal(100)),)
