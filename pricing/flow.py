"""What falls due in each month of a term."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from bidwright.core.money import add, to_minor
from bidwright.pricing.priced_line import PricedLine
from bidwright.pricing.schedule import Due
from bidwright.v1.configuration_pb2 import CHARGE_USAGE

_NOTHING = Decimal(0)


class Flow(NamedTuple):
    """Minor units by month, the first month at index 0; usage, which is not committed, is apart."""

    values: Sequence[int]
    costs: Sequence[int]
    usage: Sequence[int]


def flow_of(due: Iterable[Due[PricedLine]], term_months: int, currency: str) -> Flow:
    """Add up what falls due in each month of a term."""
    values: dict[range, Decimal] = {}
    costs: dict[range, Decimal] = {}
    usage: dict[range, Decimal] = {}
    for line, paid, costed in due:
        if line.charge == CHARGE_USAGE:
            usage[paid] = add(usage.get(paid, _NOTHING), line.net)
        else:
            values[paid] = add(values.get(paid, _NOTHING), line.net)
            costs[costed] = add(costs.get(costed, _NOTHING), line.cost)
    return Flow(*(_by_month(amounts, term_months, currency) for amounts in (values, costs, usage)))


def _by_month(amounts: Mapping[range, Decimal], term_months: int, currency: str) -> list[int]:
    found = [0] * term_months
    for months, amount in amounts.items():
        minor = to_minor(amount, currency)
        for month in months:
            found[month - 1] += minor
    return found
