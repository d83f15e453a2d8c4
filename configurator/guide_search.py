"""Decides which facts a partial choice leaves possible: each by a valid configuration, or by a proof of none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bidwright.configurator.cpsat_guide import WitnessSearch
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.guide_facts import Fact, Vocabulary, Witness
from bidwright.configurator.guide_pool import Impossible, warm_offering
from bidwright.configurator.request import Requirements
from bidwright.configurator.totals import amounts_without_packages
from bidwright.core.amount_table import AmountTable


class GuideSearch:
    """What one partial choice leaves possible.

    Attributes:
        witnesses: Valid configurations that were found.
    """

    def __init__(self, requirements: Requirements, amounts: AmountTable, deadline: Deadline) -> None:
        self._requirements = requirements
        self._amounts = amounts
        self._deadline = deadline
        self._warm = warm_offering(requirements)
        self._search: WitnessSearch | None = None
        self.vocabulary: Vocabulary = self._warm.vocabulary
        self.witnesses: list[Witness] = []

    def is_possible(self) -> bool:
        """Whether the choice can be completed.

        Raises:
            TimeoutError: The deadline came first.
        """
        try:
            with self._warm.used(self._deadline):
                if self._take(self._warm.witness(self._warm.assumptions(self._requirements))):
                    return True
        except Impossible:
            return False
        return self._find(()) is not None

    def decide(self, facts: Iterable[Fact]) -> dict[Fact, bool]:
        """Whether each fact is possible; facts that are missing were not decided in time."""
        waiting = dict.fromkeys(facts)
        known: dict[Fact, bool] = {}
        for witness in self.witnesses:
            _strike(waiting, witness, known)
        try:
            known |= self._by_clauses(waiting)
            while waiting:
                found = self._find(list(waiting))
                if found is None:
                    return known | dict.fromkeys(waiting, False)
                _strike(waiting, found, known)
        except TimeoutError:
            pass
        return known

    def _by_clauses(self, waiting: dict[Fact, None]) -> dict[Fact, bool]:
        """Decide what the clauses can; takes it from what waits."""
        known: dict[Fact, bool] = {}
        with self._warm.used(self._deadline):
            chosen = self._warm.assumptions(self._requirements)
            literals = {fact: self._warm.literal(fact) for fact in waiting}
            implied = self._warm.implied(chosen)
            for fact, literal in literals.items():
                if -literal in implied:
                    known[fact] = False
                    del waiting[fact]
            left = dict.fromkeys(waiting)
            while left:
                fact = next(iter(left))
                del left[fact]
                self._warm.prefer([-literals[other] for other in literals if other.inside and other.most])
                self._warm.prefer([literals[other] for other in reversed(left)])
                try:
                    found = self._take(self._warm.witness([*chosen, literals[fact]]))
                except Impossible:
                    known[fact] = False
                    del waiting[fact]
                    continue
                if found is not None:
                    _strike(waiting, found, known)
                    left = {other: None for other in left if other in waiting}
        return known

    def _take(self, witness: Witness | None) -> Witness | None:
        """Keep a configuration that the clauses allow, where it is within the budget."""
        if witness is None:
            return None
        budget = self._requirements.budget
        if budget:
            charges = amounts_without_packages(witness.items, self._amounts)
            if any(getattr(charges, limit) > most for limit, most in budget.items()):
                return None
        self.witnesses.append(witness)
        return witness

    def bounds(self, names: Sequence[str]) -> dict[str, tuple[int, int]]:
        """The least and the greatest number of each name; of a component, of configurations that have it."""
        best = {name: self._seen(name) for name in names}
        settled: set[Fact] = set()
        try:
            while True:
                better = [fact for name in names for fact in self._better(name, *best[name]) if fact not in settled]
                witness = self._find(better) if better else None
                if witness is None:
                    return best
                for name in names:
                    number = witness.number(name)
                    if number or "." not in name:
                        least, most = best[name]
                        best[name] = min(least, number), max(most, number)
        except TimeoutError:
            return {}

    def _seen(self, name: str) -> tuple[int, int]:
        numbers = [witness.number(name) for witness in self.witnesses]
        shown = [number for number in numbers if number or "." not in name]
        return min(shown), max(shown)

    def _better(self, name: str, least: int, most: int) -> Iterable[Fact]:
        """What would widen a range."""
        lowest, highest = self.vocabulary.bounds(name)
        lowest = max(lowest, 1) if "." in name else lowest
        if most < highest:
            yield Fact(name, most + 1, highest)
        if least > lowest:
            yield Fact(name, lowest, least - 1)

    def _find(self, facts: Sequence[Fact]) -> Witness | None:
        if self._search is None:
            self._search = WitnessSearch(self._requirements, self._amounts, self._deadline)
        witness = self._search.find(facts)
        if witness is not None:
            self.witnesses.append(witness)
        return witness


def _strike(waiting: dict[Fact, None], witness: Witness, known: dict[Fact, bool]) -> None:
    """Take the facts that a configuration has from those that wait."""
    shown = [fact for fact in waiting if fact.holds_in(witness)]
    for fact in shown:
        del waiting[fact]
        known[fact] = True
