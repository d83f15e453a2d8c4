"""price_tables/*.csv: prices by several characteristics, such as region x size. The first row that fits holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Literal

from bidwright.catalog.csv_source import Row, Sheet, read_csv
from bidwright.catalog.rule_language import Name
from bidwright.catalog.source_files import Files, text_of
from bidwright.core import money
from bidwright.core.errors import Faults

Value = bool | int | Decimal | str
"""What a characteristic of a component or an answer is."""

_NAME = re.compile(r"(need|component)\.([a-z][a-z0-9_]{0,59})")
_ID = re.compile(r"[a-z][a-z0-9_]{0,59}")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}")
_PRICE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
_MOST_COLUMNS = 6


@dataclass(frozen=True)
class Cell:
    """A condition on one characteristic: ``*`` any, ``==`` a value, ``<=`` a number, that number included."""

    operator: Literal["*", "==", "<="]
    value: Decimal | str = ""

    def holds(self, value: Value) -> bool:
        """Whether a value meets it; texts and numbers are never equal."""
        if self.operator == "*":
            return True
        if isinstance(value, bool):
            return self.value == ("true" if value else "false")
        if isinstance(value, str):
            return self.operator == "==" and value == self.value
        if not isinstance(self.value, Decimal):
            return False
        return value <= self.value if self.operator == "<=" else value == self.value


@dataclass(frozen=True)
class PricedRow:
    """What a unit costs where all cells hold."""

    cells: tuple[Cell, ...]
    price: Decimal


@dataclass(frozen=True)
class PriceTable:
    """A table of prices.

    Attributes:
        columns: Characteristics, as ``need.<name>`` and ``component.<attribute>``.
        rows: In the order in which they are tried.
    """

    id: str
    columns: tuple[Name, ...]
    rows: tuple[PricedRow, ...]

    def price(self, value: Callable[[Name], Value]) -> Decimal | None:
        """The price of the first row that fits; None where none does."""
        values = [value(name) for name in self.columns]
        for row in self.rows:
            if all(cell.holds(value) for cell, value in zip(row.cells, values, strict=True)):
                return row.price
        return None


def read_price_tables(files: Files, faults: Faults) -> dict[str, PriceTable]:
    """Read every table of prices; whether its characteristics exist is told where a price list names it."""
    found: dict[str, PriceTable] = {}
    for name in sorted(name for name in files if name.startswith("price_tables/") and name.endswith(".csv")):
        table = PurePosixPath(name).stem
        if not _ID.fullmatch(table):
            faults.add(f"{name}:1", f"{table!r} is not an id", "Rename the file: a-z, 0-9 and _ only.")
        text = text_of(files, name, faults)
        sheet = read_csv(text, name, faults) if text is not None else None
        columns = _columns(sheet, faults) if sheet is not None else ()
        if sheet is not None and columns:
            rows = tuple(priced for row in sheet.rows if (priced := _row(row, sheet.columns, faults)) is not None)
            found[table] = PriceTable(table, columns, rows)
    return found


def _columns(sheet: Sheet, faults: Faults) -> tuple[Name, ...]:
    *stated, last = sheet.columns
    names = [_NAME.fullmatch(column) for column in stated]
    if last != "price" or not 1 <= len(stated) <= _MOST_COLUMNS or None in names or len(set(stated)) < len(stated):
        what = f"the header is {','.join(sheet.columns)}"
        fix = f"Write 1 to {_MOST_COLUMNS} columns need.<name> or component.<attribute>, each once, and then price."
        faults.add(f"{sheet.name}:1", what, fix)
        return ()
    if not sheet.rows:
        faults.add(f"{sheet.name}:1", "the table has no rows", "Add a row for each price.")
    return tuple(Name("need" if name[1] == "need" else "component", name[2]) for name in names if name is not None)


def _row(row: Row, columns: Iterable[str], faults: Faults) -> PricedRow | None:
    *stated, last = columns
    price = row.cells[last]
    cells = [_cell(row, row.cells[column], faults) for column in stated]
    if not _PRICE.fullmatch(price):
        faults.add(row.where, f"the price is {price!r}", "Write an amount such as 12.50.")
        return None
    found = tuple(cell for cell in cells if cell is not None)
    return PricedRow(found, money.parse(price)) if len(found) == len(cells) else None


def _cell(row: Row, text: str, faults: Faults) -> Cell | None:
    if text == "*":
        return Cell("*")
    bound = text.removeprefix("<=").strip()
    try:
        return Cell("<=" if text.startswith("<=") else "==", money.parse(bound))
    except ValueError:
        if _WORD.fullmatch(text):
            return Cell("==", text)
        faults.add(
            row.where, f"the cell {text!r} cannot be read", "Write *, a word, true, false, a number or <=number."
        )
        return None
