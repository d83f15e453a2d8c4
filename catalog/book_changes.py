"""What an import changes in a price book, row by row and setting by setting."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from bidwright.catalog.book_lists import Pair
from bidwright.catalog.book_settings import flat, path_text, value_text
from bidwright.catalog.book_sheets import SETTINGS, SheetRow, is_number
from bidwright.core import money

Kind = Literal["added", "changed", "ended", "removed"]

KINDS: tuple[Kind, ...] = ("added", "changed", "ended", "removed")

_KEY = ("component", "charge", "valid_from")
_HUNDREDTH = Decimal("0.01")
_LONGEST_PERCENT = Decimal(1_000_000)


@dataclass(frozen=True)
class CellChange:
    """A cell that changes.

    Attributes:
        percent: By how much a number rises, rounded to 2 digits after the point; None where that says nothing.
    """

    column: str
    before: str
    after: str
    percent: Decimal | None = None


@dataclass(frozen=True)
class BookChange:
    """A row or a setting that changes.

    Attributes:
        kind: ``ended`` where nothing but an end was put to a row, or an earlier one.
        sheet: Where it stands.
        subject: What it is about.
        cells: Those that change; of a new row all, its price against that of the row before it.
    """

    kind: Kind
    sheet: str
    subject: str
    cells: tuple[CellChange, ...]


def row_changes(sheet: str, pairs: Sequence[Pair]) -> Iterator[BookChange]:
    """The changes of the rows of a sheet, in the order of the file."""
    earlier = _Earlier(pair.after for pair in pairs if pair.after is not None)
    for position, pair in enumerate(pairs, 1):
        row = pair.after or pair.before
        if pair.is_same or row is None:
            continue
        cells = tuple(_cells(pair, earlier))
        if cells:
            yield BookChange(_kind(pair, cells), sheet, _subject(row, position), cells)


def setting_changes(before: Any, after: Any) -> Iterator[BookChange]:
    """The changes of the settings, in their order; those that go away come last."""
    olds = {path: value_text(value) for path, value in flat(before)}
    news = {path: value_text(value) for path, value in flat(after)}
    for path in [*news, *(path for path in olds if path not in news)]:
        old, new = olds.get(path, ""), news.get(path, "")
        if old != new:
            kind: Kind = "added" if path not in olds else "changed" if path in news else "removed"
            yield BookChange(kind, SETTINGS, path_text(path), (_change("value", old, new),))


def percent_between(before: str, after: str) -> Decimal | None:
    """By how much a number rises; None where one of the texts is no number, or the first is 0."""
    if not (is_number(before) and is_number(after)) or not money.parse(before):
        return None
    old, new = money.parse(before), money.parse(after)
    percent = (new - old) / abs(old) * 100
    return percent.quantize(_HUNDREDTH, ROUND_HALF_UP) if abs(percent) < _LONGEST_PERCENT else None


class _Earlier:
    """Finds the row that holds before another one for the same component and charge."""

    def __init__(self, rows: Iterable[SheetRow]) -> None:
        self._rows: dict[tuple[str, str], list[SheetRow]] = {}
        for row in sorted(rows, key=_begin):
            self._rows.setdefault((row.cells.get("component", ""), row.cells.get("charge", "")), []).append(row)

    def price(self, row: SheetRow) -> str:
        """Its price; empty where there is no such row."""
        begin = _begin(row)
        same = self._rows.get((row.cells.get("component", ""), row.cells.get("charge", "")), [])
        position = bisect_left(same, begin, key=_begin)
        return same[position - 1].cells.get("price", "") if begin and position else ""


def _begin(row: SheetRow) -> str:
    return row.cells.get("valid_from", "")


def _cells(pair: Pair, earlier: _Earlier) -> Iterator[CellChange]:
    old = pair.before.cells if pair.before is not None else {}
    new = pair.after.cells if pair.after is not None else {}
    for column in new or old:
        before, after = old.get(column, ""), new.get(column, "")
        if before != after:
            if pair.before is None and pair.after is not None and column == "price":
                before = earlier.price(pair.after)
            yield _change(column, before, after)


def _change(column: str, before: str, after: str) -> CellChange:
    return CellChange(column, before, after, percent_between(before, after))


def _kind(pair: Pair, cells: Sequence[CellChange]) -> Kind:
    if pair.before is None:
        return "added"
    if pair.after is None:
        return "removed"
    only = cells[0]
    is_end = len(cells) == 1 and only.column == "valid_to" and only.after
    return "ended" if is_end and (not only.before or only.after < only.before) else "changed"


def _subject(row: SheetRow, position: int) -> str:
    if all(column in row.cells for column in _KEY):
        component, charge, begin = (row.cells[column] for column in _KEY)
        return f"{component} {charge} from {begin}"
    return f"row {position}"
