"""Conditions of rules at one site: answers put in, then made into quick tests of the units there.

The search for what a site can have asks them millions of times. What it finds is looked at again by ``check``, which
gives rules their meaning on its own.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import singledispatchmethod
from itertools import product
from math import lcm

from bidwright.catalog.model import Answer, Release
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
from bidwright.catalog.rule_types import parts_of
from bidwright.configurator.rule_check import Choice, holds, parts, value_of

TRUE, FALSE = Constant(value=True), Constant(value=False)
Units = Sequence[int]
"""Units of each component of a block, in its order."""

_COMPARE: Mapping[str, Callable[[int, int], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def answered(expression: Expression, answers: Mapping[str, Answer], release: Release) -> Expression:
    """A condition or number with the answers in the place of needs, and what they decide left out."""
    nothing = Choice(release=release, answers=answers, items={})

    def put_in(part: Expression) -> Expression:
        match part:
            case Name():
                return Constant(value_of(part, nothing))
            case Not(operand):
                return _constant(Not(put_in(operand)), nothing)
            case AllOf(operands):
                return _joined(AllOf, FALSE, [put_in(operand) for operand in operands])
            case AnyOf(operands):
                return _joined(AnyOf, TRUE, [put_in(operand) for operand in operands])
            case Comparison(_, left, right) | Arithmetic(_, left, right):
                return _constant(replace(part, left=put_in(left), right=put_in(right)), nothing)
        return part

    return put_in(expression)


def _constant(part: Not | Comparison | Arithmetic, nothing: Choice) -> Expression:
    inner = (part.operand,) if isinstance(part, Not) else (part.left, part.right)
    return Constant(value_of(part, nothing)) if all(isinstance(one, Constant) for one in inner) else part


def _joined(kind: type[AllOf | AnyOf], deciding: Constant, operands: Sequence[Expression]) -> Expression:
    if deciding in operands:
        return deciding
    left = tuple(operand for operand in operands if not isinstance(operand, Constant))
    if not left:
        return FALSE if deciding is TRUE else TRUE
    return left[0] if len(left) == 1 else kind(left)


@dataclass(frozen=True)
class Condition:
    """A quick test, with the components that it looks at.

    Attributes:
        helps: Components of which more units may make it true.
        hurts: Components of which more units may make it false.
        factors: Component -> how much of what the condition asks for one unit has; only where it is such a sum.
        lacks: How much it lacks, of a sum that must reach something; 0 for other conditions.
        least: What the sum must reach.
    """

    holds: Callable[[Units], bool]
    helps: frozenset[int] = frozenset()
    hurts: frozenset[int] = frozenset()
    factors: Mapping[int, int] = field(default_factory=dict)
    lacks: Callable[[Units], int] = lambda _: 0
    least: int = 0

    @property
    def opposite(self) -> Condition:
        """True where this one is false."""
        return Condition(lambda units: not self.holds(units), self.hurts, self.helps)


_ALWAYS, _NEVER = Condition(lambda _: True), Condition(lambda _: False)


@dataclass(frozen=True)
class _Form:
    """``constant + sum of factor x units + sum of factor x (1 where there is a unit)``, by component."""

    units: Mapping[int, Fraction]
    kinds: Mapping[int, Fraction]
    constant: Fraction = Fraction(0)

    def plus(self, other: _Form, factor: Fraction) -> _Form:
        return _Form(
            _added(self.units, other.units, factor),
            _added(self.kinds, other.kinds, factor),
            self.constant + factor * other.constant,
        )


def _added(first: Mapping[int, Fraction], second: Mapping[int, Fraction], factor: Fraction) -> dict[int, Fraction]:
    return {key: first.get(key, Fraction(0)) + factor * second.get(key, Fraction(0)) for key in {*first, *second}}


class Conditions:
    """Makes conditions about components of a site, known by their place in ``components``."""

    def __init__(self, release: Release, components: Sequence[str]) -> None:
        self._release = release
        self._place = {component: place for place, component in enumerate(components)}
        self._made: dict[Expression, Condition] = {}

    def condition(self, expression: Expression) -> Condition:
        """The test of a condition in which no needs are left."""
        if expression not in self._made:
            self._made[expression] = self._make(expression)
        return self._made[expression]

    def _make(self, expression: Expression) -> Condition:
        match expression:
            case Constant(value):
                return _ALWAYS if value is True else _NEVER
            case Selected(subject):
                places = frozenset(self._places(subject))
                return Condition(lambda units: any(units[place] for place in places), helps=places)
            case Not() | AllOf() | AnyOf():
                inner = [self.condition(operand) for operand in parts_of(expression)]
                return _every(inner) if isinstance(expression, AllOf) else self._turned(expression, inner)
            case Comparison() if any(isinstance(part, Availability) for part in parts(expression)):
                return self._looked_at(expression)
            case Comparison(sign, left, right):
                return self._comparison(sign, left, right)
            case InTable():
                return self._table(expression)
        raise TypeError(f"not a condition: {expression!r}")

    def _turned(self, expression: Not | AnyOf, inner: Sequence[Condition]) -> Condition:
        """Not all of some conditions, or any: not all of their opposites."""
        return _every(inner if isinstance(expression, Not) else [one.opposite for one in inner]).opposite

    def _comparison(self, sign: str, left: Expression, right: Expression) -> Condition:
        compare = _COMPARE[sign]
        if _is_condition(left):
            first, second = self.condition(left), self.condition(right)
            spoken = first.helps | first.hurts | second.helps | second.hurts
            return Condition(lambda units: compare(first.holds(units), second.holds(units)), spoken, spoken)
        form = self._form(left).plus(self._form(right), Fraction(-1))
        scale = lcm(*(factor.denominator for factor in (*form.units.values(), *form.kinds.values(), form.constant)))
        terms = [(place, int(factor * scale)) for place, factor in form.units.items() if factor]
        kinds = [(place, int(factor * scale)) for place, factor in form.kinds.items() if factor]
        bound = int(-form.constant * scale)

        # Plain loops: these tests are most of the time of a search, and a generator costs twice as much.
        def holds(units: Units) -> bool:
            total = 0
            for place, factor in terms:
                total += factor * units[place]
            for place, factor in kinds:
                if units[place]:
                    total += factor
            return compare(total, bound)

        more = frozenset(place for place, factor in (*terms, *kinds) if factor > 0)
        less = frozenset(place for place, factor in (*terms, *kinds) if factor < 0)
        helps = {">": more, ">=": more, "<": less, "<=": less}.get(sign, more | less)
        hurts = {">": less, ">=": less, "<": more, "<=": more}.get(sign, more | less)
        if kinds or sign not in {">", ">="}:
            return Condition(holds, helps, hurts)
        least = bound if sign == ">=" else bound + 1

        def lacks(units: Units) -> int:
            total = least
            for place, factor in terms:
                total -= factor * units[place]
            return total

        return Condition(holds, helps, hurts, dict(terms), lacks, least)

    def _looked_at(self, expression: Comparison) -> Condition:
        """What is not linear has its meaning looked up each time."""

        def is_met(units: Units) -> bool:
            items = {component: units[place] for component, place in self._place.items() if units[place]}
            return holds(expression, Choice(release=self._release, answers={}, items=items))

        anything = frozenset(self._place.values())
        return Condition(is_met, anything, anything)

    def _table(self, expression: InTable) -> Condition:
        columns, rows = self._release.tables[expression.table]
        order = [expression.families.index(column) for column in columns]
        members = [[(c, self._place[c]) for c in self._members(family)] for family in expression.families]
        missing = [
            tuple(place for _, place in combination)
            for combination in product(*members)
            if tuple(combination[index][0] for index in order) not in rows
        ]

        def holds(units: Units) -> bool:
            return not any(all(units[place] for place in places) for places in missing)

        return Condition(holds, hurts=frozenset(place for places in missing for place in places))

    def _members(self, subject: str) -> list[str]:
        return [member for member in self._release.members(subject) if member in self._place]

    def _places(self, subject: str) -> list[int]:
        return [self._place[member] for member in self._members(subject)]

    @singledispatchmethod
    def _form(self, expression: Expression) -> _Form:
        raise TypeError(f"not a number: {expression!r}")

    @_form.register
    def _(self, expression: Constant) -> _Form:
        return _Form({}, {}, Fraction(expression.value))

    @_form.register
    def _(self, expression: Quantity) -> _Form:
        return _Form({place: Fraction(1) for place in self._places(expression.subject)}, {})

    @_form.register
    def _(self, expression: Kinds) -> _Form:
        return _Form({}, {place: Fraction(1) for place in self._places(expression.family)})

    @_form.register
    def _(self, expression: Sum) -> _Form:
        found: dict[int, Fraction] = {}
        for component_id, place in self._place.items():
            component = self._release.components[component_id]
            if expression.family in {"", component.family}:
                found[place] = Fraction(component.figures(expression.source).get(expression.attribute, 0))
        return _Form(found, {})

    @_form.register
    def _(self, expression: Arithmetic) -> _Form:
        left, right = self._form(expression.left), self._form(expression.right)
        if expression.operator != "*":
            return left.plus(right, Fraction(1 if expression.operator == "+" else -1))
        number, form = (left.constant, right) if not left.units and not left.kinds else (right.constant, left)
        return _Form({}, {}).plus(form, number)


def _every(parts: Sequence[Condition]) -> Condition:
    return Condition(
        lambda units: all(part.holds(units) for part in parts),
        frozenset[int]().union(*(part.helps for part in parts)),
        frozenset[int]().union(*(part.hurts for part in parts)),
    )


def _is_condition(expression: Expression) -> bool:
    if isinstance(expression, Constant):
        return isinstance(expression.value, bool)
    return isinstance(expression, Selected | InTable | Not | AllOf | AnyOf | Comparison)
