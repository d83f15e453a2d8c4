"""In which locale a command writes amounts: what ``--locale`` says, otherwise the environment. JSON has none."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TypeVar

import click
from babel import Locale, UnknownLocaleError

_Command = TypeVar("_Command", bound=Callable[..., object])
_KEY = "bidwright.locale"
_VARIABLES = ("LC_ALL", "LC_MONETARY", "LANG")
"""The first one that is set counts, as in POSIX."""
_PLAIN = frozenset({"C", "POSIX"})


def locale_option(command: _Command) -> _Command:
    """Give a command or a group ``--locale``; it holds for all commands of the group."""
    return click.option(
        "--locale",
        metavar="LOCALE",
        expose_value=False,
        callback=_keep,
        help="How amounts are written, such as de_DE; C for plain digits. LC_ALL, LC_MONETARY or LANG otherwise.",
    )(command)


def command_locale() -> Locale | None:
    """The locale of the command that runs; None for plain digits."""
    context = click.get_current_context(silent=True)
    if context is None:
        return None
    found: Locale | None = context.meta.setdefault(_KEY, environment_locale(os.environ))
    return found


def environment_locale(environment: Mapping[str, str]) -> Locale | None:
    """The locale that an environment asks for; None for plain digits, or where nobody knows it."""
    stated = next((environment[name] for name in _VARIABLES if environment.get(name)), "C")
    try:
        return _locale(stated)
    except (ValueError, UnknownLocaleError):
        return None


def _locale(stated: str) -> Locale | None:
    """``de_DE.UTF-8@euro`` and ``de-DE`` are both German of Germany."""
    name = stated.partition(".")[0].partition("@")[0]
    return None if name in _PLAIN else Locale.parse(name.replace("-", "_"))


def _keep(context: click.Context, _: click.Parameter, stated: str | None) -> None:
    if stated is None:
        return
    try:
        context.meta[_KEY] = _locale(stated)
    except (ValueError, UnknownLocaleError) as error:
        raise click.BadParameter(f"{stated!r} is not a locale such as de_DE.") from error
