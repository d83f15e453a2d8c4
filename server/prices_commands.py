"""``bidwright prices``: price books as spreadsheets and CSV files, out of a portfolio and back into it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from bidwright.catalog.book_csv_reader import read_rows
from bidwright.catalog.book_export import as_csv, elsewhere, read_book, sheets_of
from bidwright.catalog.book_import import BookImport, import_book
from bidwright.catalog.book_sheets import PRICES, BookSheet
from bidwright.catalog.book_workbook import write_workbook
from bidwright.catalog.book_workbook_reader import LARGEST_BYTES, read_workbook
from bidwright.catalog.source_files import Files, files_of_directory
from bidwright.core.clock import utc_now
from bidwright.core.command_line.files import FILE, FOLDER, OutputFile
from bidwright.core.command_line.locales import locale_option
from bidwright.core.errors import Conflicting, Faults
from bidwright.server.prices_text import import_record, import_text
from bidwright.server.progress import Progress
from bidwright.server.quotes_preview import tell_quotes
from bidwright.server.store_access import require_kept, with_store
from bidwright.server.store_options import redis_url_option, state_dir_option

_MOST_SHOWN = 10


@click.group("prices")
def prices() -> None:
    """Edit price books as spreadsheets: out of a portfolio, and back with a check."""


@prices.command("export")
@click.option("--portfolio", "directory", type=FOLDER, required=True, help="Portfolio with the price book.")
@click.option("--book", "key", required=True, metavar="BOOK", help="Name of its file in prices/, for example DE.")
@click.option("--output", type=OutputFile(), required=True, metavar="FILE", help="File that ends in .xlsx or .csv.")
def prices_export(directory: Path, key: str, output: Path) -> None:
    """Write a price book as a spreadsheet (.xlsx: all of it) or as CSV (its rows)."""
    is_csv = _is_csv(output)
    files = _files(directory)
    book, progress = read_book(files, key), Progress()
    progress.tell(f"writing {len(book.rows.rows)} rows")
    content = as_csv(book) if is_csv else write_workbook(sheets_of(book))
    progress.end()
    output.write_bytes(content)
    for note in elsewhere(files, book, only_rows=is_csv):
        click.echo(note, err=True)
    click.echo(f"{output}: {len(book.rows.rows)} rows of price book {key}.")


@prices.command("import")
@click.argument("file", type=FILE)
@click.option("--portfolio", "directory", type=FOLDER, required=True, help="Portfolio with the price book.")
@click.option("--book", "key", required=True, metavar="BOOK", help="Name of its file in prices/, for example DE.")
@click.option(
    "--write", "is_written", is_flag=True, help="Change the portfolio; without it, only say what would change."
)
@click.option("--quotes", "with_quotes", is_flag=True, help="Also say which open quotes it would change.")
@click.option("--account", default="", metavar="ACCOUNT", help="Of --quotes, only those of this account.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; with --quotes, an object a line.")
@locale_option
@state_dir_option
@redis_url_option
def prices_import(  # noqa: PLR0913 - one parameter for each option of the command
    file: Path,
    directory: Path,
    key: str,
    *,
    is_written: bool,
    with_quotes: bool,
    as_json: bool,
    account: str,
    state_dir: Path,
    redis_url: str,
) -> None:
    """Check an edited price book in its portfolio, and say what it changes; exit code 1 where there are faults."""
    if account and not with_quotes:
        raise click.UsageError("--account says whose quotes are meant; give --quotes with it.")
    if with_quotes:
        require_kept(state_dir, redis_url)
    before = _files(directory)
    imported = _imported(file, before, key)
    if is_written and not imported.faults:
        _write(directory, before, imported.files)
    written = tuple(imported.files) if is_written else ()
    if as_json:
        indent = None if with_quotes else 2
        click.echo(json.dumps(import_record(imported, written), indent=indent, ensure_ascii=False))
    else:
        click.echo(import_text(imported, written))
    if imported.faults:
        raise SystemExit(1)
    release = imported.release
    if with_quotes and release is not None:
        with_store(state_dir, redis_url, lambda store: tell_quotes(store, release, account=account, as_json=as_json))


def _is_csv(file: Path) -> bool:
    if file.suffix.lower() not in {".csv", ".xlsx"}:
        raise click.UsageError(f"{file.name} ends neither in .xlsx nor in .csv.")
    return file.suffix.lower() == ".csv"


def _files(directory: Path) -> Files:
    faults = Faults()
    files = files_of_directory(directory, faults)
    faults.raise_if_any(f"The portfolio {directory}")
    return files


def _imported(file: Path, before: Files, key: str) -> BookImport:
    faults, notes, progress = Faults(), list[str](), Progress()
    progress.tell(f"reading {file.name}")
    sheets: Mapping[str, BookSheet]
    with file.open("rb") as opened:
        content = opened.read(LARGEST_BYTES + 1)  # what is larger is refused, and need not fit into memory
    if _is_csv(file):
        rows = read_rows(content, file.name, faults)
        sheets = {PRICES: rows} if rows is not None else {}
    else:
        workbook = read_workbook(content, file.name, faults)
        sheets = workbook.sheets
        if workbook.computed:
            notes.append(f"Formulas: what they came to when the file was saved was taken: {_few(workbook.computed)}.")
    if faults.found:
        progress.end()
        return BookImport(faults=tuple(faults.found), notes=tuple(notes))
    progress.tell("checking the portfolio with it")
    imported = import_book(before, key, sheets, today=utc_now().date())
    progress.end()
    return replace(imported, notes=(*notes, *imported.notes))


def _few(places: Sequence[str]) -> str:
    shown = ", ".join(places[:_MOST_SHOWN])
    return f"{shown} and {len(places) - _MOST_SHOWN} more" if len(places) > _MOST_SHOWN else shown


def _write(directory: Path, before: Files, changed: Files) -> None:
    """Replace files; none before all are written beside those they replace, and each as a whole."""
    partial = {}
    try:
        for name, content in changed.items():
            path = (directory / name).resolve()
            if (path.read_bytes() if path.exists() else None) != before.get(name):
                raise Conflicting(
                    f"{path} has changed since it was read.",
                    fix="Export the price book again, and repeat the change.",
                    reason="PORTFOLIO_CHANGED",
                    facts={"file": name},
                )
            path.parent.mkdir(exist_ok=True)
            partial[path] = path.with_name(f".{path.name}.{os.getpid()}")
            _write_beside(path, partial[path], content)
        for path, written in partial.items():
            written.replace(path)
    finally:
        for written in partial.values():
            written.unlink(missing_ok=True)


def _write_beside(path: Path, partial: Path, content: bytes) -> None:
    """Write a file that takes the place of another one, with its permissions, when it is renamed."""
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if path.exists():
        shutil.copymode(path, partial)
