"""Reads the sites of a bid from a YAML or CSV file."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bidwright.clients.cli import answers
from bidwright.v1 import catalog_pb2 as catalog
from bidwright.v1 import configurator_pb2 as configurator

_KEYS = ("id", "title", "needs", "pins", "exclusions")
_ID = re.compile(r"[a-z][a-z0-9_]{0,59}")


def read_sites(path: Path, offering: catalog.Offering) -> list[configurator.Site]:
    """Read sites; the form follows from the ending of the name.

    YAML: a list of ``{id, title, needs: {name: answer}, pins: {component: units}, exclusions: [component]}``, each text
    and figure as it is written.
    CSV: a column for each of ``id``, ``title``, ``pins``, ``exclusions`` and each need; several pins or exclusions are
    separated by spaces. An empty value or cell says nothing.

    Raises:
        click.BadParameter: The file is not of that form; with the site and what is wrong.
    """
    read = _rows if path.suffix.lower() == ".csv" else _entries
    return [_site(f"{path}, site {number}", value, offering) for number, value in enumerate(read(path), 1)]


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            head = file.readline()
            # Spreadsheets of countries with a decimal comma separate cells with semicolons.
            delimiter = ";" if ";" in head and "," not in head else ","
            file.seek(0)
            columns, *rows = [row for row in csv.reader(file, strict=True, delimiter=delimiter) if row] or [[]]
    except (csv.Error, UnicodeDecodeError) as error:
        raise click.BadParameter(f"{path}: {error}") from error
    columns = [name.strip() for name in columns]
    for name in filter(None, columns):  # spreadsheets also save columns that are empty
        if columns.count(name) > 1:
            raise click.BadParameter(f"{path}: there are {columns.count(name)} columns {name}.")
    return [_row(f"{path}, site {number}", columns, row) for number, row in enumerate(rows, 1)]


def _row(where: str, columns: Sequence[str], row: Sequence[str]) -> dict[str, Any]:
    if len(row) != len(columns):
        raise click.BadParameter(f"{where}: a row has as many cells as there are columns.")
    cells = {name: cell.strip() for name, cell in zip(columns, row, strict=True) if cell.strip()}
    return {
        "id": cells.get("id", ""),
        "title": cells.get("title", ""),
        "needs": {name: cell for name, cell in cells.items() if name not in _KEYS},
        "pins": cells.get("pins", "").split(),
        "exclusions": cells.get("exclusions", "").split(),
    }


def _entries(path: Path) -> list[Any]:
    try:
        # Nothing is taken for a number: one would not be 007, 1.10 or 99.99999999999999999 any more.
        values = YAML(typ="base", pure=True).load(path.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError) as error:
        raise click.BadParameter(f"{path}: {error}") from error
    if not isinstance(values, list):
        raise click.BadParameter(f"{path}: write a list of sites, each beginning with `- id:`.")
    return values


def _site(where: str, value: Any, offering: catalog.Offering) -> configurator.Site:
    if not isinstance(value, dict) or set(value) - set(_KEYS) or not value.get("id"):
        raise click.BadParameter(f"{where}: a site has an id, and no other keys than {', '.join(_KEYS)}.")
    if not _ID.fullmatch(str(value["id"])):
        raise click.BadParameter(f"{where}: the id {value['id']!r} is not small letters, digits and _, a letter first.")
    needs, pins, exclusions = value.get("needs") or {}, value.get("pins") or [], value.get("exclusions") or []
    if not isinstance(needs, dict):
        raise click.BadParameter(f"{where}: write needs as name: answer.")
    if isinstance(pins, str) or not isinstance(exclusions, list):
        raise click.BadParameter(f"{where}: write pins and exclusions as lists.")
    try:
        return configurator.Site(
            id=str(value["id"]),
            title=_text(value.get("title", "")),
            needs=answers.need_answers(
                [f"{name}={_text(answer)}" for name, answer in needs.items() if answer], offering
            ),
            pins=answers.pins(_pinned(pins)),
            exclusions=[_text(component) for component in exclusions],
        )
    except click.BadParameter as refusal:
        raise click.BadParameter(f"{where}: {refusal.message}") from refusal
    except TypeError as error:
        raise click.BadParameter(f"{where}: {error}") from error


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value} is a list or a mapping, not one text or figure")
    return value


def _pinned(pins: Mapping[str, object] | Sequence[object]) -> list[str]:
    if isinstance(pins, Mapping):
        return [f"{component}={units}" for component, units in pins.items()]
    return [str(pin) for pin in pins]
