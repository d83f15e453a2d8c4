"""What a rule means, evaluated directly on a configuration, with exact numbers and no solver.

An expression becomes a function of a configuration, made of the functions of its parts.

``cpsat_rules`` gives the same syntax its other meaning. The two share nothing but the syntax, so that each can be
held against the other (docs/adr/0006-two-meanings-of-a-rule.md).
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache, singledispatch
from itertools import product

from bidwright.catalog.model import Answer, Release
from bidwright.catalog.rule_language import (
    UPTIME,
    AllOf,
    AnyOf,
    Arithmetic,
    Availability,
    Comparison,
    Constant,
    Expression,
    FigurePlace,
    FigureSource,
    InTable,
    Kinds,
    Name,
    Not,
    Quantity,
    Selected,
    Sum,
    WorkSource,
    whole_or_fraction,
)
from bidwright.catalog.work import hours_of
from bidwright.configurator.availability_check import uptime_of

Number = int | Fraction
Value = bool | Number | str
Meaning = Callable[["Choice"], Value]
"""What an expression is in a configuration."""


@lru_cache(maxsize=4096)
def _exact(figure: Decimal) -> Number:
    """An answer as a number to calculate with."""
    return whole_or_fraction(figure)


def _constant_value(constant: Constant) -> Value:
    return whole_or_fraction(constant.value) if isinstance(constant.value, Fraction) else constant.value


_COMPARE: dict[str, Callable[[Value, Value], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_CALCULATE: dict[str, Callable[[Value, Value], Value]] = {  # of numbers: rules are read with their types
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A configuration as rules see it.

    Attributes:
        answers: Need -> answer.
        items: Component id -> units, at least 1.
    """

    release: Release
    answers: Mapping[str, Answer]
    items: Mapping[str, int]

    def chosen(self, subject: str) -> tuple[str, ...]:
        """The chosen components that a component or family id stands for, by id."""
        return self.chosen_by_subject.get(subject, ())

    @cached_property
    def chosen_by_subject(self) -> Mapping[str, tuple[str, ...]]:
        """Component or family -> the chosen components that it stands for, by id; of those with any."""
        chosen = sorted(component_id for component_id, units in self.items.items() if units > 0)
        by_family: dict[str, list[str]] = {}
        for component_id in chosen:
            by_family.setdefault(self.release.components[component_id].family, []).append(component_id)
        of_family = {family: tuple(members) for family, members in by_family.items()}
        return {component_id: (component_id,) for component_id in chosen} | of_family

    def units(self, subject: str) -> int:
        """Units of a component or of a whole family."""
        return sum(self.items[member] for member in self.chosen(subject))

    def sum(self, source: FigureSource | WorkSource, attribute: str, family: str = "") -> Number:
        """Figure x units over the configuration or a family; of work, hours over the configuration, by skills."""
        match source:
            case "one_time_hours" | "monthly_hours":
                return Fraction(hours_of(self.release, self.items, source).get(attribute, 0))
            case _:
                return self.sums.get((source, attribute, family), 0)

    @cached_property
    def sums(self) -> Mapping[FigurePlace, Number]:
        """Source, attribute and family, or no family -> figure x units; of those that some chosen component has."""
        found: dict[FigurePlace, Number] = {}
        figures = self.release.exact_figures
        for component_id, units in self.items.items():
            for places, figure in figures[component_id]:
                more = figure * units
                for place in places:
                    found[place] = found.get(place, 0) + more
        return found


def holds(expression: Expression, choice: Choice) -> bool:
    """Whether a condition is met."""
    value = value_of(expression, choice)
    if not isinstance(value, bool):
        raise TypeError(f"a condition is true or false, not {value!r}: {expression!r}")
    return value


def value_of(expression: Expression, choice: Choice) -> bool | Fraction | str:
    """The value of an expression in a choice: a truth, an exact number or a text."""
    value = meaning(expression)(choice)
    return value if isinstance(value, bool | str) else Fraction(value)


@singledispatch
def meaning(expression: Expression) -> Meaning:
    """What an expression means; worth keeping for an expression that many choices are asked about."""
    raise TypeError(f"not an expression of the rule language: {expression!r}")


@meaning.register
def _constant(expression: Constant) -> Meaning:
    value = _constant_value(expression)
    return lambda _: value


@meaning.register
def _name(expression: Name) -> Meaning:
    def answer(choice: Choice) -> Value:
        found = choice.answers[expression.name]
        return _exact(found) if isinstance(found, Decimal) else found

    return answer


