"""Numbers of things in a sentence."""

from __future__ import annotations


def counted(number: int, one: str) -> str:
    """``1 fault``, ``1,200 faults``: a number of things whose plural takes an s."""
    return f"{number:,} {one}" if number == 1 else f"{number:,} {one}s"
