"""Price books as files in memory, and spreadsheets of them as people edit them."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

from openpyxl import Workbook, load_workbook
from small_release import SMALL_PORTFOLIO, SMALL_TODAY

from bidwright.catalog.book_export import read_book, sheets_of
from bidwright.catalog.book_import import BookImport, import_book
from bidwright.catalog.book_workbook import write_workbook
from bidwright.catalog.book_workbook_reader import read_workbook
from bidwright.catalog.source_files import files_of_directory
from bidwright.core.errors import Faults


def files_of(directory: Path) -> dict[str, bytes]:
    """The files of a sound directory."""
    faults = Faults()
    files = files_of_directory(directory, faults)
    assert not faults.found
    return dict(files)


def small_files(**changed: str) -> dict[str, bytes]:
    """The files of the small portfolio, some with another content; ``prices__DE_csv`` is prices/DE.csv."""
    files = files_of(SMALL_PORTFOLIO)
    for name, content in changed.items():
        folder, _, rest = name.rpartition("__")
        stem, _, ending = rest.rpartition("_")
        files[f"{folder}/{stem}.{ending}" if folder else f"{stem}.{ending}"] = content.encode()
    return files


def exported(files: dict[str, bytes], key: str = "DE") -> bytes:
    """A book as a spreadsheet."""
    return write_workbook(sheets_of(read_book(files, key)))


def edited(content: bytes, edit: Callable[[Workbook], None]) -> bytes:
    """A spreadsheet that somebody opened, changed and saved."""
    workbook = load_workbook(io.BytesIO(content))
    edit(workbook)
    saved = io.BytesIO()
    workbook.save(saved)
    return saved.getvalue()


def imported(files: dict[str, bytes], content: bytes, key: str = "DE") -> BookImport:
    """What an import of a spreadsheet that can be read would do."""
    faults = Faults()
    workbook = read_workbook(content, "book.xlsx", faults)
    assert not faults.found, faults.found
    return import_book(files, key, workbook.sheets, today=SMALL_TODAY)


def after(files: dict[str, bytes], edit: Callable[[Workbook], None], key: str = "DE") -> BookImport:
    """What an edited export would do."""
    return imported(files, edited(exported(files, key), edit), key)


def told(found: BookImport) -> list[tuple[str, str, dict[str, tuple[str, str, str]]]]:
    """The changes: kind, subject, and by column what was, what will be, and the percentage."""
    return [
        (
            change.kind,
            change.subject,
            {cell.column: (cell.before, cell.after, str(cell.percent or "")) for cell in change.cells},
        )
        for change in found.changes
    ]
