"""Expressions read back from the solver: their value in a solution, and the least that any could have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model


@dataclass(frozen=True)
class LinearForm:
    """``constant + sum of coefficient x variable``, with variables by index."""

    terms: tuple[tuple[int, int], ...]
    constant: int

    @staticmethod
    def of(expression: cp_model.LinearExpr) -> LinearForm:
        """Read an expression of the solver."""
        flat = cp_model.FlatIntExpr(expression)
        terms = zip([variable.index for variable in flat.vars], flat.coeffs, strict=True)
        return LinearForm(tuple(terms), flat.offset)

    def at(self, values: Sequence[int]) -> int:
        """Its value in a solution."""
        return self.constant + sum(coefficient * values[variable] for variable, coefficient in self.terms)

    def least(self, model: cp_model.CpModel) -> int:
        """What it is never below, by the domains of its variables alone."""
        least = self.constant
        for variable, coefficient in self.terms:
            domain = model.proto.variables[variable].domain
            last = domain[len(domain) - 1]  # the solver's lists give the first element for -1
            least += min(coefficient * int(domain[0]), coefficient * int(last))
        return least


def minimize(model: cp_model.CpModel, form: LinearForm) -> None:
    """Make a form the objective of a model."""
    model.proto.clear_objective()
    objective = model.proto.objective
    objective.vars.extend([variable for variable, _ in form.terms])
    objective.coeffs.extend([coefficient for _, coefficient in form.terms])
    objective.offset = form.constant


def limit(model: cp_model.CpModel, form: LinearForm, least: int, most: int) -> None:
    """Leave the objective of a model, which is a form, only values between two; a row that says so costs far more."""
    model.proto.objective.domain.extend([least - form.constant, most - form.constant])


def start_at(model: cp_model.CpModel, values: Sequence[int]) -> None:
    """Hint a solution of a model that had only the first of its variables."""
    model.proto.clear_solution_hint()
    model.proto.solution_hint.vars.extend(range(len(values)))
    model.proto.solution_hint.values.extend(values)


def fix(model: cp_model.CpModel, variable: int, value: int) -> None:
    """Leave a variable, by index, no other value."""
    domain = model.proto.variables[variable].domain
    domain.clear()
    domain.extend([value, value])
