"""Commands whose modules are read when they are typed: a command that needs no solver does not wait for one."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from typing import Any, NamedTuple

import click
from click.shell_completion import CompletionItem

from bidwright.core.command_line.text_arguments import TextGroup


class CommandAt(NamedTuple):
    """Where a command is defined, as ``module:attribute``, and what the help of its group says of it."""

    place: str
    told: str


class LazyGroup(TextGroup):
    """A group of commands told by a table; source: "Lazily Loading Subcommands" of Click's documentation."""

    def __init__(self, *arguments: Any, commands_at: Mapping[str, CommandAt], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._commands_at = commands_at

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the alphabet, without reading a module."""
        del ctx
        return sorted(self._commands_at)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Take one command; its module is read the first time."""
        at = self._commands_at.get(cmd_name)
        if at is not None and cmd_name not in self.commands:
            self.add_command(pkgutil.resolve_name(at.place), cmd_name)
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by what the table says of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self._commands_at[name].told) for name in self.list_commands(ctx)])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete names by the table: who presses a key does not wait for modules."""
        names = (name for name in self.list_commands(ctx) if name.startswith(incomplete))
        options = super(click.Group, self).shell_complete(ctx, incomplete)  # as of a command that is no group
        return [*(CompletionItem(name, help=self._commands_at[name].told) for name in names), *options]
