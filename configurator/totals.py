"""What a configuration costs by an amount table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bidwright.core.amount_table import AmountTable, Columns, CommitmentAmount, average_month, begun


@dataclass(frozen=True, kw_only=True)
class Amounts:
    """Net amounts of a configuration in minor units: once, in an average month, and over the whole term."""

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
    one_time, without_packages, quarterly, yearly = _charges(items, table)
    other = _beside_months(one_time, quarterly, yearly, table)
    billed, rest = divmod(contract_value - other, table.term_months)
    if rest or billed > without_packages:
        raise ValueError(
            f"{contract_value} is not {other} and at most {without_packages} in each of {table.term_months} months"
        )
    monthly = average_month(billed, quarterly, yearly)
    return Amounts(one_time=one_time, monthly=monthly, contract_value=contract_value)


def amounts_without_packages(items: Mapping[str, int], table: AmountTable) -> Amounts:
    """What a configuration costs at most: packages only ever lower it."""
    one_time, billed, quarterly, yearly = _charges(items, table)
    return Amounts(
        one_time=one_time,
        monthly=average_month(billed, quarterly, yearly),
        contract_value=_beside_months(one_time, quarterly, yearly, table) + table.term_months * billed,
    )


def _charges(items: Mapping[str, int], table: AmountTable) -> tuple[int, int, int, int]:
    """What falls due once, and each month, quarter and year, without packages."""
    due = _due(items, table)
    one_time = table.bespoke_one_time + sum(due["one_time"].values())
    monthly = table.bespoke_monthly + sum(due["monthly"].values())
    monthly += sum(_missing(due["monthly"], items, commitment) for commitment in table.commitments.values())
    return one_time, monthly, sum(due["quarterly"].values()), sum(due["yearly"].values())


def _beside_months(one_time: int, quarterly: int, yearly: int, table: AmountTable) -> int:
    return one_time + begun(table.term_months, 3) * quarterly + begun(table.term_months, 12) * yearly


def _due(items: Mapping[str, int], table: AmountTable) -> dict[str, dict[str, int]]:
    """Charge -> component -> what falls due; hourly amounts are monthly ones."""
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
            amounts = due[percentage.charge]
            net = percentage.net(sum(amounts.get(component, 0) for component in percentage.of))
            amounts[percentage.component] = amounts.get(percentage.component, 0) + net
    return due


def _looked_up(items: Mapping[str, int], columns: Columns) -> dict[str, int]:
    return {component: columns[component][units] for component, units in items.items() if component in columns}


def _missing(monthly: Mapping[str, int], items: Mapping[str, int], commitment: CommitmentAmount) -> int:
    if not any(component in items for component in commitment.components):
        return 0
    return max(0, commitment.monthly - sum(monthly.get(component, 0) for component in commitment.components))
