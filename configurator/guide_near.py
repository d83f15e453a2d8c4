"""Finds configurations with something given that are near to one that is cheap, and take little else that costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bidwright.configurator.guide_choice import Choice
from bidwright.configurator.guide_clauses import Impossible
from bidwright.configurator.guide_kept import Configuration
from bidwright.configurator.guide_pool import WarmOffering
from bidwright.configurator.totals import amounts_without_packages

_ROUNDS = 12
"""So often the rows teach the clauses something before a search for one configuration is given up."""


class TooDear(Exception):
    """What is needed comes only with components that nothing within the budget has."""


class NearSearch:
    """Searches near to one configuration, the cheap one, which is within the budget of a choice."""

    def __init__(self, warm: WarmOffering, choice: Choice, cheap: Configuration, excluded: int) -> None:
        """Take options that nothing within the budget has as a mask: bit n stands for option n."""
        self._warm = warm
        self._near = [*warm.near(cheap), *warm.near_numbers(cheap)]
        self._prices: dict[int, int] = {}
        """What a unit costs of each component that the cheap one leaves, by the literal that it is left."""
        self._excluded: set[int] = set()
        limit, has = min(choice.requirements.budget), warm.mask(cheap)
        for place, option in enumerate(warm.vocabulary.options):
            if not option.need and not has >> place & 1:
                charges = amounts_without_packages({str(option.value): 1}, choice.amounts)
                self._prices[-warm.literals[place]] = getattr(charges, limit)
                if excluded >> place & 1:
                    self._excluded.add(-warm.literals[place])

    def found(self, needed: Sequence[int], goal: int) -> Configuration | None:
        """A configuration with some literals and a goal, or None where none was found soon; it may cost too much.

        At first every component is left that the cheap one leaves; of those that cannot all be left, the one that
        costs least is allowed, until there is a configuration.

        Raises:
            Impossible: There is none, whatever it costs.
            TooDear: There is none within the budget.
            OutOfTime: The deadline came first.
        """
        left: Mapping[int, int] = self._prices
        while True:
            left = {literal: price for literal, price in left.items() if literal != -goal}
            self._warm.prefer(self._near)  # again, as the solver prefers what it found last
            try:
                return self._warm.found([*needed, goal, *left], rounds=_ROUNDS)
            except Impossible as proof:
                blamed = left.keys() & set(proof.blamed)
                if not blamed:
                    raise
                allowed = blamed - self._excluded
                if not allowed:
                    raise TooDear from proof
                freed = min(allowed, key=lambda literal: (left[literal], -literal))
            left = {literal: price for literal, price in left.items() if literal != freed}
