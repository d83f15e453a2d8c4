"""Writes the sheets of a price book as a spreadsheet (.xlsx): numbers as numbers, days as days, the rest as text."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterable
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from bidwright.catalog.book_sheets import DAYS, NUMBERS, BookSheet, is_number, shielded
from bidwright.core import money
from bidwright.core.errors import Faults

LONGEST_NAME = 31
"""Letters of the name of a sheet, by the format."""

LONGEST_CELL = 32_767
MOST_DIGITS = 15
"""Significant digits that a spreadsheet keeps of a number."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FIRST_DAY = "1900-03-01"
"""Days before it have other numbers in different programs."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_WIDEST = 60


def write_workbook(sheets: Iterable[BookSheet]) -> bytes:
    """The bytes of a spreadsheet with these sheets, each with its columns in the first row.

    Raises:
        InvalidInput: A sheet or a cell that a spreadsheet cannot hold; all of them at once.
    """
    workbook = Workbook(write_only=True)
    workbook.properties.creator = "bidwright"
    faults = Faults()
    for sheet in sheets:
        _check(sheet, faults)
        if not faults.found:
            _write(workbook.create_sheet(sheet.name), sheet)
    faults.raise_if_any("The price book as a spreadsheet")
    written = io.BytesIO()
    workbook.save(written)
    return written.getvalue()


def _check(sheet: BookSheet, faults: Faults) -> None:
    if len(sheet.name) > LONGEST_NAME:
        what = f"the name of a sheet has at most {LONGEST_NAME} letters"
        faults.add(sheet.name, what, "Rename the price table, or edit its CSV file.")
    for row in sheet.rows:
        for column, text in row.cells.items():
            if len(text) > LONGEST_CELL or _CONTROL.search(text):
                cell = f"the cell of {column} in row {row.number}"
                what = f"{cell} has more than {LONGEST_CELL} letters, or a control letter"
                faults.add(sheet.name, what, "Shorten it, or edit the CSV file.")


def _write(target: Any, sheet: BookSheet) -> None:
    target.freeze_panes = "A2"
    for position, column in enumerate(sheet.columns, 1):
        dimension = target.column_dimensions[get_column_letter(position)]
        longest = max((len(row.cells[column]) for row in sheet.rows), default=0)
        dimension.width = min(max(longest, len(column)) + 2, _WIDEST)
        # What is typed into a new row of a text column stays text: 10:11.80 would become a time otherwise.
        dimension.number_format = "General" if column in NUMBERS else "yyyy-mm-dd" if column in DAYS else "@"
    header = []
    for column in sheet.columns:
        cell = WriteOnlyCell(target, column)
        cell.font = Font(bold=True)
        header.append(cell)
    target.append(header)
    for row in sheet.rows:
        target.append([_cell(target, column, row.cells[column]) for column in sheet.columns])


def _cell(target: Any, column: str, text: str) -> Cell | None:
    if not text:
        return None
    if column in NUMBERS and is_number(text) and _is_kept(text):
        cell = WriteOnlyCell(target, float(text) if "." in text else int(text))
        places = len(text.partition(".")[2])
        cell.number_format = f"0.{'0' * places}" if places else "0"
        return cell
    if column in DAYS and _DAY.fullmatch(text) and text >= _FIRST_DAY and _is_day(text):
        cell = WriteOnlyCell(target, dt.datetime.fromisoformat(text))
        cell.number_format = "yyyy-mm-dd"
        return cell
    cell = WriteOnlyCell(target, shielded(text))
    cell.data_type = "s"  # never a formula, whatever it begins with
    cell.number_format = "@"
    return cell


def _is_kept(text: str) -> bool:
    """Whether a spreadsheet keeps every digit of a number."""
    return len(money.plain(money.parse(text)).replace(".", "").lstrip("-0")) <= MOST_DIGITS


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True
