"""The sums of a price, made from its lines and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from bidwright.catalog.amount_messages import decimal_message, money
from bidwright.core.amount_table import average_month, begun
from bidwright.core.money import EXACT, add, from_minor, to_minor
from bidwright.pricing.priced_line import PricedLine
from bidwright.v1.configuration_pb2 import (
    CHARGE_MONTHLY,
    CHARGE_ONE_TIME,
    CHARGE_QUARTERLY,
    CHARGE_USAGE,
    CHARGE_YEARLY,
    Charge,
)
from bidwright.v1.price_pb2 import PriceStepKind, PriceTotals, WaterfallEntry

_PERIODS: dict[Charge, int] = {CHARGE_MONTHLY: 1, CHARGE_QUARTERLY: 3, CHARGE_YEARLY: 12}
"""Recurring charges with the months from one time they fall due to the next."""


def times_due(charge: Charge, term_months: int) -> int:
    """How often a charge falls due in a term; usage is committed never."""
    if charge == CHARGE_ONE_TIME:
        return 1
    return begun(term_months, _PERIODS[charge]) if charge in _PERIODS else 0


def waterfall(lines: Iterable[PricedLine]) -> list[WaterfallEntry]:
    """Sum the steps of each charge and kind, exactly, in the order of the enums; only kinds that occur."""
    sums: dict[tuple[Charge, PriceStepKind], Decimal] = {}
    for line in lines:
        for kind, _, amount, *_ in line.waterfall.steps:
            key = (line.charge, kind)
            sums[key] = add(sums.get(key, Decimal(0)), amount)
    return [
        WaterfallEntry(charge=charge, kind=kind, amount=decimal_message(amount))
        for (charge, kind), amount in sorted(sums.items())
    ]


def totals(lines: Sequence[PricedLine], *, term_months: int, currency: str) -> PriceTotals:
    """Add up net prices and costs; nothing is rounded but the average month and the margin."""
    net = _Sums((line.charge, line.net) for line in lines)
    cost = _Sums((line.charge, line.cost) for line in lines)
    value, contract_cost = net.over(term_months), cost.over(term_months)
    estimated = EXACT.add(value, EXACT.multiply(net[CHARGE_USAGE], Decimal(term_months)))
    return PriceTotals(
        one_time=money(net[CHARGE_ONE_TIME], currency),
        monthly=money(net.average_month(currency), currency),
        contract_value=money(value, currency),
        first_year=money(net.over(min(12, term_months)), currency),
        one_time_cost=money(cost[CHARGE_ONE_TIME], currency),
        monthly_cost=money(cost.average_month(currency), currency),
        contract_cost=money(contract_cost, currency),
        margin_percent=decimal_message(share_percent(EXACT.subtract(value, contract_cost), value)),
        billed_monthly=money(net[CHARGE_MONTHLY], currency),
        billed_quarterly=money(net[CHARGE_QUARTERLY], currency),
        billed_yearly=money(net[CHARGE_YEARLY], currency),
        usage=money(net[CHARGE_USAGE], currency),
        usage_cost=money(cost[CHARGE_USAGE], currency),
        estimated_contract_value=money(estimated, currency),
    )


class _Sums:
    """Amounts by charge."""

    def __init__(self, amounts: Iterable[tuple[Charge, Decimal]]) -> None:
        self._sums: dict[Charge, Decimal] = {}
        for charge, amount in amounts:
            self._sums[charge] = add(self[charge], amount)

    def __getitem__(self, charge: Charge) -> Decimal:
        return self._sums.get(charge, Decimal(0))

    def over(self, months: int) -> Decimal:
        """What falls due in so many months, usage left out: a quarter or year is due in full where it begins."""
        total = Decimal(0)
        for charge, amount in self._sums.items():
            total = EXACT.add(total, EXACT.multiply(amount, Decimal(times_due(charge, months))))
        return total

    def average_month(self, currency: str) -> Decimal:
        """The recurring charges of an average month, rounded half up."""
        return from_minor(average_month(*(to_minor(self[charge], currency) for charge in _PERIODS)), currency)


def share_percent(part: Decimal | Fraction, whole: Decimal | Fraction) -> Decimal:
    """``part`` in percent of ``whole``, 2 digits, half to even; 0 where the whole is 0."""
    if not whole:
        return Decimal(0)
    # round() of a Fraction is exact and rounds half to even.
    return EXACT.scaleb(Decimal(round(Fraction(part) / Fraction(whole) * 10_000)), -2)
