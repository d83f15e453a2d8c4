"""``bid price``: what a design costs, and what it would on other terms."""

from __future__ import annotations

import datetime as dt

import click

from bidwright.clients.cli import views
from bidwright.clients.cli.offers import read_offer
from bidwright.clients.cli.request_options import currency_of
from bidwright.clients.cli.session import Session
from bidwright.clients.cli.terms_options import put_terms, terms_options
from bidwright.core.command_line.what_if_options import Question, complete, what_if_options
from bidwright.core.command_line.what_if_text import Answer, answer_text
from bidwright.core.days import day_message
from bidwright.v1 import configuration_pb2 as configuration
from bidwright.v1 import price_pb2 as price_records
from bidwright.v1 import pricing_pb2 as pricing


@click.argument("what", metavar="WHAT")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Day whose prices apply.")
@click.option("--term", "term_months", type=click.IntRange(1, 120), help="Another contract term in months.")
@click.option("--discount", metavar="PERCENT", help="Another discretionary discount.")
@terms_options
@click.option("--waterfall", is_flag=True, help="Show every step from list to net.")
@what_if_options(click.STRING, "WHAT")
def price(  # noqa: PLR0913 - one parameter for each option of the command
    session: Session,
    what: str,
    *,
    day: dt.datetime | None,
    waterfall: bool,
    question: Question | None,
    against: str | None,
    **options: object,
) -> None:
    """Price WHAT and explain it; or say what would be on other terms.

    WHAT is a design FILE, quotes/ID or contracts/ID; the last two have the prices of the day on which they were made.
    """
    wanted = _wanted(session, what, day)
    if options["term_months"] is not None:
        wanted.terms.term_months = int(str(options["term_months"]))
    if options["discount"] is not None:
        wanted.terms.discretionary_discount_percent.value = str(options["discount"])
    put_terms(wanted.terms, options, lambda: _currency_of(session, wanted.configuration))
    answer: Answer
    if against is not None:
        asked = pricing.ComparePricesRequest(base=_wanted(session, against, day), other=wanted)
        answer = session.server().pricing.ComparePrices(asked)
    elif question is not None:
        answer = _answer(session, wanted, question)
    else:
        answer = session.server().pricing.PriceConfiguration(wanted)
    if session.output.as_json:
        session.output.message(answer)
    elif isinstance(answer, price_records.Price):
        views.show_price(session.output, answer, waterfall=waterfall)
    else:
        session.output.line(answer_text(answer))


def _wanted(session: Session, what: str, day: dt.datetime | None) -> pricing.PriceConfigurationRequest:
    offer = read_offer(session, what)
    wanted = pricing.PriceConfigurationRequest(configuration=offer.configuration, terms=offer.terms)
    if day is not None:
        wanted.terms.price_date.CopyFrom(day_message(day))
    elif offer.HasField("price"):
        wanted.terms.price_date.CopyFrom(offer.price.price_date)
    return wanted


def _answer(session: Session, wanted: pricing.PriceConfigurationRequest, question: Question) -> Answer:
    complete(question, wanted.configuration, wanted.terms, currency=lambda: _currency_of(session, wanted.configuration))
    service = session.server().pricing
    match question:
        case pricing.PriceVariantsRequest():
            return service.PriceVariants(question)
        case pricing.FindDiscountRequest():
            return service.FindDiscount(question)
        case pricing.IndexPriceRequest():
            return service.IndexPrice(question)


def _currency_of(session: Session, priced: configuration.Configuration) -> str:
    portfolio = priced.release.partition("/releases/")[0].removeprefix("portfolios/")
    return currency_of(session, portfolio, priced.market)
