"""Identifiers: random where nobody may guess them, readable where people say them on the telephone."""

from __future__ import annotations

import secrets
from collections.abc import Callable

IdSource = Callable[[str], str]
"""Makes an id from a prefix, for example ``q`` -> ``q-7kdm2x9v3n``."""

# No vowels, no 0/1/l: ids spell no words and survive being read aloud.
_LETTERS = "23456789bcdfghjkmnpqrstvwxz"


def random_id(prefix: str) -> str:
    """Make an id of 10 random letters (47 bits), unique enough for a million a day within one account."""
    return f"{prefix}-" + "".join(secrets.choice(_LETTERS) for _ in range(10))
