"""Random free months for amounts, and what they take off, computed once more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import ceil

from hypothesis import strategies as st

from bidwright.core.amount_table import AmountTable, Columns

MONTHS = {"monthly": 1, "quarterly": 3, "yearly": 12}


@st.composite
def with_free_months(draw: st.DrawFn, table: AmountTable) -> AmountTable:
    """In every third case with months that are free: for all, for single components, for percentages, for packages."""
    months = table.term_months
    if months == 1 or draw(st.integers(0, 2)) < 2:
        return table
    free_months = draw(st.sampled_from([0, 0, 1, 5]))
    more = {c: draw(st.integers(free_months, months)) for c in table.monthly if draw(st.booleans())}
    longest = draw(st.integers(free_months, months - 1))
    return replace(
        table,
        free_months=free_months,
        packages={id_: replace(package, free_months=longest) for id_, package in table.packages.items()},
        percentages=tuple(
            replace(one, free_months=draw(st.integers(free_months, months)) if one.charge in MONTHS else 0)
            for one in table.percentages
        ),
        spared=_spared(table, more, months, free_months),
        spared_first_year=_spared(table, more, min(12, months), free_months),
    )


def _spared(table: AmountTable, more: Mapping[str, int], months: int, free_months: int) -> Columns:
    found = {}
    for component, longer in more.items():
        total = [0] * len(table.monthly[component])
        for charge in ("monthly", "hourly", "quarterly", "yearly"):
            period = MONTHS.get(charge, 1)
            times = times_due(months, period, free_months) - times_due(months, period, longer)
            for units, amount in enumerate(getattr(table, charge).get(component, ())):
                total[units] += times * amount
        found[component] = tuple(total)
    return {component: column for component, column in found.items() if any(column)}


def times_due(months: int, period: int, free_months: int) -> int:
    return ceil(max(0, months - free_months) / period)


def spared_of(items: Mapping[str, int], table: AmountTable, due: Mapping[str, Mapping[str, int]]) -> int:
    """What the free months of components and percentages take off, beyond those that all have."""
    found = sum(column[items[component]] for component, column in table.spared.items() if component in items)
    for one in table.percentages:
        if one.component in items and one.charge in MONTHS:
            net = one.net(sum(due[one.of_charge].get(component, 0) for component in one.of))
            period, months = MONTHS[one.charge], table.term_months
            found += net * (times_due(months, period, table.free_months) - times_due(months, period, one.free_months))
    return found
