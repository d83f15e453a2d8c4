"""`python -m bench [--quick] [NAME...]`: one JSON line a figure, also kept in bench/results.json.

All together take up to an hour, most of it `configurator` and `hosts`, which `--quick` leaves out unless they are
named. `hosts` needs root and what a lab of hosts needs, and says what is missing where it is skipped.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import click

RESULTS = Path(__file__).with_name("results.json")
QUICK = ("configure", "provision")
BENCHES = (*QUICK, "configurator", "pricing", "sites", "hosts")


@click.command()
@click.option("--quick", is_flag=True, help="Fewer repetitions: under a minute for all.")
@click.argument("names", nargs=-1, type=click.Choice(BENCHES))
def main(names: tuple[str, ...], *, quick: bool) -> None:
    """Run benches; exit code 1 where one misses its target."""
    figures = []
    for name in names or (QUICK if quick else BENCHES):
        for figure in importlib.import_module(f"bench.{name}").run(quick=quick):
            figures.append(figure.as_dict())
            click.echo(json.dumps(figures[-1]))
    _keep(figures)
    if not all(figure["ok"] for figure in figures):
        raise SystemExit(1)


def _keep(figures: list[dict[str, Any]]) -> None:
    """Write figures down; those that were not measured now stay."""
    known = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else []
    kept = {figure["bench"]: figure for figure in (*known, *figures)}
    RESULTS.write_text(json.dumps(list(kept.values()), indent=2) + "\n", encoding="utf-8")


main()
