"""Bids of any number of lines with volume prices, packages and discounts, and a release that has their prices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from google.type.decimal_pb2 import Decimal as DecimalMessage
from google.type.money_pb2 import Money

from bench.grown_files import shipped_files
from bench.grown_plan import seeded
from bidwright.catalog.model import Component, Package, PriceBook, Release, Texts
from bidwright.catalog.price_charges import ChargeName
from bidwright.catalog.price_entry import PriceEntry, Tier
from bidwright.catalog.reader import read_files
from bidwright.v1.configuration_pb2 import CommercialTerms, Configuration, ConfigurationItem, LineDiscount

TODAY = dt.date(2026, 11, 22)
MARKET, OFFERING, TERM_MONTHS = "DE", "business_application", 36

_LINES_EACH = 2
_TEXTS = Texts(service_specification="", statement_of_work="", delivery_description="")


@dataclass(frozen=True, kw_only=True)
class Bid:
    """What is priced."""

    release: Release
    configuration: Configuration
    terms: CommercialTerms


def release_with(lines: int) -> Release:
    """The shipped release with other components: each has a line due once and one every month, with volume prices.

    Every fiftieth component is the middle of two packages that compete for its units.

    Args:
        lines: How many lines a bid of one unit of everything has; even.
    """
    random = seeded(str(lines))
    shipped = read_files(shipped_files(), today=TODAY)
    rows = {f"bulk.item_{number:06}": _rows(random, number) for number in range(lines // _LINES_EACH)}
    components = {id_: _component(random, id_) for id_ in rows}
    entries: dict[tuple[str, ChargeName], tuple[PriceEntry, ...]] = {
        (id_, row.charge): (row,) for id_, both in rows.items() for row in both
    }
    book = replace(shipped.price_books[MARKET], entries=entries, commitments={}, needs=frozenset())
    packages = {package.id: package for package in _packages(random, list(rows), book)}
    return replace(
        shipped,
        components=components,
        price_books={MARKET: book},
        special_books={},
        packages=packages,
        centres={id_: replace(one, capacity_hours=Decimal(10**9)) for id_, one in shipped.centres.items()},
        promotions={},
        agreements={},
    )


def bid_of(release: Release, components: Iterable[str], seed: int = 1) -> Bid:
    """A bid of 1 to 60 units of each, with a discount on every seventh, and two on the whole bid."""
    random = seeded(str(seed))
    chosen = list(components)
    items = [ConfigurationItem(component=id_, quantity=random.randint(1, 60)) for id_ in chosen]
    terms = CommercialTerms(
        term_months=TERM_MONTHS,
        discretionary_discount_percent=DecimalMessage(value="2.5"),
        line_discounts=[LineDiscount(component=id_, percent=DecimalMessage(value="3.75")) for id_ in chosen[::7]],
        monthly_discount=Money(currency_code="EUR", units=len(chosen)),
    )
    configuration = Configuration(release=release.name, offering=OFFERING, market=MARKET, items=items)
    return Bid(release=release, configuration=configuration, terms=terms)


def _component(random: Random, id_: str) -> Component:
    return Component(
        id=id_,
        family="bulk",
        name=f"Item {id_.rpartition('_')[2]}",
        max_quantity=100,
        competence="unix",
        unit="platform",
        one_time_hours=_number(random, 4, 2),
        monthly_hours=_number(random, 1, 3),
        texts=_TEXTS,
    )


def _rows(random: Random, number: int) -> tuple[PriceEntry, PriceEntry]:
    """A row due once, and one every month with two tiers."""
    component, price = f"bulk.item_{number:06}", 1 + _number(random, 400, 2)
    tiers = tuple(
        Tier(from_quantity=start, price=(price * share).quantize(Decimal("0.0001")))
        for start, share in ((10, Decimal("0.95")), (40, Decimal("0.88")))
    )
    start = dt.date(2026, 1, 1)
    once = PriceEntry(
        component=component,
        charge="one_time",
        unit="piece",
        unit_cost=_number(random, 20, 2),
        price=_number(random, 200, 2),
        valid_from=start,
        valid_to=None,
    )
    monthly = replace(once, charge="monthly", model="volume", price=price, unit_cost=_number(random, 9, 3), tiers=tiers)
    return once, monthly


def _packages(random: Random, components: list[str], book: PriceBook) -> Iterable[Package]:
    """Two packages around every fiftieth component, each of three of its units and two of a neighbour."""
    for position in range(1, len(components) - 1, 50):
        for neighbour in (position - 1, position + 1):
            parts = {components[position]: 3, components[neighbour]: 2}
            listed = sum(units * book.entries[id_, "monthly"][0].price for id_, units in parts.items())
            price = (Decimal(listed) * random.randint(80, 95) / 100).quantize(Decimal("0.01"))
            id_ = f"package_{neighbour:06}"
            yield Package(id=id_, title=id_.title(), components=parts, monthly={MARKET: price}, because="")


def _number(random: Random, top: int, places: int) -> Decimal:
    """A number from 0 to ``top``."""
    return Decimal(random.randint(0, top * 10**places)).scaleb(-places)
