"""What people write who know other languages of conditions, and what is wrong with what is no expression."""

from __future__ import annotations

import re
from dataclasses import dataclass

_IMPLIES = 'Write implies(a, b), such as implies(selected("cache"), need.users >= 50).'
_QUOTES = 'Write straight quotes: "...".'
_INSTEAD = {
    **dict.fromkeys(("=", "==="), "Write == to compare."),
    **dict.fromkeys(("<>", "!==", "\u2260"), "Write !=."),
    **dict.fromkeys(("=<", "\u2264"), "Write <=."),
    "\u2265": "Write >=.",
    **dict.fromkeys(("&", "&&", "AND"), "Write and."),
    **dict.fromkeys(("|", "||", "OR"), "Write or."),
    **dict.fromkeys(("!", "~", "NOT"), "Write not."),
    **dict.fromkeys(("=>", "==>", "->", "-->", "\u2192", "\u21d2", "implies", "requires", "then", "THEN"), _IMPLIES),
    **dict.fromkeys(("<=>", "<==>", "<->", "\u2194", "\u21d4"), "Write == between two conditions."),
    "excludes": "Write not (a and b).",
    **dict.fromkeys(("true", "TRUE"), "Write True."),
    **dict.fromkeys(("false", "FALSE"), "Write False."),
    # What word processors make of signs.
    **dict.fromkeys(("\u2212", "\u2013"), "Write - (a hyphen)."),
    **dict.fromkeys("\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb", _QUOTES),
}
_TEXT = r""""[^"]*"|'[^']*'"""
_WORD = r"(?P<word>(?<![\w.])(?!implies\s*\()[A-Za-z]\w*)"
_SIGN = r"(?P<sign><=>|<==>|<->|=>|==>|-->|->|===|!==|[!<>=]=(?![=<>])|<>|=<|&&|\|\||[^\w\s])"
_PARTS = re.compile(f"{_TEXT}|{_WORD}|{_SIGN}")


@dataclass(frozen=True)
class Slip:
    """A word or sign that is not in the language.

    Attributes:
        column: Where it stands, from 1.
        written: What it is.
        instead: What to write.
    """

    column: int
    written: str
    instead: str


def first_slip(source: str) -> Slip | None:
    """The first sign or word of another language that stands outside the texts of a rule."""
    for part in _PARTS.finditer(source):
        instead = _INSTEAD.get(part["word"] or part["sign"] or "")
        if instead is not None:
            return Slip(part.start() + 1, part.group(), instead)
    return None


def no_expression(source: str, error: SyntaxError) -> tuple[int, str]:
    """Where a rule stops being an expression, from 1, and what is wrong there."""
    column = min(error.offset or len(source) + 1, len(source) + 1)
    rest = source[column - 1 :].split()
    if error.msg != "invalid syntax":
        return column, f"this is not an expression: {error.msg}"
    return (
        column,
        f"this is not an expression: {f'{rest[0][:60]!r} does not fit here' if rest else 'it ends too early'}",
    )
