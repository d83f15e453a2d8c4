"""Which entry of a price book holds on a day. No price for a date is an error, never the nearest one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from graphlib import TopologicalSorter

from bidwright.catalog.model import PriceBook
from bidwright.catalog.price_charges import ChargeName
from bidwright.catalog.price_entry import PriceEntry
from bidwright.catalog.price_percentages import percentages_of
from bidwright.core.errors import Fault, InvalidInput
from bidwright.pricing.characteristics import check_told, is_told, told
from bidwright.pricing.sale import Sale

Entries = dict[tuple[str, ChargeName], PriceEntry]


def entries_on_date(sale: Sale, components: Iterable[str], *, partly: bool = False) -> Entries:
    """The entries of these components on the price date, with what tables and formulas say.

    Args:
        sale: The terms, and the answers that prices depend on.
        components: Component ids.
        partly: Whether rows are left out that are priced by characteristics that are not known.

    Raises:
        InvalidInput: As ``rows_on_date``; ``CHARACTERISTIC_MISSING``: a row is priced by what is not known. All such
            components at once.
    """
    found = rows_on_date(sale, components)
    by_characteristics = {key: entry for key, entry in found.items() if entry.model in {"table", "formula"}}
    for key, entry in by_characteristics.items():
        if partly and not is_told(sale, entry):
            del found[key]
    check_told(sale, (entry for key, entry in by_characteristics.items() if key in found))
    return found | {key: told(sale, entry) for key, entry in by_characteristics.items() if key in found}


def rows_on_date(sale: Sale, components: Iterable[str]) -> Entries:
    """The rows of these components on the price date as they are written; a charge without any row has none.

    Raises:
        InvalidInput: ``PRICE_MISSING``: a component has rows for a charge and none holds on that date; all such
            components at once.
    """
    book_rows, date = sale.book.rows, sale.agreement.price_date
    found: Entries = {}
    missing: list[tuple[str, ChargeName]] = []
    for component in components:
        for charge, rows in book_rows.get(component, ()):
            entry = _on(rows, date)
            if entry is None:
                missing.append((component, charge))
            else:
                found[component, charge] = entry
    if missing:
        raise _price_missing(sale.book, date, sorted(missing))
    return found


def percentages_in_order(entries: Entries) -> Iterator[tuple[tuple[str, ChargeName], PriceEntry]]:
    """The rows that are percentages of others, each after those it is taken of; otherwise by component."""
    of = percentages_of({key: (entries[key],) for key in sorted(entries) if entries[key].model == "percentage"})
    # There is no circle: publishing refuses them.
    return ((key, entries[key]) for key in TopologicalSorter(of).static_order())


def _on(rows: tuple[PriceEntry, ...], date: dt.date) -> PriceEntry | None:
    for entry in rows:
        if entry.valid_from <= date and (entry.valid_to is None or date < entry.valid_to):
            return entry
    return None


def _price_missing(book: PriceBook, date: dt.date, missing: list[tuple[str, ChargeName]]) -> InvalidInput:
    fix = f"Choose another price date, leave the component out, or add a row to the prices of market {book.market}."
    faults = [
        Fault(component, f"no {charge} price in market {book.market} on {date.isoformat()}", fix)
        for component, charge in missing
    ]
    component, charge = missing[0]
    return InvalidInput(
        "; ".join(f"{fault.where}: {fault.what}" for fault in faults),
        fix=fix,
        reason="PRICE_MISSING",
        facts={"component": component, "charge": charge, "market": book.market, "date": date.isoformat()},
        faults=faults,
    )
