"""What the shell completes to: names that the server knows.

Completion is a help: where no server can be asked, there is none, and whoever runs the command is told what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import click

from bidwright.clients.cli.catalog_reads import components_of, default_text, get_offering
from bidwright.clients.cli.output import Output
from bidwright.clients.cli.session import Session
from bidwright.clients.sdk import RequestRefused
from bidwright.v1 import catalog_pb2 as catalog

_Names = Callable[[Session, click.Context], Iterable[str]]
_Completion = Callable[[click.Context, click.Parameter, str], list[str]]
_TIME_S = 2.0


def _completing(names: _Names) -> _Completion:
    def complete(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
        options = context.find_root().params
        session = Session(options.get("config"), options.get("profile") or "default", _TIME_S, Output(as_json=True))
        try:
            return [name for name in names(session, context) if name.startswith(incomplete)]
        except (click.ClickException, RequestRefused):
            return []

    return complete


def _portfolio(context: click.Context) -> str:
    return str(context.params.get("portfolio") or "managed_hosting")


def _offerings(session: Session, context: click.Context) -> Iterator[str]:
    request = catalog.ListOfferingsRequest(parent=f"portfolios/{_portfolio(context)}", page_size=1000)
    yield from (one.name.rpartition("/")[2] for one in session.server().catalog.ListOfferings(request).offerings)


def _answers(session: Session, context: click.Context) -> Iterator[str]:
    """Each answer to choose between, and the default of any other need, to be typed over."""
    # An option whose value is still missing ends the reading of the line: the argument is left over then.
    offering = context.params.get("offering_id") or next(iter(context.args), None)
    if offering is None:
        return
    for need in get_offering(session, _portfolio(context), str(offering)).needs:
        values = [option.id for option in need.options] or [default_text(need)]
        if need.type == catalog.NEED_TYPE_BOOLEAN:
            values = ["yes", "no"]
        yield from (f"{need.name}={value}" for value in values)


def _components(session: Session, context: click.Context) -> Iterator[str]:
    yield from (component.id for component in components_of(session, _portfolio(context)))


def _portfolios(session: Session) -> Iterable[catalog.Portfolio]:
    return session.server().catalog.ListPortfolios(catalog.ListPortfoliosRequest(page_size=1000)).portfolios


def _portfolio_ids(session: Session, _context: click.Context) -> Iterator[str]:
    yield from (portfolio.name.partition("/")[2] for portfolio in _portfolios(session))


def _markets(session: Session, context: click.Context) -> Iterator[str]:
    for portfolio in _portfolios(session):
        if portfolio.name == f"portfolios/{_portfolio(context)}":
            yield from (market.id for market in portfolio.markets)


complete_offerings = _completing(_offerings)
complete_answers = _completing(_answers)
complete_components = _completing(_components)
complete_markets = _completing(_markets)
complete_portfolios = _completing(_portfolio_ids)
