"""Amount tables: net amounts of every quantity, with which the configurator optimizes.

Prices are separable: a price is the sum of a function of each component's quantity and of each package's count. These
tables hold those functions. They share reductions, tiers, rounding and package savings with the lines of a price; only
the product is computed in whole numbers, because a table has tens of thousands of entries.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from threading import Lock

from bidwright.catalog.amount_messages import amount_of
from bidwright.catalog.model import Component, Release
from bidwright.catalog.price_charges import RECURRING, ChargeName
from bidwright.catalog.price_entry import PriceEntry
from bidwright.core.amount_table import AmountTable, CommitmentAmount, CostTable, PackageAmount, PercentageAmount
from bidwright.core.errors import Faults
from bidwright.core.money import EXACT, MINOR_UNITS, rounded, to_minor
from bidwright.pricing.bespoke import CostedItem, bespoke_line, read_bespoke_items
from bidwright.pricing.cost_amounts import cost_table
from bidwright.pricing.entries import Entries, entries_on_date
from bidwright.pricing.models import limited, list_amount
from bidwright.pricing.multiples import rounded_multiples
from bidwright.pricing.packages import PackageOffer, package_offers
from bidwright.pricing.sale import Agreement, Sale, read_sale
from bidwright.pricing.waterfall import is_waived, kept, reductions
from bidwright.v1.configuration_pb2 import (
    CHARGE_MONTHLY,
    CHARGE_ONE_TIME,
    BespokeItem,
    Charge,
    CommercialTerms,
    Configuration,
)

_Key = tuple[str, str, Agreement]


class AmountTables:
    """Makes amount tables and keeps those used last. Safe to use from several threads.

    Args:
        capacity: How many tables are kept; one of 170 components takes about 1 MB.
    """

    def __init__(self, capacity: int = 64) -> None:
        self._capacity = capacity
        self._tables: dict[_Key, AmountTable] = {}
        self._lock = Lock()

    def amount_table(
        self,
        release: Release,
        market_id: str,
        terms: CommercialTerms,
        *,
        bespoke_items: Sequence[BespokeItem] = (),
        today: dt.date,
    ) -> AmountTable:
        """Same as the function ``amount_table``, from memory where it was made before."""
        sale, costed = _read(release, market_id, terms, bespoke_items=bespoke_items, today=today)
        key = (release.name, market_id, sale.agreement)
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


def amount_table(
    release: Release,
    market_id: str,
    terms: CommercialTerms,
    *,
    bespoke_items: Sequence[BespokeItem] = (),
    today: dt.date,
) -> AmountTable:
    """Net amounts of every quantity of every component, of every package, and of the bespoke layer.

    Args:
        release: The release to price from.
        market_id: A market of it.
        terms: Term, discount and price date.
        bespoke_items: The bespoke layer of the configuration.
        today: The day it is in the market; its prices apply where the terms give no price date.

    Raises:
        InvalidInput: As ``price`` does; ``PRICE_MISSING`` names every component of the table without a price.
    """
    sale, costed = _read(release, market_id, terms, bespoke_items=bespoke_items, today=today)
    return _with_bespoke(_standard_table(sale), sale, costed)


def _read(
    release: Release,
    market_id: str,
    terms: CommercialTerms,
    *,
    bespoke_items: Sequence[BespokeItem],
    today: dt.date,
) -> tuple[Sale, tuple[CostedItem, ...]]:
    faults = Faults()
    sale = read_sale(release, market_id, terms, today=today, faults=faults)
    book = release.price_books.get(market_id)
    costed = read_bespoke_items(bespoke_items, book, faults) if book is not None else ()
    faults.raise_if_any("What is to be priced")
    if sale is None:
        raise AssertionError("a sale was refused without a fault")
    return sale, costed


def _standard_table(sale: Sale) -> AmountTable:
    components = dict(sorted(sale.release.components.items()))
    entries = entries_on_date(sale, components)
    offers = package_offers(sale, components, entries)
    return AmountTable(
        currency=sale.book.currency,
        term_months=sale.agreement.term_months,
        one_time=_amounts(sale, components, entries, charge="one_time"),
        monthly=_amounts(sale, components, entries, charge="monthly"),
        hourly=_amounts(sale, _with(components, entries, "hourly"), entries, charge="hourly"),
        quarterly=_amounts(sale, _with(components, entries, "quarterly"), entries, charge="quarterly"),
        yearly=_amounts(sale, _with(components, entries, "yearly"), entries, charge="yearly"),
        packages={offer.package.id: _package_amount(sale, offer, components) for offer in offers},
        percentages=tuple(_percentages(sale, entries)),
        commitments=_commitments(sale),
        bespoke_one_time=0,
        bespoke_monthly=0,
        price_date=sale.agreement.price_date,
    )


def _with(components: dict[str, Component], entries: Entries, charge: ChargeName) -> dict[str, Component]:
    """The components that have a row of a charge."""
    return {id_: component for id_, component in components.items() if (id_, charge) in entries}


def _amounts(
    sale: Sale, components: dict[str, Component], entries: Entries, *, charge: ChargeName
) -> dict[str, tuple[int, ...]]:
    factor = kept(reductions(sale, term_counts=charge in RECURRING))
    table = {}
    for id_, component in components.items():
        entry = entries.get((id_, charge))
        count = component.max_quantity + 1
        table[id_] = (0,) * count if entry is None else _entry_amounts(sale, entry, factor, count)
    return table


def _entry_amounts(sale: Sale, entry: PriceEntry, factor: Decimal, count: int) -> tuple[int, ...]:
    if is_waived(sale, entry) or entry.model == "percentage":
        return (0,) * count
    if not entry.is_plain:
        return (0, *(_modelled(sale, entry, factor, units) for units in range(1, count)))
    steps = [(0, entry.price), *((tier.from_quantity, tier.price) for tier in entry.tiers)]
    ends = [*(start for start, _ in steps[1:]), count]
    amounts: list[int] = []
    if entry.charge == "hourly":
        factor = EXACT.multiply(factor, sale.book.hours_per_month)
    for (start, price), end in zip(steps, ends, strict=True):
        one = EXACT.scaleb(EXACT.multiply(price, factor), MINOR_UNITS[sale.book.currency])
        amounts += rounded_multiples(one, range(start, min(end, count)), sale.book.rounding)
    return tuple(amounts)


def _modelled(sale: Sale, entry: PriceEntry, factor: Decimal, units: int) -> int:
    amount = limited(entry, EXACT.multiply(list_amount(sale.book, entry, Decimal(units)), factor))
    return to_minor(rounded(amount, sale.book.currency, sale.book.rounding), sale.book.currency)


def _package_amount(sale: Sale, offer: PackageOffer, components: dict[str, Component]) -> PackageAmount:
    parts = offer.package.components
    most = min(components[id_].max_quantity // units for id_, units in parts.items())
    saving = to_minor(offer.net_saving, sale.book.currency)
    return PackageAmount(components=dict(parts), monthly=tuple(-saving * count for count in range(most + 1)))


def _percentages(sale: Sale, entries: Entries) -> Iterator[PercentageAmount]:
    """The rows that are a percentage of others, by component; those of usage commit nobody."""
    currency, mode = sale.book.currency, sale.book.rounding
    for (component, charge), entry in sorted(entries.items()):
        if entry.model != "percentage" or charge in {"usage", "hourly"} or is_waived(sale, entry):
            continue
        minimum, maximum = (
            None if limit is None else to_minor(rounded(limit, currency, mode), currency)
            for limit in (entry.minimum, entry.maximum)
        )
        yield PercentageAmount(
            component=component,
            charge=charge,
            of=tuple(sorted(entry.of)),
            share=Fraction(entry.price) / 100,
            half_even=mode == "half_even",
            minimum=minimum,
            maximum=maximum,
        )


def _commitments(sale: Sale) -> dict[str, CommitmentAmount]:
    return {
        id_: CommitmentAmount(
            components=tuple(sorted(commitment.components)), monthly=to_minor(commitment.monthly, sale.book.currency)
        )
        for id_, commitment in sale.book.commitments.items()
    }


def _with_bespoke(table: AmountTable, sale: Sale, items: tuple[CostedItem, ...]) -> AmountTable:
    if not items:
        return table
    sums: dict[Charge, int] = {CHARGE_ONE_TIME: 0, CHARGE_MONTHLY: 0}
    for item in items:
        sums[item.charge] += to_minor(amount_of(bespoke_line(sale, item).net), sale.book.currency)
    return replace(table, bespoke_one_time=sums[CHARGE_ONE_TIME], bespoke_monthly=sums[CHARGE_MONTHLY])
