"""Options of commands that look at what is stored."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])


def state_dir_option(command: _Command) -> _Command:
    """Add ``--state-dir``."""
    return click.option(
        "--state-dir",
        type=click.Path(file_okay=False, path_type=Path),
        default=Path("var"),
        envvar="BIDWRIGHT_STATE_DIR",
        show_default=True,
        help="Where everything is kept.",
    )(command)


def redis_url_option(command: _Command) -> _Command:
    """Add ``--redis-url``."""
    return click.option(
        "--redis-url",
        default="",
        envvar="BIDWRIGHT_REDIS_URL",
        help="Engine, for example rediss://host; embedded otherwise.",
    )(command)
