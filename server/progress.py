"""What a long command is doing, on one line of the terminal."""

from __future__ import annotations

import sys

import click


class Progress:
    """Nothing is shown where errors do not go to a terminal."""

    def __init__(self) -> None:
        self._is_shown = sys.stderr.isatty()

    def tell(self, what: str) -> None:
        """Replace the line."""
        if self._is_shown:
            click.echo(f"\r\x1b[K{what} ...", nl=False, err=True)

    def end(self) -> None:
        """Remove the line."""
        if self._is_shown:
            click.echo("\r\x1b[K", nl=False, err=True)
