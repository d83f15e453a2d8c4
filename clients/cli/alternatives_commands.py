"""``bid alternatives``: good, better, best, side by side."""

from __future__ import annotations

from pathlib import Path

import click

from bidwright.clients.cli.catalog_reads import get_offering
from bidwright.clients.cli.design_commands import EXPLAIN, SITES, kept_design, show_conflict, show_solution, sites_of
from bidwright.clients.cli.output import amount
from bidwright.clients.cli.request_options import request_from, request_options
from bidwright.clients.cli.session import NOT_VALID, Session
from bidwright.clients.cli.views import number as number_text
from bidwright.core.command_line.files import OutputFile
from bidwright.v1 import configurator_pb2 as configurator


@request_options
@SITES
@click.option("--quality", "qualities", multiple=True, metavar="ATTRIBUTE", help="In place of the offering's.")
@click.option("--number", "wanted", type=click.IntRange(1, 10), default=3, show_default=True, help="At most.")
@click.option("--pick", "picked", type=click.IntRange(1, 10), metavar="N", help="Take alternative N.")
@click.option("--output", "-o", "target", type=OutputFile(), help="Keep the one picked.")
def alternatives(
    session: Session,
    *,
    qualities: tuple[str, ...],
    wanted: int,
    picked: int | None,
    target: Path | None,
    **options: object,
) -> None:
    """Suggest configurations, from the cheapest to the best.

    Nothing valid beats any of them; with --sites it is told where that is not proven. Exit code 3 means that no
    configuration is valid; what cannot hold together is told.
    """
    if (picked is None) != (target is None):
        raise click.UsageError("Give --pick N and --output FILE together.")
    asked = request_from(session, **options)
    request = configurator.SuggestAlternativesRequest(
        request=asked,
        sites=sites_of(session, asked, options["sites"]),
        qualities=qualities,
        max_alternatives=max(wanted, picked or 0),
    )
    with session.output.errors.status("Looking for alternatives ..."):
        response = session.server().configurator.SuggestAlternatives(request)
    if session.output.as_json:
        session.output.message(response)
    if response.HasField("conflict"):
        if not session.output.as_json:
            show_conflict(session, response.conflict)
            session.output.note(EXPLAIN)
        raise SystemExit(NOT_VALID)
    if not session.output.as_json:
        offering = get_offering(
            session, request.request.portfolio.removeprefix("portfolios/"), request.request.offering
        )
        _show(session, response, {q.attribute: f"{q.title} ({q.unit})" for q in offering.qualities})
    if picked is None or target is None:
        return
    if picked > len(response.alternatives):
        raise click.BadParameter(f"There is no alternative {picked}; there are {len(response.alternatives)}.")
    solution = response.alternatives[picked - 1].solution
    with kept_design(session, solution, request.request.terms, target=target):
        if not session.output.as_json:
            show_solution(session, solution, of="valid with these qualities")


def _show(session: Session, response: configurator.SuggestAlternativesResponse, titles: dict[str, str]) -> None:
    found = response.alternatives
    rows = [
        ("once", *(amount(one.solution.totals.one_time) for one in found)),
        ("a month", *(amount(one.solution.totals.monthly) for one in found)),
        ("contract value", *(amount(one.solution.totals.contract_value) for one in found)),
    ]
    if not all(one.solution.proof.is_optimal for one in found):
        rows.append(("not cheaper than", *(amount(one.solution.proof.bound) for one in found)))
    for index, quality in enumerate(found[0].qualities):
        title = titles.get(quality.attribute, quality.attribute)
        rows.append((title, *(number_text(one.qualities[index].value) for one in found)))
    rows.append(("different", *("\n".join(one.differences) for one in found)))
    columns = ["", *(f"{position} {one.title}" for position, one in enumerate(found, 1))]
    session.output.table("Alternatives", columns, rows)
    if response.complete:
        session.output.line("Proven: nothing valid is as good as any of these in everything and better in something.")
        session.output.note("`--pick N --output FILE` with the same options keeps the design of alternative N.")
    elif found[0].solution.configuration.sites:
        session.output.line("Not all is proven: there may be more alternatives, or ones that beat these.")
        session.output.note("`bid --timeout 60 alternatives` with the same options looks longer.")
    else:
        session.output.line("The time was up: there may be more alternatives.")
