"""What must be chosen for a rule to be broken: most rules are about few components, and hold where those are absent."""

from __future__ import annotations

from collections.abc import Iterable

from bidwright.catalog.rule_language import AllOf, AnyOf, Expression, Not, Selected

_NOTHING = frozenset[str]()


def guards(condition: Expression) -> frozenset[str]:
    """Components and families of which each must be chosen for a condition to be false; there may be more."""
    return _chosen_where(condition, is_true=False)


def _chosen_where(condition: Expression, *, is_true: bool) -> frozenset[str]:
    """Of what something is chosen, certainly, where a condition is true, or where it is false."""
    match condition:
        case Selected(subject):
            return frozenset({subject}) if is_true else _NOTHING
        case Not(operand):
            return _chosen_where(operand, is_true=not is_true)
        case AllOf(operands) | AnyOf(operands):
            found = [_chosen_where(operand, is_true=is_true) for operand in operands]
            every_operand = isinstance(condition, AllOf) == is_true
            return _NOTHING.union(*found) if every_operand else _common(found)
    return _NOTHING


def _common(found: Iterable[frozenset[str]]) -> frozenset[str]:
    first, *rest = found
    return first.intersection(*rest)
