"""What may lower a price for a time or for one customer: promotions and agreements, as they are computed on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from bidwright.catalog.price_charges import ChargeName


@dataclass(frozen=True, kw_only=True)
class Period:
    """Days from ``valid_from`` on, before ``valid_to``; None for no end."""

    valid_from: dt.date
    valid_to: dt.date | None = None

    def holds(self, date: dt.date) -> bool:
        """Whether a day lies in it."""
        return self.valid_from <= date and (self.valid_to is None or date < self.valid_to)


@dataclass(frozen=True, kw_only=True)
class Promotion:
    """What is taken off some components for a time.

    Attributes:
        components: Ids, patterns already resolved.
        charges: Which of their charges.
        percent: Taken off the running amount; None where ``amounts`` are taken off, or months are only free.
        of_list: Whether the percentage is one of the list amount.
        amounts: Market -> what is taken off each unit.
        free_months: Months at the start of the term in which recurring lines are not due.
        markets: Where it holds.
        segments, channels: For whom; for everybody where empty.
        term_from: Months of the term from which it holds.
        from_quantity: Units of a component from which its line has it.
        code: What the customer must have; empty where it holds by itself.
    """

    id: str
    title: str
    components: frozenset[str]
    charges: frozenset[ChargeName]
    percent: Decimal | None = None
    of_list: bool = False
    amounts: Mapping[str, Decimal] = field(default_factory=dict)
    free_months: int = 0
    markets: frozenset[str]
    segments: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    term_from: int = 1
    from_quantity: int = 0
    code: str = ""
    period: Period


@dataclass(frozen=True, kw_only=True)
class AgreedPrice:
    """A price agreed with a customer for some components and charges.

    Attributes:
        price: What each unit costs, whatever the price list says; None where a percentage is agreed.
        percent: Taken off the running amount.
        of_list: Whether the percentage is one of the list amount.
    """

    components: frozenset[str]
    charges: frozenset[ChargeName]
    price: Decimal | None = None
    percent: Decimal | None = None
    of_list: bool = False
    period: Period


@dataclass(frozen=True, kw_only=True)
class CustomerAgreement:
    """The prices agreed with one customer in a market; for a component, charge and day there is at most one."""

    id: str
    title: str
    market: str
    prices: tuple[AgreedPrice, ...]
    period: Period
