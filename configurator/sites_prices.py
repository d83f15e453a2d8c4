"""About what one unit of a component of sites costs: a guide for the search, not a price."""

from __future__ import annotations

from collections.abc import Callable

from bidwright.catalog.scopes import pooled_resources
from bidwright.configurator.request import Requirements
from bidwright.core.amount_table import AmountTable, begun


def unit_price(bid: Requirements, amounts: AmountTable) -> Callable[[str, int], float]:
    """Make the function from a component and its units in the bid to minor units over the term, above 0.

    What a unit consumes of a pooled resource costs what the cheapest shared component takes for it.
    """
    components = bid.release.components
    rates = {resource: _rate(resource, bid, amounts) for resource in pooled_resources(bid.offering, components)}

    def price(component_id: str, units: int) -> float:
        used = components[component_id].consumes
        pooled = sum(float(used[resource]) * rate for resource, rate in rates.items() if resource in used)
        return max(1.0, _average(component_id, units, amounts) + pooled)

    return price


def _rate(resource: str, bid: Requirements, amounts: AmountTable) -> float:
    """What 1 of a resource costs from the shared component that provides it for the least; 0 where none does."""
    slots = bid.offering.slots
    shared = [c for c in bid.release.components.values() if c.family in slots and not slots[c.family].per_site]
    providers = [(c.id, float(c.provides[resource])) for c in shared if c.provides.get(resource)]
    return min((_average(id_, 1, amounts) / provided for id_, provided in providers), default=0.0)


def _average(component_id: str, units: int, amounts: AmountTable) -> float:
    """What one of so many units costs over the term, packages and percentages aside."""
    months = amounts.term_months
    charges = (
        (amounts.one_time, 1),
        (amounts.monthly, months),
        (amounts.hourly, months),
        (amounts.quarterly, begun(months, 3)),
        (amounts.yearly, begun(months, 12)),
    )
    total = 0.0
    for columns, times in charges:
        column = columns.get(component_id)
        if column is not None and len(column) > 1:
            counted = min(max(units, 1), len(column) - 1)
            total += times * column[counted] / counted
    return total
