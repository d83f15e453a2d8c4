"""The constraints of a CP-SAT model as rows: each a sum that is at least something, maybe under conditions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from ortools.sat.python.cp_model_helper import ConstraintProto

Numbers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]
Others = tuple[ConstraintProto, ...]

_NO_NUMBERS: Numbers = np.zeros(0, dtype=np.int64)

_ENDLESS = 2**61
"""A side of a row beyond this is open; rows themselves stay below 2^60."""


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Rows, each a sum of factor x variable that is at least its bound.

    Attributes:
        rows, variables, factors: Terms, by row: row, variable and its factor.
        bounds: By row.
        condition_rows, condition_variables, condition_values: A row holds where each of its conditions does: a
            variable of truth has this value.
        holes: Variable, the values it may have as pairs of first and last, and the condition under which: of one
            variable that has some values and not others between them.
        others: Constraints that are no rows.
        impossible: Whether there is a row without any term that does not hold.
    """

    rows: Numbers
    variables: Numbers
    factors: Numbers
    bounds: Numbers
    condition_rows: Numbers
    condition_variables: Numbers
    condition_values: Numbers
    holes: Sequence[tuple[int, Sequence[int], tuple[int, int]]]
    others: Others
    impossible: bool = False

    @cached_property
    def unsaid(self) -> frozenset[int]:
        """Variables of which the other constraints speak."""
        return frozenset(variable for other in self.others for variable in spoken_of(other))

    def fill_holes(self, low: Numbers, high: Numbers) -> None:
        """Rule out conditions under which a variable would have a value that it has not.

        Args:
            low: The least of each variable; that of conditions is changed.
            high: The most of each; likewise.
        """
        for variable, domain, (condition, value) in self.holes:
            if low[variable] == high[variable]:
                pairs = zip(domain[::2], domain[1::2], strict=True)
                if not any(first <= low[variable] <= last for first, last in pairs):
                    low[condition], high[condition] = max(low[condition], 1 - value), min(high[condition], 1 - value)

    def without_holes(self, low: Numbers, high: Numbers) -> Rows:
        """The same for variables with these domains: what rows do not say of holes are constraints."""
        left = [_hole(*hole) for hole in self.holes if low[hole[0]] != high[hole[0]]]
        return replace(self, holes=(), others=(*self.others, *left))


def rows_of(constraints: Sequence[Any]) -> Rows:
    """Read the constraints of a model's proto."""
    return _Reader().read(constraints)


def numbers(listed: Sequence[int]) -> list[int]:
    """Read numbers of a proto by their places; going through them costs three times as much, as it ends by an error."""
    return [listed[place] for place in range(len(listed))]


def unread(constraints: Iterable[Any]) -> Rows:
    """No rows, and constraints as they are."""
    return replace(plain_rows([]), others=tuple(_copied(constraint) for constraint in constraints))


def joined(tables: Sequence[Rows]) -> Rows:
    """All rows of some tables."""
    counts = [0, *np.cumsum([len(table.bounds) for table in tables])[:-1].tolist()]
    return Rows(
        rows=np.concatenate([table.rows + before for table, before in zip(tables, counts, strict=True)]),
        variables=np.concatenate([table.variables for table in tables]),
        factors=np.concatenate([table.factors for table in tables]),
        bounds=np.concatenate([table.bounds for table in tables]),
        condition_rows=np.concatenate(
            [table.condition_rows + before for table, before in zip(tables, counts, strict=True)]
        ),
        condition_variables=np.concatenate([table.condition_variables for table in tables]),
        condition_values=np.concatenate([table.condition_values for table in tables]),
        holes=[hole for table in tables for hole in table.holes],
        others=tuple(other for table in tables for other in table.others),
        impossible=any(table.impossible for table in tables),
    )


def plain_rows(rows: Sequence[tuple[Sequence[int], Sequence[int], int]]) -> Rows:
    """Rows without conditions: variables, factors and bound of each."""
    lengths = [len(variables) for variables, _, _ in rows]
    return Rows(
        rows=np.repeat(np.arange(len(rows)), np.array(lengths, dtype=np.int64)),
        variables=np.array([one for variables, _, _ in rows for one in variables], dtype=np.int64),
        factors=np.array([one for _, factors, _ in rows for one in factors], dtype=np.int64),
        bounds=np.array([bound for _, _, bound in rows], dtype=np.int64),
        condition_rows=_NO_NUMBERS,
        condition_variables=_NO_NUMBERS,
        condition_values=_NO_NUMBERS,
        holes=(),
        others=(),
    )


