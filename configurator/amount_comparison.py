"""One comparison of amounts, and the bounds that comparisons set to what features hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor

from bidwright.configurator.feature_amounts import ONE, Amount, Unknown, constant
from bidwright.configurator.feature_model import Operation, Place
from bidwright.configurator.formulas import Gate, Leaf, Node

TURNED = {
    Operation.LESS: Operation.MORE,
    Operation.MORE: Operation.LESS,
    Operation.AT_MOST: Operation.AT_LEAST,
    Operation.AT_LEAST: Operation.AT_MOST,
}


@dataclass(eq=False)
class Comparison(Leaf):
    """An amount compared with 0.

    Attributes:
        amount: What is compared.
        operation: How.
        place: Where the file says so.
    """

    amount: Amount = field(default_factory=lambda: constant(Fraction(0)))
    operation: Operation = Operation.EQUAL
    place: Place = field(default_factory=lambda: Place("", 0, 0))

    @property
    def single(self) -> tuple[Unknown, Fraction, Fraction] | None:
        """The unknown, its factor, and what is added, where that is all; ``factor * unknown + added``."""
        if self.amount.divisors or self.amount.under != {ONE: 1}:
            return None
        unknown = [term for term in self.amount.over if term[1]]
        if len(unknown) != 1 or unknown[0][0] or len(unknown[0][1]) != 1 or len(self.amount.over) > 2:
            return None
        if len(self.amount.over) == 2 and ONE not in self.amount.over:
            return None
        return unknown[0][1][0], self.amount.over[unknown[0]], self.amount.over.get(ONE, Fraction(0))


def bounds_in(nodes: Sequence[Node]) -> Mapping[int, tuple[int | None, int | None]]:
    """Bounds that constraints demand outright, or of a feature where it is selected."""
    found: dict[int, tuple[int | None, int | None]] = {}
    pending: list[tuple[Node, bool, int | None]] = [(node, False, None) for node in nodes]
    while pending:
        node, is_opposite, only = pending.pop()
        if isinstance(node, Comparison) and node.is_negated == is_opposite and node.single is not None:
            _narrow(found, node.single, node.operation, only)
        if not isinstance(node, Gate) or node.is_same:
            continue
        if node.is_negated == is_opposite:
            pending.extend((part, False, only) for part in node.parts)
        elif only is None and len(node.parts) == 2:
            for condition, rest in (node.parts, reversed(node.parts)):
                if isinstance(condition, int) and condition > 0:
                    pending.append((rest, True, condition - 1))
    return found


def _narrow(
    found: dict[int, tuple[int | None, int | None]],
    single: tuple[Unknown, Fraction, Fraction],
    operation: Operation,
    only: int | None,
) -> None:
    """Take ``factor * unknown + added``, compared with 0, as a bound of its feature."""
    (word, index), factor, added = single
    if word != "value" or only not in {None, index} or operation is Operation.NOT_EQUAL:
        return
    bound = -added / factor
    if factor < 0:
        operation = TURNED.get(operation, operation)
    least, most = found.get(index, (None, None))
    if operation in {Operation.AT_LEAST, Operation.MORE, Operation.EQUAL}:
        lowest = floor(bound) + 1 if operation is Operation.MORE else ceil(bound)
        least = lowest if least is None else max(least, lowest)
    if operation in {Operation.AT_MOST, Operation.LESS, Operation.EQUAL}:
        highest = ceil(bound) - 1 if operation is Operation.LESS else floor(bound)
        most = highest if most is None else min(most, highest)
    found[index] = (least, most)
