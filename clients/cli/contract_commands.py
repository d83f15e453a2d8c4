"""``bid contract``, ``bid events``: what was signed, and what happened."""

from __future__ import annotations

import click

from bidwright.clients.cli import views
from bidwright.clients.cli.records import full_name, show
from bidwright.clients.cli.session import Session, command
from bidwright.core.command_line.json_form import as_dict
from bidwright.v1 import event_pb2 as event_records
from bidwright.v1 import quoting_pb2 as quoting


@click.group()
def contract() -> None:
    """Signed contracts."""


@command(contract, "show")
@click.argument("name", metavar="CONTRACT")
def show_contract(session: Session, name: str) -> None:
    """Show a contract."""
    request = quoting.GetContractRequest(name=full_name("contracts", name))
    show(session, session.server().quoting.GetContract(request), views.show_contract)


@command(contract, "list")
@click.option("--page-size", default=50, show_default=True, help="Contracts a page.")
@click.option("--page-token", default="", help="Token of the page before.")
def list_contracts(session: Session, page_size: int, page_token: str) -> None:
    """List contracts, newest first."""
    request = quoting.ListContractsRequest(page_size=page_size, page_token=page_token)
    response = session.server().quoting.ListContracts(request)
    if session.output.as_json:
        session.output.message(response)
        return
    rows = [
        (
            c.name.removeprefix("contracts/"),
            views.contract_state(c),
            c.offer.customer.display_name,
            c.order,
            views.moment(c.sign_time),
        )
        for c in response.contracts
    ]
    session.output.table("Contracts", ["contract", "state", "customer", "order", "signed"], rows)
    if response.next_page_token:
        session.output.note(f"More: --page-token {response.next_page_token}")


@click.option("--after", default="", help="Only events after this position.")
@click.option("--follow", is_flag=True, help="Wait for further events; end with Ctrl-C.")
def events(session: Session, after: str, *, follow: bool) -> None:
    """Show what happened, oldest first."""
    request = quoting.StreamEventsRequest(after=after, follow=follow)
    try:
        for response in session.server().quoting.StreamEvents(request):
            _show_event(session, response.event)
    except KeyboardInterrupt:
        session.output.note("No longer following.")


def _show_event(session: Session, event: event_records.Event) -> None:
    if session.output.as_json:
        session.output.json(as_dict(event))
        return
    facts = " ".join(f"{key}={value}" for key, value in sorted(event.facts.items()))
    session.output.line(f"{views.moment(event.time)}  {event.type:<28} {event.subject}  {event.actor}  {facts}")
