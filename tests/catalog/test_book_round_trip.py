"""A price book that goes out and comes back unchanged changes no byte."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from book_files import exported, files_of, imported, small_files
from draws import drawn
from hypothesis import given, settings
from hypothesis import strategies as st
from small_release import SMALL_PORTFOLIO, SMALL_TODAY

from bidwright.catalog.book_csv_reader import read_rows
from bidwright.catalog.book_export import as_csv, read_book
from bidwright.catalog.book_import import import_book
from bidwright.catalog.book_lists import line_of, merged, read_list, same_value
from bidwright.catalog.book_sheets import BookSheet, SheetRow
from bidwright.catalog.book_workbook_reader import read_workbook
from bidwright.catalog.price_rows import COLUMNS, OPTIONAL_COLUMNS
from bidwright.core.errors import Faults

SHIPPED = Path(__file__).parents[2] / "portfolios"
PORTFOLIOS = [*sorted(SMALL_PORTFOLIO.parent.iterdir()), *sorted(SHIPPED.iterdir())]
BOOKS = [(portfolio, book.stem) for portfolio in PORTFOLIOS for book in sorted(portfolio.glob("prices/*.yaml"))[:2]]
NUMBER = st.one_of(
    st.decimals(0, 999_999_999, places=2).map(lambda number: format(number, "f")),
    st.decimals(0, 999, places=12).map(lambda number: format(number, "f")),
    st.sampled_from(["0", "0.00", "007.10", "0.1", "0.30000", "999999999", "999999999.123456", "12.50"]),
)
DAY = st.one_of(
    st.dates(dt.date(1890, 1, 1), dt.date(2200, 1, 1)).map(str),
    st.sampled_from(["2026-02-30", "soon", "0999-01-01", "1900-02-28"]),
)
TEXT = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=12).map(str.strip),
    st.sampled_from(["=1+1", "-5 %", "+x", "@SUM(A1)", "'quoted", "''", "'=x", '"', "a,b", "10:11.80", "true", "1e3"]),
)
KINDS = {
    **dict.fromkeys(
        ("unit_cost", "price", "included", "included_each", "block_size", "minimum", "maximum", "waived_from"), NUMBER
    ),
    **dict.fromkeys(("valid_from", "valid_to"), DAY),
}


@st.composite
def lists(draw: st.DrawFn) -> str:
    """A price list as a person may have written it, with unusual spellings, quotation marks, and empty lines."""
    more = draw(st.lists(st.sampled_from(OPTIONAL_COLUMNS), unique=True, max_size=4))
    columns = [*COLUMNS, *more]
    lines = [",".join(columns)]
    for number in range(draw(st.integers(0, 5))):
        cells = [draw(st.one_of(st.just(""), KINDS.get(column, TEXT))) for column in columns]
        cells[0] = f"c.{number}{cells[0]}"
        lines.append(line_of(f" {cell}" if draw(st.booleans()) and '"' not in cell else cell for cell in cells))
        lines += [""] * draw(st.integers(0, 1))
    return draw(st.sampled_from(["\n", "\r\n"])).join([*lines, ""])


@pytest.mark.parametrize(("portfolio", "key"), BOOKS, ids=lambda value: getattr(value, "name", value))
def test_every_book_of_ours_comes_back_as_it_was(portfolio: Path, key: str) -> None:
    files = files_of(portfolio)
    as_sheets = imported(files, exported(files, key), key)
    assert (as_sheets.faults, as_sheets.changes, dict(as_sheets.files)) == ((), (), {})
    assert as_csv(read_book(files, key)) == files[f"prices/{key}.csv"]


@settings(max_examples=drawn(80))
@given(text=lists())
def test_any_list_comes_back_from_a_spreadsheet_and_from_csv_to_the_byte(text: str) -> None:
    files = {"prices/DE.csv": text.encode(), "prices/DE.yaml": b"price_book: DE-list\n"}
    book, faults = read_book(files, "DE"), Faults()
    sheet = read_workbook(exported(files), "book.xlsx", faults).sheets["prices"]
    rows = read_rows(as_csv(book), "book.csv", faults)
    assert faults.found == []
    assert rows is not None
    assert [row.cells for row in rows.rows] == [row.cells for row in book.rows.rows]
    for one in (sheet, rows):
        assert merged(book.rows, one, lambda row: row.cells["component"]).content == text.encode()
        assert merged(book.rows, one).content == text.encode()


@settings(max_examples=drawn(30))
@given(text=lists())
def test_no_cell_of_an_exported_csv_begins_like_a_formula(text: str) -> None:
    files = {"prices/DE.csv": text.encode(), "prices/DE.yaml": b"price_book: DE-list\n"}
    faults = Faults()
    written = read_list({"book.csv": as_csv(read_book(files, "DE"))}, "book.csv", faults)
    cells = [cell for row in written.rows for cell in row.cells.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]


@pytest.mark.parametrize(
    "spell",
    [
        lambda text: "\ufeff" + text,  # a byte order mark, as some programs write it
        lambda text: text.replace("\n", "\r\n"),  # lines as Windows ends them
        lambda text: text.replace("\n", "\n\n"),  # empty lines
        lambda text: text.rstrip("\n"),  # no line end at the end
    ],
)
def test_a_file_keeps_how_it_is_written(spell: object) -> None:
    assert callable(spell)
    files = small_files()
    files["prices/DE.csv"] = spell(files["prices/DE.csv"].decode()).encode()
    faults = Faults()
    rows = read_rows(as_csv(read_book(files, "DE")), "DE.csv", faults)
    assert rows is not None
    for found in (
        imported(files, exported(files)),
        import_book(files, "DE", {"prices": rows}, today=SMALL_TODAY),
    ):
        assert (found.faults, found.changes, dict(found.files)) == ((), (), {})


@settings(max_examples=drawn(80))
@given(before=lists(), after=lists(), is_keyed=st.booleans())
def test_a_list_takes_every_row_of_a_sheet_once_and_a_second_time_changes_nothing(
    before: str, after: str, *, is_keyed: bool
) -> None:
    faults = Faults()
    old = read_list({"old.csv": before.encode()}, "old.csv", faults)
    new = read_list({"new.csv": after.encode()}, "new.csv", faults)
    columns = (*old.columns, *(column for column in new.columns if column not in old.columns))
    rows = [SheetRow(row.number, {column: row.cells.get(column, "") for column in columns}) for row in new.rows]
    sheet = BookSheet("prices", columns, tuple(rows))
    key = (lambda row: row.cells["component"]) if is_keyed else None
    once = merged(old, sheet, key)
    found = read_list({"once.csv": once.content}, "once.csv", faults)
    assert faults.found == []
    assert {number: len(found.rows) for number in once.origins} == dict.fromkeys(once.origins, len(rows))
    for row in found.rows:
        stated = next(one for one in rows if one.number == once.origins[row.number]).cells
        assert all(same_value(row.cells[column], stated[column]) for column in columns)
    assert len(set(once.origins.values())) == len(rows)
    assert merged(found, sheet, key).content == once.content
