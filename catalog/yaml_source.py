"""Reads YAML 1.2 with the line of every value, and nothing but plain values: no anchors, no tags, no floats.

The tree is built from the parser's events in a loop, so nesting cannot exhaust the stack; and since anchors are
refused, a document cannot grow beyond its file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bidwright.catalog.yaml_events import Event, NotYaml, exact_events, quick_events
from bidwright.core.errors import Faults

DEEPEST = 12
"""Collections within collections; the deepest portfolio file has 6."""

Path = tuple[str | int, ...]
"""Keys and positions that lead to a value: ``("components", 0, "name")``."""

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_MOST_DIGITS = 18


@dataclass(frozen=True)
class Tree:
    """What a file holds.

    Attributes:
        value: Dictionaries, lists, texts, integers, booleans and None.
        lines: Path of a value -> the line of its key, or of its item in a list; from 1.
        refused: Paths of values that have a fault already.
    """

    value: Any
    lines: dict[Path, int]
    refused: frozenset[Path]


@dataclass
class _Open:
    """A collection whose end has not come yet."""

    value: dict[str, Any] | list[Any]
    path: Path
    key: str | None = None
    skipped: int = field(default=0)


def read_yaml(text: str, name: str, faults: Faults) -> Tree | None:
    """Read one document.

    Args:
        text: The file.
        name: Its name, for faults.
        faults: Takes everything that is not allowed.

    Returns:
        The tree without what was refused; None where the text is not YAML at all, or too deep: brackets within
        brackets would take time with the square of their number.
    """
    tree = _without_fault(text, name)
    if tree is not None:
        return tree
    try:
        return _read(exact_events(text), name, faults)
    except NotYaml as error:
        faults.add(f"{name}:{error.line}", f"this is not YAML: {error.problem}", error.fix)
        return None


def _without_fault(text: str, name: str) -> Tree | None:
    """The tree of a text that the quick parser reads and that holds nothing to refuse."""
    faults = Faults()
    try:
        tree = _read(quick_events(text), name, faults)
    except NotYaml:
        return None
    return None if faults.found else tree


def _read(events: Iterable[Event], name: str, faults: Faults) -> Tree | None:
    builder = _Builder(name, faults)
    for event in events:
        builder.take(event)
        if builder.is_too_deep:
            return None
    return Tree(builder.root, builder.lines, frozenset(builder.refused))


class _Builder:
    def __init__(self, name: str, faults: Faults) -> None:
        self.root: Any = None
        self.lines: dict[Path, int] = {}
        self.refused: set[Path] = set()
        self._name = name
        self._faults = faults
        self._open: list[_Open] = []
        self._documents = 0
        self.is_too_deep = False

    def take(self, event: Event) -> None:
        if event.kind == "document":
            self._documents += 1
            if self._documents == 2:
                self._refuse(event, "a second document begins here", "Keep one document a file; remove the `---`.")
        elif self._documents > 1:
            return
        elif event.kind in {"mapping", "list"} and len(self._open) >= DEEPEST:
            self._refuse(event, f"this lies more than {DEEPEST} levels deep", "Remove the superfluous brackets.")
            self.is_too_deep = True
        elif event.kind == "alias":
            self._refuse(event, f"the alias *{event.anchor} is not read", "Write the value out where it is used.")
            self.refused.add(self._put(None, event))
        elif event.kind == "end":
            self._open.pop()
        else:
            self._node(event)

    def _node(self, event: Event) -> None:
        if event.anchor is not None:
            self._refuse(event, f"the anchor &{event.anchor} is not read", "Remove it; write values out.")
        if event.tag is not None:
            self._refuse(event, f"the tag {event.tag} is not read", "Remove the tag.")
        if event.kind == "mapping":
            self._begin({}, event)
        elif event.kind == "list":
            self._begin([], event)
        else:
            self._scalar(event)

    def _begin(self, value: dict[str, Any] | list[Any], event: Event) -> None:
        self._open.append(_Open(value, self._put(value, event)))

    def _scalar(self, event: Event) -> None:
        top = self._open[-1] if self._open else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            self._key(top, top.value, event)
        else:
            before = len(self._faults.found)
            path = self._put(self._resolved(event), event)
            if len(self._faults.found) > before:
                self.refused.add(path)

    def _key(self, top: _Open, mapping: dict[str, Any], event: Event) -> None:
        key = event.value
        if key in mapping:
            first = self.lines[(*top.path, key)]
            self._refuse(event, f"{key!r} is given twice, first in line {first}", "Keep one of the two.")
            top.skipped += 1
            key = f"{key}\0{top.skipped}"
        top.key = key
        self.lines[(*top.path, key)] = event.line

    def _put(self, value: Any, event: Event) -> Path:
        line = event.line
        if not self._open:
            self.root = value
            self.lines[()] = line
            return ()
        top = self._open[-1]
        if isinstance(top.value, list):
            path: Path = (*top.path, len(top.value))
            top.value.append(value)
            self.lines[path] = line
            return path
        if top.key is None:
            self._refuse(event, "a key must be a word, not a list or mapping", "Write a plain word before the colon.")
            top.skipped += 1
            top.key = f"\0{top.skipped}"
            return (*top.path, top.key)
        path = (*top.path, top.key)
        if "\0" not in top.key:  # a repeated or impossible key is read to its end, and left out
            top.value[top.key] = value
        top.key = None
        return path

    def _resolved(self, event: Event) -> str | int | bool | None:
        text = event.value
        if not event.is_plain:
            return text
        if text in _NULL:
            return None
        if text in _BOOLEANS:
            return _BOOLEANS[text]
        if _INTEGER.fullmatch(text):
            if len(text) > _MOST_DIGITS:
                self._refuse(event, f"the number {text[:40]} is too long", f"Use at most {_MOST_DIGITS} digits.")
                return 0
            return int(text)
        if _FLOAT.fullmatch(text):
            what = f"{text} would be read as an inexact binary number"
            self._refuse(event, what, f'Put it in quotes: "{text}".')
        return text

    def _refuse(self, event: Event, what: str, fix: str) -> None:
        self._faults.add(f"{self._name}:{event.line}", what, fix)
