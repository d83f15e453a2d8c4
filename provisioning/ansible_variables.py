"""Writes values for Ansible so that none of them is ever read as a template."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path


def unsafe_yaml(values: Mapping[str, object]) -> str:
    """Write values as YAML that is ``!unsafe`` as a whole: no text in it is a template, at any depth.

    The tag is on the mapping and not on each text: a text with a tag of its own is read again as what it looks like, so
    that ``12`` would come back as a number, ``yes`` as a boolean, and nothing as null.

    Args:
        values: Text, numbers, booleans, lists and mappings of these; keys are ours and plain.
    """
    return f"!unsafe {_yaml(values)}"


def _yaml(value: object) -> str:
    match value:
        case str():
            return f'"{_escaped(value)}"'
        case bool() | int():
            return json.dumps(value)
        case Mapping():
            return "{" + ", ".join(f"{json.dumps(key)}: {_yaml(inner)}" for key, inner in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_yaml, value)) + "]"
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
