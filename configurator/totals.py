"""What a configuration costs by an amount table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bidwright.core.amount_table import AmountTable


@dataclass(frozen=True, kw_only=True)
class Amounts:
    """Net amounts of a configuration in minor units; ``contract_value`` is over the whole term."""

    one_time: int
    monthly: int
    contract_value: int


def amounts_of(items: Mapping[str, int], table: AmountTable, contract_value: int) -> Amounts:
    """Split a contract value into one-time and monthly charges.

    Only the solver knows how packages are shared out best; everything else is added up here again.

    Args:
        items: Component id -> units, at least 1 and at most its ``max_quantity``.
        table: Amounts of the market and terms.
        contract_value: The solver's, in minor units.

    Raises:
        ValueError: The contract value cannot be that of these items.
    """
    one_time = table.bespoke_one_time + sum(_amount(table.one_time, c, units) for c, units in items.items())
    without_packages = table.bespoke_monthly + sum(_amount(table.monthly, c, units) for c, units in items.items())
    monthly, rest = divmod(contract_value - one_time, table.term_months)
    if rest or monthly > without_packages:
        raise ValueError(
            f"{contract_value} is not {one_time} once and at most {without_packages} "
            f"in each of {table.term_months} months"
        )
    return Amounts(one_time=one_time, monthly=monthly, contract_value=contract_value)


def _amount(amounts: Mapping[str, tuple[int, ...]], component: str, units: int) -> int:
    return amounts[component][units] if component in amounts else 0
