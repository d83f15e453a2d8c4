"""CSV files of a price book: what is not changed stays as it is written, to the byte."""

from __future__ import annotations

import csv
import io
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from bidwright.catalog.book_sheets import NUMBERS, BookSheet, SheetRow, is_number
from bidwright.catalog.csv_source import read_csv
from bidwright.catalog.source_files import Files, text_of
from bidwright.core import money
from bidwright.core.errors import Faults

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class ListFile:
    """A CSV file.

    Attributes:
        columns: Its header; empty where there is no file yet.
        rows: Numbered by their lines.
        lines: The text of every line, the header and empty ones too.
        newline: How lines end.
        mark: What stands before the header.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[SheetRow, ...] = ()
    lines: tuple[str, ...] = ()
    newline: str = "\n"
    mark: bytes = b""


@dataclass(frozen=True)
class Pair:
    """A row as it was and as it shall be; None where there was, or shall be, none.

    Attributes:
        after: With its numbers spelled as in the file.
    """

    before: SheetRow | None
    after: SheetRow | None

    @property
    def is_same(self) -> bool:
        """Whether nothing changes."""
        return self.before is not None and self.after is not None and self.before.cells == self.after.cells


@dataclass
class Merged:
    """A file with the rows of a sheet in it.

    Attributes:
        content: Its bytes.
        pairs: Every row, in the order of the file; those that go away come last.
        origins: Line of the file -> row of the sheet.
    """

    content: bytes
    pairs: tuple[Pair, ...]
    origins: dict[int, int] = field(default_factory=dict)


def read_list(files: Files, name: str, faults: Faults, needed: int | None = None) -> ListFile:
    """Read a file, of which rows may end after the columns needed; one that is not there has no columns and no rows."""
    if name not in files:
        return ListFile()
    text = text_of(files, name, faults)
    sheet = read_csv(text, name, faults, needed) if text is not None else None
    if text is None or sheet is None:
        return ListFile()
    rows = tuple(SheetRow(int(row.where.rpartition(":")[2]), row.cells) for row in sheet.rows)
    newline = "\r\n" if b"\r\n" in files[name] else "\n"
    mark = _BYTE_ORDER_MARK if files[name].startswith(_BYTE_ORDER_MARK) else b""
    return ListFile(sheet.columns, rows, tuple(text.split("\n")), newline, mark)


def merged(file: ListFile, sheet: BookSheet, key: Callable[[SheetRow], object] | None = None) -> Merged:
    """Put the rows of a sheet into a file.

    Args:
        file: As it is.
        sheet: Its columns are those of the file, or more.
        key: What a row keeps when it changes; rows then stay where they are, and new ones come beside those of their
            component. Without it rows are paired by their place, and the order of the sheet holds.
    """
    spelled = _Spelling(file)
    paired = _paired_by_key(file, sheet, key) if key is not None else _paired_by_place(file, sheet)
    pairs = [Pair(one.before, spelled.row(one, sheet.columns)) for one in paired]
    kept = [pair for pair in pairs if pair.after is not None]
    if key is not None:
        kept = _in_order_of_file(kept, file)
    return _written(file, sheet.columns, kept, [pair for pair in pairs if pair.after is None])


def line_of(cells: Iterable[str]) -> str:
    """Cells as a line of CSV, without its end."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()


def _paired_by_key(file: ListFile, sheet: BookSheet, key: Callable[[SheetRow], object]) -> list[Pair]:
    before = {key(row): row for row in file.rows}
    pairs = [Pair(before.pop(key(row), None), row) for row in sheet.rows]
    return [*pairs, *(Pair(row, None) for row in before.values())]


def _paired_by_place(file: ListFile, sheet: BookSheet) -> list[Pair]:
    """Equal rows at the beginning and at the end belong together; those between by their number."""
    old, new = file.rows, sheet.rows
    begin = 0
    while begin < min(len(old), len(new)) and _are_same(old[begin], new[begin]):
        begin += 1
    end = 0
    while end < min(len(old), len(new)) - begin and _are_same(old[-1 - end], new[-1 - end]):
        end += 1
    middle = max(len(old), len(new)) - end
    olds: Sequence[SheetRow | None] = [
        *old[: len(old) - end],
        *[None] * (middle - len(old) + end),
        *old[len(old) - end :],
    ]
    news: Sequence[SheetRow | None] = [
        *new[: len(new) - end],
        *[None] * (middle - len(new) + end),
        *new[len(new) - end :],
    ]
    return [Pair(first, second) for first, second in zip(olds, news, strict=True)]


