"""The numbers that rules speak of, as linear forms over the numbers of a compiled offering."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from bidwright.catalog.model import Offering, Release
from bidwright.catalog.rule_language import Arithmetic, Constant, Expression, Kinds, Name, Quantity, Sum
from bidwright.configurator.compiled_offering import OfferingClauses
from bidwright.configurator.cpsat_variables import Linear
from bidwright.configurator.offering_numbers import Number, product_box

_SIGNS = {"+": Fraction(1), "-": Fraction(-1)}


class Forms:
    """Makes linear forms; products of two numbers become numbers of their own."""

    def __init__(self, release: Release, offering: Offering, compiled: OfferingClauses) -> None:
        self._release = release
        self._offering = offering
        self._found = compiled
        self._kinds: dict[str, int] = {}
        self._products: dict[tuple[int, int], int] = {}

    def members(self, subject: str) -> list[str]:
        """The components that a component or family id stands for, as far as the offering holds them."""
        return [member for member in self._release.members(subject) if member in self._found.units]

    def chosen(self, subject: str) -> list[int]:
        """The literals that these are selected."""
        return [self._found.selected[member] for member in self.members(subject)]

    def new_number(self, name: str, least: int, most: int, steps: dict[int, int]) -> int:
        """Add a number; returns its index."""
        self._found.numbers.append(Number(name, least, most, steps))
        return len(self._found.numbers) - 1

    def linear(self, expression: Expression) -> Linear:
        """A number of a rule."""
        match expression:
            case Constant(value):
                return Linear(constant=Fraction(value))
            case Name(_, name):
                places = self._offering.needs[name].places
                return Linear({self._found.measured[name]: Fraction(1, 10**places)})
            case Quantity(subject):
                return Linear({self._found.units[member]: Fraction(1) for member in self.members(subject)})
            case Kinds(family):
                return Linear({self._kind(member): Fraction(1) for member in self.members(family)})
            case Sum():
                return self.sum(expression)
            case Arithmetic(operator, left, right):
                one, other = self.linear(left), self.linear(right)
                return self._product(one, other) if operator == "*" else one.plus(other, _SIGNS[operator])
        raise TypeError(f"not a number: {expression!r}")

    def sum(self, expression: Sum) -> Linear:
        """Figure x units, summed."""
        terms: dict[int, Fraction] = {}
        for component_id, index in self._found.units.items():
            component = self._release.components[component_id]
            figure = component.figures(expression.source).get(expression.attribute)
            if figure and expression.family in {"", component.family}:
                terms[index] = Fraction(figure)
        return Linear(terms)

    def _kind(self, component: str) -> int:
        """The number that is 1 where a component is selected."""
        units = self._found.units[component]
        if self._found.numbers[units].most == 1:
            return units
        if component not in self._kinds:
            self._kinds[component] = self.new_number(component, 0, 1, {1: self._found.selected[component]})
        return self._kinds[component]

    def _product(self, left: Linear, right: Linear) -> Linear:
        found = Linear(constant=left.constant * right.constant)
        found = found.plus(Linear(left.terms), right.constant).plus(Linear(right.terms), left.constant)
        for (a, first), (b, second) in product(left.terms.items(), right.terms.items()):
            found = found.plus(Linear({self._product_of(min(a, b), max(a, b)): first * second}))
        return found

    def _product_of(self, first: int, second: int) -> int:
        if (first, second) not in self._products:
            numbers = self._found.numbers
            box = product_box([(numbers[n].least, numbers[n].most) for n in (first, second)])
            numbers.append(Number("", *box, factors=(first, second)))
            self._products[first, second] = len(numbers) - 1
        return self._products[first, second]


def rows_of(operator: str, form: Linear) -> Iterator[tuple[dict[int, int], int]]:
    """A comparison of a form with 0 as sums that are at least a bound; both directions for ``==``."""
    terms, constant = form.whole()
    if operator in {">=", ">", "=="}:
        yield terms, (1 if operator == ">" else 0) - constant
    if operator in {"<=", "<", "=="}:
        yield {n: -c for n, c in terms.items()}, (1 if operator == "<" else 0) + constant
