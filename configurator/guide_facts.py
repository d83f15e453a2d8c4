"""What a guide asks about: options, facts about one number of a configuration, and witnesses that show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import NamedTuple

from bidwright.catalog.model import Answer, Need, Offering, Release
from bidwright.configurator.cpsat_model import OfferingKey
from bidwright.configurator.cpsat_variables import answer_number, numeric_bounds, option_codes
from bidwright.configurator.rule_check import Choice


@dataclass(frozen=True)
class Fact:
    """Whether a number lies within bounds: the units of a component, or the answer to a need.

    Attributes:
        name: Component id, which has a point in it, or name of a need, which has none.
        least, most: Units; 0 or 1 for no or yes; the code of an option; the steps of a number.
        inside: Whether it lies within them, and not outside.
    """

    name: str
    least: int
    most: int
    inside: bool = True


@dataclass(frozen=True)
class Witness:
    """A valid configuration with answers to all needs that are not texts; it proves what it has to be possible.

    Attributes:
        items: Component id -> units, at least 1.
        answers: Need -> its answer as the number of a ``Fact``.
    """

    items: Mapping[str, int]
    answers: Mapping[str, int]

    def number(self, name: str) -> int:
        """The units of a component, or the answer to a need."""
        return self.items.get(name, 0) if "." in name else self.answers[name]


class Option(NamedTuple):
    """One thing that can be chosen: a component, or an answer to the need ``need``."""

    need: str
    value: str | bool


@dataclass(frozen=True)
class Assumption:
    """That an option is taken, or that it is left."""

    option: Option
    is_taken: bool

    def is_met(self, choice: Choice) -> bool:
        """Whether a configuration has it so."""
        need, value = self.option
        has = choice.answers[need] == value if need else value in choice.items
        return has == self.is_taken


@dataclass(frozen=True)
class Vocabulary:
    """The options and numbers of one offering; ``codes``: option of a choice -> the number that stands for it."""

    release: Release
    offering: Offering
    codes: Mapping[str, int]

    @cached_property
    def options(self) -> tuple[Option, ...]:
        """Every component of the offering's families by id, then every answer in its order, yes before no."""
        components = (c.id for c in self.release.components.values() if c.family in self.offering.slots)
        found = [Option("", component) for component in sorted(components)]
        for need in self.offering.needs.values():
            values: Iterable[str | bool] = (True, False) if need.kind == "boolean" else need.options
            found.extend(Option(need.name, value) for value in values)
        return tuple(found)

    @cached_property
    def places(self) -> Mapping[Option, int]:
        """Where each option stands among all."""
        return {option: place for place, option in enumerate(self.options)}

    @cached_property
    def _bits(self) -> Mapping[tuple[str, int], int]:
        taken = [self.taken(option) for option in self.options]
        return {(fact.name, fact.least): 1 << place for place, fact in enumerate(taken)}

    def mask(self, witness: Witness) -> int:
        """The options that a configuration takes: bit n stands for option n."""
        bits = self._bits
        return sum(bits[component, 1] for component in witness.items) + sum(
            bits.get(answer, 0) for answer in witness.answers.items()
        )

    def mask_of(self, components: Iterable[str]) -> int:
        """The options that some components are, as far as the offering holds them."""
        return sum(self._bits.get((component, 1), 0) for component in components)

    def taken(self, option: Option) -> Fact:
        """The fact that an option is taken."""
        if not option.need:
            return Fact(str(option.value), 1, self.release.components[str(option.value)].max_quantity)
        number = self.number(option.need, option.value)
        return Fact(option.need, number, number)

    def left(self, option: Option) -> Fact:
        """The fact that an option is not taken."""
        taken = self.taken(option)
        return Fact(taken.name, taken.least, taken.most, inside=False)

    def fact(self, assumption: Assumption) -> Fact:
        """An assumption as a fact."""
        return self.taken(assumption.option) if assumption.is_taken else self.left(assumption.option)

    def number(self, need: str, answer: Answer) -> int:
        """An answer as a number."""
        return answer_number(self.offering.needs[need], answer, self.codes)

    def answer(self, need: str, number: int) -> Answer:
        """The answer that a number stands for."""
        asked = self.offering.needs[need]
        if asked.kind == "boolean":
            return bool(number)
        if asked.kind == "choice":
            return next(option for option in asked.options if self.codes[option] == number)
        exact = Decimal(number).scaleb(-asked.places)
        return int(exact) if asked.kind == "integer" else exact

    def measured(self) -> tuple[Need, ...]:
        """The needs that ask for a number, in the offering's order."""
        return tuple(need for need in self.offering.needs.values() if need.kind in {"integer", "decimal"})

    def bounds(self, name: str) -> tuple[int, int]:
        """What the number of a component that is taken can be at all, or of a need that asks for a number."""
        if "." in name:
            return 1, self.release.components[name].max_quantity
        return numeric_bounds(self.offering.needs[name])


@lru_cache(maxsize=128)
def _vocabulary(key: OfferingKey) -> Vocabulary:
    return Vocabulary(key.release, key.offering, option_codes(key.offering))


def vocabulary_of(release: Release, offering: Offering) -> Vocabulary:
    """The options and numbers of an offering."""
    return _vocabulary(OfferingKey(release.digest, offering.id, release))
