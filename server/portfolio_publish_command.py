"""``bidwright portfolio publish``: what is sold from now on."""

from __future__ import annotations

from pathlib import Path

import click

from bidwright.core.command_line.files import FOLDER
from bidwright.server.publishing import publish_if_new, require_apart
from bidwright.server.store_access import with_store
from bidwright.server.store_options import redis_url_option, state_dir_option


@click.command("publish")
@click.argument("directory", type=FOLDER)
@state_dir_option
@redis_url_option
def portfolio_publish(directory: Path, state_dir: Path, redis_url: str) -> None:
    """Make a portfolio the current release, at once and without a restart."""
    if not redis_url:
        require_apart(directory, state_dir)
    name = with_store(state_dir, redis_url, lambda store: publish_if_new(store, directory))
    click.echo(f"Current release: {name}")
