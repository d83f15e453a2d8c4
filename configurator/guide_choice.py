"""A partial choice as what a configuration must have to meet it, so that known configurations are looked at quickly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bidwright.configurator.guide_facts import Option, Vocabulary, Witness
from bidwright.configurator.request import Requirements
from bidwright.configurator.totals import amounts_without_packages
from bidwright.core.amount_table import AmountTable


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What a valid configuration of an offering must have beside meeting the offering's rules.

    Attributes:
        chosen: Options that the customer took; bit n stands for option n, here and below.
        forbidden: Options that are ruled out.
        any_of: Of each mask one option is taken.
        numbers: Units asked for exactly, and answers that are numbers.
    """

    requirements: Requirements
    amounts: AmountTable
    chosen: int
    forbidden: int
    any_of: tuple[int, ...]
    numbers: Mapping[str, int]

    def is_met(self, mask: int, witness: Witness) -> bool:
        """Whether a valid configuration of the offering, which takes the options of the mask, meets the choice."""
        return (
            self.chosen & ~mask == 0
            and self.forbidden & mask == 0
            and all(mask & options for options in self.any_of)
            and all(witness.number(name) == number for name, number in self.numbers.items())
            and self.is_within_budget(witness)
        )

    def is_within_budget(self, witness: Witness) -> bool:
        """Whether a configuration is within the budget even without packages."""
        budget = self.requirements.budget
        if not budget:
            return True
        charges = amounts_without_packages(witness.items, self.amounts)
        return all(getattr(charges, limit) <= most for limit, most in budget.items())


def choice_of(requirements: Requirements, amounts: AmountTable, vocabulary: Vocabulary) -> Choice:
    """Understand a partial choice; which components can be delivered is not looked at."""
    places = vocabulary.places
    taken = {Option("", component) for component in requirements.pins}
    left = {Option("", component) for component in requirements.exclusions}
    left |= {Option("", c) for effect in requirements.bespoke for c in _components(effect.forbids, requirements)}
    for name, answer in requirements.answers.items():
        asked = requirements.offering.needs[name]
        values: Iterable[str | bool] = (True, False) if asked.kind == "boolean" else asked.options
        taken.update(Option(name, value) for value in values if value == answer)
        left.update(Option(name, value) for value in values if value != answer)
    required = [name for effect in requirements.bespoke for name in effect.requires]
    numbers = {component: units for component, units in requirements.pins.items() if units}
    for need in vocabulary.measured():
        if need.name in requirements.answers:
            numbers[need.name] = vocabulary.number(need.name, requirements.answers[need.name])
    return Choice(
        requirements=requirements,
        amounts=amounts,
        chosen=sum(1 << places[option] for option in taken if option in places),
        forbidden=sum(1 << places[option] for option in left - taken if option in places),
        any_of=tuple(vocabulary.mask_of(_components([name], requirements)) for name in required),
        numbers=numbers,
    )


def _components(names: Iterable[str], requirements: Requirements) -> list[str]:
    return [component for name in names for component in requirements.release.members(name)]
