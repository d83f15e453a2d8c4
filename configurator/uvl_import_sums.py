"""Attributes of an imported portfolio: those of the feature model, and sums that are too long to be written out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from bidwright.catalog.rule_language import Arithmetic, Constant, Expression, Quantity, Sum
from bidwright.configurator.feature_model import FeatureModel, Place
from bidwright.configurator.uvl_import_names import Ids
from bidwright.configurator.uvl_tokens import refuse

MOST_ATTRIBUTES = 500
_MOST_WRITTEN = 6
"""A longer sum becomes an attribute of its own."""

_LARGEST = 10**9
_MOST_PLACES = 6


@dataclass(frozen=True)
class Figures:
    """An attribute of the portfolio: the number of each feature that has one."""

    id: str
    title: str
    numbers: Mapping[int, Fraction]

    @property
    def places(self) -> int:
        """Digits after the point of the longest number."""
        return max(places_of(number) or 0 for number in self.numbers.values())


def places_of(number: Fraction) -> int | None:
    """Digits after the point; None where there is no end to them, or more than a portfolio holds."""
    return next((digits for digits in range(_MOST_PLACES + 1) if (number * 10**digits).denominator == 1), None)


def is_figure(number: Fraction) -> bool:
    """Whether a component can carry a number."""
    return 0 <= number < _LARGEST and places_of(number) is not None


def decimal_of(number: Fraction) -> Decimal:
    """A number that ends, as a decimal."""
    return Decimal(number.numerator) / Decimal(number.denominator)


@dataclass
class Sums:
    """The attributes so far.

    Attributes:
        components: Of each feature.
        figures: Attributes, those of the model first.
    """

    components: Mapping[int, str]
    figures: list[Figures] = field(default_factory=list)
    _ids: Ids = field(default_factory=Ids)

    def add_attributes_of(self, model: FeatureModel) -> None:
        """Take over the attributes whose numbers components can carry; the others are told in texts."""
        numbers: dict[str, dict[int, Fraction]] = {}
        for index, attributes in enumerate(model.attributes):
            for path, value in attributes.items():
                if isinstance(value, Fraction) and not isinstance(value, bool):
                    numbers.setdefault(".".join(path), {})[index] = value
        for name, found in numbers.items():
            if all(is_figure(number) for number in found.values()):
                self._declare(name, found, model.features[min(found)].place)

    def carries(self, name: str) -> bool:
        """Whether an attribute of the model has become one of the portfolio."""
        return any(each.title == name for each in self.figures)

    def written(self, numbers: Mapping[int, Fraction], place: Place, *, is_short: bool = False) -> list[Expression]:
        """Terms that add up to the numbers, all positive, of selected features; one term where it must be short."""
        left = {index: number for index, number in numbers.items() if number}
        terms: list[Expression] = []
        if len(left) > 1:
            for figures in self.figures:
                ratio = _ratio(figures.numbers, left)
                if ratio:
                    terms.append(_times(Sum("total", figures.id), ratio))
                    left = {index: number for index, number in left.items() if not figures.numbers.get(index)}
        if len(left) > (1 if is_short else _MOST_WRITTEN):
            for number in left.values():
                if not is_figure(number):
                    refuse(place, f"{float(number):g} cannot be a figure.", "Use numbers below 1,000,000,000.")
            figures = self._declare(f"Sum in line {place.line}", left, place)
            return [*terms, Sum("total", figures.id)]
        return [*terms, *(_times(Quantity(self.components[index]), number) for index, number in sorted(left.items()))]

    def _declare(self, title: str, numbers: Mapping[int, Fraction], place: Place) -> Figures:
        if len(self.figures) >= MOST_ATTRIBUTES:
            refuse(place, f"There are over {MOST_ATTRIBUTES} attributes and long sums.", "Split the model.")
        figures = Figures(self._ids.of(title), title, dict(numbers))
        self.figures.append(figures)
        return figures


def _ratio(whole: Mapping[int, Fraction], numbers: Mapping[int, Fraction]) -> Fraction | None:
    """The factor, a decimal that ends, by which an attribute stand among others; None where there is none."""
    used = {index: number for index, number in whole.items() if number}
    if len(used) < 2 or not used.keys() <= numbers.keys():
        return None
    ratios = {numbers[index] / number for index, number in used.items()}
    (ratio,) = ratios if len(ratios) == 1 else (None,)
    return ratio if ratio is not None and places_of(ratio) is not None else None


def _times(expression: Expression, number: Fraction) -> Expression:
    return expression if number == 1 else Arithmetic("*", expression, Constant(number))


def added(terms: Iterable[Expression]) -> Expression:
    """The sum; 0 of none."""
    total: Expression | None = None
    for term in terms:
        total = term if total is None else Arithmetic("+", total, term)
    return Constant(Fraction(0)) if total is None else total
