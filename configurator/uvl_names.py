"""Looks up the names in constraints, and checks that each operation gets what it can work with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction

from bidwright.configurator.feature_model import (
    ARITHMETIC,
    COMPARISONS,
    CONNECTIVES,
    Constraint,
    Kind,
    Numbers,
    Operation,
    Step,
)
from bidwright.configurator.uvl_modules import Module, Whole
from bidwright.configurator.uvl_syntax import Call, Name, WrittenConstraint, WrittenStep
from bidwright.core.errors import Fault, InvalidInput

_TRUTH, _NUMBER, _TEXT = "truth", "number", "text"
_KINDS = frozenset(str(kind) for kind in Kind)
_HOLDS = {Kind.INTEGER: _NUMBER, Kind.REAL: _NUMBER, Kind.STRING: _TEXT}


class _Wrong(Exception):
    """What is wrong with a step, and what is allowed."""

    def __init__(self, what: str, fix: str, step: WrittenStep) -> None:
        super().__init__(what)
        self.what, self.fix, self.step = what, fix, step


@dataclass
class Binder:
    """Binds constraints to the features of a model; reports all faults at once.

    Attributes:
        whole: The model.
    """

    whole: Whole
    _having: dict[Name, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for index, attributes in enumerate(self.whole.attributes):
            for path in attributes:
                self._having.setdefault(path, []).append(index)

    def bind(self, constraints: Iterable[tuple[Module, WrittenConstraint]]) -> tuple[Constraint, ...]:
        """Bind all constraints.

        Raises:
            InvalidInput: Unknown names, and operations on what they cannot work with: every one, with its place.
        """
        bound: list[Constraint] = []
        faults: list[Fault] = []
        for module, constraint in constraints:
            try:
                program = tuple(self._program(module, constraint))
            except _Wrong as wrong:
                place = replace(constraint.place, line=wrong.step.line, column=wrong.step.column)
                faults.append(Fault(str(place), wrong.what, wrong.fix))
            else:
                bound.append(Constraint(program, constraint.text, constraint.place))
        if faults:
            told = "; ".join(f"{fault.where}: {fault.what}" for fault in faults[:20])
            raise InvalidInput(told, fix=faults[0].fix, reason="FEATURE_MODEL_REFUSED", faults=faults)
        return tuple(bound)

    def _program(self, module: Module, constraint: WrittenConstraint) -> list[Step]:
        steps: list[Step] = []
        stack: list[tuple[str, int]] = []  # what each value on the stack is, and the step that pushed it
        for written in constraint.program:
            if isinstance(written.operation, Call):
                what = self._pushed(module, written, steps)
            else:
                operand = written.operand if not isinstance(written.operand, tuple) else None
                what = _result(written.operation, stack, steps, written)
                steps.append(Step(written.operation, operand, written.line, written.column))
            stack.append((what, len(steps) - 1))
        _need(_TRUTH, stack[-1:], steps, constraint.program[-1])
        return steps

    def _pushed(self, module: Module, written: WrittenStep, steps: list[Step]) -> str:
        """Add the step that stands for a reference, ``sum`` or ``avg``; what it pushes."""
        names = written.operand if isinstance(written.operand, tuple) else ()
        if written.operation is not Call.REFERENCE:
            operation = Operation.ATTRIBUTE if written.operation is Call.SUM else Operation.AVERAGE
            steps.append(Step(operation, self._aggregated(module, names, written), written.line, written.column))
            return _NUMBER
        index, path = _found(module, names[0], written)
        if not path:
            steps.append(Step(Operation.SELECTED, index, written.line, written.column))
            return self.whole.features[index].kind
        value = self._attribute(index, path, written)
        if isinstance(value, bool):
            operation = Operation.SELECTED if value else Operation.TRUTH
            steps.append(Step(operation, index if value else False, written.line, written.column))
            return _TRUTH
        if isinstance(value, str):
            steps.append(Step(Operation.ATTRIBUTE_TEXT, (index, value), written.line, written.column))
            return _TEXT
        steps.append(Step(Operation.ATTRIBUTE, ((index, value),), written.line, written.column))
        return _NUMBER

    def _attribute(self, index: int, path: Name, written: WrittenStep) -> Fraction | bool | str:
        attributes = self.whole.attributes[index]
        name, told = self.whole.features[index].name, ".".join(path)
        if path not in attributes:
            known = ", ".join(".".join(each) for each in attributes) or "none"
            raise _Wrong(f"{name} has no attribute {told}.", f"Its attributes are: {known}.", written)
        value = attributes[path]
        if value is None:
            raise _Wrong(f"{told} of {name} is a list.", "Constraints use numbers, truths and texts.", written)
        return value

    def _aggregated(self, module: Module, names: tuple[Name, ...], written: WrittenStep) -> Numbers:
        """The features an aggregate runs over, with their numbers."""
        path = names[-1]
        within: int | None = None
        if len(names) > 1:
            top = names[0]
            if module.find(top) is None and top in self._having:
                path, top = top, path  # some files name the attribute first
            within, rest = _found(module, top, written)
            if rest:
                raise _Wrong(f"{'.'.join(top)} is no feature.", "Write sum(feature, attribute).", written)
        if path not in self._having:
            told = ".".join(path)
            raise _Wrong(f"No feature has an attribute {told}.", "Name an attribute that features have.", written)
        having = [index for index in self._having[path] if within is None or self._is_within(index, within)]
        numbers: list[tuple[int, Fraction]] = []
        for index in having:
            value = self._attribute(index, path, written)
            if not isinstance(value, Fraction):
                told = f"{'.'.join(path)} of {self.whole.features[index].name} is no number."
                raise _Wrong(told, "Give it a number, or name the attribute differently there.", written)
            numbers.append((index, value))
        return tuple(numbers)

    def _is_within(self, index: int, top: int) -> bool:
        while index > top:
            index = self.whole.features[index].parent
        return index == top


def _found(module: Module, names: Name, written: WrittenStep) -> tuple[int, Name]:
    found = module.find(names)
    if found is None:
        raise _Wrong(
            f"There is no feature {'.'.join(names)}.",
            "Name a feature of the tree, or feature.attribute; a text stands in 'single quotes'.",
            written,
        )
    return found


def _need(
    what: str, entries: list[tuple[str, int]], steps: list[Step], written: WrittenStep, told: str = "a truth"
) -> None:
    """Check what lies on the stack; a typed feature is read as whether it is selected, or as what it holds."""
    for kind, step in entries:
        if kind == what or (what == _TRUTH and kind in _KINDS):
            continue
        if kind in _KINDS and _HOLDS.get(Kind(kind)) == what:
            steps[step] = replace(steps[step], operation=Operation.VALUE)
            continue
        has = (
            {Kind.BOOLEAN: "a Boolean feature", Kind.STRING: "a String feature"}.get(Kind(kind))
            if kind in _KINDS
            else f"a {kind}"
        )
        what_is_wrong = (
            f"{written.operation.value} needs {told if what == _TRUTH else 'a ' + what}, and gets {has or 'a number'}."
        )
        raise _Wrong(what_is_wrong, "Compare numbers with numbers and texts with texts; connect truths.", written)


def _result(operation: Operation, stack: list[tuple[str, int]], steps: list[Step], written: WrittenStep) -> str:
    """Take the operands off the stack, checked; what the operation pushes."""
    if operation is Operation.NOT:
        _need(_TRUTH, [stack.pop()], steps, written)
        return _TRUTH
    if operation in {Operation.NEGATIVE, Operation.FLOOR, Operation.CEIL}:
        _need(_NUMBER, [stack.pop()], steps, written)
        return _NUMBER
    if operation is Operation.LENGTH:
        _need(_TEXT, [stack.pop()], steps, written)
        return _NUMBER
    if operation in CONNECTIVES or operation in ARITHMETIC or operation in COMPARISONS:
        operands = [stack.pop(), stack.pop()]
        if operation in CONNECTIVES:
            _need(_TRUTH, operands, steps, written)
            return _TRUTH
        is_text = any(kind in {_TEXT, Kind.STRING} for kind, _ in operands)
        if is_text and operation not in {Operation.EQUAL, Operation.NOT_EQUAL}:
            raise _Wrong(
                f"Texts cannot be used with {operation.value}.",
                "Texts are compared with == and !=, or by len().",
                written,
            )
        _need(_TEXT if is_text else _NUMBER, operands, steps, written)
        return _TRUTH if operation in COMPARISONS else _NUMBER
    return {Operation.NUMBER: _NUMBER, Operation.TEXT: _TEXT}.get(operation, _TRUTH)
