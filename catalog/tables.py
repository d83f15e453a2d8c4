"""tables/*.csv: combinations of components that rules allow."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from bidwright.catalog.csv_source import Row, Sheet, read_csv
from bidwright.catalog.draft import Draft
from bidwright.catalog.source_files import Files, text_of

_ID = re.compile(r"[a-z][a-z0-9_]{0,59}")


def read_tables(draft: Draft, files: Files) -> None:
    """Read every table."""
    for name in sorted(name for name in files if name.startswith("tables/") and name.endswith(".csv")):
        table = PurePosixPath(name).stem
        if not _ID.fullmatch(table):
            draft.faults.add(f"{name}:1", f"{table!r} is not an id", "Rename the file: a-z, 0-9 and _ only.")
        draft.ids.declare("table", table, f"{name}:1")
        text = text_of(files, name, draft.faults)
        sheet = read_csv(text, name, draft.faults) if text is not None else None
        if sheet is not None and _has_sound_header(draft, sheet):
            draft.tables[table] = (sheet.columns, _rows(draft, sheet))


def _has_sound_header(draft: Draft, sheet: Sheet) -> bool:
    where = f"{sheet.name}:1"
    known = [draft.ids.check("family", column, where) for column in sheet.columns]
    if not 2 <= len(sheet.columns) <= 5 or len(set(sheet.columns)) != len(sheet.columns):
        what = f"the columns are {', '.join(sheet.columns)}"
        draft.faults.add(where, what, "Name 2 to 5 different families.")
        return False
    if not sheet.rows:
        draft.faults.add(where, "the table has no rows, so nothing would be allowed", "Add the allowed combinations.")
    return all(known)


def _rows(draft: Draft, sheet: Sheet) -> frozenset[tuple[str, ...]]:
    seen: dict[tuple[str, ...], str] = {}
    for row in sheet.rows:
        combination = tuple(row.cells[column] for column in sheet.columns)
        if combination in seen:
            what = f"the combination {', '.join(combination)} is given twice, first at {seen[combination]}"
            draft.faults.add(row.where, what, "Remove one of the two.")
        seen.setdefault(combination, row.where)
        for family, component in row.cells.items():
            _check_cell(draft, row, family, component)
    return frozenset(seen)


def _check_cell(draft: Draft, row: Row, family: str, component: str) -> None:
    if draft.ids.check("component", component, row.where) and not component.startswith(f"{family}."):
        what = f"{component!r} stands in the column of family {family!r}"
        draft.faults.add(row.where, what, f"Write a component of family {family!r} here.")
