"""``bid quote``: from draft to signature."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from bidwright.clients.cli import answers, views
from bidwright.clients.cli.output import amount
from bidwright.clients.cli.records import full_name, show, whole
from bidwright.clients.cli.session import Session, command
from bidwright.core.command_line.files import FILE
from bidwright.core.command_line.month_options import month_options, put_months
from bidwright.core.days import day_message
from bidwright.v1 import quote_pb2 as quote_records
from bidwright.v1 import quoting_pb2 as quoting

_NAME = click.argument("name", metavar="QUOTE")
_REQUEST_ID = click.option("--request-id", default="", help="UUID; repeating it has no second effect.")
_ETAG = click.option("--etag", default="", help="Refuse when somebody changed the quote since.")


@click.group()
def quote() -> None:
    """Quotes, from draft to signature."""


@command(quote, "create")
@click.argument("design", type=FILE)
@click.option("--customer", required=True, help="Name of the company.")
@click.option("--contact", default="", help="Person to talk to.")
@click.option("--reference", default="", help="The customer's own reference.")
@click.option("--title", default="", help="What you call this quote.")
@click.option("--bid", "bid_name", default="", help="Make it an alternative of this bid.")
@month_options
@_REQUEST_ID
def create(session: Session, design: Path, **options: Any) -> None:
    """Make a draft from what `bid configure --output` wrote, and what happens in the months of the term."""
    request = answers.read_design(design)
    put_months(request.terms, options)
    request.request_id = options["request_id"]
    request.display_name = options["title"]
    request.bid = full_name("bids", options["bid_name"]) if options["bid_name"] else ""
    request.customer.display_name = options["customer"]
    request.customer.contact = options["contact"]
    request.customer.reference = options["reference"]
    show(session, session.server().quoting.CreateQuote(request), views.show_quote)


@command(quote, "revise")
@_NAME
@click.argument("design", type=FILE)
@month_options
@_REQUEST_ID
@_ETAG
def revise(session: Session, name: str, design: Path, *, request_id: str, etag: str, **months: object) -> None:
    """Replace configuration and terms; the quote is a draft again, under its next revision."""
    kept = answers.read_design(design)
    put_months(kept.terms, months)
    request = quoting.ReviseQuoteRequest(
        name=full_name("quotes", name),
        configuration=kept.configuration,
        terms=kept.terms,
        request_id=request_id,
        etag=etag,
    )
    show(session, session.server().quoting.ReviseQuote(request), views.show_quote)


@command(quote, "show")
@_NAME
@click.option("--price", is_flag=True, help="Show the lines of the price.")
@click.option("--plan", is_flag=True, help="Show how it will be delivered.")
def show_one(session: Session, name: str, *, price: bool, plan: bool) -> None:
    """Show a quote, or one revision of it (QUOTE/revisions/N)."""
    found = session.server().quoting.GetQuote(quoting.GetQuoteRequest(name=full_name("quotes", name)))
    show(session, found, views.show_quote)
    if session.output.as_json:
        return
    if price:
        views.show_price(session.output, found.offer.price, waterfall=True)
    if plan:
        views.show_plan(session.output, found.offer.plan)


@command(quote, "list")
@click.option("--state", "state_name", default="", help="Only quotes in this state, for example offered.")
@click.option("--bid", "bid_name", default="", help="Only alternatives of this bid.")
@click.option("--page-size", default=50, show_default=True, help="Quotes a page.")
@click.option("--page-token", default="", help="Token of the page before.")
def list_quotes(session: Session, state_name: str, bid_name: str, page_size: int, page_token: str) -> None:
    """List quotes, newest first."""
    states = [n.removeprefix("QUOTE_STATE_").lower() for n, v in quote_records.QuoteState.items() if v]
    wanted = state_name.lower().replace(" ", "_").replace("-", "_")
    if wanted and wanted not in states:
        raise click.BadParameter(f"There is no state {state_name!r}; there are {', '.join(states)}.")
    request = quoting.ListQuotesRequest(
        page_size=page_size,
        page_token=page_token,
        state=f"QUOTE_STATE_{(wanted or 'unspecified').upper()}",
        bid=full_name("bids", bid_name) if bid_name else "",
    )
    response = session.server().quoting.ListQuotes(request)
    if session.output.as_json:
        session.output.message(response)
        return
    _show_quotes(session, "Quotes", list(response.quotes))
    if response.next_page_token:
        session.output.note(f"More: --page-token {response.next_page_token}")


@command(quote, "revisions")
@_NAME
def revisions(session: Session, name: str) -> None:
    """List the revisions of a quote, newest first."""
    request = quoting.ListQuoteRevisionsRequest(parent=full_name("quotes", name))
    response = whole(session.server().quoting.ListQuoteRevisions, request)
    if session.output.as_json:
        session.output.message(response)
    else:
        _show_quotes(session, f"Revisions of {name}", list(response.quotes))


def _show_quotes(session: Session, title: str, quotes: list[quote_records.Quote]) -> None:
    rows = [
        (
            q.name.removeprefix("quotes/"),
            str(q.revision),
            views.quote_state(q),
            q.offer.customer.display_name,
            q.offer.configuration.offering,
            amount(q.offer.price.totals.contract_value),
            views.moment(q.update_time),
        )
        for q in quotes
    ]
    columns = ["quote", "revision ", "state", "customer", "offering", "contract value ", "changed"]
    session.output.table(title, columns, rows)


@command(quote, "compare")
@click.argument("base")
@click.argument("other")
def compare(session: Session, base: str, other: str) -> None:
    """Say what differs between two quotes or revisions (QUOTE/revisions/N)."""
    request = quoting.CompareQuotesRequest(base=full_name("quotes", base), other=full_name("quotes", other))
    response = session.server().quoting.CompareQuotes(request)
    if session.output.as_json:
        session.output.message(response)
        return
    rows = [(d.path, d.base_value, d.other_value) for d in response.differences]
    session.output.table(f"{len(rows)} differences", ["what", base, other], rows)


@command(quote, "submit")
@_NAME
@_REQUEST_ID
@_ETAG
def submit(session: Session, name: str, **options: str) -> None:
    """Ask for the approvals the quote needs; without any it is approved at once."""
    request = quoting.SubmitQuoteRequest(name=full_name("quotes", name), **options)
    show(session, session.server().quoting.SubmitQuote(request), views.show_quote)


@command(quote, "approve")
@_NAME
@click.option("--rule", "rules", multiple=True, help="Only this approval; all pending ones otherwise.")
@click.option("--comment", default="", help="What you say to it.")
@_REQUEST_ID
@_ETAG
def approve(session: Session, name: str, rules: tuple[str, ...], **options: str) -> None:
    """Grant pending approvals; never of your own quote."""
    request = quoting.ApproveQuoteRequest(name=full_name("quotes", name), approvals=rules, **options)
    show(session, session.server().quoting.ApproveQuote(request), views.show_quote)


@command(quote, "refuse")
@_NAME
@click.option("--reason", required=True, help="Why.")
@_REQUEST_ID
@_ETAG
def refuse(session: Session, name: str, **options: str) -> None:
    """Refuse pending approvals; the quote is a draft again."""
    request = quoting.RefuseQuoteRequest(name=full_name("quotes", name), **options)
    show(session, session.server().quoting.RefuseQuote(request), views.show_quote)


@command(quote, "offer")
@_NAME
@click.option("--valid-through", type=click.DateTime(["%Y-%m-%d"]), help="Last day; 30 days from today otherwise.")
@_REQUEST_ID
@_ETAG
def offer(session: Session, name: str, valid_through: dt.datetime | None, **options: str) -> None:
    """Hand an approved quote to the customer."""
    request = quoting.OfferQuoteRequest(name=full_name("quotes", name), **options)
    if valid_through is not None:
        request.valid_through.CopyFrom(day_message(valid_through))
    show(session, session.server().quoting.OfferQuote(request), views.show_quote)


@command(quote, "accept")
@_NAME
@click.option("--digest", "offer_digest", default="", help="Digest of the offer the customer saw.")
@_REQUEST_ID
@_ETAG
def accept(session: Session, name: str, **options: str) -> None:
    """Record the customer's yes."""
    request = quoting.AcceptQuoteRequest(name=full_name("quotes", name), **options)
    show(session, session.server().quoting.AcceptQuote(request), views.show_quote)


