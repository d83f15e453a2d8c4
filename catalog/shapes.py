"""Checks the shape of each YAML file against its JSON Schema and says each fault in words.

The ``description`` of a schema is what is allowed there, as the end of a sentence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files as package_files
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from bidwright.catalog.document import Document
from bidwright.catalog.yaml_source import Path, Tree
from bidwright.core.errors import Faults
from bidwright.core.nearest import advice


def checked(name: str, tree: Tree, schema: str, faults: Faults) -> Document:
    """Check a file against a schema.

    Args:
        name: The file, for faults.
        tree: What it holds.
        schema: A file of ``schemas/``, without its ending.
        faults: Takes every place with a wrong shape.
    """
    broken: list[Path] = []
    for error in _validator(schema).iter_errors(tree.value):
        path: Path = tuple(error.absolute_path)
        if path in tree.refused:
            broken.append(path)
            continue
        for at, what, fix in _faults(error, path):
            broken.append(at)
            faults.add(f"{name}:{_line(tree, at)}", what, fix)
    value = tree.value if isinstance(tree.value, dict) else {}
    return Document(name, value, tree.lines, (*broken, *tree.refused))


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    # In JSON Schema `$` is the very end of the text; Python's also stands before a last line feed.
    wanted = pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern
    if isinstance(instance, str) and not re.search(wanted, instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


@lru_cache
def _validator(schema: str) -> Any:
    extended: Any = extend
    return extended(Draft202012Validator, {"pattern": _pattern})(_in_full(_schema(schema), _schema("words")["$defs"]))


def _in_full(part: Any, words: Mapping[str, Any]) -> Any:
    """A part of a schema with each reference replaced by what it names: to look it up costs more than the check."""
    if isinstance(part, list):
        return [_in_full(each, words) for each in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _in_full(words[part["$ref"].rpartition("/")[2]], words)
    return {key: _in_full(each, words) for key, each in part.items()}


def _schema(name: str) -> Any:
    source = package_files("bidwright.catalog") / "schemas" / f"{name}.json"
    return json.loads(source.read_text(encoding="utf-8"))


def _line(tree: Tree, path: Path) -> int:
    while path not in tree.lines and path:
        path = path[:-1]
    return tree.lines.get(path, 1)


def _faults(error: ValidationError, path: Path) -> list[tuple[Path, str, str]]:
    place = _said(path)
    schema: Any = error.schema
    instance: Any = error.instance
    allowed = str(schema["description"]) if "description" in schema else "something else"
    if error.validator == "required":
        absent = [key for key in schema["required"] if key not in instance and error.message.startswith(repr(key))]
        return [(path, f"{place} lacks the key {key!r}", f"Add {key!r}; this is {allowed}.") for key in absent]
    if error.validator == "additionalProperties" and schema["additionalProperties"] is False:
        known = list(schema["properties"])
        extra = [key for key in instance if key not in known]
        return [((*path, key), f"{place} has no key {key!r}", advice(key, known)) for key in extra]
    if "propertyNames" in error.schema_path:
        what = f"the key {_shown(instance)} in {place} is not {allowed}"
        return [((*path, str(instance)), what, f"Write {allowed}.")]
    if error.validator == "uniqueItems":
        return [(path, f"{place} names something twice: {_shown(instance)}", f"Write {allowed}.")]
    if instance is None:
        return [(path, f"{place} is empty", f"Write {allowed}.")]
    return [(path, f"{place} is {_shown(instance)}, which is not {allowed}", f"Write {allowed}.")]


def _said(path: Path) -> str:
    """A path as people say it: ``components, item 3, name``."""
    if not path:
        return "the file"
    return ", ".join(f"item {part + 1}" if isinstance(part, int) else f"'{part}'" for part in path)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else text[:77] + "..."
