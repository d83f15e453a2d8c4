"""Messages as commands print them for programs."""

from __future__ import annotations

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message


def as_dict(message: Message) -> dict[str, object]:
    """A message as plain values, with the names of the .proto and every field that has no presence."""
    values: dict[str, object] = MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    return values
