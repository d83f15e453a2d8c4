"""The sheets of a price book, from the files of its portfolio."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from bidwright.catalog.book_lists import ListFile, line_of, read_list
from bidwright.catalog.book_settings import setting_rows
from bidwright.catalog.book_sheets import PRICES, SETTING_COLUMNS, SETTINGS, BookSheet, shielded, table_sheet
from bidwright.catalog.price_rows import COLUMNS
from bidwright.catalog.source_files import Files, text_of
from bidwright.catalog.yaml_source import read_yaml
from bidwright.core.errors import Faults, NotFound
from bidwright.core.nearest import advice

_ELSEWHERE = {
    "packages.yaml": "prices of packages",
    "promotions.yaml": "promotions",
    "agreements/": "prices agreed with single customers",
}


@dataclass(frozen=True)
class Book:
    """The files of a price book.

    Attributes:
        key: The name of its files, without their endings.
        rows: Its own rows; those that it inherits stand in the book that it inherits.
        settings: What prices/<book>.yaml holds; empty where there is no such file.
        tables: The price tables that its own rows name, by id.
    """

    key: str
    rows: ListFile
    settings: dict[str, Any]
    tables: dict[str, ListFile]


def read_book(files: Files, key: str) -> Book:
    """Read the files of a price book, as they are: whether their prices make sense is told at publishing.

    Raises:
        NotFound: There is no such book (``PRICE_BOOK_NOT_FOUND``).
        InvalidInput: A file is not CSV or YAML.
    """
    keys = {PurePosixPath(name).stem for name in files if name.startswith("prices/")}
    if key not in keys:
        raise NotFound(
            f"The portfolio has no price book {key!r}.",
            fix=advice(key, keys),
            reason="PRICE_BOOK_NOT_FOUND",
            facts={"price_book": key},
        )
    faults = Faults()
    rows = read_list(files, price_file(key), faults, len(COLUMNS))
    named = sorted({row.cells.get("table", "") for row in rows.rows} - {""})
    tables = {name: read_list(files, table_file(name), faults) for name in named if table_file(name) in files}
    text = text_of(files, settings_file(key), faults) if settings_file(key) in files else None
    tree = read_yaml(text, settings_file(key), faults) if text is not None else None
    faults.raise_if_any(f"The price book {key}")
    return Book(key, rows, tree.value if tree is not None and isinstance(tree.value, dict) else {}, tables)


def price_file(key: str) -> str:
    """The file with the rows of a book."""
    return f"prices/{key}.csv"


def settings_file(key: str) -> str:
    """The file with the settings of a book."""
    return f"prices/{key}.yaml"


def table_file(table: str) -> str:
    """The file of a price table."""
    return f"price_tables/{table}.csv"


def sheets_of(book: Book) -> Iterator[BookSheet]:
    """The sheets of a book: its rows, its settings, and the price tables that it names."""
    yield BookSheet(PRICES, book.rows.columns or COLUMNS, book.rows.rows)
    yield BookSheet(SETTINGS, SETTING_COLUMNS, tuple(setting_rows(book.settings)))
    for name, table in book.tables.items():
        yield BookSheet(table_sheet(name), table.columns, table.rows)


def as_csv(book: Book) -> bytes:
    """The rows of a book as a CSV file that spreadsheets can open; where no cell could be a formula, its own bytes."""
    if not book.rows.columns:
        return f"{line_of(COLUMNS)}\n".encode()
    lines = list(book.rows.lines)
    for row in book.rows.rows:
        cells = [shielded(row.cells[column]) for column in book.rows.columns]
        if cells != list(row.cells.values()):
            lines[row.number - 1] = line_of(cells)
    return book.rows.mark + book.rows.newline.join(lines).encode()


def elsewhere(files: Files, book: Book, *, only_rows: bool) -> Iterator[str]:
    """What belongs to the prices of a book and is in none of its sheets, as sentences.

    Args:
        files: The portfolio.
        book: One of its books.
        only_rows: Whether there is a single sheet, that of the rows.
    """
    if only_rows:
        tables = [f"the price table {name} ({table_file(name)})" for name in book.tables]
        said = ", ".join([f"the settings ({settings_file(book.key)})", *tables])
        yield f"Not in a CSV file: {said}. Export to .xlsx to edit them as sheets."
    if parent := book.settings.get("inherits"):
        yield f"Rows that it inherits stand in price book {parent}: export that one to edit them."
    for place, what in _ELSEWHERE.items():
        if any(name.startswith(place) for name in files):
            yield f"Not part of a price book: {what} ({place})."
