"""What a rule means, compiled to CP-SAT.

Conditions are enforced under literals ("when all of these hold, the condition holds"). A condition inside another one
gets a literal that implies it: since negations are pushed inwards first, one direction is enough and every solution
of the rules remains. ``rule_check`` gives the same syntax its other meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import singledispatchmethod
from itertools import product

from ortools.sat.python.cp_model import Domain, IntVar
from ortools.sat.python.cp_model_helper import Literal

from bidwright.catalog.rule_language import (
    AllOf,
    AnyOf,
    Arithmetic,
    Availability,
    Comparison,
    Constant,
    Expression,
    InTable,
    Kinds,
    Name,
    Not,
    Quantity,
    Selected,
    Sum,
)
from bidwright.configurator.cpsat_availability import availability
from bidwright.configurator.cpsat_variables import Linear, Variables, row

When = tuple[Literal, ...]

_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


class RuleCompiler:
    """Adds conditions to a model over an offering's variables."""

    def __init__(self, variables: Variables) -> None:
        self._variables = variables
        self._model = variables.model
        self._literals: dict[tuple[Expression, bool], Literal] = {}
        self._availabilities: dict[tuple[str, ...], Linear] = {}
        self._products: dict[tuple[int, int], int] = {}

    def enforce(self, expression: Expression, *, wanted: bool = True, when: When = ()) -> None:
        """Make a condition true, or false where not ``wanted``, whenever all of ``when`` hold."""
        match expression:
            case Not(operand):
                self.enforce(operand, wanted=not wanted, when=when)
            case AllOf(operands) | AnyOf(operands) if isinstance(expression, AllOf) == wanted:
                for operand in operands:
                    self.enforce(operand, wanted=wanted, when=when)
            case AllOf(operands) | AnyOf(operands):
                self._clause([self.literal(operand, wanted=wanted) for operand in operands], when)
            case Comparison(operator, left, right):
                self._enforce_comparison(operator if wanted else _OPPOSITE[operator], left, right, when)
            case InTable():
                self._enforce_table(expression, wanted=wanted, when=when)
            case _:
                self._enforce_fact(expression, wanted=wanted, when=when)

    def literal(self, expression: Expression, *, wanted: bool = True) -> Literal:
        """A literal that implies a condition, or its opposite where not ``wanted``."""
        key = (expression, wanted)
        if key not in self._literals:
            literal = self._known_literal(expression, wanted=wanted)
            if literal is None:
                literal = self._model.new_bool_var("")
                self.enforce(expression, wanted=wanted, when=(literal,))
            self._literals[key] = literal
        return self._literals[key]

    def _known_literal(self, expression: Expression, *, wanted: bool) -> Literal | None:
        match expression:
            case Not(operand):
                return self.literal(operand, wanted=not wanted)
            case Selected(subject) if len(self._chosen(subject)) == 1:
                variable = self._chosen(subject)[0]
            case Name(_, name):
                variable = self._variables.needs[name]
            case _:
                return None
        return variable if wanted else ~variable

    def _enforce_fact(self, expression: Expression, *, wanted: bool, when: When) -> None:
        match expression:
            case Selected(subject) if wanted:
                self._clause(self._chosen(subject), when)
            case Selected(subject):
                for variable in self._chosen(subject):
                    self._clause([~variable], when)
            case Constant(value):
                if value != wanted:
                    self._clause([], when)
            case Name():
                self._clause([self.literal(expression, wanted=wanted)], when)
            case _:
                raise TypeError(f"not a condition: {expression!r}")

    def _enforce_comparison(self, operator: str, left: Expression, right: Expression, when: When) -> None:
        if self._is_condition(left):
            same = operator == "=="
            for first in (True, False):
                # a == b: not (a and not b), not (not a and b); a != b likewise with b turned over.
                second = first if same else not first
                self._clause([self.literal(left, wanted=not first), self.literal(right, wanted=second)], when)
            return
        expression, constant = row(self._model, self.linear(left).plus(self.linear(right), Fraction(-1)))
        allowed = _allowed(operator, -constant)
        self._model.add_linear_expression_in_domain(expression, allowed).only_enforce_if(*when)

    def _is_condition(self, expression: Expression) -> bool:
        match expression:
            case Selected() | InTable() | Not() | AllOf() | AnyOf() | Comparison():
                return True
            case Constant(value):
                return isinstance(value, bool)
            case Name(_, name):
                return self._variables.offering.needs[name].kind == "boolean"
        return False

    def _enforce_table(self, expression: InTable, *, wanted: bool, when: When) -> None:
        columns, rows = self._variables.release.tables[expression.table]
        order = [expression.families.index(column) for column in columns]
        missing = [
            [self._variables.selected[component] for component in combination]
            for combination in product(*(self._variables.members(family) for family in expression.families))
            if tuple(combination[index] for index in order) not in rows
        ]
        if wanted:
            for combination in missing:
                self._clause([~variable for variable in combination], when)
            return
        breaking: list[Literal] = []
        for combination in missing:
            literal = self._model.new_bool_var("")
            self._model.add_bool_and(*combination).only_enforce_if(literal)
            breaking.append(literal)
        self._clause(breaking, when)

    def _clause(self, literals: Sequence[Literal], when: When) -> None:
        self._model.add_bool_or(*literals, *(~literal for literal in when))

    def _chosen(self, subject: str) -> list[IntVar]:
        return [self._variables.selected[member] for member in self._variables.members(subject)]

    @singledispatchmethod
    def linear(self, expression: Expression) -> Linear:
        """A number, or a text by its code, as a linear form."""
        raise TypeError(f"not a number: {expression!r}")

    @linear.register
    def _(self, expression: Constant) -> Linear:
        if isinstance(expression.value, str):
            return Linear(constant=Fraction(self._variables.code(expression.value)))
        return Linear(constant=Fraction(expression.value))

    @linear.register
    def _(self, expression: Name) -> Linear:
        need = self._variables.offering.needs[expression.name]
        variable = self._variables.needs[expression.name]
        return Linear({variable.index: Fraction(1, 10**need.places)})

    @linear.register
    def _(self, expression: Quantity) -> Linear:
        members = self._variables.members(expression.subject)
        return Linear({self._variables.quantities[member].index: Fraction(1) for member in members})

    @linear.register
    def _(self, expression: Kinds) -> Linear:
        return Linear({variable.index: Fraction(1) for variable in self._chosen(expression.family)})

    @linear.register
    def _(self, expression: Sum) -> Linear:
        return self._variables.sum(expression.source, expression.attribute, expression.family)

    @linear.register
    def _(self, expression: Availability) -> Linear:
        if expression.families not in self._availabilities:
            self._availabilities[expression.families] = availability(self._variables, expression.families)
        return self._availabilities[expression.families]

    @linear.register
    def _(self, expression: Arithmetic) -> Linear:
        left, right = self.linear(expression.left), self.linear(expression.right)
        if expression.operator == "*":
            return self._product(left, right)
        return left.plus(right, Fraction(1 if expression.operator == "+" else -1))

    def _product(self, left: Linear, right: Linear) -> Linear:
        """Two forms multiplied; a need times a quantity becomes a variable, as needs are variables here."""
        found = Linear(constant=left.constant * right.constant)
        found = found.plus(Linear(left.terms), right.constant).plus(Linear(right.terms), left.constant)
        for (a, first), (b, second) in product(left.terms.items(), right.terms.items()):
            found = found.plus(Linear({self._product_variable(min(a, b), max(a, b)): first * second}))
        return found

    def _product_variable(self, first: int, second: int) -> int:
        if (first, second) not in self._products:
            factors = [self._model.get_int_var_from_proto_index(index) for index in (first, second)]
            one, two = (factor.domain for factor in factors)
            corners = [a * b for a in (one.min(), one.max()) for b in (two.min(), two.max())]
            target = self._model.new_int_var(min(corners), max(corners), "")
            self._model.add_multiplication_equality(target, *factors)
            self._products[first, second] = target.index
        return self._products[first, second]


def _allowed(operator: str, bound: int) -> Domain:
    """The values that stand in a relation to a bound."""
    match operator:
        case "==":
            return Domain(bound, bound)
        case "!=":
            return Domain(bound, bound).complement()
        case "<":
            return Domain.lower_or_equal(bound - 1)
        case "<=":
            return Domain.lower_or_equal(bound)
        case ">":
            return Domain.greater_or_equal(bound + 1)
        case _:
            return Domain.greater_or_equal(bound)
