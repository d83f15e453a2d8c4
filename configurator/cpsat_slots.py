"""Finds in a model what ``slot_search`` understands: slots of which one option is chosen, under shared limits.

A slot is a row "exactly one of these literals". Everything else stands as in a solution that is known; slots whose
literals take part in conditions that are no plain rows stay as they are as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from bidwright.configurator.cpsat_rows import spoken_of
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.slot_search import Floats, SlotProblem, better_choices

_FEWEST_SLOTS = 4
"""With fewer, the solver alone is quick."""

_MOST_LIMITS = 64
"""With more, limits are no longer what is scarce, and the search gets slow."""

_MOST_ENTRIES = 400_000
"""Options times limits."""


@dataclass(frozen=True)
class _Row:
    """``low <= sum of coefficient x variable <= high``; of a clause, literals are turned into such a sum."""

    terms: Mapping[int, int]
    low: int
    high: int


def better_slots(model: cp_model.CpModel, values: Sequence[int], deadline: Deadline) -> dict[int, int] | None:
    """Look for options of slots that make the objective of a model less; the rest stays as it is.

    Args:
        model: Has an objective to be minimized.
        values: A solution, by index of variable.
        deadline: When it is over, the best so far is the answer.

    Returns:
        Variable -> value of all variables of slots; None where there are no such slots or nothing better was found.
        Not confirmed: other variables may have to change with them.
    """
    view = _View(model, values)
    slots = view.slots()
    if len(slots) < _FEWEST_SLOTS:
        return None
    problem = view.problem(slots)
    if problem is None:
        return None
    known = -sum(view.cost.get(variable, 0) * values[variable] for slot in slots for variable in slot)
    choices = better_choices(problem, float(known), deadline)
    if choices is None:
        return None
    return {
        variable: int(position == choice)
        for slot, choice in zip(slots, choices, strict=True)
        for position, variable in enumerate(slot)
    }


class _View:
    """The rows of a model, as a solution makes them."""

    def __init__(self, model: cp_model.CpModel, values: Sequence[int]) -> None:
        proto = model.proto
        self._values = values
        self.cost = dict(zip(proto.objective.vars, proto.objective.coeffs, strict=True))
        self._open = {index for index, variable in enumerate(proto.variables) if list(variable.domain) == [0, 1]}
        self._rows: list[_Row] = []
        self._entangled: set[int] = set()
        for constraint in proto.constraints:
            self._read(constraint)

    def slots(self) -> list[list[int]]:
        """The slots that can be looked at alone, disjoint, as lists of variables."""
        found: list[list[int]] = []
        taken = set(self._entangled)
        for row in self._rows:
            variables = sorted(row.terms)
            is_slot = row.low == row.high == 1 and set(row.terms.values()) == {1} and len(variables) > 1
            if is_slot and self._open.issuperset(variables) and taken.isdisjoint(variables):
                found.append(variables)
                taken.update(variables)
        return found

    def problem(self, slots: Sequence[Sequence[int]]) -> SlotProblem | None:
        """What is to be searched; None where it would be too large."""
        place = {variable: (s, o) for s, slot in enumerate(slots) for o, variable in enumerate(slot)}
        options = max(len(slot) for slot in slots)
        value = np.full((len(slots), options), -np.inf)
        for variable, (slot, option) in place.items():
            value[slot, option] = -self.cost.get(variable, 0)
        uses: list[Floats] = []
        limits: list[int] = []
        for row in self._rows:
            fixed = sum(c * self._values[variable] for variable, c in row.terms.items() if variable not in place)
            low, high = row.low - fixed, row.high - fixed
            use = np.zeros_like(value)
            for variable in place.keys() & row.terms.keys():
                use[place[variable]] = row.terms[variable]
            touched = np.flatnonzero(use.any(1))
            if len(touched) == 1:
                slot = touched[0]
                value[slot, (use[slot] < low) | (use[slot] > high)] = -np.inf
            elif len(touched):
                for sign, limit in ((1, high), (-1, -low)):
                    if (sign * use).max(1).sum() > limit:
                        uses.append(sign * use)
                        limits.append(limit)
        if not limits or len(limits) > _MOST_LIMITS or value.size * len(limits) > _MOST_ENTRIES:
            return None
        return SlotProblem(value=value, use=np.stack(uses, axis=2), limit=np.array(limits, dtype=np.float64))

    def _read(self, constraint: Any) -> None:
        """Keep a plain row; of any other condition, the variables that take part."""
        when = list(constraint.enforcement_literal)
        if constraint.has_linear():
            row = constraint.linear
            terms = dict(zip(row.vars, row.coeffs, strict=True))
            self._entangled.update(map(_variable, when))
            if all(self._holds(literal) for literal in when):
                self._add(terms, row.domain)
        elif constraint.has_bool_or():
            self._add_clause([*constraint.bool_or.literals, *(~literal for literal in when)])
        elif constraint.has_bool_and():
            for literal in constraint.bool_and.literals:
                self._add_clause([literal, *(~other for other in when)])
        elif constraint.has_exactly_one():
            self._add_sum(constraint.exactly_one.literals, 1, 1)
        elif constraint.has_at_most_one():
            self._add_sum(constraint.at_most_one.literals, 0, 1)
        else:
            self._entangled.update(spoken_of(constraint))

    def _add(self, terms: Mapping[int, int], domain: Sequence[int]) -> None:
        """Keep a row; one with holes in its domain is no plain one."""
        if len(domain) == 2:
            self._rows.append(_Row(terms, domain[0], domain[1]))
        else:
            self._entangled.update(terms)

    def _add_clause(self, literals: Sequence[int]) -> None:
        self._add_sum(literals, 1, len(literals))

    def _add_sum(self, literals: Iterable[int], low: int, high: int) -> None:
        """Keep ``low <= number of true literals <= high``."""
        terms: dict[int, int] = {}
        negated = 0
        for literal in literals:
            sign = 1 if literal >= 0 else -1
            negated += literal < 0
            terms[_variable(literal)] = terms.get(_variable(literal), 0) + sign
        self._rows.append(_Row(terms, low - negated, high - negated))

    def _holds(self, literal: int) -> bool:
        return bool(self._values[literal] if literal >= 0 else 1 - self._values[~literal])


def _variable(literal: int) -> int:
    return literal if literal >= 0 else ~literal
