"""Ids for what has names of its own: lower case, short, each once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from keyword import kwlist

_LONGEST = 44
"""Room is left for a number behind it."""

_WORDS = frozenset({*kwlist, "null", "true", "false"})
"""What YAML, or a rule that says ``need.or``, does not read as a name."""


class Ids:
    """Ids of one kind that are given out."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {*_WORDS, *taken}

    def of(self, name: str) -> str:
        """An id that is like a name, and that no other name has got."""
        plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
        plain = plain if plain[:1].isalpha() and plain.isascii() else f"f_{plain}".rstrip("_")
        wanted = base = plain[:_LONGEST].rstrip("_")
        number = 1
        while wanted in self._taken:
            number += 1
            wanted = f"{base}_{number}"
        self._taken.add(wanted)
        return wanted
