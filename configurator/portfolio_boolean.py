"""An offering as a feature model, where everything in it is a yes or a no.

Units of a component become features of which each one needs the one before, and so do the answers to a need that asks
for one of few numbers. This is also a second opinion on what the solver for whole numbers says of an offering.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise, product

from bidwright.catalog.model import Market, Need, Offering, Release
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
from bidwright.configurator.delivery import undeliverable
from bidwright.configurator.feature_model import Constraint, Feature, FeatureModel, Group, Kind, Operation, Place, Step
from bidwright.configurator.members import RULE, SLOT
from bidwright.configurator.portfolio_conditions import conditions_of
from bidwright.configurator.request import Requirements

_MOST_VALUES = 64
"""A need that asks for one of more numbers is not written out."""

_MOST_FEATURES = 5_000
_NOWHERE = Place("", 1, 1)
_ROOT = 0
_TRUE = [Step(Operation.TRUTH, operand=True, line=1, column=1)]


@dataclass(frozen=True)
class NotCountable(Exception):
    """Why the configurations of an offering are not counted."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class BooleanOffering:
    """The offering as a feature model with as many configurations, answers to texts left out.

    Attributes:
        model: Its features are named by components, and by need and option.
        units: Component -> its units, each of which needs the one before.
        numbers: Need -> the steps over the least answer, likewise.
        options: Need -> option (``yes`` of a boolean) -> its feature.
        rules: Place of a constraint in the model -> the rule it stands for.
    """

    model: FeatureModel
    units: Mapping[str, tuple[int, ...]]
    numbers: Mapping[str, tuple[int, ...]]
    options: Mapping[str, Mapping[str, int]]
    rules: Mapping[int, str]

    @property
    def is_plain(self) -> bool:
        """Whether no numbers were written out: then everything can be asked of it quickly."""
        return not self.numbers and all(len(units) == 1 for units in self.units.values())


def boolean_offering(release: Release, offering: Offering, markets: Iterable[Market]) -> BooleanOffering:
    """Write an offering out.

    Raises:
        NotCountable: It has numbers of many values, or what may be delivered differs from market to market.
    """
    return _Builder(release, offering).build(tuple(markets))


