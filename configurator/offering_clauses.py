"""An offering as clauses and rows: the third meaning of a rule, made for an incremental SAT solver.

Clauses say everything that is about what is selected and answered; what is about amounts becomes rows, which a
solution of the clauses is completed to meet, and which teach the clauses where it cannot be. As in ``cpsat_rules``, a
condition inside another one gets a literal that implies it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from types import MappingProxyType

from bidwright.catalog.model import Offering, Release, Slot
from bidwright.catalog.rule_language import (
    AllOf,
    AnyOf,
    Availability,
    Comparison,
    Constant,
    Expression,
    InTable,
    Name,
    Not,
    Quantity,
    Selected,
    Sum,
)
from bidwright.configurator.compiled_offering import Counted, OfferingClauses
from bidwright.configurator.cpsat_model import all_slots
from bidwright.configurator.cpsat_variables import Linear, numeric_bounds
from bidwright.configurator.members import CAPACITY, RESOURCE, RULE, SLOT, Member
from bidwright.configurator.offering_forms import Forms, rows_of
from bidwright.configurator.offering_numbers import Row
from bidwright.configurator.rule_check import parts
from bidwright.v1.configuration_pb2 import ConflictKind

_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def offering_clauses(
    release: Release,
    offering: Offering,
    *,
    switchable: bool = False,
    capacities: Mapping[str, Expression] = MappingProxyType({}),
) -> OfferingClauses:
    """Compile an offering; nothing of a request is in it.

    Args:
        release: What is sold.
        offering: One of its offerings.
        capacities: What the hours of delivery centres ask for, by id.
        switchable: Whether each slot, rule and resource can be turned off; components of families for which the
            offering has no place are then there, too.
    """
    return _Compiler(release, offering, switchable=switchable).compiled(capacities)


def _flat(expression: Expression, *, wanted: bool, any_of: bool) -> Iterator[tuple[Expression, bool]]:
    """Conditions of which one, or all, must be as wanted so that the whole is."""
    match expression:
        case Not(operand):
            yield from _flat(operand, wanted=not wanted, any_of=any_of)
        case AllOf(operands) | AnyOf(operands) if (isinstance(expression, AnyOf) == wanted) == any_of:
            for operand in operands:
                yield from _flat(operand, wanted=wanted, any_of=any_of)
        case _:
            yield expression, wanted


class _Compiler:
    def __init__(self, release: Release, offering: Offering, *, switchable: bool) -> None:
        self._release = release
        self._offering = offering
        self._switchable = switchable
        self._slots = all_slots(release, offering) if switchable else offering.slots
        self._found = OfferingClauses()
        self._clauses = self._found.clauses
        self._literals: dict[tuple[Expression, bool], int] = {}
        self._forms = Forms(release, offering, self._found)

    def compiled(self, capacities: Mapping[str, Expression]) -> OfferingClauses:
        self._add_components()
        self._add_needs()
        for family in sorted(self._slots):
            self._add_slot(self._slots[family], self._switch(SLOT, family))
        for rule in sorted((*self._release.rules, *self._offering.rules), key=lambda rule: rule.id):
            if any(isinstance(part, Availability) for part in parts(rule.expression)):
                self._found.looked_up.append(rule)
            else:
                self._enforce(rule.expression, when=self._switch(RULE, rule.id))
        for condition, expression in capacities.items():
            self._enforce(expression, when=self._switch(CAPACITY, condition))
        components = [self._release.components[component] for component in self._found.units]
        for resource in sorted({name for component in components for name in component.consumes}):
            balance = self._forms.sum(Sum("provided", resource)).plus(
                self._forms.sum(Sum("consumed", resource)), Fraction(-1)
            )
            self._add_comparison(">=", balance, self._switch(RESOURCE, resource))
        return self._found

    def _switch(self, kind: ConflictKind, id_: str) -> int:
        """The literal under which a member holds; 0 where it always does."""
        if not self._switchable:
            return 0
        return self._found.switches.setdefault(Member(kind, id_), self._clauses.new())

    def _add_components(self) -> None:
        for component in sorted(self._release.components.values(), key=lambda component: component.id):
            if component.family in self._slots:
                literal = self._found.selected[component.id] = self._clauses.new()
                self._found.units[component.id] = self._forms.new_number(
                    component.id, 0, component.max_quantity, {1: literal}
                )

    def _add_needs(self) -> None:
        for need in self._offering.needs.values():
            if need.kind == "boolean":
                literal = self._clauses.new()
                self._found.answers[need.name, True] = literal
                self._found.answers[need.name, False] = -literal
            elif need.kind == "choice":
                literals = [self._clauses.new() for _ in need.options]
                self._found.answers |= {(need.name, option): literals[i] for i, option in enumerate(need.options)}
                self._clauses.add(*literals)
                self._clauses.at_most_one(literals)
            elif need.kind != "text":
                self._found.measured[need.name] = self._forms.new_number(need.name, *numeric_bounds(need), {})

    def _add_slot(self, slot: Slot, when: int) -> None:
        chosen = self._forms.chosen(slot.family)
        if slot.minimum > len(chosen) or slot.maximum < slot.minimum:
            self._demand([], when)
        elif when:
            self._demand([self._clauses.within(chosen, slot.minimum, slot.maximum)], when)
        else:
            self._add_kinds(chosen, slot)
        if slot.max_quantity is not None:
            units = self._forms.linear(Quantity(slot.family))
            self._add_comparison("<=", units.plus(Linear(constant=Fraction(-slot.max_quantity))), when)

    def _add_kinds(self, chosen: Sequence[int], slot: Slot) -> None:
        if slot.minimum == 1:
            self._clauses.add(*chosen)
        elif slot.minimum > 1:
            self._at_most([-literal for literal in chosen], len(chosen) - slot.minimum)
        self._at_most(chosen, slot.maximum)

    def _at_most(self, literals: Sequence[int], most: int) -> None:
        if most < len(literals):
            self._found.counted.append(Counted(tuple(literals), most))

    def _enforce(self, expression: Expression, *, wanted: bool = True, when: int = 0) -> None:
        """Make a condition true, or false where not ``wanted``, where the literal ``when`` holds; always where 0."""
        match expression:
            case Not(operand):
                self._enforce(operand, wanted=not wanted, when=when)
            case AllOf(operands) | AnyOf(operands) if isinstance(expression, AllOf) == wanted:
                for operand in operands:
                    self._enforce(operand, wanted=wanted, when=when)
            case AllOf() | AnyOf():
                self._enforce_one_of(list(_flat(expression, wanted=wanted, any_of=True)), when)
            case Comparison(operator, left, right):
                self._enforce_comparison(operator if wanted else _OPPOSITE[operator], left, right, when)
            case _:
                for clause in self._facts(expression, wanted=wanted):
                    self._demand(clause, when)

    def _enforce_one_of(self, alternatives: Sequence[tuple[Expression, bool]], when: int) -> None:
        """Make one of some conditions true, each with whether it is wanted, with as few new literals as that takes."""
        literals: list[int] = []
        others: list[tuple[Expression, bool]] = []
        for expression, wanted in alternatives:
            if isinstance(expression, Selected) and wanted:
                literals.extend(self._forms.chosen(expression.subject))
            else:
                known = self._known_literal(expression, wanted=wanted)
                literals.extend([] if known is None else [known])
                others.extend([(expression, wanted)] if known is None else [])
        if len(others) == 1 and len(literals) == 1 and not when:
            [(expression, wanted)] = others
            self._enforce(expression, wanted=wanted, when=-literals[0])
        elif len(others) == 1:
            [(expression, wanted)] = others
            for part, is_so in _flat(expression, wanted=wanted, any_of=False):
                self._demand([*literals, self._literal(part, wanted=is_so)], when)
        else:
            self._demand([*literals, *(self._literal(each, wanted=wanted) for each, wanted in others)], when)

    def _facts(self, expression: Expression, *, wanted: bool) -> list[list[int]]:
        """Clauses that say that a condition without parts is true, or false where not ``wanted``."""
        match expression:
            case InTable():
                missing = list(self._missing(expression))
                if wanted:
                    return [[-literal for literal in combination] for combination in missing]
                return [[self._clauses.both(combination) for combination in missing]]
            case Selected(subject):
                chosen = self._forms.chosen(subject)
                return [chosen] if wanted else [[-literal] for literal in chosen]
            case Constant(value):
                return [] if value == wanted else [[]]
            case Name():
                return [[self._literal(expression, wanted=wanted)]]
        raise TypeError(f"not a condition: {expression!r}")

    def _demand(self, literals: Sequence[int], when: int) -> None:
        guard = [-when] if when else []
        self._clauses.add(*([*literals, *guard] or [-self._clauses.true]))

    def _literal(self, expression: Expression, *, wanted: bool = True) -> int:
        """A literal that implies a condition, or its opposite where not ``wanted``."""
        key = (expression, wanted)
        if key not in self._literals:
            literal = self._known_literal(expression, wanted=wanted)
            if literal is None:
                literal = self._clauses.new()
                self._enforce(expression, wanted=wanted, when=literal)
            self._literals[key] = literal
        return self._literals[key]

    def _known_literal(self, expression: Expression, *, wanted: bool) -> int | None:
        match expression:
            case Not(operand):
                return self._literal(operand, wanted=not wanted)
            case Selected(subject) if len(self._forms.chosen(subject)) == 1:
                literal = self._forms.chosen(subject)[0]
            case Name(_, name):
                literal = self._found.answers[name, True]
            case Comparison(operator, left, right) if not self._is_condition(left) and not self._texts(left):
                return self._step(operator if wanted else _OPPOSITE[operator], self._difference(left, right))
            case _:
                return None
        return literal if wanted else -literal

    def _is_condition(self, expression: Expression) -> bool:
        match expression:
            case Selected() | InTable() | Not() | AllOf() | AnyOf() | Comparison():
                return True
            case Constant(value):
                return isinstance(value, bool)
            case Name(_, name):
                return self._offering.needs[name].kind == "boolean"
        return False

    def _texts(self, expression: Expression) -> Mapping[str, int]:
        """What a text may be -> the literal that it is; nothing for what is no text."""
        match expression:
            case Constant(value) if isinstance(value, str):
                return {value: self._clauses.true}
            case Name(_, name) if self._offering.needs[name].kind == "choice":
                return {option: self._found.answers[name, option] for option in self._offering.needs[name].options}
        return {}

    def _enforce_comparison(self, operator: str, left: Expression, right: Expression, when: int) -> None:
        if self._is_condition(left):
            for first in (True, False):
                second = first if operator == "==" else not first
                self._demand([self._literal(left, wanted=not first), self._literal(right, wanted=second)], when)
            return
        one, other = self._texts(left), self._texts(right)
        if not one:
            self._add_comparison(operator, self._difference(left, right), when)
            return
        equal = self._clauses.either(self._clauses.both((one[text], other[text])) for text in one if text in other)
        self._demand([equal if operator == "==" else -equal], when)

    def _difference(self, left: Expression, right: Expression) -> Linear:
        return self._forms.linear(left).plus(self._forms.linear(right), Fraction(-1))

    def _step(self, operator: str, form: Linear) -> int | None:
        """The literal of a comparison of a form of one number with 0; None where there are more numbers."""
        rows = list(rows_of(operator, form))
        if operator == "!=" or len(form.terms) > 1 or any(self._found.numbers[n].factors for n in form.terms):
            return None
        return self._clauses.both(self._step_of(terms, bound) for terms, bound in rows)

    def _step_of(self, terms: Mapping[int, int], bound: int) -> int:
        if not terms:
            return self._clauses.constant(bound <= 0)
        [(index, coefficient)] = terms.items()
        if coefficient > 0:
            return self._found.at_least(index, -(-bound // coefficient))
        return -self._found.at_least(index, bound // coefficient + 1)

    def _add_comparison(self, operator: str, form: Linear, when: int = 0) -> None:
        """Demand that a form stands in a relation to 0."""
        if operator == "!=":
            sides = [self._clauses.new(), self._clauses.new()]
            self._add_comparison("<", form, sides[0])
            self._add_comparison(">", form, sides[1])
            self._demand(sides, when)
            return
        step = self._step(operator, form)
        if step is not None:
            self._demand([step], when)
            return
        self._found.rows.extend(Row(when, terms, bound) for terms, bound in rows_of(operator, form))

    def _missing(self, expression: InTable) -> Iterator[list[int]]:
        columns, rows = self._release.tables[expression.table]
        order = [expression.families.index(column) for column in columns]
        for combination in product(*(self._forms.members(family) for family in expression.families)):
            if tuple(combination[index] for index in order) not in rows:
                yield [self._found.selected[component] for component in combination]
