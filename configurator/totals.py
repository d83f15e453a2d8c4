"""What a configuration costs by an amount table, computed without a solver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bidwright.core.amount_table import AmountTable, PackageAmount


@dataclass(frozen=True, kw_only=True)
class Amounts:
    """Net amounts of a configuration in minor units; ``contract_value`` is over the whole term."""

    one_time: int
    monthly: int
    contract_value: int


def amounts_of(items: Mapping[str, int], table: AmountTable) -> Amounts:
    """Add up a configuration, with the packages that save the customer most.

    Args:
        items: Component id -> units, at least 1 and at most its ``max_quantity``.
        table: Amounts of the market and terms.
    """
    one_time = table.bespoke_one_time + sum(_amount(table.one_time, c, units) for c, units in items.items())
    monthly = table.bespoke_monthly + sum(_amount(table.monthly, c, units) for c, units in items.items())
    monthly += _best_saving(list(table.packages.values()), items)
    return Amounts(one_time=one_time, monthly=monthly, contract_value=one_time + table.term_months * monthly)


def _amount(amounts: Mapping[str, tuple[int, ...]], component: str, units: int) -> int:
    return amounts[component][units] if component in amounts else 0


def _best_saving(packages: Sequence[PackageAmount], units: Mapping[str, int]) -> int:
    """The lowest sum of package amounts, each unit used at most once."""
    usable = [package for package in packages if _most_applications(package, units)]
    if not usable:
        return 0
    first, rest = usable[0], usable[1:]
    overlapping = [package for package in rest if package.components.keys() & first.components.keys()]
    if not overlapping:
        return first.monthly[_most_applications(first, units)] + _best_saving(rest, units)
    return min(
        first.monthly[times] + _best_saving(rest, _without(first, times, units))
        for times in range(_most_applications(first, units) + 1)
    )


def _most_applications(package: PackageAmount, units: Mapping[str, int]) -> int:
    possible = min(units.get(component, 0) // used for component, used in package.components.items())
    return min(possible, len(package.monthly) - 1)


def _without(package: PackageAmount, times: int, units: Mapping[str, int]) -> dict[str, int]:
    return {c: n - times * package.components.get(c, 0) for c, n in units.items()}
