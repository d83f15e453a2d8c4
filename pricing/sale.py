"""On which terms something is priced: market, price book, term, discount and date, checked once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from google.type.date_pb2 import Date
from google.type.decimal_pb2 import Decimal as DecimalMessage

from bidwright.catalog.amount_messages import decimal_of
from bidwright.catalog.model import Market, PriceBook, Release
from bidwright.core.errors import Faults, InvalidInput
from bidwright.core.money import EXACT, plain
from bidwright.v1.configuration_pb2 import CommercialTerms

PERCENT_PLACES = 4
"""Digits after the point that a discount or mark-up may have."""


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """What is agreed about the price; hashable.

    Attributes:
        term_percent: What the term takes off monthly charges, in percent.
        discount_percent: What the seller takes off every line, in percent, 0 to 100.
    """

    term_months: int
    term_percent: Decimal
    discount_percent: Decimal
    price_date: dt.date


@dataclass(frozen=True, kw_only=True)
class Sale:
    """Where, when and on which terms something is priced."""

    release: Release
    market: Market
    book: PriceBook
    agreement: Agreement


def read_sale(
    release: Release, market_id: str, terms: CommercialTerms, *, today: dt.date, faults: Faults
) -> Sale | None:
    """Check market, term, discount and date; None where a fault was added.

    Args:
        release: The release to price from.
        market_id: A market of it.
        terms: What is agreed; without a price date, today's prices apply.
        today: The day it is in the market.
        faults: Takes every fault, with its field path.
    """
    discount = read_number(
        terms.discretionary_discount_percent,
        "terms.discretionary_discount_percent",
        top=Decimal(100),
        faults=faults,
    )
    price_date = _price_date(terms.price_date, faults) if terms.HasField("price_date") else today
    book = release.price_books.get(market_id)
    market = release.markets.get(market_id)
    if book is None or market is None:
        known = ", ".join(release.markets)
        faults.add("market", f"{market_id!r} is not a market of {release.name}", f"Choose one of: {known}.")
        return None
    term_percent = _term_percent(book, terms.term_months, faults)
    if discount is None or price_date is None or term_percent is None:
        return None
    agreement = Agreement(
        term_months=terms.term_months,
        term_percent=term_percent,
        discount_percent=discount,
        price_date=price_date,
    )
    return Sale(release=release, market=market, book=book, agreement=agreement)


def read_number(message: DecimalMessage, where: str, *, top: Decimal, faults: Faults) -> Decimal | None:
    """Read a number from 0 to ``top`` with at most ``PERCENT_PLACES`` digits after the point; None with a fault."""
    fix = f"Give a number from 0 to {plain(top)} with at most {PERCENT_PLACES} digits after the point."
    try:
        number = decimal_of(message, where=where)
    except InvalidInput as error:
        faults.found.extend(error.faults)
        return None
    scaled = EXACT.scaleb(number, PERCENT_PLACES)
    if not 0 <= number <= top or scaled != scaled.to_integral_value():
        faults.add(where, f"{message.value} is out of range", fix)
        return None
    return number


def _term_percent(book: PriceBook, months: int, faults: Faults) -> Decimal | None:
    if months not in book.terms:
        allowed = ", ".join(str(known) for known in sorted(book.terms))
        what = f"{months} months is not a term of price book {book.id}"
        faults.add("terms.term_months", what, f"Choose one of these terms in months: {allowed}.")
    return book.terms.get(months)


def _price_date(date: Date, faults: Faults) -> dt.date | None:
    try:
        return dt.date(date.year, date.month, date.day)
    except ValueError:
        faults.add(
            "terms.price_date",
            f"{date.year}-{date.month}-{date.day} is not a day",
            "Give year, month and day of a calendar day, or leave the price date out for today.",
        )
        return None
