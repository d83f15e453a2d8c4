"""Says what somebody may have meant, of names that ``bid`` knows without asking."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str]) -> str:
    """``Did you mean 'users'?``, or all that is known, in its order, where nothing is near."""
    names = list(known)
    near = get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f"Did you mean {near[0]!r}?"
    return f"Use one of: {', '.join(names)}." if names else "There is none."
