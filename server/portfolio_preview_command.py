"""``bidwright portfolio preview``: which open quotes a portfolio would change if it were published."""

from __future__ import annotations

from pathlib import Path

import click

from bidwright.catalog.reader import read_portfolio
from bidwright.core.command_line.files import FOLDER
from bidwright.core.command_line.locales import locale_option
from bidwright.server.quotes_preview import tell_quotes
from bidwright.server.store_access import require_kept, with_store
from bidwright.server.store_options import redis_url_option, state_dir_option


@click.command("preview")
@click.argument("directory", type=FOLDER)
@click.option("--account", default="", metavar="ACCOUNT", help="Only quotes of this account; all otherwise.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, an object a line.")
@locale_option
@state_dir_option
@redis_url_option
def portfolio_preview(directory: Path, account: str, state_dir: Path, redis_url: str, *, as_json: bool) -> None:
    """Say which open quotes would have another price, or none, if a portfolio were published; nothing is written."""
    require_kept(state_dir, redis_url)
    release = read_portfolio(directory)
    with_store(state_dir, redis_url, lambda store: tell_quotes(store, release, account=account, as_json=as_json))
