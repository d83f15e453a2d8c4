"""``bid configure``, ``bid check``, ``bid price``: from needs to a priced configuration."""

from __future__ import annotations

from pathlib import Path

import click
from google.protobuf.json_format import MessageToJson

from bidwright.clients.cli import answers, views
from bidwright.clients.cli.catalog_commands import PORTFOLIO, complete_offerings, get_offering
from bidwright.clients.cli.output import as_dict
from bidwright.clients.cli.session import NOT_VALID, Session, command
from bidwright.v1 import catalog_pb2 as catalog
from bidwright.v1 import configuration_pb2 as configuration
from bidwright.v1 import configurator_pb2 as configurator
from bidwright.v1 import pricing_pb2 as pricing
from bidwright.v1 import quoting_pb2 as quoting

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def register(group: click.Group) -> None:
    """Add the commands of this module to ``bid`` itself."""
    command(group, "configure")(configure)
    command(group, "check")(check)
    command(group, "price")(price)


@click.argument("offering_id", metavar="OFFERING", shell_complete=complete_offerings)
@PORTFOLIO
@click.option("--market", default="DE", show_default=True, help="Market to sell in.")
@click.option("--term", "term_months", default=36, show_default=True, help="Contract term in months.")
@click.option("--need", "-n", "needs", multiple=True, metavar="NAME=VALUE", help="An answer; see `bid offering show`.")
@click.option("--pin", "pinned", multiple=True, metavar="COMPONENT[=N]", help="A component that must be in.")
@click.option("--exclude", "exclusions", multiple=True, metavar="COMPONENT", help="A component that must not be in.")
@click.option("--budget-monthly", metavar="AMOUNT", help="At most so much a month.")
@click.option("--budget-one-time", metavar="AMOUNT", help="At most so much once.")
@click.option("--budget-total", metavar="AMOUNT", help="At most so much over the term.")
@click.option("--discount", metavar="PERCENT", help="Discretionary discount.")
@click.option("--bespoke", type=_FILE, help="YAML list of bespoke items.")
@click.option("--output", "-o", "target", type=click.Path(dir_okay=False, path_type=Path), help="Keep the result.")
def configure(session: Session, **options: str) -> None:
    """Find the cheapest valid configuration for a customer's needs.

    Exit code 3 means that no configuration is valid; what cannot hold together is told.
    """
    request = _request(session, **options)
    with session.output.errors.status("Looking for the cheapest valid configuration ..."):
        response = session.server().configurator.Configure(request)
    if session.output.as_json:
        session.output.message(response)
    if response.WhichOneof("outcome") == "conflict":
        if not session.output.as_json:
            _show_conflict(session, response.conflict)
        raise SystemExit(NOT_VALID)
    design = quoting.CreateQuoteRequest(configuration=response.solution.configuration, terms=request.terms)
    target = options["target"]
    if target:
        Path(target).write_text(MessageToJson(design, preserving_proto_field_name=True) + "\n", encoding="utf-8")
    if not session.output.as_json:
        _show_solution(session, response.solution)
        if target:
            session.output.note(f"Kept in {target}: go on with `bid price {target}` or `bid quote create {target}`.")


def _request(session: Session, **options: object) -> configurator.ConfigureRequest:
    portfolio, market = str(options["portfolio"]), str(options["market"])
    offering = get_offering(session, portfolio, str(options["offering_id"]))
    currency = _currency(session, portfolio, market)
    request = configurator.ConfigureRequest(
        portfolio=f"portfolios/{portfolio}",
        offering=str(options["offering_id"]),
        market=market,
        needs=answers.need_answers(_texts(options["needs"]), offering),
        pins=answers.pins(_texts(options["pinned"])),
        exclusions=_texts(options["exclusions"]),
    )
    request.terms.term_months = int(str(options["term_months"]))
    if options["discount"]:
        request.terms.discretionary_discount_percent.value = str(options["discount"])
    budgets = (
        ("budget_monthly", request.budget.monthly),
        ("budget_one_time", request.budget.one_time),
        ("budget_total", request.budget.contract_value),
    )
    for option, field in budgets:
        if options[option]:
            field.CopyFrom(answers.money(str(options[option]), currency))
    if isinstance(options["bespoke"], Path):
        request.bespoke_items.extend(answers.bespoke_items(options["bespoke"], currency))
    return request


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, tuple) else []


def _currency(session: Session, portfolio: str, market: str) -> str:
    listed = session.server().catalog.ListPortfolios(catalog.ListPortfoliosRequest(page_size=1000))
    markets = {m.id: m for p in listed.portfolios if p.name == f"portfolios/{portfolio}" for m in p.markets}
    if market not in markets:
        raise click.BadParameter(f"There is no market {market}; there are {', '.join(sorted(markets)) or 'none'}.")
    return markets[market].currency_code


def _show_solution(session: Session, solution: configurator.Solution) -> None:
    views.show_configuration(session.output, solution.configuration)
    views.show_totals(session.output, solution.totals)
    proof = solution.proof
    session.output.line(
        "Proven: nothing valid is cheaper."
        if proof.is_optimal
        else f"Best found in time; at most {views.number(proof.gap_percent)} % above the cheapest."
    )


def _show_conflict(session: Session, conflict: configuration.Conflict) -> None:
    session.output.line("No configuration is valid.", "bold red")
    session.output.line(conflict.summary)
    rows = [
        (configuration.ConflictKind.Name(m.kind).removeprefix("CONFLICT_KIND_").lower(), m.text)
        for m in conflict.members
    ]
    session.output.table("What cannot hold together", ["what", "says"], rows)


@click.argument("design", type=_FILE)
def check(session: Session, design: Path) -> None:
    """Say everything that is wrong with a configuration; exit code 3 where there is something."""
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


@click.argument("design", type=_FILE)
@click.option("--term", "term_months", type=int, help="Another contract term in months.")
@click.option("--discount", metavar="PERCENT", help="Another discretionary discount.")
@click.option("--waterfall", is_flag=True, help="Show every step from list to net.")
def price(session: Session, design: Path, term_months: int | None, discount: str | None, *, waterfall: bool) -> None:
    """Price a configuration and explain it."""
    kept = answers.read_design(design)
    request = pricing.PriceConfigurationRequest(configuration=kept.configuration, terms=kept.terms)
    if term_months is not None:
        request.terms.term_months = term_months
    if discount is not None:
        request.terms.discretionary_discount_percent.value = discount
    response = session.server().pricing.PriceConfiguration(request)
    if session.output.as_json:
        session.output.json(as_dict(response))
    else:
        views.show_price(session.output, response, waterfall=waterfall)
