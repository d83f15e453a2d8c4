"""``bid configure``, ``bid check``: from needs to a valid configuration."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from google.protobuf.json_format import MessageToJson

from bidwright.clients.cli import answers, examples, views
from bidwright.clients.cli.catalog_reads import components_of, get_offering
from bidwright.clients.cli.interactive import walk
from bidwright.clients.cli.objective_options import OBJECTIVES, objectives_from, show_proofs
from bidwright.clients.cli.request_options import request_from, request_options
from bidwright.clients.cli.session import NOT_VALID, Session, command
from bidwright.clients.cli.site_files import read_sites
from bidwright.clients.cli.spoken_request import Spoken
from bidwright.core.command_line.files import FILE, OutputFile
from bidwright.core.enum_words import enum_word
from bidwright.v1 import configuration_pb2 as configuration
from bidwright.v1 import configurator_pb2 as configurator
from bidwright.v1 import quoting_pb2 as quoting

EXPLAIN = "`bid explain` with the same options says what would mend it."

SITES = click.option("--sites", type=FILE, help="The sites of the bid: a YAML list, or CSV with a row for each.")


def register(group: click.Group) -> None:
    """Add the commands of this module to ``bid`` itself."""
    command(group, "configure", epilog=examples.CONFIGURE)(configure)
    command(group, "check", epilog=examples.CHECK)(check)


@request_options
@OBJECTIVES
@SITES
@click.option("--interactive", "-i", is_flag=True, help="Ask need by need, and say what each answer means.")
@click.option("--output", "-o", "target", type=OutputFile(), help="Keep the result.")
def configure(session: Session, *, target: Path | None, **options: str) -> None:
    """Find the best valid configuration for what is needed.

    The best is the cheapest, where --objective does not say otherwise. Exit code 3 means that no configuration is
    valid; what cannot hold together is told.
    """
    request = request_from(session, **options)
    request.objectives.extend(objectives_from(options["objectives"]))
    if options["interactive"]:
        offering = get_offering(session, request.portfolio.partition("/")[2], request.offering)
        sites = sites_of(session, request, options["sites"])
        if options["sites"] and not sites:
            raise click.BadParameter(f"{options['sites']} has no sites.")
        response = walk(session, Spoken(request, sites), offering)
    else:
        with session.output.errors.status("Looking for the best valid configuration ..."):
            response = _configured(session, request, options["sites"])
    is_valid = response.WhichOneof("outcome") != "conflict"
    with kept_design(session, response.solution, request.terms, target=target if is_valid else None):
        if session.output.as_json:
            session.output.message(response)
        elif is_valid:
            show_solution(session, response.solution)
        else:
            show_conflict(session, response.conflict)
            session.output.note(EXPLAIN)
    if not is_valid:
        raise SystemExit(NOT_VALID)


def _configured(
    session: Session, request: configurator.ConfigureRequest, sites: object
) -> configurator.ConfigureResponse:
    """The answer to a request, with the sites of a file where there is one."""
    if not sites:
        return session.server().configurator.Configure(request)
    asked = configurator.ConfigureSitesRequest(request=request, sites=sites_of(session, request, sites))
    return session.server().configurator.ConfigureSites(asked)


def sites_of(session: Session, request: configurator.ConfigureRequest, sites: object) -> list[configurator.Site]:
    """The sites of a file; none where no file is given."""
    if not isinstance(sites, Path):
        return []
    return read_sites(sites, get_offering(session, request.portfolio.partition("/")[2], request.offering))


@contextmanager
def kept_design(
    session: Session,
    solution: configurator.Solution,
    terms: configuration.CommercialTerms,
    *,
    target: Path | None,
) -> Iterator[None]:
    """Write a solution to a file from which it can be priced and quoted, if there is one, and tell so afterwards.

    It is written before it is shown, so that it is kept where nobody looks any more (``| head``), and shown where it
    could not be written.
    """
    if target is None:
        yield
        return
    design = quoting.CreateQuoteRequest(configuration=solution.configuration, terms=terms)
    failure = ""
    try:
        target.write_text(MessageToJson(design, preserving_proto_field_name=True) + "\n", encoding="utf-8")
    except OSError as error:  # a full disk, or a folder that is gone by now
        failure = f"{target} could not be written ({error.strerror}): ask again with another --output."
    yield
    if failure:
        raise click.ClickException(failure)
    if not session.output.as_json:
        session.output.note(f"Kept in {target}: go on with `bid price {target}` or `bid quote create {target}`.")


def show_solution(session: Session, solution: configurator.Solution, *, of: str = "valid") -> None:
    """Print a configuration with what it costs and why it is the best; ``of`` says of which it is the cheapest."""
    chosen = solution.configuration
    portfolio = chosen.release.split("/")[1]
    offering = get_offering(session, portfolio, chosen.offering)
    titles = {component.id: component.title for component in components_of(session, portfolio)}
    views.show_configuration(session.output, chosen, offering, titles)
    views.show_totals(session.output, solution.totals)
    proof = solution.proof
    if solution.further_proofs or not proof.objective.startswith("contract value"):
        show_proofs(session.output, [proof, *solution.further_proofs])
        return
    session.output.line(
        f"Proven: nothing {of} is cheaper."
        if proof.is_optimal
        else f"Best found in time; at most {views.number(proof.gap_percent)} % above the cheapest."
    )


def show_conflict(session: Session, conflict: configuration.Conflict) -> None:
    """Print what cannot hold together."""
    session.output.line("No configuration is valid.", "bold red")
    session.output.line(conflict.summary)
    rows = [(enum_word(configuration.ConflictKind, member.kind), member.text) for member in conflict.members]
    session.output.table("What cannot hold together", ["what", "says"], rows)


@click.argument("design", type=FILE)
def check(session: Session, design: Path) -> None:
    """Say everything that is wrong with a configuration.

    Exit code 3 means that something is.
    """
    request = configurator.CheckConfigurationRequest(configuration=answers.read_design(design).configuration)
    response = session.server().configurator.CheckConfiguration(request)
    if session.output.as_json:
        session.output.message(response)
    elif response.valid:
        session.output.line("Valid.", "bold green")
    else:
        rows = [(v.id, v.text, v.fix) for v in response.violations]
        session.output.table("Not valid", ["rule", "what is wrong", "what to do"], rows)
    if not response.valid:
        raise SystemExit(NOT_VALID)
