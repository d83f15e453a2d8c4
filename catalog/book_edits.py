"""One file of a price book as a sheet makes it, and the way back from a fault's line to the cell."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bidwright.catalog.book_changes import BookChange
from bidwright.catalog.book_sheets import BookSheet
from bidwright.core.errors import Fault

_ABOUT = {
    "overlap": "valid_from",
    "until": "valid_from",
    "today": "valid_from",
    "tier": "tiers",
    "amount": "price",
}
"""Words of faults -> the column that they are about, where they do not name it."""


@dataclass(frozen=True)
class Edit:
    """A file that a sheet changes, or leaves as it is.

    Attributes:
        content: As it is written.
        looked_at: The same, as faults are looked for: with a line for each value.
        origins: Line of ``looked_at`` -> row of the sheet.
    """

    file: str
    content: bytes
    looked_at: bytes
    sheet: BookSheet
    origins: Mapping[int, int]
    changes: tuple[BookChange, ...]

    @cached_property
    def _cells(self) -> Mapping[int, Mapping[str, str]]:
        return {row.number: row.cells for row in self.sheet.rows}

    def place(self, line: int, what: str) -> str:
        """The cell that a fault of a line is about, as well as its words tell."""
        row = self.origins.get(line)
        return self.sheet.place(1) if row is None else self.sheet.place(row, self._column(row, what))

    def without_lines(self, fault: Fault) -> Fault:
        """A fault with cells instead of lines of this file."""
        line = re.compile(rf"{re.escape(self.file)}:([0-9]+)")
        match = line.fullmatch(fault.where)
        where = self.place(int(match[1]), fault.what) if match else fault.where
        return Fault(where, line.sub(lambda named: self.place(int(named[1]), "today"), fault.what), fault.fix)

    def _column(self, number: int, what: str) -> str:
        if "value" in self.sheet.columns:
            return "value"
        cells = self._cells.get(number, {})
        words = re.findall(r"[^\s,:()'\"]+", what)
        found = [_ABOUT[word] for word in words if word in _ABOUT]
        found += [word for word in words if word in cells]
        found += [column for column, text in cells.items() if text and (text in words or repr(text) in what)]
        return next((column for column in found if column in cells), "")


def placed(fault: Fault, edits: Sequence[Edit]) -> Fault:
    """A fault with cells instead of lines of files that sheets changed."""
    for edit in edits:
        fault = edit.without_lines(fault)
    return fault
