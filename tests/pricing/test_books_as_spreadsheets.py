"""Random price books, those of the oracle, mean the same after a journey through a spreadsheet and through CSV."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from random_books import random_case

from bidwright.catalog.book_csv_reader import read_rows
from bidwright.catalog.book_export import as_csv, read_book, sheets_of
from bidwright.catalog.book_lists import ListFile, line_of, merged
from bidwright.catalog.book_sheets import BookSheet
from bidwright.catalog.book_workbook import write_workbook
from bidwright.catalog.book_workbook_reader import read_workbook
from bidwright.catalog.csv_source import read_csv
from bidwright.catalog.price_entry import PriceEntry
from bidwright.catalog.price_rows import COLUMNS, OPTIONAL_COLUMNS, read_row
from bidwright.core.errors import Faults
from bidwright.core.money import plain

HEADER = (*COLUMNS, *OPTIONAL_COLUMNS)


def cells_of(entry: PriceEntry) -> dict[str, str]:
    """A row as it is written in a price list."""
    tiers = [f"{tier.from_quantity}:{plain(tier.price)}" for tier in entry.tiers]
    for band in entry.bands:
        up_to = "*" if band.up_to is None else f"<={plain(band.up_to)}"
        tiers.append(f"{up_to}:{plain(band.price) if band.price else ''}+{plain(band.fee)}")
    is_priced = not entry.bands and entry.model not in {"table", "formula"}
    optional = {
        "included": entry.included or None,
        "included_each": entry.included_each or None,
        "block_size": entry.block_size,
        "minimum": entry.minimum,
        "maximum": entry.maximum,
        "waived_from": entry.waived_from,
    }
    return dict.fromkeys(HEADER, "") | {
        "component": entry.component,
        "charge": entry.charge,
        "unit": entry.unit,
        "unit_cost": plain(entry.unit_cost),
        "price": plain(entry.price) if is_priced else "",
        "tiers": " ".join(tiers),
        "valid_from": str(entry.valid_from),
        "valid_to": str(entry.valid_to or ""),
        "model": entry.model,
        "of": " ".join(sorted(entry.of)),
        "of_charge": entry.of_charge or "",
        "table": "vm" if entry.table else "",
        "formula": "-component.quantity + need.users" if entry.formula else "",
        **{name: plain(Decimal(value)) for name, value in optional.items() if value is not None},
    }


def entries_in(content: bytes) -> tuple[list[PriceEntry | None], list[str]]:
    """What the reader of portfolios makes of a list, and of what it complains."""
    faults = Faults()
    sheet = read_csv(content.decode(), "prices/XX.csv", faults)
    assert sheet is not None
    return [read_row(row, 10_000, faults) for row in sheet.rows], [fault.what for fault in faults.found]


@pytest.mark.parametrize("seed", range(60))
def test_a_random_book_means_the_same_after_its_journey(seed: int) -> None:
    book = random_case(seed).release.price_books["XX"]
    entries = [entry for rows in book.entries.values() for entry in rows]
    text = "\n".join([line_of(HEADER), *(line_of(cells_of(entry).values()) for entry in entries), ""])
    files = {"prices/XX.csv": text.encode(), "prices/XX.yaml": b"price_book: XX-list\n"}
    wanted = entries_in(text.encode())
    faults = Faults()
    sheet = read_workbook(write_workbook(sheets_of(read_book(files, "XX"))), "XX.xlsx", faults).sheets["prices"]
    rows = read_rows(as_csv(read_book(files, "XX")), "XX.csv", faults)
    assert faults.found == []
    assert rows is not None
    for one in (sheet, rows):
        # Into an empty file, so that every number is spelled as the sheet has it.
        content = merged(ListFile(), BookSheet("prices", HEADER, one.rows)).content
        assert entries_in(content) == wanted
    # What was read is what the book has, but for what is looked up when prices are computed.
    for entry, found in zip(entries, wanted[0], strict=True):
        if found is not None:
            assert found == replace(entry, table=None, formula=None, of=frozenset())
    assert any(found is not None for found in wanted[0])
