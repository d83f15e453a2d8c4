"""The sums of a price, made from its lines and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from google.type.money_pb2 import Money

from bidwright.catalog.amount_messages import decimal_message, money
from bidwright.core.amount_table import average_month
from bidwright.core.money import add, from_minor, share_percent, to_minor
from bidwright.pricing.flow import Flow
from bidwright.pricing.present_value import half_up, present_value
from bidwright.pricing.priced_line import PricedLine
from bidwright.pricing.schedule import PERIODS
from bidwright.v1.configuration_pb2 import (
    CHARGE_MONTHLY,
    CHARGE_ONE_TIME,
    CHARGE_QUARTERLY,
    CHARGE_USAGE,
    CHARGE_YEARLY,
    Charge,
)
from bidwright.v1.price_pb2 import PriceStepKind, PriceTotals, WaterfallEntry

_YEAR = 12
_NOTHING = Decimal(0)


def waterfall(lines: Iterable[PricedLine]) -> list[WaterfallEntry]:
    """Sum the steps of each charge and kind, exactly, in the order of the enums; only kinds that occur."""
    sums: dict[Charge, dict[PriceStepKind, Decimal]] = {}
    for line in lines:
        own = sums.setdefault(line.charge, {})
        for kind, _, amount, _, _, _ in line.waterfall.steps:
            own[kind] = add(own.get(kind, _NOTHING), amount)
    return [
        WaterfallEntry(charge=charge, kind=kind, amount=decimal_message(amount))
        for charge, own in sorted(sums.items())
        for kind, amount in sorted(own.items())
    ]


def totals(
    lines: Sequence[PricedLine], flow: Flow, currency: str, *, rate_percent: Decimal | None = None
) -> PriceTotals:
    """Add up net prices and costs; rounded are only the average month and year, the margin and the present values.

    Args:
        lines: Of the whole configuration.
        flow: What falls due in each month.
        currency: Of all amounts.
        rate_percent: At which later payments are worth less; None where there are to be no present values.
    """
    net = _Sums((line.charge, line.waterfall.running) for line in lines)
    cost = _Sums((line.charge, line.cost) for line in lines)
    value, contract_cost = sum(flow.values), sum(flow.costs)
    recurring = Fraction(value - to_minor(net[CHARGE_ONE_TIME], currency))

    def written(minor: int) -> Money:
        return money(from_minor(minor, currency), currency)

    worth: dict[str, Money] = {}
    if rate_percent is not None:
        worth["net_present_value"] = written(present_value(flow.values, rate_percent))
        worth["net_present_cost"] = written(present_value(flow.costs, rate_percent))
    return PriceTotals(
        one_time=money(net[CHARGE_ONE_TIME], currency),
        monthly=money(net.average_month(currency), currency),
        contract_value=written(value),
        first_year=written(sum(flow.values[:_YEAR])),
        one_time_cost=money(cost[CHARGE_ONE_TIME], currency),
        monthly_cost=money(cost.average_month(currency), currency),
        contract_cost=written(contract_cost),
        margin_percent=decimal_message(margin_percent(value, contract_cost)),
        billed_monthly=money(net[CHARGE_MONTHLY], currency),
        billed_quarterly=money(net[CHARGE_QUARTERLY], currency),
        billed_yearly=money(net[CHARGE_YEARLY], currency),
        usage=money(net[CHARGE_USAGE], currency),
        usage_cost=money(cost[CHARGE_USAGE], currency),
        estimated_contract_value=written(value + sum(flow.usage)),
        annual_contract_value=written(half_up(recurring * _YEAR / len(flow.values))),
        **worth,
    )


class _Sums:
    """Amounts by charge."""

    def __init__(self, amounts: Iterable[tuple[Charge, Decimal]]) -> None:
        self._sums: dict[Charge, Decimal] = {}
        for charge, amount in amounts:
            self._sums[charge] = add(self._sums.get(charge, _NOTHING), amount)

    def __getitem__(self, charge: Charge) -> Decimal:
        return self._sums.get(charge, _NOTHING)

    def average_month(self, currency: str) -> Decimal:
        """The recurring charges of an average month, rounded half up."""
        return from_minor(average_month(*(to_minor(self[charge], currency) for charge in PERIODS)), currency)


def margin_percent(value: int, cost: int) -> Decimal:
    """(value - cost) / value in percent, 2 digits, half to even; 0 where the value is 0."""
    return share_percent(Fraction(value - cost), Fraction(value))
