"""What a configuration costs by an amount table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from bidwright.core.amount_table import (
    PERIODS,
    AmountTable,
    Columns,
    CommitmentAmount,
    PercentageAmount,
    average_month,
    begun,
)


@dataclass(frozen=True, kw_only=True)
class Amounts:
    """Net amounts of a configuration in minor units: once, in an average month, and over the whole term.

    The average month is that without packages where packages save in different months: which of them are applied, only
    a price says.
    """

    one_time: int
    monthly: int
    contract_value: int


def amounts_of(items: Mapping[str, int], table: AmountTable, contract_value: int) -> Amounts:
    """Tell one-time and monthly charges of a contract value.

    Only the solver knows how packages are shared out best; everything else is added up here again.

    Args:
        items: Component id -> units, at least 1 and at most its ``max_quantity``.
        table: Amounts of the market and terms.
        contract_value: The solver's, in minor units.

    Raises:
        ValueError: The contract value cannot be that of these items.
    """
    sums = _sums(items, table)
    saved, months = contract_value - sums.contract_value, table.package_months
    saving, rest = (0, 0) if months is None else divmod(saved, months)
    if rest or saved > 0:
        raise ValueError(f"{contract_value} is not {sums.contract_value} less what packages save in {months} months")
    monthly = average_month(sums.monthly + saving, sums.quarterly, sums.yearly)
    return Amounts(one_time=sums.one_time, monthly=monthly, contract_value=contract_value)


def amounts_without_packages(items: Mapping[str, int], table: AmountTable) -> Amounts:
    """What a configuration costs at most: packages only ever lower it."""
    sums = _sums(items, table)
    return Amounts(
        one_time=sums.one_time,
        monthly=average_month(sums.monthly, sums.quarterly, sums.yearly),
        contract_value=sums.contract_value,
    )


class _Sums(NamedTuple):
    """What falls due once, each month, quarter and year, and over the term; without packages."""

    one_time: int
    monthly: int
    quarterly: int
    yearly: int
    contract_value: int


def _sums(items: Mapping[str, int], table: AmountTable) -> _Sums:
    due, spared = _due(items, table)
    months, free = table.term_months, table.free_months
    one_time = table.bespoke_one_time + sum(due["one_time"].values())
    missing = sum(_missing(due["monthly"], items, commitment) for commitment in table.commitments.values())
    monthly = sum(due["monthly"].values()) + missing
    quarterly, yearly = sum(due["quarterly"].values()), sum(due["yearly"].values())
    recurring = sum(
        begun(months, period, free) * amount
        for period, amount in zip(PERIODS.values(), (monthly, quarterly, yearly), strict=True)
    )
    spared += sum(_looked_up(items, table.spared).values())
    value = one_time + months * table.bespoke_monthly + recurring - spared
    return _Sums(one_time, monthly + table.bespoke_monthly, quarterly, yearly, value)


def _due(items: Mapping[str, int], table: AmountTable) -> tuple[dict[str, dict[str, int]], int]:
    """Charge -> component -> what falls due, and what percentages do not cost over the term as they are longer free.

    Hourly amounts are monthly ones.
    """
    spared = 0
    due = {
        "one_time": _looked_up(items, table.one_time),
        "monthly": _looked_up(items, table.monthly),
        "quarterly": _looked_up(items, table.quarterly),
        "yearly": _looked_up(items, table.yearly),
    }
    for component, amount in _looked_up(items, table.hourly).items():
        due["monthly"][component] = due["monthly"].get(component, 0) + amount
    for percentage in table.percentages:
        if percentage.component in items:
            amounts, bases = due[percentage.charge], due[percentage.of_charge]
            net = percentage.net(sum(bases.get(component, 0) for component in percentage.of))
            amounts[percentage.component] = amounts.get(percentage.component, 0) + net
            spared += spared_times(percentage, table, table.term_months) * net
    return due, spared


def spared_times(percentage: PercentageAmount, table: AmountTable, months: int) -> int:
    """How much less often a percentage falls due in the first months of a term than other lines that recur like it."""
    period = PERIODS.get(percentage.charge)
    if period is None:
        return 0
    return begun(months, period, table.free_months) - begun(months, period, percentage.free_months)


def _looked_up(items: Mapping[str, int], columns: Columns) -> dict[str, int]:
    return {component: columns[component][units] for component, units in items.items() if component in columns}


def _missing(monthly: Mapping[str, int], items: Mapping[str, int], commitment: CommitmentAmount) -> int:
    if not any(component in items for component in commitment.components):
        return 0
    return max(0, commitment.monthly - sum(monthly.get(component, 0) for component in commitment.components))
