"""What follows from the months of a term: its years, and runs of equal months."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from bidwright.catalog.amount_messages import decimal_message, money
from bidwright.core.money import from_minor
from bidwright.pricing.flow import Flow
from bidwright.pricing.totals import margin_percent
from bidwright.v1.price_pb2 import CashFlow, PriceYear

_YEAR = 12


def years(flow: Flow, currency: str) -> Iterator[PriceYear]:
    """The years of the term; the last one may be shorter."""
    for start in range(0, len(flow.values), _YEAR):
        value, cost = (sum(amounts[start : start + _YEAR]) for amounts in (flow.values, flow.costs))
        yield PriceYear(
            year=start // _YEAR + 1,
            value=money(from_minor(value, currency), currency),
            cost=money(from_minor(cost, currency), currency),
            margin_percent=decimal_message(margin_percent(value, cost)),
        )


def cash_flow(flow: Flow, currency: str) -> Iterator[CashFlow]:
    """The months of the term, those one after the other together in which the same falls due."""
    months = list(zip(flow.values, flow.costs, strict=True))
    first_month = 1
    for (value, cost), same in groupby(months):
        count = len(list(same))
        yield CashFlow(
            first_month=first_month,
            months=count,
            value=money(from_minor(value, currency), currency),
            cost=money(from_minor(cost, currency), currency),
        )
        first_month += count
