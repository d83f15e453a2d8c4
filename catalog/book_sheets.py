"""A price book as people edit it: sheets of text cells, whether they stand in a spreadsheet or in a CSV file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bidwright.core import money

PRICES = "prices"
"""The sheet with the rows of prices/<book>.csv."""

SETTINGS = "settings"
"""The sheet with the settings of prices/<book>.yaml, one a row."""

TABLE = "table "
"""Begins the names of sheets with price tables."""

SETTING_COLUMNS = ("setting", "value")
NUMBERS = frozenset(
    {"unit_cost", "price", "included", "included_each", "block_size", "minimum", "maximum", "waived_from", "value"},
)
"""Columns whose cells are numbers where they can be."""

DAYS = frozenset({"valid_from", "valid_to"})
_MEANT_AS_FORMULA = frozenset("=+-@\t\r")


@dataclass(frozen=True)
class SheetRow:
    """One row.

    Attributes:
        number: Where it stands in its sheet or file, from 1.
        cells: By column, without spaces around them.
    """

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class BookSheet:
    """One sheet: its columns, and its rows without empty ones.

    Attributes:
        letters: Column -> its letters in a spreadsheet; empty for a CSV file.
        source: The name of the CSV file.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[SheetRow, ...]
    letters: Mapping[str, str] = field(default_factory=dict)
    source: str = ""

    def place(self, row: int, column: str = "") -> str:
        """A cell as people name it: ``prices!E17``, or ``DE.csv:17``."""
        if self.source:
            return f"{self.source}:{row}"
        return f"{self.name}!{self.letters.get(column, next(iter(self.letters.values()), 'A'))}{row}"


def is_number(text: str) -> bool:
    """Whether a text is a plain decimal number."""
    try:
        money.parse(text)
    except ValueError:
        return False
    return True


def shielded(text: str) -> str:
    """A text that no program takes for a formula: an apostrophe comes before what would begin one."""
    begin = text[:1]
    return f"'{text}" if begin == "'" or (begin in _MEANT_AS_FORMULA and not is_number(text)) else text


def unshielded(text: str) -> str:
    """A text as it was before ``shielded``."""
    return text[1:] if text[:1] == "'" and text[1:2] in {"'", *_MEANT_AS_FORMULA} else text


def table_sheet(table: str) -> str:
    """The name of the sheet of a price table."""
    return f"{TABLE}{table}"
