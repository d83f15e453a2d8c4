"""Amount tables: net amounts of every quantity, with which the configurator optimizes.

Prices are separable: a price is the sum of a function of each component's quantity and of each package's count. These
tables hold those functions. They share reductions, tiers, rounding and package savings with the lines of a price; only
the product is computed in whole numbers, because a table has tens of thousands of entries.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import partial
from itertools import pairwise
from threading import Lock
from typing import NamedTuple

from bidwright.catalog.model import Answer, Component, Release
from bidwright.catalog.price_charges import ChargeName
from bidwright.catalog.price_entry import PriceEntry
from bidwright.core.amount_table import AmountTable, CommitmentAmount, CostTable, PackageAmount, PercentageAmount
from bidwright.core.errors import Faults
from bidwright.core.money import EXACT, MINOR_UNITS, to_minor
from bidwright.pricing.bespoke import CostedItem, bespoke_line, read_bespoke_items
from bidwright.pricing.changes import Change, Changes, changed, is_waived
from bidwright.pricing.cost_amounts import cost_table
from bidwright.pricing.entries import Entries, entries_on_date, percentages_in_order
from bidwright.pricing.free_amounts import FIRST_YEAR, check_configurable, spared
from bidwright.pricing.models import counted, limited, list_amount
from bidwright.pricing.multiples import rounded_multiples
from bidwright.pricing.packages import PackageOffer, package_offers
from bidwright.pricing.sale import Agreement, Sale, read_sale
from bidwright.v1.configuration_pb2 import (
    CHARGE_ONE_TIME,
    BespokeItem,
    CommercialTerms,
    Configuration,
)

_Key = tuple[str, str, Agreement, tuple[tuple[str, Answer], ...]]


class AmountTables:
    """Makes amount tables and keeps those used last. Safe to use from several threads.

    Args:
        capacity: How many tables are kept; one of 170 components takes about 1 MB.
    """

    def __init__(self, capacity: int = 64) -> None:
        self._capacity = capacity
        self._tables: dict[_Key, AmountTable] = {}
        self._lock = Lock()

    def amount_table(  # noqa: PLR0913 - all that a price depends on
        self,
        release: Release,
        market_id: str,
        terms: CommercialTerms,
        *,
        bespoke_items: Sequence[BespokeItem] = (),
        answers: Mapping[str, Answer] | None = None,
        today: dt.date,
    ) -> AmountTable:
        """Same as the function ``amount_table``, from memory where it was made before."""
        sale, costed = _read(release, market_id, terms, _Given(bespoke_items, answers or {}, today))
        key = (release.name, market_id, sale.agreement, tuple(sale.answers.items()))
        with self._lock:
            table = self._tables.pop(key, None)
        if table is None:
            table = _standard_table(sale)
        with self._lock:
            self._tables[key] = table
            while len(self._tables) > self._capacity:
                del self._tables[next(iter(self._tables))]
        return _with_bespoke(table, sale, costed)

    def cost_table(
        self, release: Release, configuration: Configuration, terms: CommercialTerms, today: dt.date
    ) -> CostTable:
        """The function ``cost_table``."""
        return cost_table(release, configuration, terms, today)


def amount_table(  # noqa: PLR0913 - all that a price depends on
    release: Release,
    market_id: str,
    terms: CommercialTerms,
    *,
    bespoke_items: Sequence[BespokeItem] = (),
    answers: Mapping[str, Answer] | None = None,
    today: dt.date,
) -> AmountTable:
    """Net amounts of every quantity of every component, of every package, and of the bespoke layer.

    Args:
        release: The release to price from.
        market_id: A market of it.
        terms: Term, discount and price date.
        bespoke_items: The bespoke layer of the configuration.
        answers: Of the customer, by need. A row that is priced by an answer that is not among them costs nothing here;
            its component cannot be priced either.
        today: The day it is in the market; its prices apply where the terms give no price date.

    Raises:
        InvalidInput: As ``price`` does; ``PRICE_MISSING`` names every component of the table without a price.
    """
    sale, costed = _read(release, market_id, terms, _Given(bespoke_items, answers or {}, today))
    return _with_bespoke(_standard_table(sale), sale, costed)


class _Given(NamedTuple):
    """What a price depends on beside portfolio and terms."""

    bespoke_items: Sequence[BespokeItem]
    answers: Mapping[str, Answer]
    today: dt.date


def _read(
    release: Release, market_id: str, terms: CommercialTerms, given: _Given
) -> tuple[Sale, tuple[CostedItem, ...]]:
    faults = Faults()
    sale = read_sale(release, market_id, terms, today=given.today, faults=faults)
    book = release.price_book(market_id, terms.segment, terms.channel)
    costed = read_bespoke_items(given.bespoke_items, book, faults) if book is not None else ()
    faults.raise_if_any("What is to be priced")
    if sale is None:
        raise AssertionError("a sale was refused without a fault")
    check_configurable(sale, terms)
    known = {name: given.answers[name] for name in sorted(sale.book.needs & given.answers.keys())}
    return replace(sale, answers=known), costed


def _standard_table(sale: Sale) -> AmountTable:
    components = dict(sorted(sale.release.components.items()))
    entries = entries_on_date(sale, components, partly=True)
    changes = Changes(sale)
    offers = package_offers(sale, components, entries, changes)
    column = partial(_column, sale, components, entries, changes=changes)
    months, free_months = sale.agreement.term_months, sale.agreement.free_months
    table = AmountTable(
        currency=sale.book.currency,
        term_months=months,
        free_months=free_months,
        one_time=column(charge="one_time"),
        monthly=column(charge="monthly"),
        hourly=column(charge="hourly"),
        quarterly=column(charge="quarterly"),
        yearly=column(charge="yearly"),
        packages={offer.package.id: _package_amount(sale, offer, components) for offer in offers},
        percentages=tuple(_percentages(sale, entries, changes)),
        commitments=_commitments(sale),
        bespoke_one_time=-to_minor(sale.agreement.one_time_discount, sale.book.currency),
        bespoke_monthly=-to_minor(sale.agreement.monthly_discount, sale.book.currency),
        price_date=sale.agreement.price_date,
        needs=sale.book.needs,
    )
    return replace(
        table,
        spared=spared(table, entries, changes, months),
        spared_first_year=spared(table, entries, changes, min(FIRST_YEAR, months)),
    )


def _column(
    sale: Sale, components: dict[str, Component], entries: Entries, *, changes: Changes, charge: ChargeName
) -> dict[str, tuple[int, ...]]:
    """The amounts of a charge; hourly, quarterly and yearly ones only of components that have such a row."""
    table = {}
    for id_, component in components.items():
        entry, count = entries.get((id_, charge)), component.max_quantity + 1
        if entry is not None:
            table[id_] = _entry_amounts(sale, entry, changes, count)
        elif charge in {"one_time", "monthly"}:
            table[id_] = (0,) * count
    return table


def _entry_amounts(sale: Sale, entry: PriceEntry, changes: Changes, count: int) -> tuple[int, ...]:
    if is_waived(sale, entry) or entry.model == "percentage":
        return (0,) * count
    own = changes.of(entry)
    if not entry.is_plain:
        return (0, *(_modelled(sale, entry, own, units) for units in range(1, count)))
    # Between two of these quantities the exact amount is proportional to the units.
    starts = sorted({0, *(tier.from_quantity for tier in entry.tiers), *(one.from_quantity for one in own)} - {1})
    times = sale.book.hours_per_month if entry.charge == "hourly" else Decimal(1)
    amounts: list[int] = []
    for start, end in pairwise((*starts, count)):
        listed = EXACT.multiply(_price_from(entry, start), times)
        one = changed(own, listed, Decimal(1), reached=Decimal(max(start, 1)))
        amounts += _multiples(sale, one, range(start, min(end, count)))
    return tuple(amounts)


def _price_from(entry: PriceEntry, start: int) -> Decimal:
    """What each unit costs where there are so many."""
    return next((tier.price for tier in reversed(entry.tiers) if tier.from_quantity <= start), entry.price)


def _multiples(sale: Sale, one: Decimal, counts: range) -> list[int]:
    """Net amounts of so many units that cost so much each, in minor units."""
    place = sale.book.rounding_to
    places = EXACT.divide(EXACT.scaleb(one, MINOR_UNITS[sale.book.currency]), Decimal(place))
    return [place * multiple for multiple in rounded_multiples(places, counts, sale.book.rounding)]


def _modelled(sale: Sale, entry: PriceEntry, changes: tuple[Change, ...], quantity: int) -> int:
    units = Decimal(quantity)
    listed = list_amount(sale.book, entry, units)
    amount = limited(entry, changed(changes, listed, counted(entry, units), reached=units))
    return to_minor(sale.rounded(amount), sale.book.currency)


def _package_amount(sale: Sale, offer: PackageOffer, components: dict[str, Component]) -> PackageAmount:
    parts = offer.package.components
    most = min(components[id_].max_quantity // units for id_, units in parts.items())
    saving = to_minor(offer.net_saving, sale.book.currency)
    monthly = tuple(-saving * count for count in range(most + 1))
    return PackageAmount(components=dict(parts), monthly=monthly, free_months=offer.free_months)


def _percentages(sale: Sale, entries: Entries, changes: Changes) -> Iterator[PercentageAmount]:
    """The rows that are a percentage of others, each after those it is taken of; those of usage commit nobody."""
    for (component, charge), entry in percentages_in_order(entries):
        if charge in {"usage", "hourly"} or is_waived(sale, entry):
            continue
        minimum, maximum = (
            None if limit is None else to_minor(sale.rounded(limit), sale.book.currency)
            for limit in (entry.minimum, entry.maximum)
        )
        yield PercentageAmount(
            component=component,
            charge=charge,
            of=tuple(sorted(entry.of)),
            of_charge=entry.base_charge,
            share=Fraction(entry.price) / 100,
            half_even=sale.book.rounding == "half_even",
            minimum=minimum,
            maximum=maximum,
            rounding_to=sale.book.rounding_to,
            free_months=changes.free_months(entry, 1),
        )


def _commitments(sale: Sale) -> dict[str, CommitmentAmount]:
    return {
        id_: CommitmentAmount(
            components=tuple(sorted(commitment.components)), monthly=to_minor(commitment.monthly, sale.book.currency)
        )
        for id_, commitment in sale.commitments.items()
    }


def _with_bespoke(table: AmountTable, sale: Sale, items: tuple[CostedItem, ...]) -> AmountTable:
    if not items:
        return table
    changes = Changes(sale)
    prices: dict[str, tuple[int, int]] = {}
    for item in items:
        net = to_minor(bespoke_line(sale, item, changes).net, sale.book.currency)
        prices[item.id] = (net, 0) if item.charge == CHARGE_ONE_TIME else (0, net)
    return replace(
        table,
        bespoke_one_time=table.bespoke_one_time + sum(once for once, _ in prices.values()),
        bespoke_monthly=table.bespoke_monthly + sum(monthly for _, monthly in prices.values()),
        bespoke=prices,
    )
