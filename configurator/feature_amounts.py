"""Arithmetic over features as exact fractions of polynomials: a feature that is selected counts 1, another 0."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from bidwright.configurator.feature_model import Operation

_MOST_TERMS = 20_000

Unknown = tuple[str, int]
"""What a typed feature holds (``value``), or its ``floor``, ``ceil`` or ``len``; and the feature."""

Term = tuple[frozenset[int], tuple[Unknown, ...]]
"""A product of literals and of unknowns."""

Polynomial = Mapping[Term, Fraction]

ONE: Term = (frozenset(), ())


class TooManyTerms(Exception):
    """A product has too many terms to be written out."""


@dataclass(frozen=True)
class Amount:
    """A number that depends on the configuration: ``over / under``.

    Attributes:
        over: What is divided.
        under: What it is divided by.
        divisors: Each divisor that the file wrote; where one is 0, the amount has no value.
    """

    over: Polynomial
    under: Polynomial
    divisors: tuple[Polynomial, ...] = ()

    def floored(self, word: str) -> Amount | None:
        """The amount rounded down (``floor``) or up (``ceil``); None for what cannot be rounded term by term."""
        if self.under != {ONE: 1} or len(self.over) > 1:
            return None
        for (literals, unknowns), number in self.over.items():
            if not unknowns:
                return Amount({(literals, ()): Fraction(_rounded(word, number))}, self.under)
            if number == 1 and not literals and len(unknowns) == 1 and unknowns[0][0] == "value":
                return Amount({(literals, ((word, unknowns[0][1]),)): number}, self.under)
            return None
        return self


def _rounded(word: str, number: Fraction) -> int:
    return number.__floor__() if word == "floor" else number.__ceil__()


def constant(number: Fraction) -> Amount:
    """An amount that is always the same."""
    return Amount({ONE: number} if number else {}, {ONE: Fraction(1)})


def of_literals(numbers: list[tuple[int, Fraction]]) -> Amount:
    """The sum of the numbers whose literal holds."""
    return Amount(_added({}, [((frozenset({literal}), ()), number) for literal, number in numbers]), {ONE: Fraction(1)})


def of_unknown(unknown: Unknown) -> Amount:
    """What a typed feature holds."""
    return Amount({(frozenset(), (unknown,)): Fraction(1)}, {ONE: Fraction(1)})


def combined(operation: Operation, left: Amount, right: Amount) -> Amount:
    """The sum, difference, product or quotient.

    Raises:
        TooManyTerms: It cannot be written out.
    """
    divisors = (*left.divisors, *right.divisors)
    if operation is Operation.MULTIPLY:
        return Amount(_product(left.over, right.over), _product(left.under, right.under), divisors)
    if operation is Operation.DIVIDE:
        over, under = _product(left.over, right.under), _product(left.under, right.over)
        return Amount(over, under, (*divisors, right.over))
    if operation is Operation.SUBTRACT:
        right = Amount({term: -number for term, number in right.over.items()}, right.under)
    if left.under == right.under:
        return Amount(_added(left.over, right.over.items()), left.under, divisors)
    over = _added(_product(left.over, right.under), _product(right.over, left.under).items())
    return Amount(over, _product(left.under, right.under), divisors)


def replaced(polynomial: Polynomial, values: Callable[[Unknown], Polynomial]) -> Polynomial:
    """The polynomial with every unknown replaced by one of literals alone."""
    total: Polynomial = {}
    for (literals, unknowns), number in polynomial.items():
        part: Polynomial = {(literals, ()): number}
        for unknown in unknowns:
            part = _product(part, values(unknown))
        total = _added(total, part.items())
    return total


def _added(left: Polynomial, right: Iterable[tuple[Term, Fraction]]) -> dict[Term, Fraction]:
    total = dict(left)
    for term, number in right:
        total[term] = total.get(term, Fraction(0)) + number
        if not total[term]:
            del total[term]
    return total


def _product(left: Polynomial, right: Polynomial) -> Polynomial:
    if len(left) * len(right) > _MOST_TERMS:
        raise TooManyTerms
    total: dict[Term, Fraction] = {}
    for (literals, unknowns), number in left.items():
        for (other_literals, other_unknowns), other in right.items():
            both = literals | other_literals
            if any(-literal in both for literal in both):
                continue
            term = (both, tuple(sorted((*unknowns, *other_unknowns))))
            total[term] = total.get(term, Fraction(0)) + number * other
    return {term: number for term, number in total.items() if number}
