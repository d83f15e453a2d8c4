"""``bidwright price``: prices a configuration from the files of a portfolio, without a server."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from bidwright.catalog.days import today_in
from bidwright.catalog.model import Release
from bidwright.catalog.reader import read_for_any_day
from bidwright.core.clock import utc_now
from bidwright.core.command_line.files import FILE, FOLDER
from bidwright.core.command_line.json_form import as_dict
from bidwright.core.command_line.locales import locale_option
from bidwright.core.command_line.month_options import month_options, put_months
from bidwright.core.command_line.what_if_options import Question, complete, what_if_options
from bidwright.core.command_line.what_if_text import Answer, answer_text
from bidwright.core.days import day_message
from bidwright.core.errors import Faults, InvalidInput
from bidwright.pricing.comparison import compare
from bidwright.pricing.indexed_prices import index_prices
from bidwright.pricing.pricer import Pricer
from bidwright.pricing.targets import find_discount
from bidwright.pricing.what_if import price_variants
from bidwright.server.hand_configuration import ToBePriced, read_configuration
from bidwright.v1.price_pb2 import Price
from bidwright.v1.pricing_pb2 import FindDiscountRequest, IndexPriceRequest, PriceVariantsRequest


@click.command("price")
@click.option("--portfolio", "directory", type=FOLDER, required=True, help="Portfolio whose price books are used.")
@click.option(
    "--configuration",
    "file",
    type=FILE,
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
@month_options
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@locale_option
@what_if_options(FILE, "FILE")
def price_by_hand(  # noqa: PLR0913 - one parameter for each option of the command
    directory: Path,
    file: Path,
    *,
    day: dt.datetime | None,
    term_months: int | None,
    discount: str | None,
    as_json: bool,
    promotion_codes: tuple[str, ...],
    free_months: int | None,
    ramp: tuple[str, ...],
    present_value_rate: str | None,
    question: Question | None,
    against: Path | None,
    **names: str | None,
) -> None:
    """Price a configuration with its whole waterfall, from files alone; or say what would be on other terms."""
    date = day.date() if day else None
    release = read_for_any_day(directory)
    wanted = _read(file, release, date)
    if term_months is not None:
        wanted.terms.term_months = term_months
    if discount is not None:
        wanted.terms.discretionary_discount_percent.value = discount
    for name, stated in names.items():
        if stated is not None:
            setattr(wanted.terms, name, stated)
    if promotion_codes:
        wanted.terms.promotion_codes[:] = promotion_codes
    put_months(wanted.terms, {"free_months": free_months, "ramp": ramp, "present_value_rate": present_value_rate})
    answer: Answer
    if against is not None:
        answer = compare(_price(release, _read(against, release, date)), _price(release, wanted))
    elif question is not None:
        answer = _answered(release, wanted, question)
    else:
        answer = _price(release, wanted)
    click.echo(json.dumps(as_dict(answer), indent=2, ensure_ascii=False) if as_json else answer_text(answer))


def _price(release: Release, wanted: ToBePriced) -> Price:
    _use_only_term(wanted, release)
    with _placed(wanted):
        return _pricer(release, wanted)(wanted.configuration, wanted.terms)


def _answered(release: Release, wanted: ToBePriced, question: Question) -> Answer:
    _use_only_term(wanted, release)
    complete(
        question,
        wanted.configuration,
        wanted.terms,
        currency=lambda: release.markets[wanted.configuration.market].currency,
    )
    with _placed(wanted):
        match question:
            case PriceVariantsRequest():
                return price_variants(question, _pricer(release, wanted))
            case FindDiscountRequest():
                return find_discount(question, _pricer(release, wanted))
            case IndexPriceRequest():
                return index_prices(question, _pricer(release, wanted), release)


def _read(file: Path, release: Release, date: dt.date | None) -> ToBePriced:
    faults = Faults()
    wanted = read_configuration(file, release, faults)
    faults.raise_if_any(f"The configuration {file}")
    if wanted is None:
        raise AssertionError("a file was refused without a fault")
    if date is not None:
        wanted.terms.price_date.CopyFrom(day_message(date))
    return wanted


def _use_only_term(wanted: ToBePriced, release: Release) -> None:
    """A price book with a single term leaves nothing to choose."""
    book = release.price_book(wanted.configuration.market, wanted.terms.segment, wanted.terms.channel)
    if not wanted.terms.term_months and book is not None and len(book.terms) == 1:
        wanted.terms.term_months = next(iter(book.terms))


def _pricer(release: Release, wanted: ToBePriced) -> Pricer:
    market, now = release.markets.get(wanted.configuration.market), utc_now()
    return Pricer(release=release, today=today_in(market, now) if market else now.date())


@contextmanager
def _placed(wanted: ToBePriced) -> Iterator[None]:
    """Say of what is refused in which line of the file it stands."""
    try:
        yield
    except InvalidInput as refusal:
        faults = [wanted.placed(fault) for fault in refusal.faults]
        raise InvalidInput(
            "The configuration cannot be priced." if faults else refusal.message,
            fix=refusal.fix,
            reason=refusal.reason,
            facts=refusal.facts,
            faults=faults,
        ) from refusal
