"""What a configuration costs, as exact linear expressions over its quantities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import gcd

from ortools.sat.python import cp_model

from bidwright.configurator.cpsat_percentages import Base, add_percentage
from bidwright.configurator.cpsat_segments import LookUp, looked_up
from bidwright.configurator.request import Limit
from bidwright.configurator.totals import spared_times
from bidwright.core.amount_table import PERIODS, AmountTable, Columns, CommitmentAmount, PercentageAmount, begun

_YEAR = 12

_MOST_A_MONTH = 10**15
"""More minor units than any month costs, and few enough for the solver to count a year of them."""


@dataclass(frozen=True, kw_only=True)
class Charges:
    """Charges in minor units, bespoke layer included; ``monthly`` is the average month, rounded as in a price.

    Attributes:
        packages: Package id -> index of the variable that says how often it is applied; 0 up to as often as it fits.
        savings: What they change, not above 0: a month, or in proportion to the months of the term in which each saves.
    """

    one_time: cp_model.LinearExpr
    monthly: cp_model.LinearExpr
    contract_value: cp_model.LinearExpr
    first_year: cp_model.LinearExpr
    packages: Mapping[str, int]
    savings: cp_model.LinearExpr

    def of(self, limit: Limit) -> cp_model.LinearExpr:
        """The charge that a budget limits."""
        return {"monthly": self.monthly, "one_time": self.one_time, "contract_value": self.contract_value}[limit]


def add_charges(
    model: cp_model.CpModel,
    quantities: Mapping[str, cp_model.IntVar],
    table: AmountTable,
    look_up: LookUp = looked_up,
) -> Charges:
    """Add what is needed to express the charges of an amount table.

    An amount that is exactly proportional to the units needs no variable; others are cut into segments. Packages are
    counted by variables that share out the units.
    """
    due = {
        "one_time": _amounts(model, quantities, table.one_time, look_up),
        "monthly": _amounts(model, quantities, table.monthly, look_up),
        "quarterly": _amounts(model, quantities, table.quarterly, look_up),
        "yearly": _amounts(model, quantities, table.yearly, look_up),
    }
    for component_id, amount in _amounts(model, quantities, table.hourly, look_up).items():
        due["monthly"][component_id] = due["monthly"].get(component_id, 0) + amount
    percentages = _add_percentages(model, quantities, due, table)
    one_time = _sum(due["one_time"]) + table.bespoke_one_time
    packages = _packages(model, quantities, table)
    standard = _sum(due["monthly"])
    for commitment in table.commitments.values():
        standard += _missing(model, quantities, due["monthly"], commitment)
    billed = standard + _sum(packages.savings) + table.bespoke_monthly
    monthly, quarterly, yearly = billed, _sum(due["quarterly"]), _sum(due["yearly"])
    if due["quarterly"] or due["yearly"]:
        monthly = _average_month(model, 12 * billed + 4 * quarterly + yearly)

    def over(months: int, spared: Columns) -> cp_model.LinearExpr:
        """What falls due in the first months of the term."""
        recurring = zip(PERIODS.values(), (standard, quarterly, yearly), strict=True)
        free_of = {package_id: table.packages[package_id].free_months for package_id in packages.savings}
        return cp_model.LinearExpr.sum(  # not by +=, which changes what stands on its left
            [
                one_time + months * table.bespoke_monthly,
                *(begun(months, period, table.free_months) * amount for period, amount in recurring),
                *(begun(months, 1, free_of[id_]) * saving for id_, saving in packages.savings.items()),
                *(-spared_times(percentage, table, months) * net for percentage, net in percentages),
                -_sum(_amounts(model, quantities, spared)),
            ]
        )

    return Charges(
        one_time=one_time,
        monthly=monthly,
        contract_value=over(table.term_months, table.spared),
        first_year=over(min(_YEAR, table.term_months), table.spared_first_year),
        packages=packages.applied,
        savings=packages.compared(table),
    )


def add_contract_cost(
    model: cp_model.CpModel, quantities: Mapping[str, cp_model.IntVar], table: AmountTable
) -> cp_model.LinearExpr:
    """Add what is needed to express what the contract costs us; the table has costs."""
    costs = table.costs
    if costs is None:
        raise ValueError("an amount table without costs")
    once, monthly, quarterly, yearly = (
        _sum(_amounts(model, quantities, costs.charges.get(charge, {})))
        for charge in ("one_time", "monthly", "quarterly", "yearly")
    )
    months = table.term_months
    found = once + costs.bespoke_one_time + months * (monthly + costs.bespoke_monthly)
    return found + begun(months, 3) * quarterly + begun(months, 12) * yearly


def _average_month(model: cp_model.CpModel, year: cp_model.LinearExpr) -> cp_model.LinearExpr:
    """A twelfth of the recurring charges of a year, rounded half up."""
    month = model.new_int_var(-_MOST_A_MONTH, _MOST_A_MONTH, "")
    model.add_linear_constraint(year - 12 * month, -6, 5)
    return cp_model.LinearExpr.affine(month, 1, 0)


def _add_percentages(
    model: cp_model.CpModel,
    quantities: Mapping[str, cp_model.IntVar],
    due: Mapping[str, dict[str, cp_model.LinearExpr]],
    table: AmountTable,
) -> list[tuple[PercentageAmount, cp_model.LinearExpr]]:
    """Add to what is due the amounts that are percentages of it, in the order in which they are taken of each other."""
    found: list[tuple[PercentageAmount, cp_model.LinearExpr]] = []
    most: dict[tuple[str, str], int] = {}
    for percentage in table.percentages:
        if percentage.component in quantities:
            amounts, bases = due[percentage.charge], due[percentage.of_charge]
            members = [bases[component_id] for component_id in percentage.of if component_id in bases]
            base = Base(cp_model.LinearExpr.sum(members), _most(table, percentage, most))
            chosen = _is_any(model, [quantities[percentage.component]])
            amount = add_percentage(model, chosen, base, percentage)
            amounts[percentage.component] = amounts.get(percentage.component, 0) + amount
            most[percentage.charge, percentage.component] = max(percentage.net(base.most), percentage.minimum or 0)
            found.append((percentage, amount))
    return found


def _most(table: AmountTable, percentage: PercentageAmount, others: Mapping[tuple[str, str], int]) -> int:
    """The most that the amounts come to that a percentage is taken of; ``others`` are those that are percentages."""
    columns = [getattr(table, percentage.of_charge), *([table.hourly] if percentage.of_charge == "monthly" else [])]
    listed: int = sum(max(column[member]) for column in columns for member in percentage.of if member in column)
    return listed + sum(others.get((percentage.of_charge, member), 0) for member in percentage.of)


def _is_any(model: cp_model.CpModel, quantities: Sequence[cp_model.IntVar]) -> cp_model.IntVar:
    """Whether there is any unit."""
    is_any, units = model.new_bool_var(""), cp_model.LinearExpr.sum(list(quantities))
    model.add(units >= is_any)
    model.add(units <= sum(quantity.domain.max() for quantity in quantities) * is_any)
    return is_any


def _missing(
    model: cp_model.CpModel,
    quantities: Mapping[str, cp_model.IntVar],
    due: Mapping[str, cp_model.LinearExpr],
    commitment: CommitmentAmount,
) -> cp_model.LinearExpr:
    """What is missing to a commitment; nothing where none of its components is chosen."""
    members = [component_id for component_id in commitment.components if component_id in quantities]
    if not members:
        return cp_model.LinearExpr.sum([])
    is_due = _is_any(model, [quantities[member] for member in members])
    reached = cp_model.LinearExpr.sum([due[member] for member in members if member in due])
    missing = model.new_int_var(0, commitment.monthly, "")
    model.add_max_equality(missing, [commitment.monthly * is_due - reached, 0])
    return cp_model.LinearExpr.affine(missing, 1, 0)


def _amounts(
    model: cp_model.CpModel,
    quantities: Mapping[str, cp_model.IntVar],
    columns: Columns,
    look_up: LookUp = looked_up,
) -> dict[str, cp_model.LinearExpr]:
    """Component id -> what its units cost; only of components that have a column."""
    return {
        component_id: look_up(model, quantity, columns[component_id])
        for component_id, quantity in quantities.items()
        if component_id in columns
    }


def _sum(amounts: Mapping[str, cp_model.LinearExpr]) -> cp_model.LinearExpr:
    return cp_model.LinearExpr.sum(list(amounts.values()))


@dataclass(frozen=True)
class _Packages:
    """Package id -> index of the variable that counts it, and what it changes a month."""

    applied: dict[str, int]
    savings: dict[str, cp_model.LinearExpr]

    def compared(self, table: AmountTable) -> cp_model.LinearExpr:
        """What all of them change: a month where they save in the same months, else in proportion to these."""
        months = {package_id: table.term_months - table.packages[package_id].free_months for package_id in self.savings}
        step = gcd(*months.values()) or 1
        return cp_model.LinearExpr.sum([saving * (months[id_] // step) for id_, saving in self.savings.items()])


def _packages(model: cp_model.CpModel, quantities: Mapping[str, cp_model.IntVar], table: AmountTable) -> _Packages:
    applied: dict[str, int] = {}
    savings: dict[str, cp_model.LinearExpr] = {}
    used: dict[str, list[cp_model.LinearExpr]] = {}
    for package_id in sorted(table.packages):
        package = table.packages[package_id]
        if not package.components.keys() <= quantities.keys():
            continue
        times = model.new_int_var(0, len(package.monthly) - 1, f"package {package_id}")
        applied[package_id] = times.index
        savings[package_id] = looked_up(model, times, package.monthly)
        for component_id, units in package.components.items():
            used.setdefault(component_id, []).append(units * times)
    for component_id, terms in used.items():
        model.add(cp_model.LinearExpr.sum(terms) <= quantities[component_id])
    return _Packages(applied, savings)
