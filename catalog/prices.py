"""prices/*: the price book of every market, complete and without overlaps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from itertools import pairwise
from pathlib import PurePosixPath

from bidwright.catalog.commitments import read_commitments
from bidwright.catalog.csv_source import Row, Sheet, read_csv
from bidwright.catalog.draft import Draft
from bidwright.catalog.figures import known_currency, number, numbers
from bidwright.catalog.model import DEFAULT_HOURS_PER_MONTH, Market, PriceBook
from bidwright.catalog.price_charges import ChargeName
from bidwright.catalog.price_entry import PriceEntry
from bidwright.catalog.price_percentages import check_circles, resolved
from bidwright.catalog.price_rows import COLUMNS, OPTIONAL_COLUMNS, read_row
from bidwright.catalog.source_files import Files, text_of
from bidwright.core.errors import Faults
from bidwright.core.money import MINOR_UNITS

_Entries = Mapping[tuple[str, ChargeName], tuple[PriceEntry, ...]]
_MOST_UNITS = 10_000


def read_prices(draft: Draft, files: Files) -> None:
    """Read the price book of every market; needs markets and components."""
    for name in sorted(files):
        folder, _, rest = name.partition("/")
        if folder == "prices" and rest.endswith((".csv", ".yaml")):
            draft.ids.check("market", PurePosixPath(rest).stem, f"{name}:1")
    for market in draft.markets.values():
        for name in (f"prices/{market.id}.csv", f"prices/{market.id}.yaml"):
            if name not in files:
                draft.faults.add(f"{name}:1", f"market {market.id} has no file {name}", "Add it (docs/portfolio.md).")
        entries = _entries(draft, files, market) if f"prices/{market.id}.csv" in files else {}
        _read_settings(draft, market, entries)


def price_on(entries: tuple[PriceEntry, ...], date: dt.date) -> PriceEntry | None:
    """The entry that holds on a day, or None."""
    return next((e for e in entries if e.valid_from <= date and (e.valid_to is None or date < e.valid_to)), None)


def _entries(draft: Draft, files: Files, market: Market) -> _Entries:
    name = f"prices/{market.id}.csv"
    text = text_of(files, name, draft.faults)
    sheet = read_csv(text, name, draft.faults) if text is not None else None
    if sheet is None:
        return {}
    if not _has_sound_header(sheet, draft.faults):
        return {}
    found: dict[tuple[str, ChargeName], list[tuple[PriceEntry, Row]]] = {}
    unsound: set[str] = set()
    for row in sheet.rows:
        id_ = row.cells["component"]
        is_known = draft.ids.check("component", id_, row.where)
        component = draft.components.get(id_)
        entry = read_row(row, component.max_quantity if component else _MOST_UNITS, draft.faults)
        if entry is None:
            unsound.add(id_)
        elif is_known:
            found.setdefault((id_, entry.charge), []).append((resolved(draft, entry, row), row))
    _check_periods(draft, found)
    check_circles(draft, found)
    entries = {key: tuple(entry for entry, _ in pairs) for key, pairs in sorted(found.items())}
    _check_complete(draft, market, entries, unsound)
    return entries


def _has_sound_header(sheet: Sheet, faults: Faults) -> bool:
    """The columns that must be there, in their order; then any of the optional ones, each once."""
    more = sheet.columns[len(COLUMNS) :]
    if sheet.columns[: len(COLUMNS)] == COLUMNS and set(more) <= set(OPTIONAL_COLUMNS) and len(set(more)) == len(more):
        return True
    fix = f"Write {','.join(COLUMNS)}, and after them any of {', '.join(OPTIONAL_COLUMNS)}."
    faults.add(f"{sheet.name}:1", f"the header is {','.join(sheet.columns)}", fix)
    return False


def _check_periods(draft: Draft, found: Mapping[tuple[str, ChargeName], list[tuple[PriceEntry, Row]]]) -> None:
    for (component, charge), pairs in found.items():
        pairs.sort(key=lambda pair: pair[0].valid_from)
        for (before, earlier), (after, later) in pairwise(pairs):
            if before.valid_to is None or before.valid_to > after.valid_from:
                first, second = sorted((earlier.where, later.where), key=lambda where: int(where.rpartition(":")[2]))
                until = f"until {before.valid_to}" if before.valid_to else "without end"
                what = (
                    f"two {charge} prices of {component} overlap: the one from {before.valid_from} {until} ({first}) "
                    f"and the one from {after.valid_from}"
                )
                draft.faults.add(second, what, f"Let the earlier one end with valid_to {after.valid_from}.")
        _check_present(draft, component, charge, pairs)


def _check_present(draft: Draft, component: str, charge: str, pairs: list[tuple[PriceEntry, Row]]) -> None:
    today = draft.today
    if today is not None and price_on(tuple(entry for entry, _ in pairs), today) is None:
        what = f"{component} has {charge} prices, but none holds today ({today})"
        draft.faults.add(pairs[-1][1].where, what, "Add a row that holds today, or correct the dates.")


def _check_complete(draft: Draft, market: Market, entries: _Entries, unsound: set[str]) -> None:
    priced = {component for component, _ in entries} | unsound
    for component, where in draft.ids.of("component").items():
        if component not in priced:
            what = f"component {component!r} has no price in market {market.id}"
            draft.faults.add(where, what, f"Add a row for it to prices/{market.id}.csv.")


def _read_settings(draft: Draft, market: Market, entries: _Entries) -> None:
    document = draft.documents.get(f"prices/{market.id}.yaml")
    if document is None or not document.whole.is_sound:
        return
    whole, value = document.whole, document.value
    draft.ids.declare("price book", value["price_book"], whole.where("price_book"))
    if value["market"] != market.id:
        what = f"the settings of market {market.id} name market {value['market']!r}"
        draft.faults.add(whole.where("market"), what, f"Write {market.id}.")
    is_known = known_currency(value["currency"], whole.where("currency"), draft.faults)
    if is_known and market.currency in MINOR_UNITS and value["currency"] != market.currency:
        what = f"the currency is {value['currency']}; market {market.id} has {market.currency}"
        draft.faults.add(whole.where("currency"), what, f"Write {market.currency}.")
    default, minimum = (number(value["bespoke_markup"][key]) for key in ("default", "minimum"))
    if default < minimum:
        what = f"the default mark-up {default} is below the minimum {minimum}"
        draft.faults.add(whole.where("bespoke_markup", "default"), what, "Raise the default, or lower the minimum.")
    draft.price_books[market.id] = PriceBook(
        id=value["price_book"],
        market=market.id,
        currency=market.currency,
        rounding=value["rounding"],
        entries=entries,
        terms={months: number(value["terms"][str(months)]) for months in sorted(int(one) for one in value["terms"])},
        bespoke_rates=numbers(value["bespoke_rates"]),
        default_markup=default,
        minimum_markup=minimum,
        hours_per_month=number(value.get("hours_per_month", int(DEFAULT_HOURS_PER_MONTH))),
        commitments=read_commitments(draft, document, market),
    )
