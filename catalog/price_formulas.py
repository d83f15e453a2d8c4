"""Formulas of prices: a sum of products of numbers, answers, characteristics of the component, and its quantity.

Once answers are known a formula is a polynomial in the quantity, so the configurator can tabulate it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from bidwright.catalog.rule_language import Arithmetic, Constant, Expression, Name
from bidwright.catalog.rule_parser import ParsedRule, parse_located
from bidwright.core.money import EXACT

QUANTITY = Name("component", "quantity")
MOST_PRODUCTS = 10
"""So that no amount has more digits than exact arithmetic keeps."""

Coefficients = tuple[Decimal, ...]
"""Of the powers of the quantity, from the constant on."""


@dataclass(frozen=True)
class Formula:
    """A formula whose parts were checked; ``source`` is as written."""

    source: str
    expression: Expression

    def names(self) -> frozenset[Name]:
        """What it speaks of, the quantity left out."""
        return frozenset(part for part in _parts(self.expression) if isinstance(part, Name)) - {QUANTITY}


@dataclass(frozen=True)
class FormulaFault:
    """One thing wrong with a formula, at a column counted from 1."""

    column: int
    what: str
    fix: str


def read_formula(text: str) -> tuple[Formula, list[FormulaFault]]:
    """Read a formula, with what it may not hold.

    Raises:
        RuleRefused: It is not an expression of the rule language.
    """
    parsed = parse_located(text)
    return Formula(" ".join(text.split()), parsed.expression), list(_faults(parsed))


def coefficients(expression: Expression, value: Callable[[Name], Decimal]) -> Coefficients:
    """The formula as a polynomial in the quantity, exact.

    Args:
        expression: Of a checked formula.
        value: What each name but the quantity stands for.
    """
    if isinstance(expression, Arithmetic):
        left, right = coefficients(expression.left, value), coefficients(expression.right, value)
        if expression.operator == "*":
            return _product(left, right)
        return _sum(left, right if expression.operator == "+" else tuple(EXACT.minus(one) for one in right))
    if isinstance(expression, Constant) and isinstance(expression.value, Fraction):
        return (EXACT.divide(Decimal(expression.value.numerator), Decimal(expression.value.denominator)),)
    if isinstance(expression, Name):
        return (Decimal(0), Decimal(1)) if expression == QUANTITY else (value(expression),)
    raise AssertionError(f"{expression} is no part of a formula")


def amount_at(polynomial: Coefficients, quantity: Decimal) -> Decimal:
    """The value of a polynomial; nothing where it is negative."""
    total = Decimal(0)
    for coefficient in reversed(polynomial):
        total = EXACT.add(EXACT.multiply(total, quantity), coefficient)
    return max(total, Decimal(0))


def _faults(parsed: ParsedRule) -> Iterator[FormulaFault]:
    products = 0
    for part in _parts(parsed.expression):
        is_number = isinstance(part, Constant) and isinstance(part.value, Fraction)
        is_known = isinstance(part, Name) and part.scope != "quote"
        products += isinstance(part, Arithmetic) and part.operator == "*"
        if not is_number and not is_known and not isinstance(part, Arithmetic):
            fix = "Use numbers, need.<name>, component.<attribute>, component.quantity, and + - *."
            yield FormulaFault(parsed.column(part), "this is not part of a formula", fix)
    if products > MOST_PRODUCTS:
        fix = f"Use at most {MOST_PRODUCTS}, or a price table."
        yield FormulaFault(1, f"the formula has {products} products", fix)


def _parts(expression: Expression) -> Iterator[Expression]:
    yield expression
    if isinstance(expression, Arithmetic):
        yield from _parts(expression.left)
        yield from _parts(expression.right)


def _sum(left: Coefficients, right: Coefficients) -> Coefficients:
    size = max(len(left), len(right))
    zero = Decimal(0)
    padded = ((*one, *[zero] * (size - len(one))) for one in (left, right))
    return tuple(EXACT.add(a, b) for a, b in zip(*padded, strict=True))


def _product(left: Coefficients, right: Coefficients) -> Coefficients:
    found = [Decimal(0)] * (len(left) + len(right) - 1)
    for i, a in enumerate(left):
        for j, b in enumerate(right):
            found[i + j] = EXACT.add(found[i + j], EXACT.multiply(a, b))
    return tuple(found)
