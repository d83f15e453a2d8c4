"""The sums of a price, made from its lines and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from google.type.money_pb2 import Money

from bidwright.catalog.amount_messages import amount_of, decimal_message, money
from bidwright.core.money import EXACT
from bidwright.v1.configuration_pb2 import CHARGE_MONTHLY, CHARGE_ONE_TIME, Charge
from bidwright.v1.price_pb2 import PriceLine, PriceStepKind, PriceTotals, WaterfallEntry


def waterfall(lines: Iterable[PriceLine]) -> list[WaterfallEntry]:
    """Sum the steps of each charge and kind, exactly, in the order of the enums; only kinds that occur."""
    sums: dict[tuple[Charge, PriceStepKind], Decimal] = {}
    for line in lines:
        for step in line.steps:
            key = (line.charge, step.kind)
            sums[key] = EXACT.add(sums.get(key, Decimal(0)), Decimal(step.amount.value))
    return [
        WaterfallEntry(charge=charge, kind=kind, amount=decimal_message(amount))
        for (charge, kind), amount in sorted(sums.items())
    ]


def totals(lines: Sequence[PriceLine], *, term_months: int, currency: str) -> PriceTotals:
    """Add up net prices and costs; nothing is rounded but the margin."""
    one_time = _sum(line.net for line in lines if line.charge == CHARGE_ONE_TIME)
    monthly = _sum(line.net for line in lines if line.charge == CHARGE_MONTHLY)
    one_time_cost = _sum(line.cost for line in lines if line.charge == CHARGE_ONE_TIME)
    monthly_cost = _sum(line.cost for line in lines if line.charge == CHARGE_MONTHLY)
    contract_value = over_months(one_time, monthly, term_months)
    contract_cost = over_months(one_time_cost, monthly_cost, term_months)
    return PriceTotals(
        one_time=money(one_time, currency),
        monthly=money(monthly, currency),
        contract_value=money(contract_value, currency),
        first_year=money(over_months(one_time, monthly, min(12, term_months)), currency),
        one_time_cost=money(one_time_cost, currency),
        monthly_cost=money(monthly_cost, currency),
        contract_cost=money(contract_cost, currency),
        margin_percent=decimal_message(share_percent(EXACT.subtract(contract_value, contract_cost), contract_value)),
    )


def over_months(one_time: Decimal, monthly: Decimal, months: int) -> Decimal:
    """One-time charges and the charges of so many months."""
    return EXACT.add(one_time, EXACT.multiply(monthly, Decimal(months)))


def share_percent(part: Decimal | Fraction, whole: Decimal | Fraction) -> Decimal:
    """``part`` in percent of ``whole``, 2 digits, half to even; 0 where the whole is 0."""
    if not whole:
        return Decimal(0)
    # round() of a Fraction is exact and rounds half to even.
    return EXACT.scaleb(Decimal(round(Fraction(part) / Fraction(whole) * 10_000)), -2)


def _sum(amounts: Iterable[Money]) -> Decimal:
    total = Decimal(0)
    for amount in amounts:
        total = EXACT.add(total, amount_of(amount))
    return total
