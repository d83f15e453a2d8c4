"""prices/*: the price book of every market, and those made from them; complete, without gaps and overlaps."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import PurePosixPath

from bidwright.catalog.csv_source import Row, Sheet, read_csv
from bidwright.catalog.draft import Draft
from bidwright.catalog.price_characteristics import with_characteristics
from bidwright.catalog.price_charges import ChargeName
from bidwright.catalog.price_entry import PriceEntry
from bidwright.catalog.price_inheritance import Entries, Inheritance, in_order_of_inheritance, parent_key
from bidwright.catalog.price_percentages import check_bases, check_circles, resolved
from bidwright.catalog.price_rows import COLUMNS, OPTIONAL_COLUMNS, read_row
from bidwright.catalog.price_settings import check_selection, check_sound_settings, read_settings
from bidwright.catalog.price_tables import read_price_tables
from bidwright.catalog.source_files import Files, text_of
from bidwright.core.errors import Faults
from bidwright.core.nearest import advice

Rows = dict[tuple[str, ChargeName], list[tuple[PriceEntry, Row]]]
_MOST_UNITS = 10_000


def read_prices(draft: Draft, files: Files) -> None:
    """Read the price book of every market, and those made from them; needs markets and components."""
    keys = _keys(draft, files)
    draft.price_tables = read_price_tables(files, draft.faults)
    for market in draft.markets:
        for name in _missing(draft, files, market):
            draft.faults.add(f"{name}:1", f"market {market} has no file {name}", "Add it (docs/portfolio.md).")
    for key in in_order_of_inheritance(draft, keys):
        _read_book(draft, files, key)
    draft.price_books = {market: draft.books[market] for market in draft.markets if market in draft.books}
    check_selection(draft)


def _keys(draft: Draft, files: Files) -> list[str]:
    """The price books there are, those of markets first; a fault for files that belong to none."""
    stems: dict[str, list[str]] = {}
    for name in sorted(files):
        folder, _, rest = name.partition("/")
        if folder == "prices" and rest.endswith((".csv", ".yaml")):
            stems.setdefault(PurePosixPath(rest).stem, []).append(name)
    made = {stem for stem in stems if parent_key(draft.documents.get(f"prices/{stem}.yaml"))}
    for stem, names in stems.items():
        if stem not in made:
            for name in names:
                draft.ids.check("market", stem, f"{name}:1")
        elif (parent := parent_key(draft.documents.get(f"prices/{stem}.yaml"))) not in stems:
            where = draft.documents[f"prices/{stem}.yaml"].whole.where("inherits")
            draft.faults.add(where, f"there is no price book {parent!r}", advice(parent, stems))
    return [*draft.markets, *sorted(made - draft.markets.keys())]


def _missing(draft: Draft, files: Files, market: str) -> list[str]:
    """Files that a market must have; what is inherited need not be stated."""
    names = [f"prices/{market}.csv", f"prices/{market}.yaml"]
    if parent_key(draft.documents.get(names[1])):
        return []
    return [name for name in names if name not in files]


def price_on(entries: tuple[PriceEntry, ...], date: dt.date) -> PriceEntry | None:
    """The entry that holds on a day, or None."""
    return next((e for e in entries if e.valid_from <= date and (e.valid_to is None or date < e.valid_to)), None)


def _read_book(draft: Draft, files: Files, key: str) -> None:
    document = draft.documents.get(f"prices/{key}.yaml")
    name = f"prices/{key}.csv"
    found, unsound = _rows(draft, files, name) if name in files else ({}, set())
    _check_periods(draft, found)
    own = {key_: tuple(entry for entry, _ in pairs) for key_, pairs in sorted(found.items())}
    places = {key_: pairs[0][1].where for key_, pairs in found.items()}
    parent = draft.books.get(parent_key(document))
    whole = document.whole if document is not None and document.whole.is_sound else None
    if document is not None and parent_key(document):
        if parent is None or whole is None:
            return  # what it inherits, or how, has faults of its own
        own = {**Inheritance(draft, document).adjusted(parent), **own}
    elif key in draft.markets and name in files:
        _check_complete(draft, key, own, unsound)
    check_circles(draft, own, places, f"{name}:1")
    check_bases(draft, own, places, unsound)
    if whole is not None:
        read_settings(draft, key, dict(sorted(own.items())), parent)
    elif document is not None:
        check_sound_settings(draft, document, key)


def _rows(draft: Draft, files: Files, name: str) -> tuple[Rows, set[str]]:
    """The rows of a price list by component and charge, and the components with a row that cannot be read."""
    found: Rows = {}
    unsound: set[str] = set()
    text = text_of(files, name, draft.faults)
    sheet = read_csv(text, name, draft.faults, len(COLUMNS)) if text is not None else None
    if sheet is None or not _has_sound_header(sheet, draft.faults):
        return {}, set(draft.ids.of("component"))
    for row in sheet.rows:
        id_ = row.cells["component"]
        is_known = draft.ids.check("component", id_, row.where)
        component = draft.components.get(id_)
        entry = read_row(row, component.max_quantity if component else _MOST_UNITS, draft.faults)
        if entry is None:
            unsound.add(id_)
        elif is_known:
            found.setdefault((id_, entry.charge), []).append(
                (with_characteristics(draft, resolved(draft, entry, row), row), row)
            )
    # A row that is lost may be of any component.
    return found, unsound if sheet.is_whole else set(draft.ids.of("component"))


def _has_sound_header(sheet: Sheet, faults: Faults) -> bool:
    """The columns that must be there, in their order; then any of the optional ones, each once."""
    more = sheet.columns[len(COLUMNS) :]
    if sheet.columns[: len(COLUMNS)] == COLUMNS and set(more) <= set(OPTIONAL_COLUMNS) and len(set(more)) == len(more):
        return True
    fix = f"Write {','.join(COLUMNS)}, and after them any of {', '.join(OPTIONAL_COLUMNS)}."
    faults.add(f"{sheet.name}:1", f"the header is {','.join(sheet.columns)}", fix)
    return False


def _check_periods(draft: Draft, found: Rows) -> None:
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
                fix = f"Let the earlier one end with valid_to {after.valid_from}."
                draft.faults.add(second, what, fix if before.valid_from < after.valid_from else "Remove one of them.")
            elif before.valid_to < after.valid_from and draft.today is not None and draft.today < after.valid_from:
                what = f"{component} has no {charge} price from {before.valid_to} until {after.valid_from}"
                fix = f"Let the row before end with valid_to {after.valid_from}, or add one for the days between."
                draft.faults.add(later.where, what, fix)
        _check_present(draft, component, charge, pairs)


def _check_present(draft: Draft, component: str, charge: str, pairs: list[tuple[PriceEntry, Row]]) -> None:
    today = draft.today
    if today is not None and price_on(tuple(entry for entry, _ in pairs), today) is None:
        what = f"{component} has {charge} prices, but none holds today ({today})"
        draft.faults.add(pairs[-1][1].where, what, "Add a row that holds today, or correct the dates.")


def _check_complete(draft: Draft, market: str, entries: Entries, unsound: set[str]) -> None:
    priced = {component for component, _ in entries} | unsound
    for component, where in draft.ids.of("component").items():
        if component not in priced:
            what = f"component {component!r} has no price in market {market}"
            draft.faults.add(where, what, f"Add a row for it to prices/{market}.csv.")
