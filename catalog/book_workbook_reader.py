"""Reads the sheets of a price book from a spreadsheet (.xlsx), of which nothing is believed."""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from bidwright.catalog.book_sheets import DAYS, SETTING_COLUMNS, BookSheet, SheetRow, unshielded
from bidwright.catalog.book_workbook import MOST_DIGITS
from bidwright.catalog.csv_source import MOST_ROWS
from bidwright.core.errors import Faults

LARGEST_BYTES = 20_000_000
LARGEST_UNPACKED_BYTES = 150_000_000
MOST_PARTS = 500
MOST_TAGS = 10_000_000
"""100,000 rows of all columns have 7 million; 10 million need less than a gigabyte of memory."""

_BLOCK = 1 << 20
MOST_COLUMNS = 40

_DAMAGED = (
    zipfile.BadZipFile,
    InvalidFileException,
    ParseError,
    ValueError,
    KeyError,
    TypeError,
    IndexError,
    AttributeError,
    RuntimeError,
    OverflowError,
    EOFError,
    OSError,
)
"""What openpyxl raises for files that are no spreadsheets; it has no error of its own for that."""

_MIDNIGHT = dt.time()
_LITERAL = re.compile(r'"[^"]*"|\\.|_.')
"""What a format of numbers shows as it stands."""

_READ_ONLY = "format the column as text, type it again"


@dataclass(frozen=True)
class Workbook:
    """What a spreadsheet holds.

    Attributes:
        sheets: By name.
        computed: Cells that are formulas; what they came to when the file was saved was taken.
    """

    sheets: dict[str, BookSheet]
    computed: tuple[str, ...]


def read_workbook(content: bytes, name: str, faults: Faults) -> Workbook:
    """Read all sheets; with a fault for each cell that has no exact text.

    Args:
        content: The file.
        name: Its name, for faults.
        faults: Takes them; places are ``sheet!A1``.
    """
    if not _is_bearable(content, name, faults):
        return Workbook({}, ())
    try:
        # openpyxl warns of what it does not read, such as pictures and lists to choose from; nor do we.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _read(content, faults)
    except _DAMAGED as error:
        said = str(error).partition("\n")[0]
        what = f"this is no spreadsheet that can be read: {type(error).__name__} {said}".strip()
        faults.add(name, what, "Save it anew as .xlsx (Excel workbook), without a password.")
        return Workbook({}, ())


def _is_bearable(content: bytes, name: str, faults: Faults) -> bool:
    """Whether a file may be opened: a small file can unfold to a very large one."""
    if len(content) > LARGEST_BYTES:
        what = f"the file has more than {LARGEST_BYTES} bytes"
        faults.add(name, what, "Remove what is no price, such as pictures, or use CSV.")
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            unpacked = sum(part.file_size for part in parts)
            is_small = unpacked <= LARGEST_UNPACKED_BYTES and len(parts) <= MOST_PARTS
            if is_small and sum(_tags(archive, part) for part in parts) <= MOST_TAGS:
                return True
    except (zipfile.BadZipFile, zlib.error, ValueError, RuntimeError, EOFError, OSError) as error:
        faults.add(
            name, f"this is not an .xlsx file: {error}", "Save it as .xlsx (Excel workbook), without a password."
        )
        return False
    what = f"the file unfolds to {unpacked} bytes in {len(parts)} parts, or to too many cells"
    limit = f"{LARGEST_UNPACKED_BYTES} bytes, {MOST_PARTS} parts and {MOST_TAGS} tags are read"
    faults.add(name, what, f"At most {limit}: remove what is no price.")
    return False


def _tags(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """How many tags a part has at most: each costs far more memory than its bytes.

    Nothing is read beyond the size that a part declares, and every byte is checked.
    """
    if part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise zipfile.BadZipFile(f"{part.filename} is packed in a way that spreadsheets are not")
    with archive.open(part) as opened:
        return sum(block.count(b"<") for block in iter(lambda: opened.read(_BLOCK), b""))


def _read(content: bytes, faults: Faults) -> Workbook:
    drafts = [_Draft(name, rows, faults) for name, rows in _sheets(content, with_formulas=True)]
    formulas = {place for draft in drafts for place in draft.formulas}
    if formulas:
        _take_results(content, {draft.name: draft for draft in drafts}, faults)
    return Workbook({draft.name: draft.sheet() for draft in drafts if draft.columns}, tuple(sorted(formulas)))


def _sheets(content: bytes, *, with_formulas: bool) -> Iterator[tuple[str, Iterable[Sequence[Any]]]]:
    workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=not with_formulas, keep_links=False)
    try:
        for sheet in workbook.worksheets:
            sheet.reset_dimensions()  # what a file says about its own size may be wrong, or from one cell far away
            yield sheet.title, sheet.iter_rows()
    finally:
        workbook.close()


