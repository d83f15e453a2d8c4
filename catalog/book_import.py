"""Puts the sheets of a price book into the files of its portfolio, and checks the portfolio as a whole."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bidwright.catalog.book_changes import BookChange, row_changes, setting_changes
from bidwright.catalog.book_edits import Edit, placed
from bidwright.catalog.book_export import Book, price_file, read_book, settings_file, table_file
from bidwright.catalog.book_lists import ListFile, merged, read_list
from bidwright.catalog.book_settings import plain_yaml, settings_of, updated_yaml
from bidwright.catalog.book_sheets import PRICES, SETTING_COLUMNS, SETTINGS, TABLE, BookSheet, SheetRow, table_sheet
from bidwright.catalog.model import Release
from bidwright.catalog.price_rows import COLUMNS, OPTIONAL_COLUMNS
from bidwright.catalog.reader import read_files
from bidwright.catalog.source_files import Files
from bidwright.catalog.yaml_source import read_yaml
from bidwright.core.errors import Fault, Faults, InvalidInput
from bidwright.core.nearest import advice

_TABLE_SHEET = re.compile(rf"{TABLE}([a-z][a-z0-9_]{{0,59}})")
_KNOWN = (*COLUMNS, *OPTIONAL_COLUMNS)


@dataclass(frozen=True, kw_only=True)
class BookImport:
    """What an import would do.

    Attributes:
        files: The files that change, with their new content; none where there are faults.
        changes: Row by row and setting by setting; none where a sheet cannot be read.
        faults: Of the sheets, and of the whole portfolio with them in it; at cells where they stand in a sheet.
        notes: What was not read, as sentences.
        release: The portfolio with the sheets in it; None where there are faults.
    """

    files: Mapping[str, bytes] = field(default_factory=dict)
    changes: tuple[BookChange, ...] = ()
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()
    release: Release | None = None


def import_book(files: Files, key: str, sheets: Mapping[str, BookSheet], *, today: dt.date) -> BookImport:
    """Work out what sheets change in a price book; nothing is written.

    Args:
        files: The portfolio.
        key: The book.
        sheets: By name: its rows, and where they are given its settings and price tables.
        today: The day on which everything must have a price.

    Raises:
        NotFound: There is no such book (``PRICE_BOOK_NOT_FOUND``).
        InvalidInput: A file of the book is not CSV or YAML.
    """
    book, faults = read_book(files, key), Faults()
    notes = tuple(_notes(book, sheets))
    edits = [edit for sheet in sheets.values() for edit in _edits(files, book, sheet, faults)]
    if PRICES not in sheets:
        faults.add(PRICES, f"there is no sheet {PRICES!r}", f"Name the sheet with the rows {PRICES!r}.")
    if faults.found:
        return BookImport(faults=tuple(faults.found), notes=notes)
    changes = tuple(change for edit in edits for change in edit.changes)
    try:
        release = read_files({**files, **{edit.file: edit.content for edit in edits}}, today=today)
    except InvalidInput:
        return BookImport(changes=changes, faults=tuple(_faults(files, edits, today)), notes=notes)
    changed = {edit.file: edit.content for edit in edits if files.get(edit.file) != edit.content}
    return BookImport(files=changed, changes=changes, notes=notes, release=release)


def _notes(book: Book, sheets: Mapping[str, BookSheet]) -> Iterator[str]:
    for name in sheets:
        if name not in {PRICES, SETTINGS} and not _TABLE_SHEET.fullmatch(name):
            yield f"The sheet {name!r} is not read."
    is_csv = PRICES in sheets and bool(sheets[PRICES].source)
    for name in (SETTINGS, *map(table_sheet, book.tables)):
        if name not in sheets and not is_csv:
            yield f"There is no sheet {name!r}: what it would hold stays as it is."


def _faults(files: Files, edits: Sequence[Edit], today: dt.date) -> list[Fault]:
    """The faults of the portfolio with all edits in it, at cells."""
    try:
        read_files({**files, **{edit.file: edit.looked_at for edit in edits}}, today=today)
    except InvalidInput as refusal:
        return [placed(fault, edits) for fault in refusal.faults]
    raise AssertionError("settings have faults as they are written, and none as they are looked at")


def _edits(files: Files, book: Book, sheet: BookSheet, faults: Faults) -> Iterator[Edit]:
    """What a sheet makes of its file; nothing where it is of no file, or has faults."""
    before = len(faults.found)
    edit = None
    if sheet.name == PRICES:
        edit = _rows_edit(sheet, price_file(book.key), book.rows, faults)
    elif sheet.name == SETTINGS:
        edit = _settings_edit(files, book, sheet, faults)
    elif match := _TABLE_SHEET.fullmatch(sheet.name):
        name = table_file(match[1])
        edit = _table_edit(sheet, name, read_list(files, name, faults), faults)
    if edit is not None and len(faults.found) == before:
        yield edit


def _rows_edit(sheet: BookSheet, name: str, file: ListFile, faults: Faults) -> Edit | None:
    stated = file.columns or COLUMNS
    for column in [column for column in stated if column not in sheet.columns]:
        fix = "Add it; where its cells are empty, what stood there goes away."
        faults.add(sheet.place(1), f"the sheet has no column {column!r}", fix)
    for column in [column for column in sheet.columns if column not in _KNOWN]:
        faults.add(sheet.place(1, column), f"there is no column {column!r}", advice(column, _KNOWN))
    used = [column for column in sheet.columns if any(row.cells[column] for row in sheet.rows)]
    columns = (*stated, *(column for column in used if column not in stated))
    if not _is_sound(sheet, faults) or not set(columns) <= set(sheet.columns):
        return None
    if not file.columns and not sheet.rows:
        return None  # a book that only inherits needs no rows of its own
    return _list_edit(
        BookSheet(sheet.name, columns, sheet.rows, sheet.letters, sheet.source), name, file, is_keyed=True
    )


def _table_edit(sheet: BookSheet, name: str, file: ListFile, faults: Faults) -> Edit | None:
    columns = file.columns if set(file.columns) == set(sheet.columns) else sheet.columns
    if not _is_sound(sheet, faults):
        return None
    return _list_edit(
        BookSheet(sheet.name, columns, sheet.rows, sheet.letters, sheet.source), name, file, is_keyed=False
    )


def _list_edit(sheet: BookSheet, name: str, file: ListFile, *, is_keyed: bool) -> Edit:
    written = merged(file, sheet, _key if is_keyed else None)
    changes = tuple(row_changes(sheet.name, written.pairs))
    return Edit(name, written.content, written.content, sheet, written.origins, changes)


def _key(row: SheetRow) -> tuple[str, str, str]:
    return row.cells["component"], row.cells["charge"], row.cells["valid_from"]


def _settings_edit(files: Files, book: Book, sheet: BookSheet, faults: Faults) -> Edit | None:
    if not _is_sound(sheet, faults) or set(sheet.columns) != set(SETTING_COLUMNS):
        fix = f"Write {' and '.join(SETTING_COLUMNS)} into its first row, and nothing else."
        faults.add(sheet.place(1), f"the columns of the sheet are {', '.join(sheet.columns)}", fix)
        return None
    name = settings_file(book.key)
    value, rows = settings_of(sheet, book.settings, faults)
    text = files[name].decode("utf-8-sig") if name in files else ""
    content = files.get(name, b"")
    if value != book.settings:
        written = updated_yaml(text, value)
        tree = read_yaml(written, name, faults)
        if not faults.found and (tree is None or tree.value != value):
            raise AssertionError(f"{name} would not state what the sheet does")
        content = written.encode()
    plain, paths = plain_yaml(value)
    first = dict(rows)
    for path, row in rows.items():
        for length in range(1, len(path)):
            first.setdefault(path[:length], row)
    origins = {line: first[path] for line, path in paths.items() if path in first}
    return Edit(name, content, plain.encode(), sheet, origins, tuple(setting_changes(book.settings, value)))


def _is_sound(sheet: BookSheet, faults: Faults) -> bool:
    """Whether each column has a name of its own."""
    twice = sorted({column for column in sheet.columns if sheet.columns.count(column) > 1})
    for column in twice:
        faults.add(sheet.place(1, column), f"two columns are called {column!r}", "Remove one of them.")
    return not twice
