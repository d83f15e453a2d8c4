"""What was designed, quoted or signed, by its name on the command line."""

from __future__ import annotations

from pathlib import Path

import click

from bidwright.clients.cli import answers
from bidwright.clients.cli.session import Session
from bidwright.v1 import quote_pb2 as quote_records
from bidwright.v1 import quoting_pb2 as quoting

WHAT = "A design FILE, quotes/ID or contracts/ID."


def read_offer(session: Session, name: str) -> quote_records.Offer:
    """Read configuration and terms from a file; from a record, also the price it has.

    Raises:
        click.BadParameter: It is neither.
    """
    if name.startswith("contracts/"):
        return session.server().quoting.GetContract(quoting.GetContractRequest(name=name)).offer
    if name.startswith("quotes/"):
        return session.server().quoting.GetQuote(quoting.GetQuoteRequest(name=name)).offer
    if not Path(name).is_file():
        raise click.BadParameter(f"{name} is no file; write a file's name, quotes/ID or contracts/ID.")
    design = answers.read_design(Path(name))
    return quote_records.Offer(configuration=design.configuration, terms=design.terms)
