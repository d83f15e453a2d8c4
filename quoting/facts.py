"""The figures of an offer that approval rules look at; their names are those of docs/portfolio.md, "approvals.yaml"."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from google.type.decimal_pb2 import Decimal as DecimalMessage
from google.type.money_pb2 import Money

from bidwright.catalog.amount_messages import amount_of, decimal_of
from bidwright.catalog.assurances import assured_in_combination, is_assured
from bidwright.catalog.model import Release
from bidwright.core.days import day_of
from bidwright.core.money import EXACT, plain
from bidwright.pricing.discounts import discount_percent
from bidwright.pricing.schedule import due_lines
from bidwright.v1.configuration_pb2 import BespokeItem
from bidwright.v1.price_pb2 import PRICE_LINE_KIND_BESPOKE, Price
from bidwright.v1.quote_pb2 import Offer

Fact = bool | Fraction | str
Facts = Mapping[str, Fact]
"""Name without ``quote.`` -> value. Amounts are in the market's currency, exact."""


def facts_of(offer: Offer, release: Release, today: dt.date) -> Facts:
    """Compute every figure an approval rule may look at.

    Args:
        offer: The offer, completely priced.
        release: The release it was made from.
        today: Day on which assurances must be valid.
    """
    configuration, price = offer.configuration, offer.price
    totals = price.totals
    book = release.price_book(configuration.market, offer.terms.segment, offer.terms.channel)
    if book is None:
        raise AssertionError("an offer was priced without a price book")
    chosen = [item.component for item in configuration.items]
    return {
        "discount_percent": discount_percent(offer.terms, price),
        "margin_percent": _number(totals.margin_percent),
        "contract_value": _amount(totals.contract_value),
        "monthly": _amount(totals.monthly),
        "one_time": _amount(totals.one_time),
        "term_months": Fraction(price.term_months),
        "bespoke_value": _bespoke_value(price),
        "bespoke_share_percent": _number(totals.bespoke_value_percent),
        "bespoke_effort_percent": _number(totals.bespoke_effort_percent),
        "bespoke_days": sum((_days(item) for item in configuration.bespoke_items), Fraction(0)),
        "bespoke_items": Fraction(len(configuration.bespoke_items)),
        "lowest_markup_percent": _lowest_markup(configuration.bespoke_items, book.default_markup),
        "minimum_markup_percent": Fraction(book.minimum_markup),
        "price_date_days": Fraction((day_of(price.price_date) - today).days),
        "unassured_components": Fraction(sum(not is_assured(release, component, today) for component in chosen)),
        "assured_in_combination": assured_in_combination(release, chosen, today),
        "market": configuration.market,
    }


def fact_text(value: Fact) -> str:
    """Spell a fact; equal facts have one spelling."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Fraction):
        return plain(EXACT.divide(Decimal(value.numerator), Decimal(value.denominator)))
    return value


def _amount(money: Money) -> Fraction:
    return Fraction(amount_of(money))


def _number(number: DecimalMessage) -> Fraction:
    return Fraction(decimal_of(number, where="offer"))


def _bespoke_value(price: Price) -> Fraction:
    """What the bespoke items add to the contract value."""
    bespoke = (due for due in due_lines(price) if due.line.kind == PRICE_LINE_KIND_BESPOKE)
    return sum((_amount(line.net) * len(paid) for line, paid, _ in bespoke), Fraction(0))


def _days(item: BespokeItem) -> Fraction:
    return sum((_number(effort.days) for effort in item.effort), Fraction(0))


def _lowest_markup(items: Iterable[BespokeItem], default: Decimal) -> Fraction:
    """The lowest mark-up of the bespoke items; the price book's default for items that state none, or without items."""
    stated = (item.markup_percent for item in items)
    markups = [_number(markup) if markup.value else Fraction(default) for markup in stated]
    return min(markups, default=Fraction(default))
