"""Checks a configuration against a feature model without a solver: the second meaning of what is encoded elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from fractions import Fraction
from math import ceil, floor

from bidwright.configurator.feature_model import Constraint, FeatureModel, Operation, Step

Held = Fraction | str | bool | None
"""A number, a text, a truth; None for the quotient of a division by 0."""


def violations(model: FeatureModel, selected: Collection[int], values: Mapping[int, Fraction | str]) -> list[str]:
    """What a configuration breaks, in words; empty where it is valid.

    Args:
        model: The model.
        selected: Indices of the selected features, instances included.
        values: What selected typed features hold; 0 or the empty text where nothing is said.
    """
    chosen = frozenset(selected)
    found = [] if 0 in chosen else [f"{model.features[0].name} is not selected."]
    for group in model.groups:
        number = sum(child in chosen for child in group.children)
        least, most = (group.least, group.most) if group.parent in chosen else (0, 0)
        if not least <= number <= most:
            name = model.features[group.parent].name
            found.append(f"{number} of the features of a group below {name}: allowed are {least} to {most}.")
    found.extend(
        f"{model.features[summary.feature].name} differs from its instances."
        for summary in model.summaries
        if (summary.feature in chosen) != any(each in chosen for each in summary.instances)
    )
    found.extend(f"{each.place}: {each.text}" for each in model.constraints if not holds(each, model, chosen, values))
    return found


def holds(
    constraint: Constraint, model: FeatureModel, selected: Collection[int], values: Mapping[int, Fraction | str]
) -> bool:
    """Whether a configuration keeps a constraint."""
    stack: list[Held] = []
    for step in constraint.program:
        if step.operation in _TWO:
            right, left = stack.pop(), stack.pop()
            stack.append(_two(step.operation, left, right))
        elif step.operation in _ONE:
            operand = stack.pop()
            stack.append(None if operand is None else _ONE[step.operation](operand))
        else:
            stack.append(_pushed(step, model, selected, values))
    return stack[0] is True


def _pushed(step: Step, model: FeatureModel, selected: Collection[int], values: Mapping[int, Fraction | str]) -> Held:
    operand = step.operand
    if step.operation is Operation.SELECTED:
        return operand in selected
    if step.operation is Operation.VALUE and isinstance(operand, int):
        nothing: Fraction | str = "" if model.features[operand].kind == "String" else Fraction(0)
        return values.get(operand, nothing) if operand in selected else nothing
    if step.operation is Operation.ATTRIBUTE_TEXT and isinstance(operand, tuple):
        return str(operand[1]) if operand[0] in selected else ""
    if isinstance(operand, tuple):
        numbers = [Fraction(pair[1]) for pair in operand if isinstance(pair, tuple) and pair[0] in selected]
        total = sum(numbers, Fraction(0))
        return total / len(numbers) if step.operation is Operation.AVERAGE and numbers else total
    return Fraction(operand) if isinstance(operand, int) and not isinstance(operand, bool) else operand


def _two(operation: Operation, left: Held, right: Held) -> Held:
    if left is None or right is None:
        return None if operation in _ARITHMETIC else False
    if operation is Operation.DIVIDE and right == 0:
        return None
    return _TWO[operation](left, right)


_ARITHMETIC: Mapping[Operation, Callable[..., Held]] = {
    Operation.ADD: lambda left, right: left + right,
    Operation.SUBTRACT: lambda left, right: left - right,
    Operation.MULTIPLY: lambda left, right: left * right,
    Operation.DIVIDE: lambda left, right: left / right,
}
_TWO: Mapping[Operation, Callable[..., Held]] = {
    **_ARITHMETIC,
    Operation.AND: lambda left, right: left and right,
    Operation.OR: lambda left, right: left or right,
    Operation.IMPLIES: lambda left, right: not left or right,
    Operation.SAME: lambda left, right: left == right,
    Operation.EQUAL: lambda left, right: left == right,
    Operation.NOT_EQUAL: lambda left, right: left != right,
    Operation.LESS: lambda left, right: left < right,
    Operation.AT_MOST: lambda left, right: left <= right,
    Operation.MORE: lambda left, right: left > right,
    Operation.AT_LEAST: lambda left, right: left >= right,
}
_ONE: Mapping[Operation, Callable[..., Held]] = {
    Operation.NOT: lambda truth: not truth,
    Operation.NEGATIVE: lambda number: -number,
    Operation.FLOOR: lambda number: Fraction(floor(number)),
    Operation.CEIL: lambda number: Fraction(ceil(number)),
    Operation.LENGTH: lambda text: Fraction(len(text)),
}
