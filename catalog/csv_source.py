"""Reads CSV files with the line of every row."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from bidwright.core.errors import Faults

MOST_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells by column, and ``file:line``."""

    where: str
    cells: dict[str, str]


@dataclass(frozen=True)
class Sheet:
    """A file: its columns, its rows that have as many cells, and whether these are all of them."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    is_whole: bool = True


def read_csv(text: str, name: str, faults: Faults, needed: int | None = None) -> Sheet | None:
    """Read a file; None and a fault where it has no header. Empty lines are left out.

    Args:
        text: The file.
        name: Its name, for faults.
        faults: Takes every fault.
        needed: Columns after which a row may end: the rest is empty then. Without it a row has all columns.
    """
    before = len(faults.found)
    lines = _lines(text, name, faults)
    _, header = next(lines, (0, None))
    if header is None:
        faults.add(f"{name}:1", "the file is empty", "Write the header and the rows.")
        return None
    columns = tuple(cell.strip() for cell in header)
    rows: list[Row] = []
    for number, stated in lines:
        where = f"{name}:{number}"
        may_end = needed is not None and needed <= len(stated)
        cells = stated + [""] * (len(columns) - len(stated)) if may_end else stated
        if len(rows) >= MOST_ROWS:
            faults.add(where, f"the file has more than {MOST_ROWS} rows", "Split the portfolio.")
            break
        if len(cells) != len(columns):
            what = f"the row has {len(cells)} cells, the header {len(columns)}"
            fix = f"Give a cell for each column: {','.join(columns)}. Put a cell with a comma in it in quotes."
            faults.add(where, what, fix)
            continue
        rows.append(Row(where, {column: cell.strip() for column, cell in zip(columns, cells, strict=True)}))
    return Sheet(name, columns, tuple(rows), is_whole=len(faults.found) == before)


def _lines(text: str, name: str, faults: Faults) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        # Line by line: a quotation mark that is never closed then spoils one row and not the rest of the file.
        try:
            yield number, next(csv.reader([line], strict=True))
        except csv.Error as error:
            faults.add(f"{name}:{number}", f"this is not CSV: {error}", "Close the quotation mark, or remove it.")
