"""``bid explain``: why no configuration is valid, and what would mend it."""

from __future__ import annotations

from pathlib import Path

import click

from bidwright.clients.cli.design_commands import SITES, kept_design, show_conflict, show_solution, sites_of
from bidwright.clients.cli.objective_options import OBJECTIVES, objectives_from
from bidwright.clients.cli.repairs import APPLY, REPAIRS, show_repairs, taken
from bidwright.clients.cli.request_options import request_from, request_options
from bidwright.clients.cli.session import NOT_VALID, Session
from bidwright.clients.cli.terms_options import texts
from bidwright.core.command_line.files import OutputFile
from bidwright.v1 import configurator_pb2 as configurator


@request_options
@OBJECTIVES
@SITES
@REPAIRS
@APPLY
@click.option("--output", "-o", "target", type=OutputFile(), help="Keep the repaired design.")
def explain(session: Session, *, max_repairs: int, number: int | None, target: Path | None, **options: object) -> None:
    """Say why nothing is valid, and what would mend it.

    What cannot hold together is minimal, and so is each repair. Exit code 3 means that no configuration is valid and
    no repair was taken with --apply.
    """
    if (number is None) != (target is None):
        raise click.UsageError("Give --apply N and --output FILE together.")
    asked = request_from(session, **options)
    asked.objectives.extend(objectives_from(texts(options["objectives"])))
    request = configurator.ExplainConfigurationRequest(
        request=asked, sites=sites_of(session, asked, options["sites"]), max_repairs=max(max_repairs, number or 0)
    )
    with session.output.errors.status("Looking for what cannot hold together ..."):
        response = session.server().configurator.ExplainConfiguration(request)
    if session.output.as_json:
        session.output.message(response)
    else:
        _show(session, response)
    if not response.HasField("conflict"):
        return
    if number is None or target is None:
        raise SystemExit(NOT_VALID)
    solution = taken(response.repairs, number).solution
    with kept_design(session, solution, request.request.terms, target=target):
        if not session.output.as_json:
            show_solution(session, solution, of="valid after these changes")


def _show(session: Session, response: configurator.ExplainConfigurationResponse) -> None:
    if not response.HasField("conflict"):
        session.output.line("Nothing is wrong: `bid configure` finds a configuration.", "bold green")
        return
    show_conflict(session, response.conflict)
    show_repairs(session.output, response.repairs, complete=response.complete, contradicting="the offering")
