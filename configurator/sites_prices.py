"""About what one unit of a component of sites costs: a guide for the search, not a price."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache

from bidwright.catalog.scopes import pooled_resources
from bidwright.configurator.objectives import Objective
from bidwright.configurator.request import Requirements
from bidwright.core.amount_table import AmountTable, Columns, begun

_YEAR = 12


UnitPrice = Callable[[Objective, str, int], float]
"""About what one unit of a component adds to an objective, where the bid has so many of it; above 0."""

_ALMOST_NOTHING = 1e-3

_Charges = Sequence[tuple[Columns, int]]
"""Amounts, and how often they fall due."""


def unit_price(bid: Requirements, amounts: AmountTable) -> UnitPrice:
    """Make the function that guides the search by an objective: minor units, or the unit of an attribute.

    What a unit consumes of a pooled resource costs what the cheapest shared component takes for it. Objectives of which
    more is better, or which no sum over units comes near, are guided by the contract value.
    """
    components = bid.release.components
    pooled = pooled_resources(bid.offering, components)

    @cache
    def charges_and_rates(objective: Objective) -> tuple[_Charges, Mapping[str, float]]:
        charges = _charges(objective, amounts)
        return charges, {resource: _rate(resource, bid, charges) for resource in pooled}

    def price(objective: Objective, component_id: str, units: int) -> float:
        component = components[component_id]
        if objective.attribute and not objective.maximize:
            return max(_ALMOST_NOTHING, float(component.attributes.get(objective.attribute, 0)))
        charges, rates = charges_and_rates(objective)
        used = sum(
            float(component.consumes[resource]) * rates[resource]
            for resource in sorted(pooled & component.consumes.keys())
        )
        return max(1.0, _average(component_id, units, charges) + used)

    return price


def pooled_use(bid: Requirements) -> list[Mapping[str, float]]:
    """By resource that is balanced over the whole bid: what one unit of a component takes of it."""
    components = bid.release.components
    return [
        {
            component.id: float(component.consumes[resource])
            for component in components.values()
            if resource in component.consumes
        }
        for resource in sorted(pooled_resources(bid.offering, components))
    ]


def _charges(objective: Objective, amounts: AmountTable) -> _Charges:
    """What falls due of an objective, packages and percentages aside."""
    months, once = amounts.term_months, 1
    if objective.measure == "contract_cost" and amounts.costs is not None and not objective.maximize:
        periods = {"one_time": 1, "monthly": months, "quarterly": begun(months, 3), "yearly": begun(months, 12)}
        return [(columns, periods[charge]) for charge, columns in amounts.costs.charges.items()]
    if not objective.maximize:
        months = {"one_time": 0, "monthly": _YEAR, "first_year": min(_YEAR, months)}.get(
            objective.measure or "", months
        )
        once = 0 if objective.measure == "monthly" else 1
    return [
        (amounts.one_time, once),
        (amounts.monthly, months),
        (amounts.hourly, months),
        (amounts.quarterly, begun(months, 3)),
        (amounts.yearly, begun(months, 12)),
    ]


def _rate(resource: str, bid: Requirements, charges: _Charges) -> float:
    """What 1 of a resource costs from the shared component that provides it for the least; 0 where none does."""
    slots = bid.offering.slots
    shared = [c for c in bid.release.components.values() if c.family in slots and not slots[c.family].per_site]
    providers = [(c.id, float(c.provides[resource])) for c in shared if c.provides.get(resource)]
    return min((_average(id_, 1, charges) / provided for id_, provided in providers), default=0.0)


def _average(component_id: str, units: int, charges: _Charges) -> float:
    """What one of so many units costs."""
    total = 0.0
    for columns, times in charges:
        column = columns.get(component_id)
        if column is not None and len(column) > 1:
            counted = min(max(units, 1), len(column) - 1)
            total += times * column[counted] / counted
    return total
