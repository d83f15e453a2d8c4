"""``bidwright price``: prices a configuration from the files of a portfolio, without a server."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import click
from google.protobuf.json_format import MessageToDict

from bidwright.catalog.days import today_in
from bidwright.catalog.model import Release
from bidwright.catalog.reader import read_portfolio
from bidwright.core.clock import utc_now
from bidwright.core.errors import Faults, InvalidInput
from bidwright.pricing.price import price
from bidwright.server.hand_configuration import ToBePriced, read_configuration
from bidwright.server.hand_terms import date_message
from bidwright.server.price_text import price_text
from bidwright.v1.price_pb2 import Price

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("price")
@click.option("--portfolio", "directory", type=_FOLDER, required=True, help="Portfolio whose price books are used.")
@click.option(
    "--configuration",
    "file",
    type=_FILE,
    required=True,
    help="What `bid configure --output` wrote, or a file by hand (docs/pricing.md).",
)
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Day whose prices apply; today otherwise.")
@click.option("--term", "term_months", type=click.IntRange(1, 120), help="Contract term in months.")
@click.option("--discount", metavar="PERCENT", help="Discretionary discount.")
@click.option("--segment", metavar="SEGMENT", help="Customer segment; with the channel it chooses the price book.")
@click.option("--channel", metavar="CHANNEL", help="Sales channel.")
@click.option("--agreement", metavar="AGREEMENT", help="Agreement whose contract prices hold.")
@click.option("--promotion", "promotion_codes", multiple=True, metavar="CODE", help="A code the customer has.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole price as JSON.")
def price_by_hand(  # noqa: PLR0913 - one parameter for each option of the command
    directory: Path,
    file: Path,
    *,
    day: dt.datetime | None,
    term_months: int | None,
    discount: str | None,
    as_json: bool,
    promotion_codes: tuple[str, ...],
    **names: str | None,
) -> None:
    """Price a configuration with its whole waterfall, from files alone."""
    date = day.date() if day else None
    release = read_portfolio(directory, today=date)
    faults = Faults()
    wanted = read_configuration(file, release, faults)
    if wanted is not None:
        if term_months is not None:
            wanted.terms.term_months = term_months
        if discount is not None:
            wanted.terms.discretionary_discount_percent.value = discount
        if date is not None:
            wanted.terms.price_date.CopyFrom(date_message(date))
        for name, stated in names.items():
            if stated is not None:
                setattr(wanted.terms, name, stated)
        if promotion_codes:
            wanted.terms.promotion_codes[:] = promotion_codes
        _use_only_term(wanted, release)
    faults.raise_if_any(f"The configuration {file}")
    if wanted is None:
        raise AssertionError("a file was refused without a fault")
    priced = _priced(release, wanted)
    click.echo(_json(priced) if as_json else price_text(priced))


def _use_only_term(wanted: ToBePriced, release: Release) -> None:
    """A price book with a single term leaves nothing to choose."""
    book = release.price_book(wanted.configuration.market, wanted.terms.segment, wanted.terms.channel)
    if not wanted.terms.term_months and book is not None and len(book.terms) == 1:
        wanted.terms.term_months = next(iter(book.terms))


def _priced(release: Release, wanted: ToBePriced) -> Price:
    market, now = release.markets.get(wanted.configuration.market), utc_now()
    try:
        return price(release, wanted.configuration, wanted.terms, today_in(market, now) if market else now.date())
    except InvalidInput as refusal:
        faults = [wanted.placed(fault) for fault in refusal.faults]
        raise InvalidInput(
            "The configuration cannot be priced." if faults else refusal.message,
            fix=refusal.fix,
            reason=refusal.reason,
            facts=refusal.facts,
            faults=faults,
        ) from refusal


def _json(priced: Price) -> str:
    values = MessageToDict(priced, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)
    return json.dumps(values, indent=2, ensure_ascii=False)
