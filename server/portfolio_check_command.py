"""``bidwright portfolio check``: every fault of a portfolio at once."""

from __future__ import annotations

from pathlib import Path

import click

from bidwright.core.command_line.files import FOLDER
from bidwright.server.layout import SHIPPED_PORTFOLIO
from bidwright.server.publishing import report


@click.command("check")
@click.argument("directory", type=FOLDER, default=SHIPPED_PORTFOLIO)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def portfolio_check(directory: Path, *, as_json: bool) -> None:
    """Report every fault of a portfolio (the shipped one otherwise) at once; exit code 1 where there is one."""
    if not report(directory, as_json=as_json):
        raise SystemExit(1)