def _are_same(old: SheetRow, new: SheetRow) -> bool:
    return all(same_value(old.cells.get(column, ""), text) for column, text in new.cells.items())


def same_value(old: str, new: str) -> bool:
    """Whether two cells are the same text, or the same number."""
    return old == new or (is_number(old) and is_number(new) and money.parse(old) == money.parse(new))


class _Spelling:
    """Writes numbers with as many digits after the point as most numbers of their column have."""

    def __init__(self, file: ListFile) -> None:
        self._places: dict[str, int] = {}
        for column in NUMBERS.intersection(file.columns):
            numbers = (row.cells[column] for row in file.rows if is_number(row.cells[column]))
            counted = Counter(len(number.partition(".")[2]) for number in numbers)
            if counted:
                self._places[column] = max(counted, key=lambda places: (counted[places], places))

    def row(self, pair: Pair, columns: Sequence[str]) -> SheetRow | None:
        if pair.after is None:
            return None
        before = pair.before.cells if pair.before is not None else {}
        cells = {}
        for column in columns:
            text = pair.after.cells[column]
            is_kept = column in before and same_value(before[column], text)
            cells[column] = before[column] if is_kept else self._spelled(column, text)
        return SheetRow(pair.after.number, cells)

    def _spelled(self, column: str, text: str) -> str:
        if column not in self._places or not is_number(text):
            return text
        plain = money.plain(money.parse(text))
        whole, _, fraction = plain.partition(".")
        fraction = fraction.ljust(self._places[column], "0")
        return f"{whole}.{fraction}" if fraction else whole


def _in_order_of_file(pairs: list[Pair], file: ListFile) -> list[Pair]:
    """Rows that were there at their places; a new one behind those of its component and charge, or where it belongs."""
    last: dict[object, int] = {}
    for position, row in enumerate(file.rows):
        component = row.cells.get("component", "")
        last[component] = last[component, row.cells.get("charge", "")] = position
    components = [row.cells.get("component", "") for row in file.rows]
    is_sorted = all(before <= after for before, after in pairwise(components))
    position_of = {row.number: position for position, row in enumerate(file.rows)}

    def place(pair: Pair) -> tuple[int, int, str]:
        if pair.before is not None:
            return position_of[pair.before.number], 0, ""
        cells = pair.after.cells if pair.after is not None else {}
        component = cells.get("component", "")
        known = last.get((component, cells.get("charge", "")), last.get(component))
        if known is None:
            known = bisect_right(components, component) - 1 if is_sorted else len(components)
        return known, 1, component if is_sorted else ""

    return sorted(pairs, key=place)


def _written(file: ListFile, columns: tuple[str, ...], kept: list[Pair], gone: list[Pair]) -> Merged:
    by_line = {pair.before.number: pair for pair in kept if pair.before is not None}
    if file.columns and all(pair.is_same for pair in kept) and not gone and columns == file.columns:
        order = [by_line[row.number] for row in file.rows]
        content = file.mark + file.newline.join(file.lines).encode()
        return Merged(content, tuple(order), _origins(order, [row.number for row in file.rows]))
    is_wider = columns[: len(file.columns)] == file.columns
    empty_cells = "," * (len(columns) - len(file.columns))
    lines = [line_of(columns) if columns != file.columns else file.lines[_header_at(file)]]
    for pair in kept:
        cells = pair.after.cells if pair.after is not None else {}
        if (
            is_wider
            and pair.before is not None
            and all(pair.before.cells.get(column, "") == cells[column] for column in columns)
        ):
            lines.append(file.lines[pair.before.number - 1] + empty_cells)
        else:
            lines.append(line_of(cells[column] for column in columns))
    content = file.mark + "".join(line + file.newline for line in lines).encode()
    return Merged(content, (*kept, *gone), _origins(kept, range(2, len(kept) + 2)))


def _header_at(file: ListFile) -> int:
    return next(position for position, line in enumerate(file.lines) if line.strip())


def _origins(pairs: Iterable[Pair], lines: Iterable[int]) -> dict[int, int]:
    return {line: pair.after.number for pair, line in zip(pairs, lines, strict=True) if pair.after is not None}
