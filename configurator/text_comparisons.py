"""Comparisons of texts, as literals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from bidwright.configurator.clauses import Clauses
from bidwright.configurator.feature_model import Kind, Place
from bidwright.configurator.typed_features import Text, between
from bidwright.configurator.uvl_tokens import refuse

Texts = tuple[tuple[int | None, str], ...]
"""A text that depends on a literal: each text with its literal, exactly one of which holds; None for a constant."""


@dataclass
class TextComparisons:
    """Makes comparisons of texts, and the literals that they need.

    Attributes:
        clauses: Where literals are defined.
    """

    clauses: Clauses
    _texts: dict[int, Text] = field(default_factory=dict)
    _twins: dict[int, int] = field(default_factory=dict)
    _same_literals: dict[tuple[int, int], int] = field(default_factory=dict)

    def finish(self) -> None:
        """Define what all comparisons together need; no comparison may follow."""
        for (index, other), literal in self._same_literals.items():
            self._define_twins(self.text(index), self.text(other), literal)
        for text in self._texts.values():
            text.finish()

    def read(self, index: int, truths: Mapping[int, bool], found: Mapping[int, Fraction | str]) -> str:
        """A text that is what the solution says; the same as that of another feature exactly where it says so."""
        twin = self._twins.get(index)
        if index not in self._texts:
            return ""
        is_second = twin is not None and twin < index
        if twin is not None and twin in found and is_second and truths[self._same_literals[twin, index]]:
            return str(found[twin])
        return self._texts[index].read(truths, is_second=is_second)

    def text(self, index: int) -> Text:
        """What a String feature holds."""
        if index not in self._texts:
            length = between(self.clauses, index + 1, Kind.STRING)
            self._texts[index] = Text(self.clauses, index + 1, length)
        return self._texts[index]

    def pair(self, left: int, right: int, place: Place) -> None:
        """Two String features that are compared; more than two would need what no model has asked for."""
        if left != right and (
            self._twins.setdefault(left, right) != right or self._twins.setdefault(right, left) != left
        ):
            fix = "A String feature may be compared with texts, and with one other String feature."
            refuse(place, "Three String features are compared with each other.", fix)

    def same(self, left: Texts | int, right: Texts | int) -> int:
        """The literal of: two texts, or String features by their index, are the same."""
        if isinstance(left, int) and isinstance(right, int):
            if left == right:
                return self.clauses.true
            pair = (min(left, right), max(left, right))
            if pair not in self._same_literals:
                self._same_literals[pair] = self.clauses.new()
            return self._same_literals[pair]
        if isinstance(right, int):
            left, right = right, left
        cases = right if isinstance(right, tuple) else ()
        if isinstance(left, int):
            text = self.text(left)
            return self.clauses.either(
                self.clauses.both((text.equals(value), *(() if literal is None else (literal,))))
                for literal, value in cases
            )
        firsts = left if isinstance(left, tuple) else ()
        conditions = [
            [literal for literal in (one, other) if literal is not None]
            for one, first in firsts
            for other, second in cases
            if first == second
        ]
        return self.clauses.either([self.clauses.both(each) for each in conditions])

    def _define_twins(self, left: Text, right: Text, literal: int) -> None:
        """Make a literal say whether two texts are the same: both one that is known, or both another one."""
        for text in {"", *left.known, *right.known}:
            left.equals(text)
            right.equals(text)
        for cut in {(Fraction(0), True), *left.length.cuts, *right.length.cuts}:
            left.length.below(cut[0], including=cut[1])
            right.length.below(cut[0], including=cut[1])
        unknown = self.clauses.new()
        for side in (left, right):
            for known in side.known.values():
                self.clauses.define([-unknown, -known])
        for cut, below in left.length.cuts.items():
            self.clauses.define([-unknown, -below, right.length.cuts[cut]])
            self.clauses.define([-unknown, below, -right.length.cuts[cut]])
        shared = [self.clauses.both((left.known[text], right.known[text])) for text in left.known]
        same = self.clauses.either([unknown, *shared])
        self.clauses.define([-literal, same])
        self.clauses.define([literal, -same])
