"""What the recurring lines of a running contract come to from a day on, by an index."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from math import prod

from google.type.date_pb2 import Date
from google.type.money_pb2 import Money

from bidwright.catalog.amount_messages import amount_of, decimal_message, money
from bidwright.catalog.model import PriceBook, Release
from bidwright.catalog.price_entry import IndexSeries
from bidwright.core.amount_table import average_month
from bidwright.core.days import day_message, day_of
from bidwright.core.errors import Fault, InvalidInput
from bidwright.core.money import MINOR_UNITS, from_minor, to_minor
from bidwright.core.nearest import advice
from bidwright.pricing.discount_search import WHOLE, percent_at
from bidwright.pricing.indexation import Move, Part, moves, parts_between
from bidwright.pricing.pricer import Pricer
from bidwright.v1.configuration_pb2 import CHARGE_MONTHLY, CHARGE_QUARTERLY, CHARGE_YEARLY
from bidwright.v1.price_pb2 import PriceLine
from bidwright.v1.pricing_pb2 import IndexedLine, IndexPart, IndexPriceRequest, IndexPriceResponse, IndexStep

_MOST_YEARS = 100
_RECURRING = (CHARGE_MONTHLY, CHARGE_QUARTERLY, CHARGE_YEARLY)


def index_prices(request: IndexPriceRequest, priced: Pricer, current: Release) -> IndexPriceResponse:
    """Price a configuration on its day, and say what its recurring lines come to from another day on.

    Args:
        request: What was sold, on which terms, and the index.
        priced: Prices from the release of the configuration, which also says how prices follow the index.
        current: The current release of its portfolio: values of an index become known after a contract is signed.

    Raises:
        InvalidInput: ``INDEX_NOT_KNOWN``: there is no such index, or it has no value for one of the days; a day that
            does not exist or is before that of the old prices; whatever ``price`` refuses.
    """
    old = priced(request.configuration, request.terms)
    book = priced.release.price_book(request.configuration.market, request.terms.segment, request.terms.channel)
    if book is None:
        raise AssertionError("a price was made without a price book")
    since = day_of(old.price_date)
    until = _until(request.indexed_on, since)
    series = _series(request, book, current)
    steps = moves(series, since, until)
    parts = [_part(part) for part in parts_between(series, since, until)]
    factor = prod((step.factor for step in steps), start=Fraction(1))
    lines = [_indexed(line, factor, book) for line in old.lines if line.charge in _RECURRING]
    return IndexPriceResponse(
        old_index=None if series.shares else parts[0].old_index,
        new_index=None if series.shares else parts[0].new_index,
        lines=lines,
        old_monthly=old.totals.monthly,
        new_monthly=_average_month(lines, book.currency),
        steps=[_message(step, series) for step in steps],
        index_release=current.name,
        parts=parts,
    )


def _until(stated: Date, since: dt.date) -> dt.date:
    try:
        until = day_of(stated)
    except ValueError:
        what, fix = f"{stated.year}-{stated.month}-{stated.day} is not a day", "Give year, month and day of one."
    else:
        if since <= until and until.year - since.year <= _MOST_YEARS:
            return until
        what = f"{until} is before {since}, the day of the old prices, or more than {_MOST_YEARS} years after it"
        fix = "Give that day or a later one."
    raise InvalidInput(f"indexed_on: {what}", fix=fix, faults=[Fault("indexed_on", what, fix)])


def _series(request: IndexPriceRequest, book: PriceBook, current: Release) -> IndexSeries:
    """The values that are known now, followed as the price book says from which the contract was sold."""
    newest = current.price_book(request.configuration.market, request.terms.segment, request.terms.channel)
    known = newest.indices if newest is not None else {}
    where = f"the price book {newest.id if newest else book.id} of {current.name}"
    agreed = book.indices.get(request.index) or known.get(request.index)
    if agreed is None:
        raise _not_known(request.index, where, known)
    published = {id_: one for id_, one in known.items() if one.values}
    for part, _ in agreed.parts:
        if part.id not in published:
            raise _not_known(part.id, where, published)
    if agreed.shares:
        return replace(agreed, shares=tuple((published[part.id], percent) for part, percent in agreed.shares))
    values = published[agreed.id]
    return replace(agreed, values=values.values, published_every_months=values.published_every_months)


def _not_known(index: str, where: str, known: Iterable[str]) -> InvalidInput:
    what, fix = f"{where} has no index {index!r}", advice(index, known)
    return InvalidInput(
        f"index: {what}",
        fix=fix,
        reason="INDEX_NOT_KNOWN",
        facts={"index": index},
        faults=[Fault("index", what, fix)],
    )


def _indexed(line: PriceLine, factor: Fraction, book: PriceBook) -> IndexedLine:
    return IndexedLine(
        kind=line.kind,
        subject=line.subject,
        title=line.title,
        charge=line.charge,
        old_net=line.net,
        new_net=_rounded(Fraction(amount_of(line.net)) * factor, book),
    )


def _rounded(amount: Fraction, book: PriceBook) -> Money:
    """An amount to a multiple of what the price book rounds to, in its mode, like ``core.money.rounded``."""
    places = amount * 10 ** MINOR_UNITS[book.currency] / book.rounding_to
    half_up = int(abs(places) + Fraction(1, 2)) * (1 if places >= 0 else -1)
    whole = half_up if book.rounding == "half_up" else round(places)  # round() takes a half to the even neighbour
    return money(from_minor(whole * book.rounding_to, book.currency), book.currency)


def _average_month(lines: Sequence[IndexedLine], currency: str) -> Money:
    sums = (
        sum(to_minor(amount_of(line.new_net), currency) for line in lines if line.charge == charge)
        for charge in _RECURRING
    )
    return money(from_minor(average_month(*sums), currency), currency)


def _message(step: Move, series: IndexSeries) -> IndexStep:
    parts = [_part(part) for part in step.parts]
    return IndexStep(
        day=day_message(step.day),
        old_index=None if series.shares else parts[0].old_index,
        new_index=None if series.shares else parts[0].new_index,
        percent=decimal_message(percent_at(round((step.factor - 1) * WHOLE))),
        why=step.why,
        parts=parts,
    )


def _part(part: Part) -> IndexPart:
    return IndexPart(
        index=part.series.id,
        title=part.series.title,
        percent=decimal_message(part.percent),
        old_index=decimal_message(part.old[1]),
        old_from=day_message(part.old[0]),
        new_index=decimal_message(part.new[1]),
        new_from=day_message(part.new[0]),
    )
