"""Constraints of a feature model as conditions of the rule language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import Literal, cast

from bidwright.catalog.rule_language import (
    AllOf,
    AnyOf,
    Arithmetic,
    Constant,
    Expression,
    Name,
    Not,
    Selected,
)
from bidwright.catalog.rule_language import Comparison as Compared
from bidwright.configurator.amount_comparison import TURNED, Comparison
from bidwright.configurator.comparisons import Comparisons, TextComparison
from bidwright.configurator.feature_amounts import ONE, Polynomial, Term
from bidwright.configurator.feature_model import Kind, Place
from bidwright.configurator.formulas import Gate, Node
from bidwright.configurator.text_comparisons import Texts
from bidwright.configurator.uvl_import_sums import Sums, added
from bidwright.configurator.uvl_tokens import refuse

_MOST_FEATURES = 12
"""So many features stand beside each other in "and" and "or"; more are counted by an attribute."""

_MOST_IN_SHORT = 2
"""The same where a rule would be too long otherwise."""

_DEEPEST = 80
_LARGEST = 10**11
_REAL_PLACES = 5
"""Constants of Real features have at most so many digits after the point: a need has one more, so that there is an
answer between any two of them."""

_Operator = Literal["==", "!=", "<", "<=", ">", ">="]
_OPPOSITE: Mapping[_Operator, _Operator] = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
EMPTY = "empty"
"""Option of a need for a text: the empty one."""


class RuleWriter:
    """Writes conditions over the components and needs that stand for features.

    Args:
        comparisons: Of the model; where means over no feature are known.
        sums: Components that stand for features, and attributes.
        needs: Typed feature -> need.
        options: String feature -> text -> option; grows with the texts that constraints name.
    """

    def __init__(
        self,
        comparisons: Comparisons,
        sums: Sums,
        needs: Mapping[int, str],
        options: Mapping[int, dict[str, str]],
    ) -> None:
        self._comparisons = comparisons
        self._sums = sums
        self._needs = needs
        self._options = options
        self._most_features = _MOST_FEATURES

    def condition(self, node: Node, place: Place, *, is_short: bool = False) -> Expression:
        """A node as a condition; where it must be short, attributes count what features there are.

        Raises:
            InvalidInput: The rule language cannot say it; with its place.
        """
        self._most_features = _MOST_IN_SHORT if is_short else _MOST_FEATURES
        return self._condition(node, place, depth=0, is_opposite=False)

    def _condition(self, node: Node, place: Place, *, depth: int, is_opposite: bool) -> Expression:
        if depth > _DEEPEST:
            refuse(place, "This constraint is nested too deeply.", f"Use at most {_DEEPEST} levels.")
        if isinstance(node, bool):
            return Constant(node != is_opposite)
        if isinstance(node, int):
            return self._selected([-node if is_opposite else node])[0]
        is_negated = node.is_negated != is_opposite
        if isinstance(node, Comparison):
            return self._comparison(node, is_negated=is_negated)
        if isinstance(node, TextComparison):
            same = self._same_text(node)
            return Not(same) if is_negated else same
        if not isinstance(node, Gate):
            raise TypeError(f"not a node of a constraint: {node!r}")
        if node.is_same:
            sides = [self._condition(part, place, depth=depth + 1, is_opposite=False) for part in node.parts]
            return Compared("!=" if is_negated else "==", sides[0], sides[1])
        return self._joined(node, place, depth=depth, is_negated=is_negated)

    def _joined(self, gate: Gate, place: Place, *, depth: int, is_negated: bool) -> Expression:
        """Parts that all hold, or, negated, of which one does not."""
        literals: list[int] = []
        others: list[Expression] = []
        for part in gate.parts:
            if isinstance(part, int) and not isinstance(part, bool):
                literals.append(-part if is_negated else part)
            else:
                others.append(self._condition(part, place, depth=depth + 1, is_opposite=is_negated))
        literals = list(dict.fromkeys(literals))
        folded: list[Expression] = []
        for sign in (-1, 1):
            own = [each for each in literals if each * sign > 0]
            if len(own) <= self._most_features:
                folded.extend(self._selected(own))
            else:
                folded.append(self._counted([abs(each) - 1 for each in own], place, sign, is_any=is_negated))
        return (AnyOf if is_negated else AllOf)((*folded, *others))

    def _counted(self, features: Sequence[int], place: Place, sign: int, *, is_any: bool) -> Expression:
        """That any or all of many features are selected, or are not, by how many of them are."""
        total = added(self._sums.written({index: Fraction(1) for index in features}, place, is_short=True))
        operators: Mapping[tuple[int, bool], tuple[_Operator, int]] = {
            (1, True): (">=", 1),
            (1, False): (">=", len(features)),
            (-1, True): ("<", len(features)),
            (-1, False): ("<=", 0),
        }
        operator, number = operators[sign, is_any]
        return Compared(operator, total, Constant(Fraction(number)))

    def _selected(self, literals: Sequence[int]) -> list[Expression]:
        chosen = [(Selected(self._sums.components[abs(each) - 1]), each) for each in literals]
        return [one if literal > 0 else Not(one) for one, literal in chosen]

    def _comparison(self, node: Comparison, *, is_negated: bool) -> Expression:
        operator = cast("_Operator", node.operation.value)
        amount = node.amount
        self._check_real(node)
        if node.single is not None and self._comparisons.features[node.single[0][1]].kind is Kind.REAL:
            (_, index), factor, constant = node.single
            operator = cast("_Operator", TURNED.get(node.operation, node.operation).value) if factor < 0 else operator
            operator = _OPPOSITE[operator] if is_negated else operator
            return Compared(operator, Name("need", self._needs[index]), Constant(-constant / factor))
        if all(divisor.keys() == {ONE} for divisor in amount.divisors) and min(amount.under.values()) > 0:
            return self._compared(amount.over, _OPPOSITE[operator] if is_negated else operator, node.place)
        turned = cast("_Operator", TURNED.get(node.operation, node.operation).value)
        holds = AnyOf(
            (
                AllOf(
                    (self._compared(amount.under, ">", node.place), self._compared(amount.over, operator, node.place))
                ),
                AllOf((self._compared(amount.under, "<", node.place), self._compared(amount.over, turned, node.place))),
            )
        )
        defined = [self._compared(divisor, "!=", node.place) for divisor in amount.divisors]
        whole = AllOf((holds, *defined))
        return Not(whole) if is_negated else whole

    def _check_real(self, node: Comparison) -> None:
        """Real features are compared with constants alone: a need has only so many digits."""
        features = self._comparisons.features
        unknowns = {each for terms in (node.amount.over, node.amount.under) for term in terms for each in term[1]}
        for word, index in unknowns:
            if word == "len":
                refuse(node.place, f"The length of {features[index].name}.", "Compare the text itself.")
            if features[index].kind is Kind.REAL:
                single = node.single
                if word != "value" or single is None:
                    refuse(node.place, f"{features[index].name} is rounded.", "Compare a Real feature with constants.")
                bound = -single[2] / single[1]
                if (bound * 10**_REAL_PLACES).denominator != 1 or abs(bound) >= _LARGEST // 1000:
                    fix = f"Use below 100,000,000 and at most {_REAL_PLACES} digits after the point."
                    refuse(node.place, f"{features[index].name} is compared with {float(bound)!r}.", fix)

    def _compared(self, polynomial: Polynomial, operator: _Operator, place: Place) -> Expression:
        """A polynomial of features and what they hold, compared with 0."""
        empty = next((each for term in polynomial for each in sorted(term[0]) if each in self._empties), None)
        if empty is not None:
            features = self._empties[empty]
            some, none = self._compared_cases(polynomial, empty, features)
            chosen = self._any(features, place)
            return AnyOf(
                (
                    AllOf((chosen, self._compared(some, operator, place))),
                    AllOf((Not(chosen), self._compared(none, operator, place))),
                )
            )
        scale = lcm(*(number.denominator for number in polynomial.values())) if polynomial else 1
        whole = {term: int(number * scale) for term, number in polynomial.items()}
        common = gcd(*whole.values()) if whole else 1
        sides: list[list[Expression]] = [[], []]
        for side, sign in enumerate((1, -1)):
            own = {term: sign * number // common for term, number in whole.items() if sign * number > 0}
            sides[side] = self._terms(own, place)
        return Compared(operator, added(sides[0]), added(sides[1]))

    @property
    def _empties(self) -> Mapping[int, tuple[int, ...]]:
        return self._comparisons.empties

    @staticmethod
    def _compared_cases(polynomial: Polynomial, empty: int, features: Sequence[int]) -> tuple[Polynomial, Polynomial]:
        """The polynomial where one of some features is selected, and where none is."""
        some = {term: number for term, number in polynomial.items() if empty not in term[0]}
        none: dict[Term, Fraction] = {}
        for (literals, unknowns), number in polynomial.items():
            if not literals & set(features):
                term = (literals - {empty}, unknowns)
                none[term] = none.get(term, Fraction(0)) + number
        return some, {term: number for term, number in none.items() if number}

    def _any(self, literals: Sequence[int], place: Place) -> Expression:
        if len(literals) <= self._most_features:
            return AnyOf(tuple(self._selected(literals)))
        return self._counted([each - 1 for each in literals], place, 1, is_any=True)

    def _terms(self, terms: Mapping[Term, int], place: Place) -> list[Expression]:
        """Terms with positive factors: features with their numbers, what needs hold, constants."""
        numbers: dict[int, Fraction] = {}
        found: list[Expression] = []
        for (literals, unknowns), factor in terms.items():
            if factor > _LARGEST:
                refuse(place, f"The number {factor:,} is too large.", "Use larger units.")
            if len(literals) > 1 or any(each < 0 for each in literals):
                refuse(place, "Numbers of two features are multiplied.", "A rule is linear: multiply by constants.")
            if not unknowns:
                numbers.update({each - 1: Fraction(factor) for each in literals})
                found.extend([] if literals else [Constant(Fraction(factor))])
                continue
            product: Expression = Constant(Fraction(factor))
            if literals:
                (chosen,) = literals
                product = added(self._sums.written({chosen - 1: Fraction(factor)}, place))
            for _, index in unknowns:
                value = Name("need", self._needs[index])
                product = value if product == Constant(Fraction(1)) else Arithmetic("*", product, value)
            found.append(product)
        return [*self._sums.written(numbers, place), *found]

    def _same_text(self, node: TextComparison) -> Expression:
        """That two texts are the same."""
        left, right = node.left, node.right
        if isinstance(left, int) and isinstance(right, int):
            refuse(node.place, "Two String features are compared with each other.", "Compare each with constants.")
        if isinstance(left, int) or isinstance(right, int):
            feature, texts = (left, right) if isinstance(left, int) else (right, left)
            return self._held_text(int(str(feature)), texts if isinstance(texts, tuple) else ())
        both = [(first, second) for first in left for second in right if first[1] == second[1]]
        return AnyOf(tuple(AllOf(tuple(self._when(first[0], second[0]))) for first, second in both))

    def _held_text(self, feature: int, texts: Texts) -> Expression:
        need = Name("need", self._needs[feature])
        cases = [
            AllOf((*self._when(literal), Compared("==", need, Constant(self.option(feature, text)))))
            for literal, text in texts
        ]
        return AnyOf(tuple(cases))

    def option(self, feature: int, text: str) -> str:
        """The option of a need that stands for a text."""
        known = self._options[feature]
        return known.setdefault(text, EMPTY if not text else f"text_{len(known)}")

    def _when(self, *literals: int | None) -> list[Expression]:
        return self._selected([each for each in literals if each is not None])


def conjuncts(expression: Expression) -> list[Expression]:
    """The conditions that all hold where one does."""
    if not isinstance(expression, AllOf):
        return [expression]
    return [part for operand in expression.operands for part in conjuncts(operand)]
