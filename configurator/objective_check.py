"""What a configuration reaches by an objective, without a solver."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from bidwright.catalog.assurances import is_assured
from bidwright.configurator.objectives import Objective
from bidwright.configurator.request import Requirements
from bidwright.configurator.totals import Amounts
from bidwright.core.amount_table import AmountTable, CostTable, begun


def number_of(
    objective: Objective, items: Mapping[str, int], requirements: Requirements, *, amounts: Amounts, table: AmountTable
) -> Decimal | None:
    """The number of an objective: minor units of money, days, kinds, or an attribute's unit; None for the first year.

    Args:
        objective: What is looked at.
        items: Component id -> units, at least 1.
        requirements: Gives the release.
        amounts: What the items cost.
        table: Gives price date, term, and costs where they are asked for.
    """
    components = requirements.release.components
    found: int | Decimal | None = None
    match objective.measure:
        case None:
            found = sum((components[c].attributes.get(objective.attribute, Decimal(0)) * n for c, n in items.items()))
        case "contract_value" | "monthly" | "one_time":
            found = getattr(amounts, objective.measure)
        case "contract_cost":
            found = _cost(items, table)
        case "margin":
            found = amounts.contract_value - _cost(items, table)
        case "lead_time":
            found = max((components[component].lead_time_days for component in items), default=0)
        case "delivery_risk":
            found = sum(_risks(component, requirements, table) for component in items)
        case "components":
            found = len(items)
    return None if found is None else Decimal(found)


def _cost(items: Mapping[str, int], table: AmountTable) -> int:
    costs, months = table.costs or CostTable(charges={}), table.term_months
    periods = {"one_time": 1, "monthly": months, "quarterly": begun(months, 3), "yearly": begun(months, 12)}
    own = sum(
        periods[charge] * columns[component][units]
        for charge, columns in costs.charges.items()
        for component, units in items.items()
        if component in columns
    )
    beyond = sum(periods[charge] * amount for charge, amount in costs.beyond(items).items())
    return own + beyond + costs.bespoke_one_time + months * costs.bespoke_monthly


def _risks(component: str, requirements: Requirements, table: AmountTable) -> int:
    release = requirements.release
    delivery = release.deliveries.get(release.delivery_of.get(component, ""))
    has_role = delivery is not None and bool(delivery.role)
    return int(not has_role) + int(not is_assured(release, component, table.price_date))
