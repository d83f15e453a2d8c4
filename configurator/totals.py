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
    one_time = table.bespoke_one_time + _sum(items, table.one_time)
    without_packages = table.bespoke_monthly + _sum(items, table.monthly) + _sum(items, table.hourly)
    without_packages += sum(_missing(items, table, commitment) for commitment in table.commitments.values())
    quarterly, yearly = _sum(items, table.quarterly), _sum(items, table.yearly)
    other = one_time + begun(table.term_months, 3) * quarterly + begun(table.term_months, 12) * yearly
    billed, rest = divmod(contract_value - other, table.term_months)
    if rest or billed > without_packages:
        raise ValueError(
            f"{contract_value} is not {other} and at most {without_packages} in each of {table.term_months} months"
        )
    monthly = average_month(billed, quarterly, yearly)
    return Amounts(one_time=one_time, monthly=monthly, contract_value=contract_value)


def _sum(items: Mapping[str, int], columns: Columns) -> int:
    return sum(columns[component][units] for component, units in items.items() if component in columns)


def _missing(items: Mapping[str, int], table: AmountTable, commitment: CommitmentAmount) -> int:
    own = {component: units for component, units in items.items() if component in commitment.components}
    reached = _sum(own, table.monthly) + _sum(own, table.hourly)
    return max(0, commitment.monthly - reached) if own else 0
