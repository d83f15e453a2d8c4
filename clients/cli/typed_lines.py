"""Lines as a person types them: with a prompt, history and completion at a terminal, as they come from a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

if sys.platform != "win32":  # which has none: lines are typed there without history and completion
    import readline


class TypedLines:
    """Reads standard input line by line."""

    def __init__(self, words: Callable[[], Iterable[str]], *, prompting: bool) -> None:
        """Prepare to read.

        Args:
            words: What the tabulator key completes to, as of now.
            prompting: Whether standard output is for the person who types.
        """
        self._words = words
        self._at_terminal = prompting and sys.stdin.isatty() and sys.stdout.isatty()
        if self._at_terminal and sys.platform != "win32":
            readline.set_completer_delims(" ")
            readline.set_completer(self._completion)
            readline.parse_and_bind("tab: complete")

    def next(self) -> str | None:
        """The next line without blanks around it; None at the end of the input."""
        if self._at_terminal:
            try:
                return input("> ").strip()
            except EOFError:
                return None
        line = sys.stdin.readline()
        return line.strip() if line else None

    def _completion(self, text: str, state: int) -> str | None:
        return next(iter(sorted(word for word in set(self._words()) if word.startswith(text))[state:]), None)
