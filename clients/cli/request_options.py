"""The options of every command that asks for a configuration, and the request they make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from pathlib import Path
from typing import Any, TypeVar

import click

from bidwright.clients.cli import answers
from bidwright.clients.cli.catalog_commands import PORTFOLIO
from bidwright.clients.cli.catalog_reads import get_offering
from bidwright.clients.cli.completions import (
    complete_answers,
    complete_components,
    complete_markets,
    complete_offerings,
)
from bidwright.clients.cli.session import Session
from bidwright.clients.cli.terms_options import put_terms, terms_options, texts
from bidwright.core.command_line.files import FILE
from bidwright.v1 import catalog_pb2 as catalog
from bidwright.v1 import configurator_pb2 as configurator

_Command = TypeVar("_Command", bound=Callable[..., Any])

_MARKET = "DE"
_PLACE = (
    click.argument("offering_id", metavar="OFFERING", shell_complete=complete_offerings),
    PORTFOLIO,
    click.option(
        "--market",
        show_default=f"{_MARKET}, or the only one",
        help="Market to sell in.",
        shell_complete=complete_markets,
    ),
    click.option(
        "--term",
        "term_months",
        type=click.IntRange(1, 120),
        default=36,
        show_default=True,
        help="Contract term in months.",
    ),
)
_WISHES = (
    click.option(
        "--need",
        "-n",
        "needs",
        multiple=True,
        metavar="NAME=VALUE",
        help="An answer; see `bid offering show`.",
        shell_complete=complete_answers,
    ),
    click.option(
        "--pin",
        "pinned",
        multiple=True,
        metavar="COMPONENT[=N]",
        help="A component that must be in.",
        shell_complete=complete_components,
    ),
    click.option(
        "--exclude",
        "exclusions",
        multiple=True,
        metavar="COMPONENT",
        help="A component that must not be in.",
        shell_complete=complete_components,
    ),
    click.option("--budget-monthly", type=answers.Number(), metavar="AMOUNT", help="At most so much a month."),
    click.option("--budget-one-time", type=answers.Number(), metavar="AMOUNT", help="At most so much once."),
    click.option("--budget-total", type=answers.Number(), metavar="AMOUNT", help="At most so much over the term."),
    click.option("--discount", type=answers.Number(), metavar="PERCENT", help="Discretionary discount."),
    terms_options,
    click.option("--bespoke", type=FILE, help="YAML list of bespoke items."),
)


def request_options(command: _Command) -> _Command:
    """Give a command the argument OFFERING and the options that say what a customer needs."""
    return reduce(lambda decorated, option: option(decorated), reversed((*_PLACE, *_WISHES)), command)


def wish_options(command: _Command) -> _Command:
    """Give a command only those of these options that say what is wanted, and not what of, where or for how long."""
    return reduce(lambda decorated, option: option(decorated), reversed(_WISHES), command)


def request_from(session: Session, **options: object) -> configurator.ConfigureRequest:
    """The request that the options of ``request_options`` make.

    Raises:
        click.BadParameter: An option cannot be read.
    """
    portfolio = str(options["portfolio"])
    offering = get_offering(session, portfolio, str(options["offering_id"]))
    markets = _currencies(session, portfolio)
    market = str(options["market"] or (next(iter(markets)) if len(markets) == 1 else _MARKET))
    currency = _currency(market, markets)
    request = configurator.ConfigureRequest(
        portfolio=f"portfolios/{portfolio}",
        offering=str(options["offering_id"]),
        market=market,
        needs=answers.need_answers(texts(options["needs"]), offering),
        pins=answers.pins(texts(options["pinned"])),
        exclusions=texts(options["exclusions"]),
    )
    request.terms.term_months = int(str(options["term_months"]))
    if options["discount"] is not None:
        request.terms.discretionary_discount_percent.value = str(options["discount"])
    put_terms(request.terms, options, lambda: currency)
    budgets = (
        ("budget_monthly", request.budget.monthly),
        ("budget_one_time", request.budget.one_time),
        ("budget_total", request.budget.contract_value),
    )
    for option, field in budgets:
        if options[option] is not None:
            field.CopyFrom(answers.money(str(options[option]), currency))
    if isinstance(options["bespoke"], Path):
        request.bespoke_items.extend(answers.bespoke_items(options["bespoke"], currency))
    return request


def currency_of(session: Session, portfolio: str, market: str) -> str:
    """The currency of a market.

    Raises:
        click.BadParameter: There is no such market.
    """
    return _currency(market, _currencies(session, portfolio))


def _currencies(session: Session, portfolio: str) -> dict[str, str]:
    """The markets of a portfolio, and the currency of each."""
    listed = session.server().catalog.ListPortfolios(catalog.ListPortfoliosRequest(page_size=1000))
    return {m.id: m.currency_code for p in listed.portfolios if p.name == f"portfolios/{portfolio}" for m in p.markets}


def _currency(market: str, currencies: Mapping[str, str]) -> str:
    if market not in currencies:
        there = ", ".join(sorted(currencies)) or "none"
        raise click.BadParameter(f"There is no market {market}; there are {there}.", param_hint="'--market'")
    return currencies[market]
