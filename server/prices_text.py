"""The report of an import of a price book, as text and as JSON."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from bidwright.catalog.book_changes import KINDS, BookChange, CellChange
from bidwright.catalog.book_import import BookImport
from bidwright.core.counts import counted
from bidwright.core.money import plain

_SILENT = frozenset({"component", "charge", "valid_from"})
"""Cells that the subject of a row has named already."""


def import_record(imported: BookImport, written: Sequence[str]) -> dict[str, Any]:
    """The report for machines.

    Args:
        imported: What an import would do.
        written: The files that it has changed.
    """
    return {
        "counts": _counts(imported),
        "changes": [_change_record(change) for change in imported.changes],
        "faults": [dataclasses.asdict(fault) for fault in imported.faults],
        "notes": list(imported.notes),
        "files": list(imported.files),
        "written": list(written),
    }


def import_text(imported: BookImport, written: Sequence[str]) -> str:
    """The report for people: changes, faults, notes, and what was written."""
    return "\n".join(_visible(line) for line in _lines(imported, written))


def _visible(line: str) -> str:
    """A line whose control characters, which could steer a terminal, are written out."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in line)


def _lines(imported: BookImport, written: Sequence[str]) -> Iterator[str]:
    for change in imported.changes:
        yield f"{change.kind:8} {change.sheet}: {change.subject}"
        yield from (
            f"           {_cell(cell, is_gone=change.kind == 'removed')}"
            for cell in change.cells
            if _is_said(change, cell)
        )
    for fault in imported.faults:
        yield f"{fault.where}: {fault.what}"
        yield f"    {fault.fix}"
    yield from (f"Note: {note}" for note in imported.notes)
    if imported.faults:
        yield f"{counted(len(imported.faults), 'fault')}: nothing was written."
        return
    counts = ", ".join(f"{number} {kind}" for kind, number in _counts(imported).items() if number)
    yield counts or "No change."
    if written:
        yield f"Written: {', '.join(written)}. Publish the portfolio to make it hold."
    elif imported.files:
        yield "Nothing was written; --write does."


def _counts(imported: BookImport) -> dict[str, int]:
    counted = Counter(change.kind for change in imported.changes)
    return {kind: counted[kind] for kind in KINDS}


def _is_said(change: BookChange, cell: CellChange) -> bool:
    return not (change.kind in {"added", "removed"} and cell.column in _SILENT)


def _cell(cell: CellChange, *, is_gone: bool) -> str:
    percent = f" ({_signed(cell.percent)} %)" if cell.percent is not None else ""
    if not cell.after and is_gone:
        return f"{cell.column}: {cell.before}"
    if not cell.before:
        return f"{cell.column}: {cell.after}"
    return f"{cell.column}: {cell.before} -> {cell.after or '(empty)'}{percent}"


def _signed(number: Decimal) -> str:
    """A number with its sign, also where it is above 0."""
    return f"+{plain(number)}" if number > 0 else plain(number)


def _change_record(change: BookChange) -> dict[str, Any]:
    cells = [
        {
            "column": cell.column,
            "before": cell.before,
            "after": cell.after,
            **({"percent": plain(cell.percent)} if cell.percent is not None else {}),
        }
        for cell in change.cells
    ]
    return {"kind": change.kind, "sheet": change.sheet, "subject": change.subject, "cells": cells}
