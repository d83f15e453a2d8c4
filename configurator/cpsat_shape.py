"""The rows of an offering with what its slots say: of a family of which one kind may be chosen, one can be in a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from bidwright.configurator.cpsat_model import OfferingKey, offering_model
from bidwright.configurator.cpsat_rows import Numbers, Rows, Truths, joined, rows_of, unread


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Rows without those that only tie units of a component to whether there are any.

    Attributes:
        rows: The rows, by group.
        low, high: The least and the most of each variable; not to be changed.
        subject: By variable: the variable that counts the units of its component; itself for all other variables.
        is_units: Variables that count units; ``is_truth`` those that say whether there are any, where that is another.
        truths: Variable of units -> the one that says whether there are any.
        families: Numbers of families of which one kind may be chosen, by variable of units; -1 for all others.
        starts: First term of each group: terms of one row whose variables belong to the same such family, or one term.
        group_row, group_family: Row and family of each group.
        row_starts: First group of each row.
        held: Variables of which there is more to be said than rows do; not of what is calculated.
        enough: Variable of units -> so many that more make nothing larger that is calculated from them.
        ties: Variable of units -> indices of the two constraints that tie it to its truth.
        constraints: How many constraints the model has.
    """

    rows: Rows
    low: Numbers
    high: Numbers
    subject: Numbers
    is_units: Truths
    is_truth: Truths
    truths: Mapping[int, int]
    families: Numbers
    starts: Numbers
    group_of: Numbers
    group_row: Numbers
    group_family: Numbers
    row_starts: Numbers
    held: frozenset[int]
    enough: Mapping[int, int]
    ties: Mapping[int, tuple[int, int]]
    constraints: int


@lru_cache(maxsize=64)
def shape_of(key: OfferingKey) -> Shape:
    """Read the model of an offering."""
    offering = offering_model(key, switchable=False)
    proto = offering.model.proto
    constraints = list(proto.constraints)
    count = len(proto.variables)
    subject = np.arange(count)
    is_units, is_truth = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    families = np.full(count, -1)
    numbers: dict[str, int] = {}
    for component, index in offering.quantities.items():
        truth = offering.selected[component]
        subject[truth] = index
        is_units[index], is_truth[truth] = True, truth != index
        family = key.release.components[component].family
        if key.offering.slots[family].maximum == 1:
            families[index] = numbers.setdefault(family, len(numbers))
    ties = _ties(constraints, subject, is_truth)
    tying = {index for pair in ties.values() for index in pair}
    apart = tying.union(*(one.constraints for one in offering.availabilities))
    rest = rows_of([constraint for index, constraint in enumerate(constraints) if index not in apart])
    tables = [unread(constraints[index] for index in one.constraints) for one in offering.availabilities]
    held, enough = set(rest.unsaid), dict[int, int]()
    for one, calculation in zip(offering.availabilities, tables, strict=True):
        held |= calculation.unsaid - (one.enough.keys() if _is_only_raised(rest, one.result) else set())
        enough |= {units: max(number, enough.get(units, 0)) for units, number in one.enough.items()}
    table = joined([rest, *tables])
    rows, starts, group_family = _grouped(table, subject, families)
    group_row = rows.rows[starts]
    domains = [list(variable.domain) for variable in proto.variables]
    return Shape(
        rows=rows,
        low=np.array([domain[0] for domain in domains], dtype=np.int64),
        high=np.array([domain[-1] for domain in domains], dtype=np.int64),
        subject=subject,
        is_units=is_units,
        is_truth=is_truth,
        truths={index: offering.selected[component] for component, index in offering.quantities.items()},
        families=families,
        starts=starts,
        group_of=np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(rows.rows)))),
        group_row=group_row,
        group_family=group_family,
        row_starts=np.flatnonzero(np.diff(group_row, prepend=-1)),
        held=frozenset(held),
        enough=enough,
        ties=ties,
        constraints=len(constraints),
    )


def _is_only_raised(rows: Rows, variable: int) -> bool:
    """Whether more of a variable breaks no row."""
    return variable not in rows.unsaid and bool((rows.factors[rows.variables == variable] > 0).all())


def _grouped(rows: Rows, subject: Numbers, families: Numbers) -> tuple[Rows, Numbers, Numbers]:
    """Rows with the terms of each group side by side, the first term of each group, and its family or -1."""
    subjects = subject[rows.variables]
    family = families[subjects]
    count = len(subject)
    _, inverse, times = np.unique(rows.rows * count + subjects, return_inverse=True, return_counts=True)
    family[(times > 1)[inverse]] = -1  # units and truth of one component in a row: its terms are looked at apart
    apart = np.arange(len(family)) + families.max() + 1
    member = np.where(family >= 0, family, apart)
    order = np.lexsort((member, rows.rows))
    ordered = Rows(
        rows=rows.rows[order],
        variables=rows.variables[order],
        factors=rows.factors[order],
        bounds=rows.bounds,
        condition_rows=rows.condition_rows,
        condition_variables=rows.condition_variables,
        condition_values=rows.condition_values,
        holes=rows.holes,
        others=rows.others,
        impossible=rows.impossible,
    )
    changes = (np.diff(ordered.rows, prepend=-1) != 0) | (np.diff(member[order], prepend=-1) != 0)
    starts = np.flatnonzero(changes)
    return ordered, starts, family[order][starts]


def _ties(constraints: Sequence[Any], subject: Numbers, is_truth: Truths) -> Mapping[int, tuple[int, int]]:
    """The first two rows of units and truth of each component; rules may say more of them."""
    found: dict[int, list[int]] = {}
    for index, constraint in enumerate(constraints):
        if constraint.has_linear() and len(constraint.linear.vars) == 2 and not constraint.enforcement_literal:
            units, truth = constraint.linear.vars
            if is_truth[truth] and subject[truth] == units:
                found.setdefault(units, []).append(index)
    return {units: (indices[0], indices[1]) for units, indices in found.items()}
