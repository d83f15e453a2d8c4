"""Suggests what somebody may have meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_MOST_SHOWN = 12


def advice(word: str, allowed: Iterable[str]) -> str:
    """What to do about an unknown word: the nearest allowed one, or else all in alphabetical order, where few."""
    known = sorted(allowed)
    near = get_close_matches(word, known, n=1)
    if near:
        return f"Did you mean {near[0]!r}?"
    if not known:
        return "None is declared: declare it first."
    shown = ", ".join(known[:_MOST_SHOWN])
    more = f" or one of {len(known) - _MOST_SHOWN} more" if len(known) > _MOST_SHOWN else ""
    return f"Use one of: {shown}{more}."
