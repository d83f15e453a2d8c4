"""Who has to agree to an offer: the approval rules of its release, evaluated over figures of the offer.

A granted approval stays granted in the next revision as long as the figures its rule looks at are the same, so
approvers are asked again only for what changed.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction

from bidwright.catalog.model import ApprovalRule, Release
from bidwright.catalog.rule_language import (
    AllOf,
    AnyOf,
    Arithmetic,
    Comparison,
    Constant,
    Expression,
    Name,
    Not,
)
from bidwright.quoting.facts import Fact, Facts, fact_text
from bidwright.v1.quote_pb2 import Approval, ApprovalState

_EQUALITIES: Mapping[str, Callable[[Fact, Fact], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
}
_ORDERS: Mapping[str, Callable[[Fraction, Fraction], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ARITHMETIC: Mapping[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}


def needed_approvals(release: Release, facts: Facts, earlier: Iterable[Approval]) -> list[Approval]:
    """List who has to agree, by rule id.

    Args:
        release: The release the offer was made from.
        facts: The figures of the offer.
        earlier: The quote's approvals so far; those granted for the same figures are taken over.

    Returns:
        One approval a rule that holds: granted where it is taken over, else pending.
    """
    granted = {
        (approval.id, approval.facts): approval
        for approval in earlier
        if approval.state == ApprovalState.APPROVAL_STATE_GRANTED
    }
    holding = sorted((rule for rule in release.approvals if holds(rule.expression, facts)), key=lambda rule: rule.id)
    asked = [_asked(rule, facts) for rule in holding]
    return [granted.get((approval.id, approval.facts), approval) for approval in asked]


def holds(expression: Expression, facts: Facts) -> bool:
    """Whether the condition of an approval rule holds.

    Raises:
        TypeError: The expression is none that the portfolio's check lets through; a programming error.
    """
    return _boolean(_value(expression, facts))


def _asked(rule: ApprovalRule, facts: Facts) -> Approval:
    return Approval(
        id=rule.id,
        because=rule.because,
        approver=rule.approver,
        state=ApprovalState.APPROVAL_STATE_PENDING,
        facts=" ".join(f"{name}={fact_text(facts[name])}" for name in sorted(set(_names(rule.expression)))),
    )


def _value(expression: Expression, facts: Facts) -> Fact:
    match expression:
        case Constant(value):
            return value
        case Name("quote", name):
            return facts[name]
        case Arithmetic(symbol, left, right):
            return _ARITHMETIC[symbol](_number(_value(left, facts)), _number(_value(right, facts)))
        case _:
            return _condition(expression, facts)


def _condition(expression: Expression, facts: Facts) -> bool:
    match expression:
        case Not(operand):
            return not holds(operand, facts)
        case AllOf(operands):
            return all(holds(operand, facts) for operand in operands)
        case AnyOf(operands):
            return any(holds(operand, facts) for operand in operands)
        case Comparison(symbol, left, right) if symbol in _EQUALITIES:
            return _EQUALITIES[symbol](_value(left, facts), _value(right, facts))
        case Comparison(symbol, left, right):
            return _ORDERS[symbol](_number(_value(left, facts)), _number(_value(right, facts)))
        case _:
            raise TypeError(f"{expression} cannot be part of an approval rule.")


def _names(expression: Expression) -> Iterator[str]:
    match expression:
        case Name(_, name):
            yield name
        case Not(operand):
            yield from _names(operand)
        case AllOf(operands) | AnyOf(operands):
            for operand in operands:
                yield from _names(operand)
        case Comparison(_, left, right) | Arithmetic(_, left, right):
            yield from _names(left)
            yield from _names(right)
        case _:
            return


def _boolean(value: Fact) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is no condition.")
    return value


def _number(value: Fact) -> Fraction:
    if not isinstance(value, Fraction):
        raise TypeError(f"{value!r} is no number.")
    return value
