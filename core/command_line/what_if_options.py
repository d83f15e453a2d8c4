"""The options that ask of a price what would be: a grid of terms, a target, an index, or another configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import reduce, wraps
from typing import Any, TypeVar

import click
from google.type.decimal_pb2 import Decimal as DecimalMessage

from bidwright.core.command_line.amounts import amount_message
from bidwright.core.days import day_message
from bidwright.core.money import parse, plain
from bidwright.v1.configuration_pb2 import CommercialTerms, Configuration
from bidwright.v1.pricing_pb2 import FindDiscountRequest, IndexPriceRequest, PriceVariantsRequest

Question = PriceVariantsRequest | FindDiscountRequest | IndexPriceRequest
"""What is asked of one configuration beyond its price."""

AgainstT = TypeVar("AgainstT")


class _Number(click.ParamType[Decimal]):
    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        try:
            return parse(value)
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)


class _Amount(_Number):
    """An amount without its currency, which the price book tells."""

    name = "amount"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        number = super().convert(value, param, ctx)
        try:
            amount_message(number)
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)
        return number


class _Many(click.ParamType[tuple[Any, ...]]):
    """Values with commas between them."""

    name = "list"

    def __init__(self, each: click.ParamType[Any]) -> None:
        self._each = each

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[Any, ...]:
        return tuple(self._each.convert(one.strip(), param, ctx) for one in value.split(","))


_OPTIONS = (
    click.option(
        "--terms", type=_Many(click.IntRange(1, 120)), metavar="MONTHS,...", help="Print the sums for each term."
    ),
    click.option("--discounts", type=_Many(_Number()), metavar="PERCENT,...", help="Print the sums for each discount."),
    click.option(
        "--channels", type=_Many(click.STRING), metavar="CHANNEL,...", help="Print the sums for each; empty is none."
    ),
    click.option(
        "--target-margin", type=_Number(), metavar="PERCENT", help="Find the greatest discount with this margin."
    ),
    click.option(
        "--target-monthly", type=_Amount(), metavar="AMOUNT", help="Find the smallest discount with this month at most."
    ),
    click.option(
        "--target-value", type=_Amount(), metavar="AMOUNT", help="Find the smallest discount with this value at most."
    ),
    click.option("--index", metavar="SERIES", help="Print what recurring lines come to by an index of the price book."),
    click.option("--indexed-on", type=click.DateTime(["%Y-%m-%d"]), help="The day from which those prices hold."),
)


def what_if_options(against: click.ParamType[AgainstT], metavar: str) -> Callable[[Callable[..., None]], Any]:
    """Add the options to a command, which takes ``question`` and ``against``, at most one of which is given.

    Args:
        against: What the command can compare with.
        metavar: How its help names that.
    """
    option = click.option(
        "--against", type=against, metavar=metavar, help="Compare with another one, on the terms it states."
    )

    def add(command: Callable[..., None]) -> Any:
        @wraps(command)
        def asked(*arguments: Any, against: AgainstT | None, **options: Any) -> None:
            questions = _questions(options)
            if len(questions) + (against is not None) > 1:
                raise click.UsageError("Ask for a grid, a target, an index or a comparison, not for several at once.")
            command(*arguments, question=questions[0] if questions else None, against=against, **options)

        return reduce(lambda decorated, one: one(decorated), reversed((*_OPTIONS, option)), asked)

    return add


def complete(
    question: Question, configuration: Configuration, terms: CommercialTerms, *, currency: Callable[[], str]
) -> None:
    """Say in a question what it is about; ``currency`` finds that of the market where an amount was given."""
    question.configuration.CopyFrom(configuration)
    question.terms.CopyFrom(terms)
    if isinstance(question, FindDiscountRequest):
        if question.HasField("monthly"):
            question.monthly.currency_code = currency()
        elif question.HasField("contract_value"):
            question.contract_value.currency_code = currency()


def _questions(options: dict[str, Any]) -> list[Question]:
    """The questions that options ask; they are taken out."""
    grid = {name: options.pop(name) for name in ("terms", "discounts", "channels")}
    margin, monthly, value = (options.pop(f"target_{name}") for name in ("margin", "monthly", "value"))
    index, day = options.pop("index"), options.pop("indexed_on")
    questions: list[Question] = []
    if any(grid.values()):
        questions.append(_variants(grid))
    if margin is not None:
        questions.append(FindDiscountRequest(margin_percent=DecimalMessage(value=plain(margin))))
    if monthly is not None:
        questions.append(FindDiscountRequest(monthly=amount_message(monthly)))
    if value is not None:
        questions.append(FindDiscountRequest(contract_value=amount_message(value)))
    if (index is None) != (day is None):
        raise click.UsageError("--index and --indexed-on are given together.")
    if index is not None:
        questions.append(IndexPriceRequest(index=index, indexed_on=day_message(day)))
    return questions


def _variants(grid: Mapping[str, Any]) -> PriceVariantsRequest:
    return PriceVariantsRequest(
        term_months=grid["terms"] or (),
        discount_percents=[DecimalMessage(value=plain(one)) for one in grid["discounts"] or ()],
        channels=grid["channels"] or (),
    )
