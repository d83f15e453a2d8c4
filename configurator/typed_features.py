"""What Integer, Real and String features hold, as literals.

A feature that is only ever compared with constants is known by where it lies between them, which needs no bounds. One
that stands in sums and products is written in binary, which needs some. A feature that is not selected holds 0 or the
empty text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

from bidwright.configurator.clauses import Clauses
from bidwright.configurator.feature_amounts import Polynomial, Term
from bidwright.configurator.feature_model import Kind

Cut = tuple[Fraction, bool]
"""A bound, and whether what equals it lies below too."""


@dataclass
class Between:
    """A number known by where it lies between cuts.

    Attributes:
        clauses: Where its literals are defined.
        selected: Literal of the feature; the number is 0 without it.
        is_whole: Whether only whole numbers are possible.
        least: No number is smaller, for the length of a text; None where there is no such bound.
    """

    clauses: Clauses
    selected: int
    is_whole: bool
    least: int | None = None
    _below: dict[Cut, int] = field(default_factory=dict)

    def below(self, bound: Fraction, *, including: bool) -> int:
        """The literal of: the number is smaller than the bound, or equal where that is included."""
        if self.is_whole:
            bound, including = Fraction(floor(bound) if including else ceil(bound) - 1), True
        if self.least is not None and bound < self.least:
            return self.clauses.constant(value=False)
        cut = (bound, including)
        if cut not in self._below:
            literal = self._below[cut] = self.clauses.new()
            zero_is_below = bound > 0 or (bound == 0 and including)
            self.clauses.define([self.selected, literal if zero_is_below else -literal])
        return self._below[cut]

    @property
    def cuts(self) -> Mapping[Cut, int]:
        """All cuts so far, with the literals of lying below them."""
        return self._below

    def finish(self) -> None:
        """Put the cuts in order, once all are known."""
        cuts = sorted(self._below)
        for lower, higher in pairwise(cuts):
            self.clauses.define([-self._below[lower], self._below[higher]])

    def read(self, model: Mapping[int, bool]) -> Fraction:
        """A number that lies where the model says, the one nearest to 0."""
        if not model[self.selected]:
            return Fraction(0)
        cuts = sorted(self._below)
        over = [cut for cut in cuts if not model[self._below[cut]]]
        under = [cut for cut in cuts if model[self._below[cut]]]
        return _nearest(over[-1] if over else None, under[0] if under else None, self.is_whole)


def _nearest(over: Cut | None, under: Cut | None, is_whole: bool) -> Fraction:  # noqa: FBT001 - of three plain values
    """The number nearest to 0 that lies over one cut and under another."""
    zero = Fraction(0)
    if (over is None or zero > over[0] or (zero == over[0] and not over[1])) and (
        under is None or zero < under[0] or (zero == under[0] and under[1])
    ):
        return zero
    if is_whole:
        return over[0] + 1 if over is not None and over[0] >= 0 else under[0] if under is not None else zero
    if over is not None and not over[1] and over[0] > 0:
        return over[0]
    if under is not None and under[1] and under[0] < 0:
        return under[0]
    if over is None or under is None:
        return over[0] + 1 if over is not None else under[0] - 1 if under is not None else zero
    return over[0] if over[0] == under[0] else (over[0] + under[0]) / 2


@dataclass
class Binary:
    """A whole number within bounds, in binary.

    Attributes:
        selected: Literal of the feature; the number is 0 without it.
        least: The smallest number.
        bits: Literals from the lowest bit up; they add to the smallest number.
    """

    selected: int
    least: int
    bits: tuple[int, ...]

    @property
    def polynomial(self) -> Polynomial:
        """The number."""
        terms: dict[Term, Fraction] = {
            (frozenset({bit}), ()): Fraction(1 << place) for place, bit in enumerate(self.bits)
        }
        return {**terms, **({(frozenset({self.selected}), ()): Fraction(self.least)} if self.least else {})}

    def read(self, model: Mapping[int, bool]) -> Fraction:
        """The number in a model."""
        if not model[self.selected]:
            return Fraction(0)
        return Fraction(self.least + sum(1 << place for place, bit in enumerate(self.bits) if model[bit]))


def binary(clauses: Clauses, selected: int, least: int, most: int) -> Binary:
    """A new number in binary; the bounds it is written within may reach further than ``most``."""
    bits = tuple(clauses.new() for _ in range((most - least).bit_length()))
    for bit in bits:
        clauses.define([selected, -bit])
    return Binary(selected, least, bits)


@dataclass
class Text:
    """A text known by which of the texts it is compared with it equals, and by its length.

    Attributes:
        clauses: Where its literals are defined.
        selected: Literal of the feature; the text is empty without it.
        length: Its length.
    """

    clauses: Clauses
    selected: int
    length: Between
    _equal: dict[str, int] = field(default_factory=dict)

    def equals(self, text: str) -> int:
        """The literal of: it is this text."""
        if text not in self._equal:
            self._equal[text] = self.clauses.new()
        return self._equal[text]

    @property
    def known(self) -> Mapping[str, int]:
        """The texts it is compared with, and their literals."""
        return self._equal

    def finish(self) -> None:
        """Make texts exclude each other and have their lengths, once all are known."""
        empty = self.equals("")
        self.clauses.define([self.selected, empty])
        none_long = self.length.below(Fraction(0), including=True)
        self.clauses.define([-none_long, empty])
        self.clauses.at_most_one(list(self._equal.values()))
        for text, literal in self._equal.items():
            for cut, below in self.length.cuts.items():
                self.clauses.define([-literal, below if len(text) <= cut[0] else -below])
        self.length.finish()

    def read(self, model: Mapping[int, bool], *, is_second: bool) -> str:
        """A text that is what the model says; a free one differs from that of the feature that is first."""
        for text, literal in self._equal.items():
            if model[literal]:
                return text
        length = max(1, int(self.length.read(model)))
        letters = (chr(ord("a") + 2 * number + is_second) for number in range(len(self._equal) + 1))
        return next(letter * length for letter in letters if letter * length not in self._equal)


def between(clauses: Clauses, selected: int, kind: Kind) -> Between:
    """A new number of a feature of this kind; the length of a text for a String."""
    return Between(clauses, selected, is_whole=kind is not Kind.REAL, least=0 if kind is Kind.STRING else None)
