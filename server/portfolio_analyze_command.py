"""``bidwright portfolio analyze``: what can be said about a portfolio, or about a feature model, as a whole."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import click

from bidwright.catalog.days import today_in
from bidwright.catalog.model import Market, Release
from bidwright.catalog.reader import read_portfolio
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.portfolio_analysis import Scope, analyze_portfolio
from bidwright.core.amount_table import AmountTable
from bidwright.core.clock import utc_now
from bidwright.core.command_line.files import FILE, FOLDER, OutputFile
from bidwright.core.command_line.help_examples import examples
from bidwright.core.counts import counted
from bidwright.pricing.amounts import amount_table
from bidwright.server.feature_model_commands import analyzed_feature_model
from bidwright.server.portfolio_findings_text import as_record, as_text
from bidwright.server.portfolio_picture import picture
from bidwright.server.progress import Progress
from bidwright.v1.configuration_pb2 import CommercialTerms

_FAULTS = 3
_MOST_DIGITS = 200_000

_Named = TypeVar("_Named")


_EXAMPLES = examples(
    "bidwright portfolio analyze portfolios/shop --strict",
    "bidwright portfolio analyze --offering web_hosting --picture web_hosting.svg",
    "bidwright portfolio analyze --uvl shop.uvl --json",
)


@click.command("analyze", epilog=_EXAMPLES)
@click.argument("directory", type=FOLDER, required=False)
@click.option("--uvl", type=FILE, help="Feature model in UVL, instead of a portfolio.")
@click.option("--dimacs", type=FILE, help="Formula in DIMACS CNF; names from comments `c NUMBER NAME`.")
@click.option("--offering", "offerings", multiple=True, metavar="ID", help="Only this offering; may be repeated.")
@click.option("--market", "markets", multiple=True, metavar="ID", help="Only this market; may be repeated.")
@click.option("--picture", "drawing", type=OutputFile(), metavar="FILE", help="Also draw it, as SVG.")
@click.option("--strict", is_flag=True, help="Exit with code 3 where there is something to mend.")
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(min=0.1),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="When to give up what is not decided yet.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def portfolio_analyze(  # noqa: PLR0913 - one parameter for each option of the command
    directory: Path | None,
    *,
    uvl: Path | None,
    dimacs: Path | None,
    offerings: Sequence[str],
    markets: Sequence[str],
    drawing: Path | None,
    strict: bool,
    timeout_s: float,
    as_json: bool,
) -> None:
    """Say of a portfolio, or of a feature model, what is in every configuration, in none, needless and impossible."""
    if sum(each is not None for each in (directory, uvl, dimacs)) != 1:
        raise click.UsageError("Give one of DIRECTORY, --uvl and --dimacs.")
    deadline = Deadline(timeout_s)
    if directory is None:
        if offerings or markets or drawing or strict:
            raise click.UsageError("--offering, --market, --picture and --strict are for a portfolio.")
        click.echo(analyzed_feature_model(uvl, dimacs, deadline, as_json=as_json))
        return
    started = time.monotonic()
    release = read_portfolio(directory)
    scope = _scope(release, offerings, markets)
    progress = Progress()
    findings = analyze_portfolio(scope, deadline, progress.tell)
    progress.end()
    if drawing is not None:
        drawing.write_text(picture(release, findings), encoding="utf-8")
    seconds = round(time.monotonic() - started, 3)
    sys.set_int_max_str_digits(_MOST_DIGITS)
    if as_json:
        click.echo(json.dumps(as_record(release, findings, seconds), ensure_ascii=False))
    else:
        examined = {"component": release.components, "offering": scope.offerings, "market": scope.markets}
        size = ", ".join(counted(len(many), one) for one, many in examined.items())
        click.echo(as_text(findings, size, seconds))
    if strict and findings.has_faults:
        raise SystemExit(_FAULTS)


def _scope(release: Release, offerings: Sequence[str], markets: Sequence[str]) -> Scope:
    chosen = _chosen("market", release.markets, markets)
    return Scope(
        release=release,
        offerings=_chosen("offering", release.offerings, offerings),
        markets=chosen,
        prices=[table for market in chosen for table in _prices(release, market)],
        today=max(today_in(market, utc_now()) for market in chosen),
    )


def _chosen(kind: str, known: Mapping[str, _Named], wanted: Sequence[str]) -> list[_Named]:
    """What is named, in the order of the portfolio; all where nothing is."""
    for name in wanted:
        if name not in known:
            raise click.UsageError(f"There is no {kind} {name!r}; there are {', '.join(known)}.")
    return [known[name] for name in known if not wanted or name in wanted]


def _prices(release: Release, market: Market) -> list[AmountTable]:
    """What is paid in a market today, for every term at which any price may become another one."""
    book = release.price_books[market.id]
    begins = {row.waived_from for rows in book.entries.values() for row in rows if row.waived_from is not None}
    begins |= {promotion.term_from for promotion in release.promotions.values()}
    terms = [
        CommercialTerms(term_months=term)
        for before, term in pairwise((0, *sorted(book.terms)))
        if book.terms[term] != book.terms.get(before) or any(before < begin <= term for begin in begins)
    ]
    return [amount_table(release, market.id, term, today=today_in(market, utc_now())) for term in terms]
