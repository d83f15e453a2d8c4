"""The Lua scripts beside this file: each is one atomic change in the engine."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Script:
    """A script and the SHA-1 digest under which the engine remembers it."""

    text: str
    digest: str


@functools.cache
def script(name: str) -> Script:
    """Read a script of this folder.

    Args:
        name: The file's name without ``.lua``.
    """
    text = Path(__file__).with_name(f"{name}.lua").read_text(encoding="utf-8")
    return Script(text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())