@command(quote, "decline")
@_NAME
@click.option("--reason", default="", help="Why.")
@_REQUEST_ID
@_ETAG
def decline(session: Session, name: str, **options: str) -> None:
    """Record the customer's no."""
    request = quoting.DeclineQuoteRequest(name=full_name("quotes", name), **options)
    show(session, session.server().quoting.DeclineQuote(request), views.show_quote)


@command(quote, "withdraw")
@_NAME
@click.option("--reason", default="", help="Why.")
@_REQUEST_ID
@_ETAG
def withdraw(session: Session, name: str, **options: str) -> None:
    """Take a quote back."""
    request = quoting.WithdrawQuoteRequest(name=full_name("quotes", name), **options)
    show(session, session.server().quoting.WithdrawQuote(request), views.show_quote)


@command(quote, "sign")
@_NAME
@click.option("--signatory", required=True, help="Name of the person who signs.")
@click.option("--function", default="", help="Function of that person.")
@click.option("--digest", default="", help="Digest of the offer that is signed; the quote's own otherwise.")
@_REQUEST_ID
@_ETAG
def sign(session: Session, name: str, **options: str) -> None:
    """Sign an accepted quote: makes the contract and starts its delivery."""
    server = session.server()
    request = quoting.SignQuoteRequest(
        name=full_name("quotes", name), request_id=options["request_id"], etag=options["etag"]
    )
    request.offer_digest = options["digest"] or _digest(session, request.name)
    request.signatory.display_name = options["signatory"]
    request.signatory.function = options["function"]
    show(session, server.quoting.SignQuote(request), views.show_contract)


def _digest(session: Session, name: str) -> str:
    return session.server().quoting.GetQuote(quoting.GetQuoteRequest(name=name)).offer_digest
