"""What a YAML text says, piece by piece, each with its line: from a quick parser, and from one that also tells faults.

libyaml reads thirty times as fast as ruamel.yaml, but YAML 1.1. So it reads what both read alike, which is nearly
everything; ruamel.yaml reads the rest, and again whatever has a fault, so a fault is always told in the same words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

_READ_DIFFERENTLY = re.compile("[\t\x85\u2028\u2029\ufeff]|[|>][-+0-9]*#")
"""What ends a line in YAML 1.1 only, and what only one of the two takes for a space, a mark or a remark."""

# Both parsers have events of these names, with the same attributes.
_KINDS = {
    "DocumentStartEvent": "document",
    "MappingStartEvent": "mapping",
    "SequenceStartEvent": "list",
    "ScalarEvent": "scalar",
    "AliasEvent": "alias",
    "MappingEndEvent": "end",
    "SequenceEndEvent": "end",
}


class Event(NamedTuple):
    """A piece of a document.

    Attributes:
        kind: ``document``, ``mapping``, ``list``, ``scalar``, ``alias`` or ``end`` (of a mapping or list).
        line: From 1.
        value: What a scalar says.
        is_plain: Without quotes, and no block.
        anchor: Of an alias the one it names; None where there is none.
        tag: None where there is none.
    """

    kind: str
    line: int
    value: str
    is_plain: bool
    anchor: str | None
    tag: str | None


class NotYaml(Exception):
    """The text is not YAML.

    Attributes:
        line: Where, from 1.
        problem: Why.
        fix: What mends it.
    """

    def __init__(self, line: int, problem: str, fix: str = "Save the file as plain YAML text.") -> None:
        super().__init__(problem)
        self.line, self.problem, self.fix = line, problem, fix


def quick_events(text: str) -> Iterator[Event]:
    """The events of a text, as libyaml reads it.

    Raises:
        NotYaml: Ask for ``exact_events``.
    """
    if not yaml.__with_libyaml__:
        raise NotYaml(1, "libyaml is missing: PyYAML was built without it")
    if _READ_DIFFERENTLY.search(text):
        raise NotYaml(1, "it holds characters that YAML 1.1 reads differently")
    try:
        yield from _events(yaml.parse(text, Loader=yaml.CBaseLoader))
    except yaml.YAMLError as error:
        raise NotYaml(1, str(error)) from error


def exact_events(text: str) -> Iterator[Event]:
    """The events of a text in YAML 1.2.

    Raises:
        NotYaml: It is none.
    """
    reader = YAML(typ="safe", pure=True)
    reader.version = (1, 2)
    try:
        yield from _events(reader.parse(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        fix = "Mend the indentation, quotes or brackets."
        raise NotYaml(mark.line + 1 if mark else 1, str(error.problem), fix) from error
    except YAMLError as error:
        raise NotYaml(1, str(error).splitlines()[0]) from error
    except AssertionError as error:  # what ruamel.yaml says of a version of YAML that it does not know
        raise NotYaml(1, str(error), "Remove the line that begins with %YAML.") from error


def _events(parsed: Iterable[Any]) -> Iterator[Event]:
    for one in parsed:
        kind = _KINDS.get(type(one).__name__)
        if kind is not None:
            value, style = (one.value, one.style) if kind == "scalar" else ("", None)
            anchor, tag = getattr(one, "anchor", None), getattr(one, "tag", None)
            yield Event(kind, one.start_mark.line + 1, value, not style, anchor, tag)
