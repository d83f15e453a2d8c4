"""What must be chosen for a rule to be broken: most rules are about few components, and hold where those are absent."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from bidwright.catalog.rule_language import AllOf, AnyOf, Comparison, Expression, Kinds, Not, Quantity, Selected

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
        case Comparison("<=", Quantity(more) | Kinds(more), Quantity() | Kinds()) if not is_true:
            return frozenset({more})  # there is more of it than of the other, of which there is none or some
        case Comparison(">=", Quantity() | Kinds(), Quantity(more) | Kinds(more)) if not is_true:
            return frozenset({more})
    return _NOTHING


def _common(found: Iterable[frozenset[str]]) -> frozenset[str]:
    first, *rest = found
    return first.intersection(*rest)


def where_chosen(condition: Expression, subjects: Collection[str]) -> Expression:
    """What is left of a condition where something of each of some subjects is chosen."""
    match condition:
        case AnyOf(operands):
            left = tuple(operand for operand in operands if not _denies(operand, subjects))
            return left[0] if len(left) == 1 else AnyOf(left)
    return condition


def _denies(condition: Expression, subjects: Collection[str]) -> bool:
    match condition:
        case Not(Selected(subject)):
            return subject in subjects
    return False
