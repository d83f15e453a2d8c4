"""Comparisons of numbers and texts, as literals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from math import ceil, floor, lcm

from bidwright.configurator.amount_comparison import TURNED, Comparison, bounds_in
from bidwright.configurator.clauses import Clauses
from bidwright.configurator.feature_amounts import (
    ONE,
    Amount,
    Polynomial,
    Unknown,
    combined,
    constant,
    of_literals,
    of_unknown,
    replaced,
)
from bidwright.configurator.feature_model import Feature, Kind, Operation, Place, Step
from bidwright.configurator.formulas import Leaf, Node
from bidwright.configurator.linear_clauses import at_least
from bidwright.configurator.text_comparisons import TextComparisons, Texts
from bidwright.configurator.typed_features import Between, Binary, between, binary
from bidwright.configurator.uvl_tokens import refuse

_WIDEST = 1 << 40

Operand = Amount | Texts | int
"""A number, a text, or the String feature of this index."""


@dataclass(eq=False)
class TextComparison(Leaf):
    """Two texts that are the same.

    Attributes:
        left, right: What is compared.
        place: Where the file says so.
    """

    left: Texts | int = 0
    right: Texts | int = 0
    place: Place = field(default_factory=lambda: Place("", 0, 0))


@dataclass
class Comparisons:
    """Makes comparisons, and the literals that they need.

    Attributes:
        clauses: Where literals are defined.
        features: Of the model.
        empties: Literals of means over no feature: each holds where none of the literals of its features does.
    """

    clauses: Clauses
    features: Sequence[Feature]
    empties: dict[int, tuple[int, ...]] = field(default_factory=dict)
    _made: list[Comparison] = field(default_factory=list)
    _between: dict[int, Between] = field(default_factory=dict)
    _binary: dict[int, Binary] = field(default_factory=dict)
    _texts: TextComparisons = field(init=False)

    def __post_init__(self) -> None:
        self._texts = TextComparisons(self.clauses)

    @property
    def has_typed(self) -> bool:
        """Whether features hold something that matters."""
        return any(feature.kind is not Kind.BOOLEAN for feature in self.features)

    def pushed(self, step: Step) -> Operand:
        """The operand that a step pushes."""
        if step.operation is Operation.NUMBER and isinstance(step.operand, Fraction):
            return constant(step.operand)
        if step.operation is Operation.TEXT:
            return ((None, str(step.operand)),)
        if step.operation is Operation.VALUE and isinstance(step.operand, int):
            is_text = self.features[step.operand].kind is Kind.STRING
            return step.operand if is_text else of_unknown(("value", step.operand))
        if step.operation is Operation.ATTRIBUTE_TEXT and isinstance(step.operand, tuple):
            index, text = step.operand
            literal = int(str(index)) + 1
            return ((literal, str(text)), (-literal, ""))
        return self._aggregated(step)

    def _aggregated(self, step: Step) -> Amount:
        """The sum or the mean of the numbers of selected features."""
        pairs = step.operand if isinstance(step.operand, tuple) else ()
        numbers = [(pair[0] + 1, pair[1]) for pair in pairs if isinstance(pair, tuple)]
        total = of_literals(numbers)
        if step.operation is Operation.ATTRIBUTE:
            return total
        none = -self.clauses.either(literal for literal, _ in numbers)
        self.empties[none] = tuple(literal for literal, _ in numbers)
        count = of_literals([*((literal, Fraction(1)) for literal, _ in numbers), (none, Fraction(1))])
        return Amount(total.over, count.over)

    def calculated(self, operation: Operation, left: Operand, right: Operand) -> Operand:
        """The result of arithmetic; operands are numbers, as the reader of the file has checked."""
        if not isinstance(left, Amount) or not isinstance(right, Amount):
            raise TypeError(f"{operation} needs numbers")
        return combined(operation, left, right)

    def changed(self, operation: Operation, operand: Operand, place: Place) -> Operand:
        """A number negated or rounded, or the length of a text."""
        if operation is Operation.LENGTH:
            if isinstance(operand, int):
                return of_unknown(("len", operand))
            texts = operand if isinstance(operand, tuple) else ()
            if texts[0][0] is None:
                return constant(Fraction(len(texts[0][1])))
            return of_literals([(literal, Fraction(len(text))) for literal, text in texts if literal is not None])
        if not isinstance(operand, Amount):
            raise TypeError(f"{operation} needs a number")
        if operation is Operation.NEGATIVE:
            return combined(Operation.SUBTRACT, constant(Fraction(0)), operand)
        rounded = operand.floored(operation.value)
        if rounded is None:
            refuse(place, f"{operation.value} of a sum or quotient.", "Round a number, an attribute or a Real feature.")
        return rounded

    def compared(self, operation: Operation, left: Operand, right: Operand, place: Place) -> Node:
        """The truth of a comparison; its literal is made later, when all comparisons are known."""
        if isinstance(left, Amount) and isinstance(right, Amount):
            difference = combined(Operation.SUBTRACT, left, right)
            made = Comparison(lambda: 0, amount=difference, operation=operation, place=place)
            made.literal = lambda: self._literal(made)
            self._made.append(made)
            return made
        if isinstance(left, Amount) or isinstance(right, Amount):
            raise TypeError(f"{operation} needs two numbers or two texts")
        if isinstance(left, int) and isinstance(right, int):
            self._texts.pair(left, right, place)
        made_texts = partial(self._texts.same, left, right)
        is_negated = operation is Operation.NOT_EQUAL
        return TextComparison(made_texts, is_negated=is_negated, left=left, right=right, place=place)

    def learn_bounds(self, nodes: Sequence[Node]) -> None:
        """Decide how each typed feature is written: in binary where sums need it, with the bounds found here.

        Raises:
            InvalidInput: A feature in a sum or product that has no bounds, or is no whole number.
        """
        needed: dict[int, Place] = {}
        for comparison in self._made:
            if comparison.single is None:
                amount = comparison.amount
                terms = [term for part in (amount.over, amount.under, *amount.divisors) for term in part]
                for word, index in (unknown for _, unknowns in terms for unknown in unknowns):
                    if word != "value" or self.features[index].kind is not Kind.INTEGER:
                        what = f"{self.features[index].name} is no whole number, and stands in a sum or product."
                        fix = "Compare it with constants alone, or make it an Integer feature."
                        refuse(comparison.place, what, fix)
                    needed.setdefault(index, comparison.place)
        if not needed:
            return
        bounds = bounds_in(nodes)
        for index, place in needed.items():
            least, most = bounds.get(index, (None, None))
            if least is None or most is None or most - least > _WIDEST:
                name = self.features[index].name
                fix = f"Add the constraints {name} >= (smallest) and {name} <= (largest)."
                refuse(place, f"{name} stands in a sum or product, and has no bounds.", fix)
            self._binary[index] = binary(self.clauses, index + 1, least, max(least, most))

    def finish(self) -> None:
        """Define what all comparisons together need; no comparison may follow."""
        self._texts.finish()
        for number in self._between.values():
            number.finish()

    def values(self, model: Sequence[int]) -> Mapping[int, Fraction | str]:
        """What the selected typed features hold in a solution."""
        truths = {abs(literal): literal > 0 for literal in model}
        found: dict[int, Fraction | str] = {}
        for index, feature in enumerate(self.features):
            if feature.kind is Kind.BOOLEAN or not truths[index + 1]:
                continue
            if feature.kind is Kind.STRING:
                found[index] = self._texts.read(index, truths, found)
            elif index in self._binary:
                found[index] = self._binary[index].read(truths)
            else:
                found[index] = self._between[index].read(truths) if index in self._between else Fraction(0)
        return found

    def _literal(self, comparison: Comparison) -> int:
        single = comparison.single
        if single is not None and single[0][1] not in self._binary:
            return self._with_constant(*single, comparison.operation)
        amount = comparison.amount
        over, under = (replaced(each, self._polynomial) for each in (amount.over, amount.under))
        if not amount.divisors:  # then it is divided by numbers of features at most, for means, and at least by 1
            return self._polynomial_literal(over, comparison.operation)
        turned = TURNED.get(comparison.operation, comparison.operation)
        positive = self._polynomial_literal(under, Operation.MORE)
        negative = self._polynomial_literal(under, Operation.LESS)
        holds = self.clauses.either(
            (
                self.clauses.both((positive, self._polynomial_literal(over, comparison.operation))),
                self.clauses.both((negative, self._polynomial_literal(over, turned))),
            )
        )
        defined = [
            self._polynomial_literal(replaced(each, self._polynomial), Operation.NOT_EQUAL) for each in amount.divisors
        ]
        return self.clauses.both([holds, *defined])

    def _polynomial(self, unknown: Unknown) -> Polynomial:
        return self._binary[unknown[1]].polynomial

    def _polynomial_literal(self, polynomial: Polynomial, operation: Operation) -> int:
        """The literal of: a polynomial of literals compares so with 0."""
        scale = lcm(*(number.denominator for number in polynomial.values())) if polynomial else 1
        terms = [(int(number * scale), self.clauses.both(key[0])) for key, number in polynomial.items() if key != ONE]
        bound = -int(polynomial.get(ONE, Fraction(0)) * scale)
        if operation in {Operation.AT_LEAST, Operation.LESS}:
            literal = at_least(self.clauses, terms, bound)
            return literal if operation is Operation.AT_LEAST else -literal
        more = at_least(self.clauses, terms, bound + 1)
        if operation in {Operation.MORE, Operation.AT_MOST}:
            return more if operation is Operation.MORE else -more
        equal = self.clauses.both((at_least(self.clauses, terms, bound), -more))
        return equal if operation is Operation.EQUAL else -equal

    def _with_constant(self, unknown: Unknown, factor: Fraction, added: Fraction, operation: Operation) -> int:
        """The literal of ``factor * unknown + added`` compared with 0."""
        bound = -added / factor
        if factor < 0:
            operation = TURNED.get(operation, operation)
        if operation in {Operation.EQUAL, Operation.NOT_EQUAL}:
            at_most = self._below(unknown, bound, including=True)
            equal = self.clauses.both((at_most, -self._below(unknown, bound, including=False)))
            return equal if operation is Operation.EQUAL else -equal
        below = self._below(unknown, bound, including=operation in {Operation.AT_MOST, Operation.MORE})
        return below if operation in {Operation.AT_MOST, Operation.LESS} else -below

    def _below(self, unknown: Unknown, bound: Fraction, *, including: bool) -> int:
        """The literal of: an unknown is smaller than a bound, or equal where that is included."""
        word, index = unknown
        if word == "len":
            return self._texts.text(index).length.below(bound, including=including)
        if index not in self._between:
            self._between[index] = between(self.clauses, index + 1, self.features[index].kind)
        number = self._between[index]
        if word == "floor":
            whole = Fraction(floor(bound) + 1 if including else ceil(bound))
            return number.below(whole, including=False)
        if word == "ceil":
            whole = Fraction(floor(bound) if including else ceil(bound) - 1)
            return number.below(whole, including=True)
        return number.below(bound, including=including)
