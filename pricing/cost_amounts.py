"""Cost tables: what every quantity costs us, with which the configurator optimizes cost and margin."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from bidwright.catalog.centres import regions_for
from bidwright.catalog.model import Release
from bidwright.catalog.price_charges import ChargeName
from bidwright.core.amount_table import CostTable, SharedHours
from bidwright.core.errors import Faults
from bidwright.core.money import to_minor
from bidwright.pricing.bespoke import CostedItem, bespoke_line, read_bespoke_items
from bidwright.pricing.changes import Changes
from bidwright.pricing.cost import Labour
from bidwright.pricing.entries import Entries, rows_on_date
from bidwright.pricing.sale import Agreement, Sale, read_sale
from bidwright.pricing.scarce_hours import Costing
from bidwright.v1.configuration_pb2 import CHARGE_MONTHLY, CHARGE_ONE_TIME, Charge, CommercialTerms, Configuration

_DUE: dict[ChargeName, ChargeName] = {
    "one_time": "one_time",
    "monthly": "monthly",
    "hourly": "monthly",
    "quarterly": "quarterly",
    "yearly": "yearly",
}
"""Charge -> the one with which it falls due; usage commits nobody."""


@dataclass(frozen=True)
class _Place:
    """A sale with the regions in which its work may be done; equal where they are, as a release never changes."""

    release: str
    market: str
    agreement: Agreement
    regions: frozenset[str]
    sale: Sale = field(compare=False)


def cost_table(release: Release, configuration: Configuration, terms: CommercialTerms, today: dt.date) -> CostTable:
    """What every quantity of every component costs us, and the bespoke layer; the same sums as the lines of a price.

    Args:
        release: The release to price from.
        configuration: Its offering, market, answers and bespoke layer; its items do not matter.
        terms: Term, discount and price date.
        today: The day it is in the market; its prices apply where the terms give no price date.

    Raises:
        InvalidInput: As ``price`` does.
    """
    faults = Faults()
    sale = read_sale(release, configuration.market, terms, today=today, faults=faults)
    book = release.price_book(configuration.market, terms.segment, terms.channel)
    costed = read_bespoke_items(configuration.bespoke_items, book, faults) if book is not None else ()
    faults.raise_if_any("What is to be costed")
    if sale is None:
        raise AssertionError("a sale was refused without a fault")
    answers = {answer.name: answer.text for answer in configuration.needs}
    regions = regions_for(sale.market, release.offerings[configuration.offering], answers)
    place = _Place(release.name, configuration.market, sale.agreement, regions, sale)
    return CostTable(
        charges=_columns(place),
        bespoke_one_time=_bespoke(sale, costed, CHARGE_ONE_TIME),
        bespoke_monthly=_bespoke(sale, costed, CHARGE_MONTHLY),
        scarce=_scarce(place, configuration.offering),
        beyond=lambda items: _beyond(place, items),
    )


@lru_cache(maxsize=16)
def _entries(place: _Place) -> Entries:
    return rows_on_date(place.sale, sorted(place.sale.release.components))


@lru_cache(maxsize=16)
def _columns(place: _Place) -> dict[str, dict[str, tuple[int, ...]]]:
    """Charge -> component -> cost by units."""
    sale = place.sale
    components, entries = sale.release.components, _entries(place)
    labour = Labour(sale, place.regions, entries)
    found: dict[str, dict[str, tuple[int, ...]]] = {due: {} for due in _DUE.values()}
    for (id_, charge), entry in entries.items():
        if charge not in _DUE:
            continue
        component, columns = components[id_], found[_DUE[charge]]
        counts = range(component.max_quantity + 1)
        costs = [to_minor(labour.cost(component, entry, Decimal(count))[0], sale.book.currency) for count in counts]
        if id_ in columns:
            costs = [one + other for one, other in zip(columns[id_], costs, strict=True)]
        if any(costs):
            columns[id_] = tuple(costs)
    return found


@lru_cache(maxsize=32)
def _scarce(place: _Place, offering: str) -> tuple[SharedHours, ...]:
    sale, entries = place.sale, _entries(place)
    labour = Labour(sale, place.regions, entries)
    sold = sale.release.offerings[offering]
    return tuple(Costing(sale=sale, offering=sold, labour=labour, entries=entries).scarce_hours())


def _beyond(place: _Place, items: Mapping[str, int]) -> dict[str, int]:
    """Charge -> what items cost beyond their columns, as the cheapest delivery centres lack hours.

    Raises:
        InvalidInput: ``CAPACITY_EXCEEDED``.
    """
    sale, entries = place.sale, _entries(place)
    alone, together = Labour(sale, place.regions, entries), Labour(sale, place.regions, entries)
    together.share_out(items)
    found: dict[str, int] = {}
    for id_ in sorted(together.shared_out & items.keys()):
        component, units = sale.release.components[id_], Decimal(items[id_])
        for charge, due in _DUE.items():
            if (id_, charge) in entries:
                costs = (labour.cost(component, entries[id_, charge], units)[0] for labour in (together, alone))
                most, least = (to_minor(cost, sale.book.currency) for cost in costs)
                found[due] = found.get(due, 0) + most - least
    return found


def _bespoke(sale: Sale, items: Sequence[CostedItem], charge: Charge) -> int:
    changes = Changes(sale)
    costs = (bespoke_line(sale, item, changes).cost for item in items if item.charge == charge)
    return sum(to_minor(cost, sale.book.currency) for cost in costs)
