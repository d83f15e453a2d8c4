"""Reads tokens one after another, and refuses what does not fit with what is allowed instead."""

from __future__ import annotations

from typing import NoReturn

from bidwright.configurator.feature_model import Place
from bidwright.configurator.uvl_syntax import Cardinality, Name
from bidwright.configurator.uvl_tokens import Token, refuse, tokens

# Words that cannot name a feature without quotes, because they have a meaning where names stand.
RESERVED = frozenset(
    {
        *("include", "features", "imports", "namespace", "as", "constraint", "constraints", "cardinality"),
        *("or", "alternative", "optional", "mandatory", "String", "Boolean", "Integer", "Real", "true", "false"),
    }
)


class Cursor:
    """A position in the tokens of a file.

    Attributes:
        file: Name of the file, for messages.
    """

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self._lines = text.split("\n")
        self._tokens = tokens(text, file)
        self._at = 0

    @property
    def token(self) -> Token:
        """The next token; the last one is ``end``."""
        return self._tokens[self._at]

    def next(self) -> Token:
        """Take the next token."""
        token = self._tokens[self._at]
        if token.kind != "end":
            self._at += 1
        return token

    def ahead(self) -> Token:
        """The token after the next one."""
        return self._tokens[min(self._at + 1, len(self._tokens) - 1)]

    def place(self, token: Token | None = None) -> Place:
        """Where a token stands, the next one otherwise."""
        token = token or self.token
        return Place(self.file, token.line, token.column)

    def text_between(self, first: Token, last: Token) -> str:
        """What the file says from the first token up to before the last, without the line's comment."""
        end = last.column - 1 if last.line == first.line and last.kind != "newline" else None
        line = self._lines[first.line - 1][first.column - 1 : end]
        return line.split("//")[0].strip() if '"' not in line and "'" not in line else line.strip()

    def takes(self, kind: str, value: str | None = None) -> bool:
        """Take the next token if it is this one; otherwise leave it."""
        token = self.token
        if token.kind != kind or (value is not None and token.value != value):
            return False
        self.next()
        return True

    def expect(self, kind: str, value: str | None, allowed: str) -> Token:
        """Take the next token, which must be this one; ``allowed`` says so to the reader."""
        token = self.token
        if not self.takes(kind, value):
            self.refuse(f"{token.first} does not fit here.", allowed)
        return token

    def refuse(self, what: str, fix: str, token: Token | None = None) -> NoReturn:
        """Refuse the file at a token, the next one otherwise."""
        refuse(self.place(token), what, fix)

    def name(self) -> str:
        """Take one name, quoted or not."""
        token = self.token
        is_quoted = token.kind == "quoted" and token.value != "" and "." not in token.value
        if is_quoted or (token.kind == "name" and token.value not in RESERVED):
            return self.next().value
        if token.kind == "quoted":
            self.refuse(f'"{token.value}" is no name.', "A name in quotes has at least one character, and no dot.")
        fix = 'A name starts with a letter; write others, and words of the language, in "quotes".'
        return self.refuse(f"{token.first} stands where a name is expected.", fix)

    def reference(self) -> Name:
        """Take names separated by dots."""
        parts = [self.name()]
        while self.takes("symbol", "."):
            parts.append(self.name())
        return tuple(parts)

    def whole_number(self) -> int:
        """Take a whole number from 0."""
        token = self.token
        if token.kind != "number" or not token.value.isdigit():
            self.refuse(f"{token.first} is no whole number.", "Write a whole number from 0.")
        return int(self.checked_number(self.next()))

    def checked_number(self, token: Token) -> str:
        """The digits of a number; leading zeros of whole ones are no UVL."""
        if len(token.value) > 1 and token.value[0] == "0" and "." not in token.value:
            self.refuse(f"The number {token.value} starts with 0.", "Write numbers without leading zeros.", token)
        if len(token.value) > _MOST_DIGITS:
            self.refuse(f"A number of {len(token.value)} digits.", f"Use at most {_MOST_DIGITS} digits.", token)
        return token.value

    def cardinality(self) -> Cardinality:
        """Take ``[n]``, ``[n..m]`` or ``[n..*]``."""
        start = self.expect("symbol", "[", "Write a cardinality: [n], [n..m] or [n..*].")
        least = self.whole_number()
        most: int | None = least
        if self.takes("symbol", ".."):
            most = None if self.takes("symbol", "*") else self.whole_number()
        self.expect("symbol", "]", "Close the cardinality with ].")
        if most is not None and most < least:
            self.refuse(f"[{least}..{most}] allows nothing.", "Write the smaller number first.", start)
        return Cardinality(least, most, self.place(start))


_MOST_DIGITS = 30
