"""Conditions of the rule language as programs over features that are written out as yes and no."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from bidwright.catalog.model import Offering, Release
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
from bidwright.configurator.feature_model import Operation, Step

TRUE = [Step(Operation.TRUTH, operand=True, line=1, column=1)]


class NotCountable(Exception):
    """Why the configurations of an offering are not counted, in words."""


@dataclass(frozen=True)
class Programs:
    """Writes conditions of an offering as programs.

    Attributes:
        release, offering: What they are of.
        units: Component -> its units, each of which needs the one before.
        numbers: Need -> the steps over the least answer, likewise.
        options: Need -> option (``yes`` of a boolean) -> its feature.
    """

    release: Release
    offering: Offering
    units: Mapping[str, tuple[int, ...]]
    numbers: Mapping[str, tuple[int, ...]]
    options: Mapping[str, Mapping[str, int]]

    def members(self, subject: str) -> list[str]:
        """The components a component or family id stands for, as far as they have a place."""
        return [member for member in self.release.members(subject) if member in self.units]

    def truth(self, expression: Expression) -> list[Step]:
        """A condition as a program."""
        match expression:
            case Not(operand):
                return [*self.truth(operand), step(Operation.NOT)]
            case AllOf(operands) | AnyOf(operands):
                operation = Operation.AND if isinstance(expression, AllOf) else Operation.OR
                return joined([self.truth(operand) for operand in operands], operation)
            case InTable():
                return self._in_table(expression)
            case Comparison():
                return self._comparison(expression)
        return self._fact(expression)

    def _fact(self, expression: Expression) -> list[Step]:
        match expression:
            case Constant(bool() as value):
                return one(Operation.TRUTH, value)
            case Name(_, name):
                return one(Operation.SELECTED, self.options[name]["yes"])
            case Selected(subject):
                chosen = [one(Operation.SELECTED, self.units[member][0]) for member in self.members(subject)]
                return joined(chosen, Operation.OR)
        raise TypeError(f"not a condition: {expression!r}")

    def _in_table(self, expression: InTable) -> list[Step]:
        columns, rows = self.release.tables[expression.table]
        order = [expression.families.index(column) for column in columns]
        missing = [
            joined([one(Operation.SELECTED, self.units[each][0]) for each in combination], Operation.AND)
            for combination in product(*(self.members(family) for family in expression.families))
            if tuple(combination[index] for index in order) not in rows
        ]
        return [*joined(missing, Operation.OR), step(Operation.NOT)]

    def _comparison(self, expression: Comparison) -> list[Step]:
        sides = (expression.left, expression.right)
        if any(self._is_text(side) for side in sides):
            same = self._same_text(*sides)
        elif any(self._is_condition(side) for side in sides):
            same = [*self.truth(sides[0]), *self.truth(sides[1]), step(Operation.SAME)]
        else:
            return [*self._number(sides[0]), *self._number(sides[1]), step(Operation(expression.operator))]
        return same if expression.operator == "==" else [*same, step(Operation.NOT)]

    def _is_text(self, side: Expression) -> bool:
        if isinstance(side, Name):
            return self.offering.needs[side.name].kind == "choice"
        return isinstance(side, Constant) and isinstance(side.value, str)

    def _is_condition(self, side: Expression) -> bool:
        if isinstance(side, Name):
            return self.offering.needs[side.name].kind == "boolean"
        if isinstance(side, Constant):
            return isinstance(side.value, bool)
        return isinstance(side, Selected | InTable | Not | AllOf | AnyOf | Comparison)

    def _texts(self, side: Expression) -> Mapping[str, list[Step]]:
        """The texts that a side may be, each with when it is."""
        if isinstance(side, Name):
            return {text: one(Operation.SELECTED, index) for text, index in self.options[side.name].items()}
        return {str(side.value): TRUE} if isinstance(side, Constant) else {}

    def _same_text(self, left: Expression, right: Expression) -> list[Step]:
        first, second = self._texts(left), self._texts(right)
        both = [[*first[text], *second[text], step(Operation.AND)] for text in first if text in second]
        return joined(both, Operation.OR)

    def _number(self, expression: Expression) -> list[Step]:
        """A number as a program."""
        match expression:
            case Constant(Fraction() as value):
                return one(Operation.NUMBER, value)
            case Name(_, name):
                need = self.offering.needs[name]
                size = Fraction(1, 10**need.places)
                over = _total((index, size) for index in self.numbers[name])
                return [*over, *one(Operation.NUMBER, Fraction(need.minimum or 0)), step(Operation.ADD)]
            case Quantity(subject):
                members = self.members(subject)
                return _total((index, Fraction(1)) for member in members for index in self.units[member])
            case Kinds(family):
                return _total((self.units[member][0], Fraction(1)) for member in self.members(family))
            case Sum():
                return _total(self._figures(expression))
            case Availability():
                raise NotCountable("a rule speaks of availability")
            case Arithmetic(operator, left, right):
                return [*self._number(left), *self._number(right), step(Operation(operator))]
        raise TypeError(f"not a number: {expression!r}")

    def _figures(self, expression: Sum) -> Iterator[tuple[int, Fraction]]:
        for component_id, units in self.units.items():
            component = self.release.components[component_id]
            figure = component.figures(expression.source).get(expression.attribute)
            if figure and expression.family in {"", component.family}:
                for index in units:
                    yield index, Fraction(figure)


def step(operation: Operation) -> Step:
    """A step without an operand."""
    return Step(operation, None, 1, 1)


def one(operation: Operation, operand: int | Fraction) -> list[Step]:
    """A program of one step."""
    return [Step(operation, operand, 1, 1)]


def _total(numbers: Iterable[tuple[int, Fraction]]) -> list[Step]:
    found = tuple(numbers)
    return [Step(Operation.ATTRIBUTE, found, 1, 1)] if found else one(Operation.NUMBER, Fraction(0))


def joined(programs: list[list[Step]], operation: Operation) -> list[Step]:
    """Truths joined; what joins none is true for "and", false for "or"."""
    if not programs:
        return one(Operation.TRUTH, operation is Operation.AND)
    first, *rest = programs
    return [*first, *(each for program in rest for each in (*program, step(operation)))]
