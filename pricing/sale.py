"""On which terms something is priced: market, price book, term, discounts and date, checked once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from google.type.date_pb2 import Date

from bidwright.catalog.model import Answer, Market, PriceBook, Release
from bidwright.catalog.price_offers import CustomerAgreement, Promotion
from bidwright.core.days import day_of
from bidwright.core.errors import Faults
from bidwright.core.money import from_minor, plain, rounded
from bidwright.core.nearest import advice
from bidwright.core.spans import spans
from bidwright.pricing.committed import Committed, read_committed
from bidwright.pricing.customer_prices import read_contract, read_promotions
from bidwright.pricing.numbers import PERCENT, read_amount, read_number
from bidwright.v1.configuration_pb2 import CommercialTerms, LineDiscount


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """What is agreed about the price; hashable.

    Attributes:
        book: Id of the price book that the segment and channel choose.
        term_percent: What the term takes off recurring charges, in percent; below 0 what it adds.
        free_months: Months at the start of the term in which nothing that recurs is paid, bespoke items left out.
        discount_percent: What the seller takes off every line, in percent, 0 to 100.
        line_discounts: (component, percent) by component: what the seller takes off its lines before that.
        one_time_discount, monthly_discount: What the seller takes off the whole bid, in whole minor units.
        contract: Id of the customer's agreement; empty where there is none.
        promotions: Ids of those that hold.
        committed: (commitment, what the customer commits to a month) by commitment, where that is stated.
    """

    book: str
    term_months: int
    term_percent: Decimal
    free_months: int
    discount_percent: Decimal
    price_date: dt.date
    line_discounts: tuple[tuple[str, Decimal], ...]
    one_time_discount: Decimal
    monthly_discount: Decimal
    contract: str
    promotions: tuple[str, ...]
    committed: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, kw_only=True)
class Sale:
    """Where, when and on which terms something is priced.

    Attributes:
        promotions: Those that hold, by id.
        commitments: Of the price book, with what the customer commits to, by id.
        answers: To the needs that prices depend on.
    """

    release: Release
    market: Market
    book: PriceBook
    agreement: Agreement
    promotions: tuple[Promotion, ...]
    contract: CustomerAgreement | None
    commitments: Mapping[str, Committed]
    answers: Mapping[str, Answer] = field(default_factory=dict)

    @property
    def place(self) -> Decimal:
        """What net prices are multiples of."""
        return from_minor(self.book.rounding_to, self.book.currency)

    @cached_property
    def rounding_rule(self) -> str:
        """What the step of rounding says."""
        place = f" to {plain(self.place)}" if self.book.rounding_to > 1 else ""
        return f"{self.book.id}: rounding {self.book.rounding}{place}"

    def rounded(self, amount: Decimal) -> Decimal:
        """Round a net price as the price book says."""
        book = self.book
        return rounded(amount, book.currency, book.rounding, minor_units=book.rounding_to)


def read_sale(
    release: Release, market_id: str, terms: CommercialTerms, *, today: dt.date, faults: Faults
) -> Sale | None:
    """Check market and terms; None where a fault was added.

    Args:
        release: The release to price from.
        market_id: A market of it.
        terms: What is agreed; without a price date, today's prices apply.
        today: The day it is in the market.
        faults: Takes every fault, with its field path.
    """
    before = len(faults.found)
    discount = read_number(
        terms.discretionary_discount_percent, "terms.discretionary_discount_percent", within=PERCENT, faults=faults
    )
    price_date = _price_date(terms.price_date, faults) if terms.HasField("price_date") else today
    line_discounts = _line_discounts(release, terms.line_discounts, faults)
    _check_known(release, terms, faults)
    book = release.price_book(market_id, terms.segment, terms.channel)
    market = release.markets.get(market_id)
    if book is None or market is None:
        known = ", ".join(release.markets)
        faults.add("market", f"{market_id!r} is not a market of {release.name}", f"Choose one of: {known}.")
        return None
    term_percent = _term_percent(book, terms.term_months, faults)
    _check_free_months(terms, faults)
    committed = read_committed(book, terms.commitments, faults)
    money = {
        name: read_amount(getattr(terms, name), f"terms.{name}", currency=book.currency, faults=faults)
        if terms.HasField(name)
        else Decimal(0)
        for name in ("one_time_discount", "monthly_discount")
    }
    if price_date is None:
        return None
    contract = read_contract(release, market_id, terms.agreement, date=price_date, faults=faults)
    promotions = read_promotions(release, market_id, terms, date=price_date, faults=faults)
    if len(faults.found) > before or discount is None or term_percent is None:
        return None
    agreement = Agreement(
        book=book.id,
        term_months=terms.term_months,
        term_percent=term_percent,
        free_months=terms.free_months,
        discount_percent=discount,
        price_date=price_date,
        line_discounts=line_discounts,
        one_time_discount=money["one_time_discount"] or Decimal(0),
        monthly_discount=money["monthly_discount"] or Decimal(0),
        contract=terms.agreement,
        promotions=tuple(promotion.id for promotion in promotions),
        committed=tuple((stated.commitment, committed[stated.commitment].monthly) for stated in terms.commitments),
    )
    return Sale(
        release=release,
        market=market,
        book=book,
        agreement=agreement,
        promotions=promotions,
        contract=contract,
        commitments=committed,
    )


def _check_known(release: Release, terms: CommercialTerms, faults: Faults) -> None:
    """A segment or channel without any price book is a misspelling, and would be sold at list prices."""
    for kind in ("segment", "channel"):
        stated = getattr(terms, kind)
        known = {getattr(book, kind) for books in release.special_books.values() for book in books} - {""}
        if stated and stated not in known:
            fix = advice(stated, known) if known else f"Leave the {kind} out."
            faults.add(f"terms.{kind}", f"no price book is for {kind} {stated!r}", fix)


def _check_free_months(terms: CommercialTerms, faults: Faults) -> None:
    if not 0 <= terms.free_months <= terms.term_months:
        what = f"{terms.free_months} free months are not between 0 and the {terms.term_months} of the term"
        faults.add("terms.free_months", what, f"Give 0 to {max(terms.term_months, 0)}.")


def _line_discounts(
    release: Release, stated: Iterable[LineDiscount], faults: Faults
) -> tuple[tuple[str, Decimal], ...]:
    found: dict[str, Decimal] = {}
    for index, discount in enumerate(stated):
        where = f"terms.line_discounts[{index}]"
        if discount.component not in release.components:
            what = f"{discount.component!r} is not a component of {release.name}"
            faults.add(f"{where}.component", what, advice(discount.component, release.components))
        if discount.component in found:
            faults.add(f"{where}.component", f"{discount.component} is given twice", "Give each component once.")
        percent = read_number(discount.percent, f"{where}.percent", within=PERCENT, faults=faults)
        found[discount.component] = percent or Decimal(0)
    return tuple(sorted(found.items()))


def _term_percent(book: PriceBook, months: int, faults: Faults) -> Decimal | None:
    if months not in book.terms:
        what = f"{months} months is not a term of price book {book.id}"
        faults.add("terms.term_months", what, f"Choose one of these terms in months: {spans(book.terms)}.")
    return book.terms.get(months)


def _price_date(date: Date, faults: Faults) -> dt.date | None:
    try:
        return day_of(date)
    except ValueError:
        faults.add(
            "terms.price_date",
            f"{date.year}-{date.month}-{date.day} is not a day",
            "Give year, month and day of a calendar day, or leave the price date out for today.",
        )
        return None