class _Reader:
    def __init__(self) -> None:
        self._terms: list[tuple[int, int, int]] = []
        self._conditions: list[tuple[int, int, int]] = []
        self._bounds: list[int] = []
        self._holes: list[tuple[int, Sequence[int], tuple[int, int]]] = []
        self._others: list[ConstraintProto] = []
        self._impossible = False

    def read(self, constraints: Sequence[Any]) -> Rows:
        for constraint in constraints:
            conditions = [_truth(literal) for literal in numbers(constraint.enforcement_literal)]
            if constraint.has_linear():
                self._read_linear(constraint, conditions)
            elif constraint.has_bool_or():
                self._add_literals(constraint.bool_or.literals, 1, conditions)
            elif constraint.has_at_most_one():
                self._add_literals(constraint.at_most_one.literals, -1, conditions)
            elif constraint.has_exactly_one():
                for sign in (1, -1):
                    self._add_literals(constraint.exactly_one.literals, sign, conditions)
            elif constraint.has_bool_and():
                for literal in constraint.bool_and.literals:
                    self._add_literals([literal], 1, conditions)
            else:
                self._others.append(_copied(constraint))
        terms = np.array(self._terms, dtype=np.int64).reshape(-1, 3)
        conditions_found = np.array(self._conditions, dtype=np.int64).reshape(-1, 3)
        return Rows(
            rows=terms[:, 0],
            variables=terms[:, 1],
            factors=terms[:, 2],
            bounds=np.array(self._bounds, dtype=np.int64),
            condition_rows=conditions_found[:, 0],
            condition_variables=conditions_found[:, 1],
            condition_values=conditions_found[:, 2],
            holes=self._holes,
            others=tuple(self._others),
            impossible=self._impossible,
        )

    def _read_linear(self, constraint: Any, conditions: Sequence[tuple[int, int]]) -> None:
        linear = constraint.linear
        variables, factors, domain = numbers(linear.vars), numbers(linear.coeffs), numbers(linear.domain)
        if len(domain) > 2:
            if len(variables) == 1 and factors[0] == 1 and len(conditions) == 1:
                self._holes.append((variables[0], domain, conditions[0]))
            else:
                self._others.append(_copied(constraint))
            return
        if domain[0] > -_ENDLESS:
            self._add(variables, factors, domain[0], conditions)
        if domain[1] < _ENDLESS:
            self._add(variables, [-factor for factor in factors], -domain[1], conditions)

    def _add_literals(self, literals: Sequence[int], sign: int, conditions: Sequence[tuple[int, int]]) -> None:
        """So many of some literals: at least one with sign 1, at most one with sign -1."""
        truths = [_truth(literal) for literal in numbers(literals)]
        negated = sum(1 - value for _, value in truths)
        factors = [sign if value else -sign for _, value in truths]
        self._add([variable for variable, _ in truths], factors, sign - sign * negated, conditions)

    def _add(
        self, variables: Sequence[int], factors: Sequence[int], bound: int, conditions: Sequence[tuple[int, int]]
    ) -> None:
        if not variables:
            if bound <= 0:
                return
            if not conditions:
                self._impossible = True
                return
            # What cannot hold is not asked for: one of its conditions does not hold.
            variables, factors = [variable for variable, _ in conditions], [1 - 2 * value for _, value in conditions]
            bound, conditions = 1 - sum(value for _, value in conditions), ()
        row = len(self._bounds)
        self._bounds.append(bound)
        self._terms.extend((row, variable, factor) for variable, factor in zip(variables, factors, strict=True))
        self._conditions.extend((row, variable, value) for variable, value in conditions)


def _copied(constraint: Any) -> ConstraintProto:
    """A constraint that stays where its model goes."""
    found = ConstraintProto()
    found.copy_from(constraint)
    return found


def _hole(variable: int, domain: Sequence[int], condition: tuple[int, int]) -> ConstraintProto:
    found = ConstraintProto()
    found.linear.vars.append(variable)
    found.linear.coeffs.append(1)
    found.linear.domain.extend(domain)
    found.enforcement_literal.append(condition[0] if condition[1] else -condition[0] - 1)
    return found


def _truth(literal: int) -> tuple[int, int]:
    """The variable of a literal, and the value that makes it true."""
    return (literal, 1) if literal >= 0 else (-literal - 1, 0)


_EXPRESSIONS = {
    "lin_max": ("target", "exprs"),
    "int_prod": ("target", "exprs"),
    "int_div": ("target", "exprs"),
    "element": ("linear_index", "linear_target", "exprs"),
}
"""Kinds of constraints of models of ours that are no rows, and where their expressions are."""


def spoken_of(constraint: Any) -> set[int]:
    """The variables of a constraint that is no row.

    Raises:
        ValueError: No model of ours has such a constraint.
    """
    found = {_truth(literal)[0] for literal in constraint.enforcement_literal}
    if constraint.has_linear():
        return found | set(constraint.linear.vars)
    for kind, parts in _EXPRESSIONS.items():
        if getattr(constraint, f"has_{kind}")():
            inner = getattr(constraint, kind)
            for part in parts:
                expressions = getattr(inner, part) if part == "exprs" else (getattr(inner, part),)
                found.update(variable for expression in expressions for variable in expression.vars)
            return found
    raise ValueError("a constraint of a kind that no model of ours has")