class _Draft:
    """A sheet while it is read.

    Attributes:
        formulas: Places of cells whose result is still to be taken, with row and column.
    """

    def __init__(self, name: str, rows: Iterable[Sequence[Any]], faults: Faults) -> None:
        self.name = name
        self.columns: list[str] = []
        self.formulas: dict[str, tuple[int, int]] = {}
        self._rows: dict[int, dict[str, str]] = {}
        self._faults = faults
        for number, row in self._bearable(rows):
            if self.columns:
                self._rows[number] = dict.fromkeys(self.columns, "")
                for position, cell in enumerate(row, 1):
                    self.take(number, position, cell)
            elif any(cell.value is not None for cell in row):
                self.columns = [str(cell.value).strip() if cell.value is not None else "" for cell in row]

    def _bearable(self, rows: Iterable[Sequence[Any]]) -> Iterator[tuple[int, Sequence[Any]]]:
        """Rows with their numbers; none after one that is too far away."""
        for number, row in enumerate(rows, 1):
            what, fix = "", "Remove what stands there, formats too."
            if number > MOST_ROWS + 1:
                what = f"the sheet has more than {MOST_ROWS} rows"
            elif len(row) > MOST_COLUMNS:
                what = f"the sheet has more than {MOST_COLUMNS} columns"
            if what:
                self._faults.add(_place(self.name, number, max(len(row), 1)), what, fix)
                return
            yield number, row

    def take(self, number: int, position: int, cell: Any) -> None:
        """Put a cell where it belongs; a formula waits for its result."""
        if cell.value is None:
            return
        place = _place(self.name, number, position)
        column = self.columns[position - 1] if position <= len(self.columns) else ""
        if not column:
            self._faults.add(place, "something stands in a column without a name", "Name the column, or empty it.")
        elif cell.data_type == "f":
            self.formulas[place] = (number, position)
        else:
            self._rows[number][column] = _text(cell, column, place, self._faults)

    def sheet(self) -> BookSheet:
        """The sheet as far as it could be read, without empty rows."""
        rows = (SheetRow(number, cells) for number, cells in self._rows.items() if any(cells.values()))
        columns = {get_column_letter(position): column for position, column in enumerate(self.columns, 1) if column}
        letters = {column: letter for letter, column in columns.items()}
        return BookSheet(self.name, tuple(columns.values()), tuple(rows), letters)


def _take_results(content: bytes, drafts: dict[str, _Draft], faults: Faults) -> None:
    """Take what formulas came to when the file was saved; a fault for each that came to nothing."""
    for name, rows in _sheets(content, with_formulas=False):
        awaited = {at: place for place, at in drafts[name].formulas.items()}
        for number, row in enumerate(rows, 1):
            if number > MOST_ROWS + 1 or len(row) > MOST_COLUMNS:
                break
            for position, cell in enumerate(row, 1):
                if (number, position) in awaited and cell.value is not None:
                    drafts[name].take(number, position, cell)
                    del awaited[number, position]
        for place in awaited.values():
            fix = "Open the file in a spreadsheet program and save it there, or type the number itself."
            faults.add(place, "the formula has no result", fix)


def _text(cell: Any, column: str, place: str, faults: Faults) -> str:
    """A cell as text; empty with a fault where that would not be what is shown."""
    value = cell.value
    if cell.data_type == "e":
        faults.add(place, f"the cell is an error: {value}", "Type the value itself.")
    elif isinstance(value, bool):
        return "true" if value else "false"
    elif isinstance(value, int | float):
        return _number(value, cell.number_format, place, faults)
    elif isinstance(value, dt.datetime | dt.date | dt.time | dt.timedelta):
        return _day(value, column, place, faults)
    else:
        return _words(str(value).strip(), column, place, faults)
    return ""


def _words(text: str, column: str, place: str, faults: Faults) -> str:
    if text.startswith("="):
        faults.add(place, f"the text {text[:40]!r} looks like a formula", "Type the value itself.")
        return ""
    if ("\n" in text or "\r" in text) and column != SETTING_COLUMNS[1]:
        faults.add(place, f"the text {text[:40]!r} has several lines", "Write it in one line: a row is a line.")
        return ""
    return unshielded(text)


def _number(value: float, shown_as: str, place: str, faults: Faults) -> str:
    """The shortest number that a spreadsheet keeps as this one: 0.1, and not the binary fraction nearest to it."""
    text = format(Decimal(repr(value)), "f")
    text = text.removesuffix(".0")
    if "%" in _LITERAL.sub("", shown_as):  # 10 % is kept as 0.1, which is not what is shown
        faults.add(place, f"the cell shows {text} as a percentage", "Format it as a number, and type the percent: 10.")
        return ""
    if len(text.replace(".", "").lstrip("-0").rstrip("0")) > MOST_DIGITS:
        fix = "Round it, for example =ROUND(..., 2), or write it as text."
        faults.add(place, f"the number {text} has more than {MOST_DIGITS} digits", fix)
        return ""
    return text


def _day(value: dt.date | dt.time | dt.timedelta, column: str, place: str, faults: Faults) -> str:
    is_day = isinstance(value, dt.date) and not (isinstance(value, dt.datetime) and value.time() != _MIDNIGHT)
    if not is_day or column not in {*DAYS, "value", ""}:
        what = f"the cell is {'a day' if is_day else 'a time'}: {value}"
        faults.add(place, what, f"The program took it for one: {_READ_ONLY}.")
        return ""
    return value.isoformat()[:10] if isinstance(value, dt.date) else ""


def _place(name: str, number: int, position: int) -> str:
    return f"{name}!{get_column_letter(position)}{number}"
