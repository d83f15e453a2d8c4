"""How many units of each component can be worth having: more would help no rule, and cost no less.

A unit more can only help where a row asks for a sum to be at least something. If a row holds with so many units
whatever the others do, more of them help it no further. So any valid configuration stays valid, and gets no dearer,
when units above what every such row can need are taken out. Searching fewer units is a large part of a search: volume
prices that nobody reaches, and long linear rows, go away with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from bidwright.configurator.cpsat_model import OfferingKey, OfferingModel, offering_key, offering_model
from bidwright.configurator.cpsat_variables import answer_number
from bidwright.configurator.request import Requirements
from bidwright.core.amount_table import AmountTable, Columns

Numbers = npt.NDArray[np.int64]

_ENDLESS = 2**61
"""A side of a row beyond this is open; rows themselves stay below 2^60."""

_ROUNDS = 4
"""What one component can need at most shrinks with what others have at most; a few rounds see most of it."""


@dataclass(frozen=True, kw_only=True)
class _Rows:
    """The rows of an offering, each a sum that is at least ``bounds``.

    Attributes:
        rows, variables, factors: Terms: row, variable and its factor.
        crowds: Row, terms of one family that lower it, and how many of the family there can be.
        fixed: Variables about which rows do not say everything.
    """

    rows: Numbers
    variables: Numbers
    factors: Numbers
    bounds: Numbers
    crowds: Sequence[tuple[int, Numbers, int]]
    fixed: frozenset[int]


def most_worth_having(requirements: Requirements, amounts: AmountTable, spared: Iterable[str]) -> Mapping[str, int]:
    """Component -> units, of those of which more can be had.

    Args:
        requirements: The request.
        amounts: What quantities cost.
        spared: Attributes of which more may be wanted; components that have one are left out.
    """
    key = offering_key(requirements)
    offering, table = offering_model(key, switchable=False), _rows_of(key)
    least, most = _domains(offering, requirements)
    several = {c: i for c, i in offering.quantities.items() if most[i] > 1 and i not in table.fixed}
    wanted, cheaper = set(spared), amounts.may_fall()
    several = {
        c: i
        for c, i in several.items()
        if c not in cheaper and not wanted & requirements.release.components[c].attributes.keys()
    }
    floors = {c: max(units, requirements.pins.get(c, 0)) for c, units in _in_packages(several, amounts).items()}
    columns = list(_columns(amounts))
    for _ in range(_ROUNDS):
        needed = _needed(table, least, most)
        before = most.copy()
        for component, index in several.items():
            units = max(1, floors[component], int(needed[index]))
            if units < most[index]:
                most[index] = _no_dearer(units, int(most[index]), component, columns)
        if (before == most).all():
            break
    limits = requirements.release.components
    return {c: int(most[i]) for c, i in several.items() if most[i] < limits[c].max_quantity}


def _needed(table: _Rows, least: Numbers, most: Numbers) -> Numbers:
    """By variable: with how many every row that it helps holds, whatever the others are."""
    lowest = np.minimum(table.factors * least[table.variables], table.factors * most[table.variables])
    sums = np.zeros(len(table.bounds), dtype=np.int64)
    np.add.at(sums, table.rows, lowest)
    for row, terms, count in table.crowds:
        sums[row] -= np.sort(lowest[terms])[count:].sum()  # only the lowest can be there together
    helping = table.factors > 0
    rows, factors = table.rows[helping], table.factors[helping]
    lacking = table.bounds[rows] - (sums[rows] - lowest[helping])
    needed = np.zeros(len(most), dtype=np.int64)
    np.maximum.at(needed, table.variables[helping], -(-lacking // factors))
    return needed


def _no_dearer(units: int, most: int, component: str, columns: Sequence[Columns]) -> int:
    """So many units or a few more, above which no column is lower."""
    found = -1
    while found != units:
        found = units
        for column in columns:
            if component in column:
                rest = column[component][units : most + 1]
                units += len(rest) - 1 - rest[::-1].index(min(rest)) if min(rest) < rest[0] else 0
    return units


def _columns(amounts: AmountTable) -> Iterator[Columns]:
    yield from (amounts.one_time, amounts.monthly, amounts.hourly, amounts.quarterly, amounts.yearly)
    if amounts.costs is not None:
        yield from amounts.costs.charges.values()


def _in_packages(components: Iterable[str], amounts: AmountTable) -> Mapping[str, int]:
    """Units that packages can use up."""
    used = dict.fromkeys(components, 0)
    for package in amounts.packages.values():
        for component in package.components.keys() & used.keys():
            used[component] += package.components[component] * (len(package.monthly) - 1)
    return used


def _domains(offering: OfferingModel, requirements: Requirements) -> tuple[Numbers, Numbers]:
    """The least and the most of each variable of an offering, with answers put in."""
    domains = [variable.domain for variable in offering.model.proto.variables]
    least = np.array([int(domain[0]) for domain in domains], dtype=np.int64)
    most = np.array([int(domain[len(domain) - 1]) for domain in domains], dtype=np.int64)
    for name, index in offering.needs.items():
        if name in requirements.answers:
            need = requirements.offering.needs[name]
            least[index] = most[index] = answer_number(need, requirements.answers[name], offering.codes)
    return least, most


@lru_cache(maxsize=64)
def _rows_of(key: OfferingKey) -> _Rows:
    offering = offering_model(key, switchable=False)
    terms: list[tuple[int, int, int]] = []
    bounds: list[int] = []
    fixed: set[int] = set()
    for constraint in offering.model.proto.constraints:
        if not constraint.has_linear():
            fixed.update(_spoken_of(constraint))
            continue
        variables, factors = list(constraint.linear.vars), list(constraint.linear.coeffs)
        domain = list(constraint.linear.domain)
        if len(domain) > 2:
            fixed.update(variables)
        for sign, bound in ((1, domain[0]), (-1, -domain[-1])):
            if bound > -_ENDLESS:
                terms += [(len(bounds), v, sign * f) for v, f in zip(variables, factors, strict=True)]
                bounds.append(bound)
    columns = np.array(terms, dtype=np.int64).reshape(-1, 3)
    return _Rows(
        rows=columns[:, 0],
        variables=columns[:, 1],
        factors=columns[:, 2],
        bounds=np.array(bounds, dtype=np.int64),
        crowds=list(_crowds(key, offering, terms)),
        fixed=frozenset(fixed),
    )


def _spoken_of(constraint: Any) -> Iterator[int]:
    """Variables of whole numbers in a constraint that is no row; clauses only speak of truths."""
    for kind, parts in (
        ("lin_max", ("target", "exprs")),
        ("int_prod", ("target", "exprs")),
        ("int_div", ("target", "exprs")),
        ("element", ("linear_index", "linear_target", "exprs")),
    ):
        if getattr(constraint, f"has_{kind}")():
            inner = getattr(constraint, kind)
            for part in parts:
                found = getattr(inner, part)
                for expression in found if part == "exprs" else (found,):
                    yield from expression.vars


def _crowds(
    key: OfferingKey, offering: OfferingModel, terms: Sequence[tuple[int, int, int]]
) -> Iterator[tuple[int, Numbers, int]]:
    """Terms of one family that lower a row, where its slot lets fewer of them be there at once."""
    family_of = {index: key.release.components[c].family for c, index in offering.quantities.items()}
    groups: dict[tuple[int, str], list[int]] = {}
    for position, (row, variable, factor) in enumerate(terms):
        if factor < 0 and variable in family_of:
            groups.setdefault((row, family_of[variable]), []).append(position)
    for (row, family), positions in groups.items():
        most = key.offering.slots[family].maximum
        if len(positions) > most:
            yield row, np.array(positions, dtype=np.int64), most
