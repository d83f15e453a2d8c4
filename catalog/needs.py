"""The needs of an offering: each is complete and its default is an answer to it."""

from __future__ import annotations

import re
from decimal import Decimal
from keyword import iskeyword
from typing import Any

from bidwright.catalog.answers import answer_fault
from bidwright.catalog.document import Entry
from bidwright.catalog.figures import number, places_of
from bidwright.catalog.model import Answer, Need
from bidwright.core import money
from bidwright.core.errors import Faults

_KEYS = {
    "boolean": frozenset[str](),
    "integer": frozenset({"unit", "min", "max"}),
    "decimal": frozenset({"unit", "min", "max", "places"}),
    "choice": frozenset({"options"}),
    "text": frozenset({"max_length", "pattern"}),
}
"""Keys that each type of need takes, beside name, question, type and default."""

_REQUIRED = {"integer": ("min", "max"), "decimal": ("min", "max"), "choice": ("options",), "text": ("max_length",)}
_ALWAYS = frozenset({"name", "question", "type", "default", "per"})
_LARGEST_INTEGER = 999_999_999
_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]])*\]|(?P<times>[*+]|\{\d*,?\d*\})|.", re.DOTALL)
"""One escape, set, repetition or letter of a regular expression."""


def read_need(entry: Entry, faults: Faults) -> Need | None:
    """Read a need whose shape is sound; None where a fault makes it unusable."""
    value = entry.value
    kind = value["type"]
    before = len(faults.found)
    for key in value.keys() - _ALWAYS - _KEYS[kind]:
        allowed = ", ".join(sorted(_KEYS[kind])) or "neither limits nor options"
        faults.add(entry.where(key), f"a need of type {kind} has no {key!r}", f"Remove it; {kind} takes {allowed}.")
    for key in _REQUIRED.get(kind, ()):
        if key not in value:
            faults.add(entry.where(), f"need {value['name']!r} of type {kind} lacks {key!r}", f"Add {key!r}.")
    if iskeyword(value["name"]):
        what = f"rules cannot say need.{value['name']}, a word of their language"
        faults.add(entry.where("name"), what, "Name the need differently.")
    if len(faults.found) > before:
        return None
    _check_limits(entry, faults)
    _check_pattern(entry, faults)
    if len(faults.found) > before:
        return None
    need = _need(value, kind)
    _check_default(entry, need, faults)
    return need


def _need(value: Any, kind: Any) -> Need:
    return Need(
        name=value["name"],
        question=value["question"],
        kind=kind,
        unit=value.get("unit", ""),
        minimum=number(value["min"]) if "min" in value else None,
        maximum=number(value["max"]) if "max" in value else None,
        places=value.get("places", 0),
        options=dict(value.get("options", {})),
        max_length=value.get("max_length", 0),
        pattern=value.get("pattern", ""),
        default=_default(value, kind),
        per_site=value.get("per") == "site",
    )


def _default(value: Any, kind: str) -> Answer | None:
    given: Answer | None = value.get("default")
    is_number = isinstance(given, str | int) and not isinstance(given, bool)
    if kind == "decimal" and is_number:
        try:
            return money.parse(str(given))
        except ValueError:
            return given
    return given


def _check_limits(entry: Entry, faults: Faults) -> None:
    value = entry.value
    if "min" not in value:
        return
    places = value.get("places", 0)
    for key in ("min", "max"):
        limit = number(value[key])
        if places_of(limit) > places:
            fix = "Write a whole number." if value["type"] == "integer" else "Raise `places`, or round the limit."
            faults.add(entry.where(key), f"{key} is {limit}, with more than {places} digits after the point", fix)
        if abs(limit) > Decimal(_LARGEST_INTEGER):
            faults.add(entry.where(key), f"{key} is {limit}", f"Use at most {_LARGEST_INTEGER}.")
    if number(value["min"]) > number(value["max"]):
        what = f"min {value['min']} is above max {value['max']}"
        faults.add(entry.where("min"), what, "Exchange the two, or correct one.")


def _check_pattern(entry: Entry, faults: Faults) -> None:
    pattern = entry.value.get("pattern")
    if pattern is None:
        return
    where = entry.where("pattern")
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        faults.add(where, f"{pattern!r} is not a regular expression: {error}", "Mend the regular expression.")
        return
    if _repeats_a_repetition(pattern):
        what = f"{pattern!r} repeats what is itself repeated without limit: a hostile answer could take hours to match"
        faults.add(where, what, "Give the inner repetition a limit, for example {0,60} instead of *.")


def _repeats_a_repetition(pattern: str) -> bool:
    """Whether a group that holds ``*``, ``+`` or ``{n,}`` is repeated; the pattern compiles."""
    holds_repetition = [False]  # for each open group
    is_repeating_group = False  # what was read last
    for match in _PIECE.finditer(pattern):
        piece = match[0]
        was_repeating, is_repeating_group = is_repeating_group, False
        if piece == "(":
            holds_repetition.append(False)
        elif piece == ")":
            is_repeating_group = holds_repetition.pop()
            holds_repetition[-1] |= is_repeating_group
        elif match["times"]:
            if was_repeating:
                return True
            holds_repetition[-1] |= piece in {"*", "+"} or piece.endswith(",}")
    return False


def _check_default(entry: Entry, need: Need, faults: Faults) -> None:
    if need.default is None:
        return
    fault = answer_fault(need, need.default)
    if fault is not None:
        faults.add(entry.where("default"), f"the default of need {need.name!r}: {fault.what}", fault.fix)
