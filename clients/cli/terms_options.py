"""Options that state commercial terms beside term and discount, alike in every command that prices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import click

from bidwright.clients.cli import answers
from bidwright.core.command_line.month_options import month_options, put_months
from bidwright.v1 import configuration_pb2 as configuration

_Command = TypeVar("_Command", bound=Callable[..., object])
Currency = Callable[[], str]
"""Finds the currency of the market; called only where an option states money."""

_OPTIONS = (
    click.option("--segment", metavar="SEGMENT", help="Customer segment; with the channel it chooses the price book."),
    click.option("--channel", metavar="CHANNEL", help="Sales channel."),
    click.option("--agreement", metavar="AGREEMENT", help="Agreement whose contract prices hold."),
    click.option("--promotion", "promotion_codes", multiple=True, metavar="CODE", help="A code the customer has."),
    click.option("--line-discount", "line_discounts", multiple=True, metavar="COMPONENT=N", help="N % off its lines."),
    click.option(
        "--one-time-discount",
        type=answers.Number(),
        metavar="AMOUNT",
        help="Discount in money on all that is due once.",
    ),
    click.option(
        "--monthly-discount",
        type=answers.Number(),
        metavar="AMOUNT",
        help="Discount in money on all that is due every month.",
    ),
    click.option("--commit", "commitments", multiple=True, metavar="ID=AMOUNT", help="Commit to so much a month."),
)


def terms_options(command: _Command) -> _Command:
    """Add the options to a command, in their order."""
    command = month_options(command)
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def put_terms(terms: configuration.CommercialTerms, options: Mapping[str, object], currency: Currency) -> None:
    """Let options that were given take the place of what the terms say.

    Args:
        terms: Those to be changed.
        options: As the command got them.
        currency: Of the market.

    Raises:
        click.BadParameter: An option cannot be read.
    """
    for name in ("segment", "channel", "agreement"):
        if options.get(name):
            setattr(terms, name, str(options[name]))
    if codes := texts(options.get("promotion_codes")):
        terms.promotion_codes[:] = codes
    if discounts := texts(options.get("line_discounts")):
        del terms.line_discounts[:]
        for component, percent in map(_pair, discounts):
            terms.line_discounts.add(component=component).percent.value = percent
    for name in ("one_time_discount", "monthly_discount"):
        if options.get(name) is not None:
            getattr(terms, name).CopyFrom(answers.money(str(options[name]), currency()))
    if commitments := texts(options.get("commitments")):
        del terms.commitments[:]
        for commitment, amount in map(_pair, commitments):
            terms.commitments.add(commitment=commitment).monthly.CopyFrom(answers.money(amount, currency()))
    put_months(terms, options)


def texts(value: object) -> list[str]:
    """What an option that may be repeated was given as; empty where it was not."""
    return [str(one) for one in value] if isinstance(value, tuple) else []


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name or not value:
        raise click.BadParameter(f"{text!r}: write name=number.")
    return name, value
