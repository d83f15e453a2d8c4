"""Examples at the end of a command's help, as they are typed."""

from __future__ import annotations


def examples(*lines: str) -> str:
    """The epilog of a command: the lines below a heading, none of them wrapped."""
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])
