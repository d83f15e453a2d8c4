"""Writes an expression of the rule language as text that reads back as the same; the counterpart of ``rule_parser``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

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
from bidwright.core.money import EXACT, plain

_OR, _AND, _NOT, _COMPARED, _ADDED, _TIMES, _ATOM = range(7)
"""How closely a text holds together; brackets go around what holds less closely than its surroundings ask."""

_SIDES = {"+": (_ADDED, _ADDED, _TIMES), "-": (_ADDED, _ADDED, _TIMES), "*": (_TIMES, _TIMES, _ATOM)}
"""Of an operator: how closely it holds, and what it asks of its left and of its right side; others compare."""


def rule_text(expression: Expression, around: int = _OR) -> str:
    """The text of a rule.

    Args:
        expression: Its numbers are decimals that end, as all that were read are; its texts have no quotes.
        around: How closely what stands around it holds.
    """
    text, own = _written(expression)
    return text if own >= around else f"({text})"


def _written(expression: Expression) -> tuple[str, int]:
    """The text, and how closely it holds together."""
    match expression:
        case AnyOf((only,)) | AllOf((only,)):
            return _written(only)
        case AnyOf((_, *_)):
            return _any_of(expression.operands)
        case AllOf((_, *_)):
            return " and ".join(rule_text(each, _NOT) for each in expression.operands), _AND
        case Not(operand):
            return f"not {rule_text(operand, _COMPARED)}", _NOT
        case Comparison(operator, left, right) | Arithmetic(operator, left, right):
            own, first, second = _SIDES.get(operator, (_COMPARED, _ADDED, _ADDED))
            return f"{rule_text(left, first)} {operator} {rule_text(right, second)}", own
    return _atom(expression)


def _any_of(operands: Sequence[Expression]) -> tuple[str, int]:
    """``implies`` where something negated stands beside something that is not: that is how people say it."""
    conditions = [each.operand for each in operands if isinstance(each, Not)]
    results = [each for each in operands if not isinstance(each, Not)]
    if not conditions or not results:
        return " or ".join(rule_text(each, _AND) for each in operands), _OR
    condition, result = rule_text(AllOf(tuple(conditions))), rule_text(AnyOf(tuple(results)))
    return f"implies({condition}, {result})", _ATOM


def _atom(expression: Expression) -> tuple[str, int]:
    match expression:
        case Constant(bool() as truth):
            text = str(truth)
        case Constant(Fraction() as number):
            text = plain(EXACT.divide(Decimal(number.numerator), Decimal(number.denominator)))
        case Constant(str() as word):
            text = json.dumps(word, ensure_ascii=False)
        case Name(scope, name):
            text = f"{scope}.{name}"
        case Selected(subject):
            text = f'selected("{subject}")'
        case Quantity(subject):
            text = f'quantity("{subject}")'
        case _:
            text = _call(expression)
    return text, _ATOM


def _call(expression: Expression) -> str:
    match expression:
        case Kinds(family):
            return f'kinds("{family}")'
        case Sum(source, attribute, family):
            return f'{source}("{attribute}", "{family}")' if family else f'{source}("{attribute}")'
        case Availability(families):
            return f"availability({', '.join(json.dumps(family) for family in families)})"
        case InTable(families, table):
            columns = ", ".join(f'"{family}"' for family in families)
            return f'(({columns}) in table("{table}"))'
        case AnyOf(()) | AllOf(()):
            return str(isinstance(expression, AllOf))
    raise TypeError(f"not an expression of the rule language: {expression!r}")
