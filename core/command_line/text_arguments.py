"""What is typed after a command is text."""

from __future__ import annotations

import os

import click


class TextGroup(click.Group):
    """Commands that refuse what is not UTF-8 text: it can be neither kept nor sent nor shown."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take what is typed after the name of the program, that of its commands too."""
        for argument in args:
            try:
                argument.encode()
            except UnicodeEncodeError:
                shown = os.fsencode(argument).decode(errors="backslashreplace")
                raise click.UsageError(f"'{shown}' is not UTF-8 text; type it as UTF-8.", ctx) from None
        return super().parse_args(ctx, args)
