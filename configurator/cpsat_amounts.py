"""What a configuration costs, as exact linear expressions over its quantities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ortools.sat.python import cp_model

from bidwright.configurator.request import Limit
from bidwright.core.amount_table import AmountTable


@dataclass(frozen=True, kw_only=True)
class Charges:
    """Charges in minor units, bespoke layer included."""

    one_time: cp_model.LinearExpr
    monthly: cp_model.LinearExpr
    contract_value: cp_model.LinearExpr

    def of(self, limit: Limit) -> cp_model.LinearExpr:
        """The charge that a budget limits."""
        return {"monthly": self.monthly, "one_time": self.one_time, "contract_value": self.contract_value}[limit]


def add_charges(model: cp_model.CpModel, quantities: Mapping[str, cp_model.IntVar], table: AmountTable) -> Charges:
    """Add what is needed to express the charges of an amount table.

    An amount that is exactly proportional to the units needs no variable; others are a slope and the rest looked up
    by the number of units. Packages are counted by variables that share out the units.
    """
    one_time = _sum(model, quantities, table.one_time) + table.bespoke_one_time
    monthly = _sum(model, quantities, table.monthly) + _packages(model, quantities, table) + table.bespoke_monthly
    return Charges(one_time=one_time, monthly=monthly, contract_value=one_time + table.term_months * monthly)


def _sum(
    model: cp_model.CpModel, quantities: Mapping[str, cp_model.IntVar], amounts: Mapping[str, tuple[int, ...]]
) -> cp_model.LinearExpr:
    terms: list[cp_model.LinearExpr] = []
    for component_id, quantity in quantities.items():
        column = amounts.get(component_id)
        if column is not None:
            terms.append(_looked_up(model, quantity, column))
    return cp_model.LinearExpr.sum(terms)


def _looked_up(model: cp_model.CpModel, index: cp_model.IntVar, column: tuple[int, ...]) -> cp_model.LinearExpr:
    """The entry of a column at an index, exact."""
    slope = (column[-1] - column[0]) // max(len(column) - 1, 1)
    rests = [amount - slope * position for position, amount in enumerate(column)]
    if len(set(rests)) == 1:
        return slope * index + rests[0]
    rest = model.new_int_var(min(rests), max(rests), "")
    model.add_element(index, rests, rest)
    return slope * index + rest


def _packages(
    model: cp_model.CpModel, quantities: Mapping[str, cp_model.IntVar], table: AmountTable
) -> cp_model.LinearExpr:
    savings: list[cp_model.LinearExpr] = []
    used: dict[str, list[cp_model.LinearExpr]] = {}
    for package_id in sorted(table.packages):
        package = table.packages[package_id]
        if not package.components.keys() <= quantities.keys():
            continue
        times = model.new_int_var(0, len(package.monthly) - 1, f"package {package_id}")
        savings.append(_looked_up(model, times, package.monthly))
        for component_id, units in package.components.items():
            used.setdefault(component_id, []).append(units * times)
    for component_id, terms in used.items():
        model.add(cp_model.LinearExpr.sum(terms) <= quantities[component_id])
    return cp_model.LinearExpr.sum(savings)
