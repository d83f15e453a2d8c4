"""What is asked about money that cannot be searched exactly, and whether solver and pricing count the same."""

from __future__ import annotations

from collections.abc import Mapping

from google.type.money_pb2 import Money

from bidwright.catalog.amount_messages import amount_of
from bidwright.configurator.objectives import IN_MONEY
from bidwright.configurator.request import LIMITS, Requirements
from bidwright.configurator.solution import Solution, SolverDisagrees
from bidwright.core.amount_table import AmountTable, PackageAmount
from bidwright.core.errors import InvalidInput
from bidwright.core.money import to_minor
from bidwright.v1 import price_pb2


def possible_packages(packages: Mapping[str, PackageAmount], requirements: Requirements) -> dict[str, PackageAmount]:
    """Those of some packages whose parts the offering has a slot for; no configuration of it has the others."""
    components, slots = requirements.release.components, requirements.offering.slots
    return {
        id_: package
        for id_, package in packages.items()
        if all(components[part].family in slots for part in package.components)
    }


def check_packages(table: AmountTable, requirements: Requirements) -> None:
    """Refuse what is asked about single months where packages, chosen for the whole term, save in different ones.

    Raises:
        InvalidInput: ``PACKAGES_NOT_CONFIGURED``.
    """
    asked = ["a monthly budget"] if "monthly" in requirements.budget else []
    asked += [one.subject for one in requirements.objectives if one.measure in {"monthly", "first_year"}]
    if asked and table.package_months is None:
        raise InvalidInput(
            f"Promotions make some packages free for longer than others, so {', '.join(asked)} cannot be held to",
            fix="Set a budget for the contract value, or ask for the least contract value.",
            reason="PACKAGES_NOT_CONFIGURED",
        )


def require_equal(solution: Solution, totals: price_pb2.PriceTotals, table: AmountTable) -> None:
    """The two engines count the same money; of an average month only where the configurator knows the packages.

    Raises:
        SolverDisagrees: They do not; a fault of ours.
    """
    counted: dict[str, int] = {name: getattr(solution.amounts, name) for name in LIMITS}
    if table.package_months is None:
        del counted["monthly"]
    for one in solution.reached:
        if one.objective.measure is not None and one.objective.measure in IN_MONEY:
            counted[one.objective.measure] = int(one.value)
    for name, amount in counted.items():
        priced = _minor("contract_value", totals) - _minor("contract_cost", totals)
        if name != "margin":
            priced = _minor(name, totals)
        if priced != amount:
            raise SolverDisagrees(f"{name}: the solver counts {amount}, pricing {priced}")


def _minor(name: str, totals: price_pb2.PriceTotals) -> int:
    """A sum of a price in minor units."""
    sum_: Money = getattr(totals, name)
    return to_minor(amount_of(sum_, where=name), sum_.currency_code)
