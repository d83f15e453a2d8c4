"""Reads the rows of a price book from a CSV file that somebody edited, perhaps in a spreadsheet program."""

from __future__ import annotations

from bidwright.catalog.book_sheets import PRICES, BookSheet, SheetRow, unshielded
from bidwright.catalog.csv_source import Row, read_csv
from bidwright.catalog.price_rows import COLUMNS
from bidwright.catalog.source_files import LARGEST_LIST_BYTES, text_of
from bidwright.core.errors import Faults

_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


def read_rows(content: bytes, name: str, faults: Faults) -> BookSheet | None:
    """Read the rows; None with a fault where the file is no CSV.

    Args:
        content: The file.
        name: Its name, for faults.
        faults: Takes them; places are ``name:line``.
    """
    if len(content) > LARGEST_LIST_BYTES:
        what = f"the file has more than {LARGEST_LIST_BYTES} bytes"
        faults.add(f"{name}:1", what, "Split the price book: let one inherit the other.")
        return None
    text = text_of({name: content}, name, faults)
    if text is None:
        return None
    text = text.replace("\r", "\n")  # "CSV (Macintosh)" ends its lines so
    header = text.lstrip().partition("\n")[0]
    for separator, called in _SEPARATORS.items():
        if header.count(separator) > header.count(","):
            fix = "Save it as CSV with commas and decimal points, or as .xlsx, where that makes no difference."
            faults.add(f"{name}:1", f"its cells are separated by {called}", fix)
            return None
    sheet = read_csv(text, name, faults, len(COLUMNS))
    if sheet is None:
        return None
    rows = tuple(_row(row, faults) for row in sheet.rows)
    return BookSheet(PRICES, sheet.columns, rows, source=name)


def _row(row: Row, faults: Faults) -> SheetRow:
    for column, text in row.cells.items():
        if text.startswith("="):
            faults.add(row.where, f"{column} {text[:40]!r} looks like a formula", "Write the value itself.")
    cells = {column: unshielded(text) for column, text in row.cells.items()}
    return SheetRow(int(row.where.rpartition(":")[2]), cells)
