"""Writes values for Ansible so that none of them is ever read as a template."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path


def unsafe_yaml(value: object) -> str:
    """Write a value as YAML in which every text is ``!unsafe``.

    Args:
        value: Text, number, boolean, or lists and mappings of these; keys are ours and plain.
    """
    match value:
        case str():
            return f'!unsafe "{_escaped(value)}"'
        case bool() | int():
            return json.dumps(value)
        case Mapping():
            return "{" + ", ".join(f"{json.dumps(key)}: {unsafe_yaml(inner)}" for key, inner in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(unsafe_yaml, value)) + "]"
    raise TypeError(type(value))


def _escaped(text: str) -> str:
    """Write all but harmless ASCII as code points; JSON's pairs of surrogates are not YAML."""
    return "".join(
        character if " " <= character <= "~" and character not in '"\\' else f"\\U{ord(character):08X}"
        for character in text
    )


def write_private(path: Path, text: str) -> None:
    """Write a new file that only we may read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
