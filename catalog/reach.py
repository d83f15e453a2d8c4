"""How large the numbers of rules and resources can become.

The configurator counts whole numbers of 64 bits: each figure in its smallest steps, times all units there may be. What
goes beyond is refused with the portfolio, so that no customer's request can meet it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm

from bidwright.catalog.availability import PERCENT_PLACES
from bidwright.catalog.model import Component, Need
from bidwright.catalog.rule_language import (
    Arithmetic,
    Availability,
    Comparison,
    Constant,
    Expression,
    Kinds,
    Name,
    Quantity,
    Sum,
)
from bidwright.catalog.rule_types import parts_of

MOST_STEPS = 2**60
"""So many steps can be counted: 64 bits, with room to add."""


@dataclass(frozen=True)
class Reach:
    """How far a number can be from 0, and how many of its smallest steps make 1.

    Attributes:
        size: No value is farther from 0, nor is the sum of the sizes of its terms.
        scale: Makes every coefficient whole.
    """

    size: Fraction = Fraction(0)
    scale: int = 1

    @property
    def steps(self) -> Fraction:
        """How many of the smallest steps it takes to the farthest value."""
        return self.size * self.scale

    def plus(self, other: Reach) -> Reach:
        """The reach of a sum or difference."""
        return Reach(self.size + other.size, lcm(self.scale, other.scale))

    def times(self, other: Reach) -> Reach:
        """The reach of a product."""
        return Reach(self.size * other.size, self.scale * other.scale)


def reach_of_figures(figures: Iterable[tuple[Decimal, int]]) -> Reach:
    """The reach of a sum of figures, each times up to so many units."""
    total = Reach()
    for figure, most in figures:
        if figure:  # of thousands of components, few have a figure of one attribute
            total = total.plus(Reach(abs(Fraction(figure)) * most, Fraction(figure).denominator))
    return total


def most_steps(rule: Expression, needs: Mapping[str, Need], components: Iterable[Component]) -> int:
    """The most steps that any comparison or product within a rule takes.

    Args:
        rule: Correct in names, types and units.
        needs: Of the offering in which the rule holds.
        components: All there are.
    """
    measure = _Measure(needs, tuple(components))
    measure.reach(rule)
    return int(measure.steps)


class _Measure:
    def __init__(self, needs: Mapping[str, Need], components: tuple[Component, ...]) -> None:
        self.steps = Fraction(0)
        self._needs = needs
        self._components = components

    def reach(self, part: Expression) -> Reach:
        """The reach of a number; what is no number has none."""
        match part:
            case Constant() | Name() | Availability():
                return self._reach_alone(part)
            case Arithmetic("*", left, right):
                return self._noted(self.reach(left).times(self.reach(right)))
            case Arithmetic(_, left, right) | Comparison(_, left, right):
                return self._noted(self.reach(left).plus(self.reach(right)))
            case Quantity() | Kinds() | Sum():
                return reach_of_figures(self._figures(part))
        for inner in parts_of(part):
            self.reach(inner)
        return Reach()

    def _reach_alone(self, part: Constant | Name | Availability) -> Reach:
        match part:
            case Constant(Fraction() as value):
                return Reach(abs(value), value.denominator)
            case Availability():
                return Reach(Fraction(100), 10**PERCENT_PLACES)
            case Name(_, name) if name in self._needs:
                return _reach_of_need(self._needs[name])
        return Reach()  # no number, or a need with faults, which have been reported

    def _figures(self, part: Quantity | Kinds | Sum) -> Iterable[tuple[Decimal, int]]:
        match part:
            case Quantity(subject):
                return ((Decimal(1), c.max_quantity) for c in self._components if subject in {c.id, c.family})
            case Kinds(family):
                return ((Decimal(1), 1) for c in self._components if c.family == family)
            case Sum(source, attribute, family):
                return (
                    (c.figures(source).get(attribute, Decimal(0)), c.max_quantity)
                    for c in self._components
                    if family in {"", c.family}
                )

    def _noted(self, reach: Reach) -> Reach:
        self.steps = max(self.steps, reach.steps)
        return reach


def _reach_of_need(need: Need) -> Reach:
    limits = [limit for limit in (need.minimum, need.maximum) if limit is not None]
    return Reach(max((abs(Fraction(limit)) for limit in limits), default=Fraction(1)), 10**need.places)
