"""Fewest and most units of components, and least and greatest answers, that a partial choice leaves possible."""

from __future__ import annotations

from collections.abc import Sequence

from bidwright.configurator.cpsat_guide import WitnessSearch
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.guide_choice import choice_of
from bidwright.configurator.guide_clauses import Impossible
from bidwright.configurator.guide_facts import Fact, Witness
from bidwright.configurator.guide_pool import warm_offering
from bidwright.configurator.guide_search import MANY
from bidwright.configurator.request import Requirements
from bidwright.core.amount_table import AmountTable

Range = tuple[int, int]
"""Least and most, both of them possible."""


class RangeSearch:
    """Ranges of one partial choice that can be completed."""

    def __init__(
        self, requirements: Requirements, amounts: AmountTable, witnesses: Sequence[Witness], deadline: Deadline
    ) -> None:
        """Take the choice, and configurations that meet it: one for each component that is asked about."""
        self._requirements = requirements
        self._amounts = amounts
        self._deadline = deadline
        self._warm = warm_offering(requirements)
        self._choice = choice_of(requirements, amounts, self._warm.vocabulary)
        self._witnesses = list(witnesses)

    def ranges(self, names: Sequence[str]) -> dict[str, Range]:
        """The range of each name; of a component, in configurations that have it.

        Args:
            names: Components that can be taken, and needs that ask for a number.

        Returns:
            Only the ranges that were known in time.
        """
        found: dict[str, Range] = {}
        exact: WitnessSearch | None = None
        try:
            for name in names:
                ends: list[int] = []
                for direction in (-1, 1):
                    end = self._end(name, direction)
                    if end is None:
                        exact = exact or WitnessSearch.of(self._requirements, self._amounts, self._deadline)
                        lowest, highest = self._warm.vocabulary.bounds(name)
                        end = exact.extreme(Fact(name, lowest, highest), direction)
                    ends.append(end)
                found[name] = ends[0], ends[1]
        except TimeoutError:
            return found
        return found

    def _end(self, name: str, direction: int) -> int | None:
        """The end of a range by clauses: downwards (-1) or upwards (1); None where they cannot tell.

        The farthest that could be is tried first, then the middle between what is possible and what is not.
        """
        limits = self._warm.vocabulary.bounds(name)
        farthest = limits[direction > 0]
        reached = self._seen(name, direction)
        if reached == farthest:
            return reached
        with self._warm.used(self._deadline):
            chosen = self._warm.assumptions(self._requirements)
            tried = farthest
            while reached != farthest:
                wanted = Fact(name, *((tried, limits[1]) if direction > 0 else (limits[0], tried)))
                try:
                    found = self._warm.found([*chosen, self._warm.literal(wanted)], rounds=MANY)
                except Impossible:
                    farthest = tried - direction
                else:
                    witness = None if found is None else self._warm.witness(found)
                    if witness is None or not self._choice.is_within_budget(witness):
                        return None
                    self._witnesses.append(witness)
                    reached = witness.number(name)
                tried = (reached + farthest + (direction > 0)) // 2
        return reached

    def _seen(self, name: str, direction: int) -> int:
        numbers = [witness.number(name) for witness in self._witnesses]
        shown = [number for number in numbers if number or "." not in name]
        return max(shown) if direction > 0 else min(shown)
