"""The settings of a price book as rows of a sheet, and back into its YAML file, whose comments stay."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, ScalarString

from bidwright.catalog.book_lists import same_value
from bidwright.catalog.book_sheets import BookSheet, SheetRow
from bidwright.catalog.yaml_source import Path
from bidwright.core.errors import Faults

_BETWEEN = " / "
_EMPTY: dict[str, Any] = {"{}": {}, "[]": []}
_LONGEST_LINE = 10_000
_POSITION = re.compile(r"#([1-9][0-9]{0,4})")
_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,17}")


def flat(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value that is no collection, and every empty collection, with its path."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from flat(inner, (*path, str(key)))
    elif isinstance(value, list) and value:
        for position, inner in enumerate(value):
            yield from flat(inner, (*path, position))
    else:
        yield path, value


def path_text(path: Path) -> str:
    """A path as people read it: ``commitments / #1 / monthly``; items of lists count from 1."""
    return _BETWEEN.join(f"#{part + 1}" if isinstance(part, int) else part for part in path)


def value_text(value: Any) -> str:
    """A value as the text of a cell."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return "{}" if isinstance(value, dict) else "[]"
    return "" if value is None else str(value)


def settings_of(sheet: BookSheet, before: Any, faults: Faults) -> tuple[Any, dict[Path, int]]:
    """The settings that a sheet states, and the row of each.

    Args:
        sheet: With the columns setting and value; a row without a value states nothing.
        before: The settings as they are: what is the same number keeps its spelling and its kind.
        faults: Takes settings that are stated twice, or both as a value and as a collection.
    """
    known = dict(flat(before))
    rows: dict[Path, int] = {}
    tree: dict[str | int, Any] = {}
    for row in sheet.rows:
        path, text = _path(row.cells["setting"]), row.cells["value"]
        where = sheet.place(row.number, "setting")
        if not path or isinstance(path[0], int):
            faults.add(where, "the setting has no name", "Name the setting, such as rounding or terms / 12.")
        elif text and not _put(tree, path, _typed(text, known.get(path))):
            what = f"the setting {row.cells['setting']!r} is stated twice, or as a value and as a collection"
            faults.add(where, what, "Keep one of the two rows.")
        elif text:
            rows[path] = row.number
    return _with_lists(tree), rows


def plain_yaml(value: Any) -> tuple[str, dict[int, Path]]:
    """Settings as YAML with a line for each value, and the path of each line: for faults that name a line."""
    lines: list[str] = []
    paths: dict[int, Path] = {}

    def write(inner: Any, path: Path, indent: str, begin: str) -> None:
        paths[len(lines) + 1] = path
        if isinstance(inner, dict | list) and inner:
            lines.append(begin.rstrip())
            items = inner.items() if isinstance(inner, dict) else enumerate(inner)
            for key, item in items:
                own = f"{indent}{json.dumps(key, ensure_ascii=False)}: " if isinstance(key, str) else f"{indent}- "
                write(item, (*path, key), f"{indent}  ", own)
        else:
            lines.append(f"{begin}{json.dumps(inner, ensure_ascii=False)}")

    for key, inner in value.items():
        write(inner, (key,), "  ", f"{json.dumps(key, ensure_ascii=False)}: ")
    return "\n".join(lines) + "\n" if lines else "{}\n", paths


def updated_yaml(text: str, value: Any) -> str:
    """A YAML file that states other settings; what stays the same stays as it is written."""
    reader = YAML(typ="rt")
    reader.preserve_quotes = True
    reader.width = _LONGEST_LINE
    reader.indent(mapping=2, sequence=4, offset=2)
    tree = reader.load(text) or {}
    _update(tree, value)
    written = io.StringIO()
    reader.dump(tree, written)
    return written.getvalue()


def _path(text: str) -> Path:
    parts = [part.strip() for part in text.split(_BETWEEN.strip())]
    if not all(parts):
        return ()
    return tuple(_position(part) for part in parts)


def _position(part: str) -> str | int:
    match = _POSITION.fullmatch(part)
    return int(match[1]) - 1 if match else part


def _typed(text: str, before: Any) -> Any:
    """The value of a cell. Whole numbers are numbers in YAML, others are texts; so they cannot lose a digit."""
    if text in _EMPTY:
        return _EMPTY[text].copy()
    if before is not None and same_value(value_text(before), text):
        return before
    if isinstance(before, str):
        return text
    if text in {"true", "false"}:
        return text == "true"
    return int(text) if _WHOLE.fullmatch(text) else text


def _put(tree: dict[str | int, Any], path: Path, value: Any) -> bool:
    """Put a value into a tree of mappings; whether there was room for it."""
    for part in path[:-1]:
        tree = tree.setdefault(part, {})
        if not isinstance(tree, dict):
            return False
    if path[-1] in tree:
        return False
    tree[path[-1]] = value
    return True


def _with_lists(tree: Any) -> Any:
    """Mappings whose keys are all positions become lists, in their order."""
    if not isinstance(tree, dict):
        return tree
    if tree and all(isinstance(key, int) for key in tree):
        return [_with_lists(tree[key]) for key in sorted(tree)]
    # A position among names is no list; the shape of the file is checked, and says so.
    return {key if isinstance(key, str) else f"#{key + 1}": _with_lists(inner) for key, inner in tree.items()}


def _update(node: Any, value: Any) -> None:
    if isinstance(node, dict):
        names = {str(key): key for key in node}
        for name in [name for name in names if name not in value]:
            del node[names[name]]
        for name, inner in value.items():
            node[names.get(name, _key(name))] = _updated(node.get(names.get(name, name)), inner)
    else:
        del node[len(value) :]
        for position, inner in enumerate(value):
            if position < len(node):
                node[position] = _updated(node[position], inner)
            else:
                node.append(_updated(None, inner))


def _updated(old: Any, value: Any) -> Any:
    if (isinstance(old, dict) and isinstance(value, dict)) or (isinstance(old, list) and isinstance(value, list)):
        _update(old, value)
        return old
    if isinstance(value, dict | list):
        return _new(value)
    if old is not None and not isinstance(old, dict | list) and value_text(old) == value_text(value):
        return old
    if isinstance(old, ScalarString) and isinstance(value, str):
        return type(old)(value)
    return _new(value)


def _new(value: Any) -> Any:
    if isinstance(value, dict):
        return {_key(key): _new(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_new(inner) for inner in value]
    return DoubleQuotedScalarString(value) if isinstance(value, str) and value[:1] in "-+.0123456789" else value


def _key(name: str) -> str | int:
    """Whole numbers are keys without quotation marks, as in terms."""
    return int(name) if _WHOLE.fullmatch(name) else name


def setting_rows(value: Any) -> Sequence[SheetRow]:
    """The rows of the sheet of settings."""
    return [
        SheetRow(number, {"setting": path_text(path), "value": value_text(inner)})
        for number, (path, inner) in enumerate(flat(value) if value else (), 2)
    ]
