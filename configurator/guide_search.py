"""Decides which facts a partial choice leaves possible: each by a valid configuration, or by a proof of none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Self

from bidwright.configurator.cpsat_guide import WitnessSearch
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.guide_facts import Fact, Vocabulary, Witness, vocabulary_of
from bidwright.configurator.request import Requirements
from bidwright.core.amount_table import AmountTable


class GuideSearch:
    """What one partial choice leaves possible.

    Attributes:
        witnesses: Valid configurations that were found.
    """

    def __init__(self, requirements: Requirements, amounts: AmountTable, deadline: Deadline) -> None:
        self.vocabulary: Vocabulary = vocabulary_of(requirements.release, requirements.offering)
        self.witnesses: list[Witness] = []
        self._search = WitnessSearch(requirements, amounts, deadline)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def is_possible(self) -> bool:
        """Whether the choice can be completed.

        Raises:
            TimeoutError: The deadline came first.
        """
        return self._find(()) is not None

    def decide(self, facts: Iterable[Fact]) -> dict[Fact, bool]:
        """Whether each fact is possible; facts that are missing were not decided in time."""
        waiting = dict.fromkeys(facts)
        known: dict[Fact, bool] = {}
        for witness in self.witnesses:
            _strike(waiting, witness, known)
        try:
            while waiting:
                found = self._find(list(waiting))
                if found is None:
                    return known | dict.fromkeys(waiting, False)
                _strike(waiting, found, known)
        except TimeoutError:
            pass
        return known

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