@dataclass
class _Builder:
    release: Release
    offering: Offering
    features: list[Feature] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    constraints: list[Constraint] = field(default_factory=list)
    units: dict[str, tuple[int, ...]] = field(default_factory=dict)
    numbers: dict[str, tuple[int, ...]] = field(default_factory=dict)
    options: dict[str, dict[str, int]] = field(default_factory=dict)
    rules: dict[int, str] = field(default_factory=dict)

    def build(self, markets: tuple[Market, ...]) -> BooleanOffering:
        self._add(self.offering.id)
        for component in self.release.components.values():
            if component.family in self.offering.slots:
                self.units[component.id] = self._chain(component.id, component.max_quantity)
        for need in self.offering.needs.values():
            self._add_need(need)
        for member, condition in conditions_of(self.release, self.offering).items():
            slot = self.offering.slots[member.id] if member.kind == SLOT else None
            if slot is not None and slot.max_quantity is None:
                kinds = tuple(self.units[each][0] for each in self._members(slot.family))
                self.groups.append(Group(_ROOT, kinds, slot.minimum, slot.maximum))
                continue
            if member.kind == RULE:
                self.rules[len(self.constraints)] = member.id
            self._demand(self._truth(condition))
        for impossible in self._undelivered(markets):
            self._demand(impossible)
        return BooleanOffering(
            model=FeatureModel(tuple(self.features), tuple(self.groups), (), tuple(self.constraints)),
            units=self.units,
            numbers=self.numbers,
            options=self.options,
            rules=self.rules,
        )

    def _add(self, name: str) -> int:
        if len(self.features) >= _MOST_FEATURES:
            raise NotCountable(f"it has over {_MOST_FEATURES:,} units and answers")
        parent = _ROOT if self.features else -1
        self.features.append(Feature(name, parent, Kind.BOOLEAN, is_optional=True, is_instance=False, place=_NOWHERE))
        return len(self.features) - 1

    def _chain(self, name: str, length: int) -> tuple[int, ...]:
        """Features of which each needs the one before: how many of them there are is a number."""
        made = tuple(self._add(name if place == 0 else f"{name} {place + 1}") for place in range(length))
        for before, after in pairwise(made):
            self._demand(
                [*_one(Operation.SELECTED, after), *_one(Operation.SELECTED, before), _step(Operation.IMPLIES)]
            )
        return made

    def _add_need(self, need: Need) -> None:
        if need.kind == "boolean":
            self.options[need.name] = {"yes": self._chain(f"{need.name} yes", 1)[0]}
        elif need.kind == "choice":
            made = {option: self._add(f"{need.name} {option}") for option in need.options}
            self.options[need.name] = made
            self.groups.append(Group(_ROOT, tuple(made.values()), 1, 1))
        elif need.minimum is not None and need.maximum is not None:
            steps = int((need.maximum - need.minimum).scaleb(need.places))
            if steps >= _MOST_VALUES:
                raise NotCountable(f"{need.name} asks for one of {steps + 1:,} numbers")
            self.numbers[need.name] = self._chain(f"{need.name} over", steps)

    def _demand(self, program: list[Step]) -> None:
        self.constraints.append(Constraint(tuple(program), "", _NOWHERE))

    def _undelivered(self, markets: tuple[Market, ...]) -> Iterator[list[Step]]:
        """For each place of delivery, that what nobody can deliver there is not chosen."""
        name = self.offering.residency_need
        options: Iterable[str] = self.offering.needs[name].options if name else ("",)
        for option in options:
            found = []
            for market in markets:
                answers = {name: option} if name else {}
                told = Requirements(release=self.release, offering=self.offering, market=market, answers=answers)
                missing = undeliverable(told, self.units).values()
                found.append(frozenset(component for components in missing for component in components))
            if len(set(found)) > 1:
                raise NotCountable("what can be delivered differs from market to market: name one")
            for component in sorted(found[0]):
                here = _one(Operation.SELECTED, self.options[name][option]) if name else _TRUE
                chosen = _one(Operation.SELECTED, self.units[component][0])
                yield [*here, *chosen, _step(Operation.AND), _step(Operation.NOT)]

    def _members(self, subject: str) -> list[str]:
        return [member for member in self.release.members(subject) if member in self.units]

    def _truth(self, expression: Expression) -> list[Step]:
        """A condition as a program."""
        match expression:
            case Not(operand):
                return [*self._truth(operand), _step(Operation.NOT)]
            case AllOf(operands) | AnyOf(operands):
                operation = Operation.AND if isinstance(expression, AllOf) else Operation.OR
                return _joined([self._truth(operand) for operand in operands], operation)
            case InTable():
                return self._in_table(expression)
            case Comparison():
                return self._comparison(expression)
        return self._fact(expression)

    def _fact(self, expression: Expression) -> list[Step]:
        match expression:
            case Constant(bool() as value):
                return _one(Operation.TRUTH, value)
            case Name(_, name):
                return _one(Operation.SELECTED, self.options[name]["yes"])
            case Selected(subject):
                chosen = [_one(Operation.SELECTED, self.units[member][0]) for member in self._members(subject)]
                return _joined(chosen, Operation.OR)
        raise TypeError(f"not a condition: {expression!r}")

    def _in_table(self, expression: InTable) -> list[Step]:
        columns, rows = self.release.tables[expression.table]
        order = [expression.families.index(column) for column in columns]
        missing = [
            _joined([_one(Operation.SELECTED, self.units[each][0]) for each in combination], Operation.AND)
            for combination in product(*(self._members(family) for family in expression.families))
            if tuple(combination[index] for index in order) not in rows
        ]
        return [*_joined(missing, Operation.OR), _step(Operation.NOT)]

    def _comparison(self, expression: Comparison) -> list[Step]:
        sides = (expression.left, expression.right)
        if any(self._is_text(side) for side in sides):
            same = self._same_text(*sides)
        elif any(self._is_condition(side) for side in sides):
            same = [*self._truth(sides[0]), *self._truth(sides[1]), _step(Operation.SAME)]
        else:
            return [*self._number(sides[0]), *self._number(sides[1]), _step(Operation(expression.operator))]
        return same if expression.operator == "==" else [*same, _step(Operation.NOT)]

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
            return {text: _one(Operation.SELECTED, index) for text, index in self.options[side.name].items()}
        return {str(side.value): _TRUE} if isinstance(side, Constant) else {}

    def _same_text(self, left: Expression, right: Expression) -> list[Step]:
        first, second = self._texts(left), self._texts(right)
        both = [[*first[text], *second[text], _step(Operation.AND)] for text in first if text in second]
        return _joined(both, Operation.OR)

    def _number(self, expression: Expression) -> list[Step]:
        """A number as a program."""
        match expression:
            case Constant(Fraction() as value):
                return _one(Operation.NUMBER, value)
            case Name(_, name):
                need = self.offering.needs[name]
                step = Fraction(1, 10**need.places)
                over = _total((index, step) for index in self.numbers[name])
                return [*over, *_one(Operation.NUMBER, Fraction(need.minimum or 0)), _step(Operation.ADD)]
            case Quantity(subject):
                members = self._members(subject)
                return _total((index, Fraction(1)) for member in members for index in self.units[member])
            case Kinds(family):
                return _total((self.units[member][0], Fraction(1)) for member in self._members(family))
            case Sum():
                return _total(self._figures(expression))
            case Availability():
                raise NotCountable("a rule speaks of availability")
            case Arithmetic(operator, left, right):
                return [*self._number(left), *self._number(right), _step(Operation(operator))]
        raise TypeError(f"not a number: {expression!r}")

    def _figures(self, expression: Sum) -> Iterator[tuple[int, Fraction]]:
        for component_id, units in self.units.items():
            component = self.release.components[component_id]
            figure = component.figures(expression.source).get(expression.attribute)
            if figure and expression.family in {"", component.family}:
                for index in units:
                    yield index, Fraction(figure)


def _step(operation: Operation) -> Step:
    return Step(operation, None, 1, 1)


def _one(operation: Operation, operand: int | Fraction) -> list[Step]:
    return [Step(operation, operand, 1, 1)]


def _total(numbers: Iterable[tuple[int, Fraction]]) -> list[Step]:
    found = tuple(numbers)
    return [Step(Operation.ATTRIBUTE, found, 1, 1)] if found else _one(Operation.NUMBER, Fraction(0))


def _joined(programs: list[list[Step]], operation: Operation) -> list[Step]:
    """Truths joined; what joins none is true for "and", false for "or"."""
    if not programs:
        return _one(Operation.TRUTH, operation is Operation.AND)
    first, *rest = programs
    return [*first, *(step for program in rest for step in (*program, _step(operation)))]
