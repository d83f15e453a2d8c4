"""`python -m bench [--quick] [NAME...]`: one JSON line a figure, also written to bench/results.json."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import click

RESULTS = Path(__file__).with_name("results.json")
BENCHES = ("configure", "provision")


@click.command()
@click.option("--quick", is_flag=True, help="Fewer repetitions: under a minute for all.")
@click.argument("names", nargs=-1, type=click.Choice(BENCHES))
def main(names: tuple[str, ...], *, quick: bool) -> None:
    """Run benches; exit code 1 where one misses its target."""
    figures = []
    for name in names or BENCHES:
        for figure in importlib.import_module(f"bench.{name}").run(quick=quick):
            figures.append(figure.as_dict())
            click.echo(json.dumps(figures[-1]))
    RESULTS.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    if not all(figure["ok"] for figure in figures):
        raise SystemExit(1)


main()
