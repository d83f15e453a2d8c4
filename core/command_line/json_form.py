"""Messages as commands print them for programs, and as they read them from files."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, TypeVar

from google.protobuf.json_format import MessageToDict, Parse, ParseError
from google.protobuf.message import Message

_MessageT = TypeVar("_MessageT", bound=Message)


def as_dict(message: Message) -> dict[str, object]:
    """A message as plain values, with the names of the .proto and every field that has no presence."""
    values: dict[str, object] = MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    return values


def read_message(text: str, message: _MessageT) -> _MessageT:
    """Read a message; its fields have the names of the .proto or those of JSON (``term_months``, ``termMonths``).

    Raises:
        ParseError: It is no such message, or states a field twice, in whichever names.
    """
    read = Parse(text, message)  # refuses what is stated twice in the same name
    json.loads(text, object_pairs_hook=_require_once)
    return read


def _require_once(pairs: list[tuple[str, Any]]) -> None:
    counted = Counter(name.replace("_", "").lower() for name, _ in pairs)
    for name, _ in pairs:
        if counted[name.replace("_", "").lower()] > 1:
            raise ParseError(f"{name} is stated twice")