@meaning.register
def _selected(expression: Selected) -> Meaning:
    return lambda choice: expression.subject in choice.chosen_by_subject


@meaning.register
def _quantity(expression: Quantity) -> Meaning:
    return lambda choice: choice.units(expression.subject)


@meaning.register
def _kinds(expression: Kinds) -> Meaning:
    family = expression.family
    return lambda choice: len(choice.chosen_by_subject.get(family, ()))


@meaning.register
def _sum(expression: Sum) -> Meaning:
    match expression.source:
        case "one_time_hours" | "monthly_hours" as work:
            return lambda choice: choice.sum(work, expression.attribute)
        case figure:
            place = (figure, expression.attribute, expression.family)
            return lambda choice: choice.sums.get(place, 0)


@meaning.register
def _availability(expression: Availability) -> Meaning:
    return lambda choice: uptime_of(
        (choice.release.families[family], _units_by_uptime(family, choice)) for family in expression.families
    )


def _units_by_uptime(family: str, choice: Choice) -> Mapping[Decimal, int]:
    units: Counter[Decimal] = Counter()
    for member in choice.chosen(family):
        stated = choice.release.components[member].attributes.get(UPTIME)
        if stated is not None:
            units[stated] += choice.items[member]
    return units


@meaning.register
def _in_table(expression: InTable) -> Meaning:
    def is_allowed(choice: Choice) -> bool:
        columns, rows = choice.release.tables[expression.table]
        return rows.issuperset(product(*map(choice.chosen, columns)))

    return is_allowed


@meaning.register
def _not(expression: Not) -> Meaning:
    operand = meaning(expression.operand)
    return lambda choice: not operand(choice)


@meaning.register
def _all_of(expression: AllOf) -> Meaning:
    unwanted = [operand.operand for operand in expression.operands if isinstance(operand, Not)]
    subjects = _subjects(unwanted)
    if len(subjects) == len(expression.operands):
        return lambda choice: choice.chosen_by_subject.keys().isdisjoint(subjects)
    operands = [meaning(operand) for operand in expression.operands]
    return lambda choice: all(operand(choice) for operand in operands)


@meaning.register
def _any_of(expression: AnyOf) -> Meaning:
    subjects = _subjects(expression.operands)
    if len(subjects) == len(expression.operands):
        return lambda choice: not choice.chosen_by_subject.keys().isdisjoint(subjects)
    operands = [meaning(operand) for operand in expression.operands]
    if len(operands) == 2:  # most rules say that one thing implies another
        one, other = operands
        return lambda choice: one(choice) or other(choice)
    return lambda choice: any(operand(choice) for operand in operands)


def _subjects(conditions: Iterable[Expression]) -> list[str]:
    """What is asked for by those of some conditions that ask whether something is selected."""
    return [condition.subject for condition in conditions if isinstance(condition, Selected)]


@meaning.register
def _comparison(expression: Comparison) -> Meaning:
    compare, left = _COMPARE[expression.operator], meaning(expression.left)
    if isinstance(expression.right, Constant):
        value = _constant_value(expression.right)
        return lambda choice: compare(left(choice), value)
    right = meaning(expression.right)
    return lambda choice: compare(left(choice), right(choice))


@meaning.register
def _arithmetic(expression: Arithmetic) -> Meaning:
    calculate, left, right = _CALCULATE[expression.operator], meaning(expression.left), meaning(expression.right)
    return lambda choice: calculate(left(choice), right(choice))


def missing_rows(expression: InTable, choice: Choice) -> tuple[tuple[str, ...], ...]:
    """The chosen combinations that the table does not allow."""
    columns, rows = choice.release.tables[expression.table]
    order = [expression.families.index(column) for column in columns]
    chosen = [choice.chosen(family) for family in expression.families]
    return tuple(
        combination for combination in product(*chosen) if tuple(combination[index] for index in order) not in rows
    )


def parts(expression: Expression) -> Iterator[Expression]:
    """The parts of a rule that have a value of their own in a configuration, from left to right."""
    match expression:
        case Not(operand):
            yield from parts(operand)
        case AllOf(operands) | AnyOf(operands):
            for operand in operands:
                yield from parts(operand)
        case Comparison(_, left, right) | Arithmetic(_, left, right):
            yield from parts(left)
            yield from parts(right)
        case Constant():
            return
        case _:
            yield expression
