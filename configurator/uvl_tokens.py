"""Splits UVL text into tokens, and makes indentation visible as tokens of its own. Linear in the length of the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, NoReturn

from bidwright.configurator.feature_model import Place
from bidwright.core.errors import Fault, InvalidInput

_TAB_STOP = 8

_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\f]+)
  | (?P<comment>//[^\r\n]*|/\*.*?\*/)
  | (?P<newline>\r\n|\n|\r)
  | (?P<quoted>"[^"\r\n]*")
  | (?P<text>'[^'\r\n]*')
  | (?P<name>[^\W\d][\w\#§%?\\';]*)
  | (?P<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)
  | (?P<symbol><=>|=>|==|!=|<=|>=|\.\.|/(?!\*)|[!&|<>+\-*()\[\]{},.])
    """,
    re.VERBOSE | re.DOTALL,
)
_DEPTH_CHANGE = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}


class Token(NamedTuple):
    """A token.

    Attributes:
        kind: ``name``, ``quoted`` (a name in quotes), ``text``, ``number``, ``symbol``, ``newline``, ``indent``,
            ``dedent`` or ``end``.
        value: Its characters, without quotes.
        line: From 1.
        column: From 1.
    """

    kind: str
    value: str
    line: int
    column: int

    def __str__(self) -> str:
        told = {"newline": "the end of the line", "indent": "a deeper indentation", "end": "the end of the file"}
        return told.get(self.kind) or ("a smaller indentation" if self.kind == "dedent" else f"'{self.value}'")

    @property
    def first(self) -> str:
        """The token as a sentence begins with it."""
        told = str(self)
        return told[0].upper() + told[1:]


def refuse(place: Place, what: str, fix: str) -> NoReturn:
    """Raise ``InvalidInput`` for one place of a file: what stands there, and what is allowed."""
    raise InvalidInput(
        f"{place}: {what}", fix=fix, reason="FEATURE_MODEL_REFUSED", faults=[Fault(str(place), what, fix)]
    )


def tokens(text: str, file: str) -> list[Token]:
    """Split the text of a file; ends with a newline, all pending dedents, and ``end``.

    Raises:
        InvalidInput: A character, quote or indentation that UVL does not have; with its place.
    """
    return list(_with_indentation(_flat(text, file), file))


def _flat(text: str, file: str) -> Iterator[Token]:
    """Tokens without indentation; comments and spaces are dropped, and so are line ends within brackets."""
    position, line, line_start, depth = 0, 1, 0, 0
    match_at = _TOKEN.match
    while position < len(text):
        match = match_at(text, position)
        column = position - line_start + 1
        if match is None:
            _refuse_character(text, position, Place(file, line, column))
        kind, value = str(match.lastgroup), match.group()
        position = match.end()
        if kind == "newline":
            if depth == 0:
                yield Token(kind, value, line, column)
            line, line_start = line + 1, position
        elif kind == "comment":
            breaks = value.count("\n")
            if breaks:
                line, line_start = line + breaks, match.start() + value.rindex("\n") + 1
        elif kind == "space":
            if column == 1:
                yield Token("margin", value, line, column)
        elif kind in {"quoted", "text"}:
            yield Token(kind, value[1:-1], line, column)
        else:
            depth = max(0, depth + _DEPTH_CHANGE.get(value, 0))
            yield Token(kind, value, line, column)
    yield Token("newline", "", line, position - line_start + 1)
    yield Token("end", "", line, position - line_start + 1)


def _refuse_character(text: str, position: int, place: Place) -> NoReturn:
    rest = text[position : position + 2]
    if rest == "/*":
        refuse(place, "This comment has no end.", "Close it with */.")
    if rest[0] in "\"'":
        refuse(place, f"The quote {rest[0]} is not closed on its line.", "Close the quote on the same line.")
    refuse(place, f"The character {rest[0]!r} is not allowed here.", 'Write names with special characters in "quotes".')


def _with_indentation(flat: Iterator[Token], file: str) -> Iterator[Token]:
    """Put ``indent`` and ``dedent`` before the first token of a line; empty lines vanish."""
    margins, margin, at_line_start = [0], 0, True
    for token in flat:
        if token.kind == "margin":
            margin = _width(token.value) if at_line_start else margin
            continue
        if token.kind == "newline":
            if not at_line_start:
                yield token
            at_line_start, margin = True, 0
            continue
        if at_line_start:
            yield from _margin_tokens(margins, 0 if token.kind == "end" else margin, token, file)
            at_line_start = False
        yield token


def _margin_tokens(margins: list[int], margin: int, token: Token, file: str) -> Iterator[Token]:
    if margin > margins[-1]:
        margins.append(margin)
        yield Token("indent", "", token.line, token.column)
    while margin < margins[-1]:
        margins.pop()
        yield Token("dedent", "", token.line, token.column)
    if margin != margins[-1]:
        fix = "Indent it as far as the lines it belongs with (a tab reaches to the next multiple of 8)."
        refuse(Place(file, token.line, token.column), "This line is indented like no line above it.", fix)


def _width(spaces: str) -> int:
    width = 0
    for space in spaces:
        width = (width // _TAB_STOP + 1) * _TAB_STOP if space == "\t" else width + 1
    return width
