"""What a guide asks about: options, facts about one number of a configuration, and witnesses that show them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from bidwright.catalog.model import Answer, Need, Offering, Release
from bidwright.configurator.cpsat_model import OfferingKey, offering_model
from bidwright.configurator.cpsat_variables import answer_number, numeric_bounds
from bidwright.configurator.request import Requirements


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

    def holds_in(self, witness: Witness) -> bool:
        """Whether a configuration has it."""
        return (self.least <= witness.number(self.name) <= self.most) == self.inside


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


@dataclass(frozen=True)
class Option:
    """One thing that can be chosen: a component, or an answer to the need ``need``."""

    need: str
    value: str | bool


@dataclass(frozen=True)
class Vocabulary:
    """The options and numbers of one offering.

    Attributes:
        components: Ids of the offering's families, ascending.
        codes: Option of a choice -> the number that stands for it.
    """

    release: Release
    offering: Offering
    components: tuple[str, ...]
    codes: Mapping[str, int]

    def options(self) -> Iterator[Option]:
        """Every component by id, then every answer in the offering's order, yes before no."""
        for component in self.components:
            yield Option("", component)
        for need in self.offering.needs.values():
            if need.kind == "boolean":
                yield Option(need.name, value=True)
                yield Option(need.name, value=False)
            for option in need.options:
                yield Option(need.name, option)

    def taken(self, option: Option) -> Fact:
        """The fact that an option is taken."""
        if not option.need:
            return Fact(str(option.value), 1, self.release.components[str(option.value)].max_quantity)
        number = self.number(option.need, option.value)
        return Fact(option.need, number, number)

    def left(self, option: Option) -> Fact:
        """The fact that an option is not taken."""
        taken = self.taken(option)
        return Fact(taken.name, 0, 0) if not option.need else Fact(taken.name, taken.least, taken.most, inside=False)

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
        """What the number of a component or of a need that asks for a number can be at all."""
        if "." in name:
            return 0, self.release.components[name].max_quantity
        return numeric_bounds(self.offering.needs[name])


@lru_cache(maxsize=128)
def _vocabulary(key: OfferingKey) -> Vocabulary:
    components = (c.id for c in key.release.components.values() if c.family in key.offering.slots)
    return Vocabulary(key.release, key.offering, tuple(sorted(components)), offering_model(key, switchable=False).codes)


def vocabulary_of(release: Release, offering: Offering) -> Vocabulary:
    """The options and numbers of an offering."""
    return _vocabulary(OfferingKey(release.digest, offering.id, release))


def is_taken(option: Option, requirements: Requirements) -> bool:
    """Whether the customer has taken an option."""
    if not option.need:
        return option.value in requirements.pins
    return option.need in requirements.answers and requirements.answers[option.need] == option.value
