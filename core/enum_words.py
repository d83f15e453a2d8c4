"""Values of enums of the contract as words: ``QUOTE_STATE_IN_APPROVAL`` is ``in_approval``."""

from __future__ import annotations

from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper


def enum_word(kind: EnumTypeWrapper, value: int) -> str:
    """Name a value of an enum as indexes, events and JSON do; every name of an enum begins as that of its 0 does."""
    return kind.Name(value).removeprefix(kind.Name(0).removesuffix("UNSPECIFIED")).lower()


def spoken(kind: EnumTypeWrapper, value: int) -> str:
    """Name a value of an enum as people do."""
    return enum_word(kind, value).replace("_", " ")
