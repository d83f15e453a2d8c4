"""What is kept of an offering between guides: its clauses in a warm solver, and configurations that were found.

Nothing here changes an answer: clauses that are added hold in every configuration of the offering, and a configuration
counts only where it meets the choice at hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from threading import Lock

import numpy as np

from bidwright.configurator.clauses import Clause
from bidwright.configurator.cpsat_model import OfferingKey, offering_key
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.delivery import undeliverable
from bidwright.configurator.guide_clauses import ClauseTable, Impossible, Places, row_of
from bidwright.configurator.guide_facts import Fact, Vocabulary, Witness, vocabulary_of
from bidwright.configurator.guide_kept import Configuration, Kept, Layout
from bidwright.configurator.guide_masks import mask_of
from bidwright.configurator.offering_clauses import offering_clauses
from bidwright.configurator.offering_completion import Completer
from bidwright.configurator.offering_lookups import lessons
from bidwright.configurator.request import Requirements
from bidwright.configurator.rule_check import Choice
from bidwright.configurator.sat import OutOfTime, Sat

_MOST_LEARNED = 20_000
"""With so many clauses that rows have taught, the solver begins anew."""


class WarmOffering:
    """The clauses of one offering, asked by one caller at a time.

    Attributes:
        vocabulary: Its options.
        literals: For each option the literal that it is taken.
        rows: Their rows.
    """

    def __init__(self, key: OfferingKey) -> None:
        self._key = key
        self._lock = Lock()
        self.vocabulary: Vocabulary = vocabulary_of(key.release, key.offering)
        self._kept: dict[str, Kept] = {}
        self._begin()
        self._layout = Layout(self._offering, key.release)
        self.can_mix = self._layout.is_exact

    def _begin(self) -> None:
        """Compile the offering; forgets all that was learned."""
        self._offering = offering_clauses(self._key.release, self._key.offering, capacities=self._key.capacities)
        self._completer = Completer(self._offering)
        self._clauses = self._offering.clauses
        counted = [(counted.literals, counted.most) for counted in self._offering.counted]
        self._sat = Sat([], Deadline(0), counted=counted)
        self._given = [0, 0]
        self._learned = 0
        self._always: set[int] = set()
        self._markets: dict[str, tuple[int, ClauseTable]] = {}
        self.literals = [self.literal(self.vocabulary.taken(option)) for option in self.vocabulary.options]
        self.rows: Places = np.array([row_of(literal) for literal in self.literals], dtype=np.intp)

    @contextmanager
    def used(self, deadline: Deadline) -> Iterator[None]:
        """Have it alone.

        Raises:
            TimeoutError: The deadline came first, while waiting or within.
        """
        if not self._lock.acquire(timeout=deadline.left_s):
            raise TimeoutError("others were asking until the deadline")
        try:
            if self._learned > _MOST_LEARNED:
                self._sat.close()
                self._begin()
            self._sat.deadline = deadline
            yield
        except OutOfTime as too_late:
            raise TimeoutError("the solver ran out of time") from too_late
        finally:
            self._lock.release()

    def literal(self, fact: Fact) -> int:
        """The literal of a fact."""
        within = self._within(fact)
        return within if fact.inside else -within

    def _within(self, fact: Fact) -> int:
        offering, name = self._offering, fact.name
        index = offering.units.get(name, offering.measured.get(name))
        if index is None:
            asked = self._key.offering.needs[name]
            values: Iterable[bool | str] = asked.options or (False, True)
            numbers = {value: self.vocabulary.number(name, value) for value in values}
            return self._clauses.either(
                offering.answers[name, value] for value, n in numbers.items() if fact.least <= n <= fact.most
            )
        ends = (offering.at_least(index, fact.least), -offering.at_least(index, fact.most + 1))
        return self._clauses.both(ends)

    def assumptions(self, requirements: Requirements) -> list[int]:
        """The literals of a partial choice; its budget is not among them.

        Raises:
            Impossible: A component that the offering does not hold must be in.
        """
        selected = self._offering.selected
        found = [self._market(requirements)[0]]
        for name, answer in requirements.answers.items():
            if self._key.offering.needs[name].kind != "text":
                number = self.vocabulary.number(name, answer)
                found.append(self.literal(Fact(name, number, number)))
        for component, units in requirements.pins.items():
            if component not in selected:
                raise Impossible
            found.append(self.literal(Fact(component, units, units)) if units else selected[component])
        found.extend(-selected[component] for component in requirements.exclusions if component in selected)
        for effect in requirements.bespoke:
            found.extend(self._any_of(name) for name in effect.requires)
            found.extend(-self._any_of(name) for name in effect.forbids)
        return list(dict.fromkeys(found))

    def _any_of(self, name: str) -> int:
        selected = self._offering.selected
        return self._clauses.either(selected[c] for c in self._key.release.members(name) if c in selected)

    def column(self, name: str) -> int:
        """The column of the units of a component, or of the answer to a need that asks for a number."""
        offering = self._offering
        return offering.units[name] if name in offering.units else offering.measured[name]

    def undelivered(self, requirements: Requirements) -> ClauseTable:
        """Clauses that say that nothing is selected that no delivery centre can deliver in a market."""
        return self._market(requirements)[1]

    def _market(self, requirements: Requirements) -> tuple[int, ClauseTable]:
        """A literal under which nothing is selected that cannot be delivered in a market, and clauses that say so."""
        market, need = requirements.market, self._key.offering.residency_need
        if market.id not in self._markets:
            literal, found = self._clauses.new(), list[Clause]()
            for answer in self._key.offering.needs[need].options if need else ("",):
                asked = replace(requirements, answers={need: answer} if need else {})
                when = [-self._offering.answers[need, answer]] if need else []
                for components in undeliverable(asked, self._offering.selected).values():
                    found.extend([*when, -self._offering.selected[component]] for component in components)
            for clause in found:
                self._clauses.add(-literal, *clause)
            self._markets[market.id] = literal, ClauseTable(found)
        return self._markets[market.id]

    def implied(self, assumptions: Sequence[int]) -> tuple[int, int]:
        """Options that are taken as follows from literals at once, and options that are left.

        Raises:
            Impossible: They contradict each other.
        """
        self._give()
        found = self._sat.implied(assumptions)
        if found is None:
            raise Impossible
        taken = np.zeros(2 * self._clauses.variables + 1, dtype=np.bool_)
        taken[[*found, *self._always]] = True  # a negative place counts from the end
        return mask_of(taken[self.literals]), mask_of(taken[[-literal for literal in self.literals]])

    def is_refuted(self, assumptions: Sequence[int], literal: int) -> bool:
        """Whether a literal contradicts others at once."""
        self._give()
        return self._sat.implied([*assumptions, literal]) is None

    def together(self, needed: Sequence[int], wanted: Iterable[int]) -> list[int]:
        """What is wanted that does not contradict at once what is needed, nor what is wanted before it."""
        self._give()
        found: list[int] = []
        for literal in wanted:
            if self._sat.implied([*needed, *found, literal]) is not None:
                found.append(literal)
        return found

    def prefer(self, literals: Iterable[int]) -> None:
        """Try these first where the search is free to choose."""
        self._give()
        self._sat.prefer(literals)

    def near(self, configuration: Configuration) -> list[int]:
        """The literals that a configuration has, to be preferred."""
        signs = np.where(configuration.holds, 1, -1)
        return list((signs * np.arange(len(signs)))[1:].tolist())

    def near_numbers(self, configuration: Configuration) -> list[int]:
        """The literals of its numbers that were made since the compilation."""
        found, first = list[int](), len(configuration.holds)
        for number, units in zip(self._offering.numbers, configuration.columns.tolist(), strict=False):
            later = ((value, step) for value, step in number.steps.items() if abs(step) >= first)
            found.extend(step if units >= value else -step for value, step in later)
        return found

    def one_of(self, literals: Iterable[int]) -> int:
        """A literal under which one of these holds."""
        self._learned += 1
        literal = self._clauses.new()
        self._clauses.add(-literal, *literals)
        return literal

    def learn(self, impossible: Iterable[Sequence[int]]) -> None:
        """Remember literals that were proven not to hold together, so that it follows at once the next time."""
        for literals in impossible:
            self._learned += 1
            self._clauses.add(*(-literal for literal in literals))
            if len(literals) == 1:
                self._always.add(-literals[0])

    def found(self, assumptions: Sequence[int], *, rounds: int) -> Configuration | None:
        """A valid configuration under literals, or None where none was found soon.

        Args:
            assumptions: The literals.
            rounds: So often the rows may teach the clauses something.

        Raises:
            Impossible: There is none.
            OutOfTime: The deadline came first.
        """
        for _ in range(rounds):
            self._give()
            if not self._sat.can_hold(assumptions):
                raise Impossible(self._sat.blamed())
            model = self._sat.model()
            model.extend(range(-len(model) - 1, -self._clauses.variables - 1, -1))
            found = self._completer.completed(model)
            if isinstance(found, Mapping):
                configuration = self._layout.configuration(model, found)
                taught = self._lessons(configuration)
                if taught is None:
                    return configuration
                found = taught
            if not found:
                return None
            self._learned += len(found)
            for clause in found:
                self._clauses.add(*(clause or [-self._clauses.true]))
        return None

    def _lessons(self, configuration: Configuration) -> list[Clause] | None:
        """What rules teach that are looked up; None where they hold."""
        if not self._offering.looked_up:
            return None
        witness = self.witness(configuration)
        answers = {name: self.vocabulary.answer(name, number) for name, number in witness.answers.items()}
        choice = Choice(release=self._key.release, answers=answers, items=witness.items)
        return lessons(self._offering, self._key.offering, choice)

    def witness(self, configuration: Configuration) -> Witness:
        """A configuration as units and answers."""
        offering, number = self._offering, self.vocabulary.number
        columns = configuration.columns
        answers = {name: int(columns[index]) for name, index in offering.measured.items()}
        for (name, answer), literal in offering.answers.items():
            if configuration.holds[abs(literal)] == (literal > 0):
                answers[name] = number(name, answer)
        items = {name: int(columns[index]) for name, index in offering.units.items() if columns[index]}
        return Witness(items=items, answers=answers)

    def mask(self, configuration: Configuration) -> int:
        """The options that a configuration takes: bit n stands for option n."""
        taken = configuration.holds[np.abs(self.literals)] == (np.array(self.literals) > 0)
        return mask_of(taken)

    def kept(self, market: str) -> Kept:
        """Valid configurations found before for a market; more can be added."""
        if market not in self._kept:
            self._kept[market] = Kept(self._layout)
        return self._kept[market]

    def _give(self) -> None:
        """Hand new clauses to the solver."""
        kinds = (self._clauses.definitions, self._clauses.hard)
        for position, clauses in enumerate(kinds):
            for clause in clauses[self._given[position] :]:
                self._sat.add(clause)
            self._given[position] = len(clauses)


@lru_cache(maxsize=16)
def _warm_offering(key: OfferingKey) -> WarmOffering:
    return WarmOffering(key)


def warm_offering(requirements: Requirements) -> WarmOffering:
    """What is kept of the offering of a request."""
    return _warm_offering(offering_key(requirements))
