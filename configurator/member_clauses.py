"""The members of requests as literals over an offering's clauses, in a solver that is kept warm.

Nothing that is kept changes an answer: whether members can hold together does not depend on what was learned before,
and which of them are blamed is found by a second solver, which learns nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from threading import Lock
from typing import Literal

from bidwright.catalog.model import Answer
from bidwright.configurator.broken_rows import BrokenRows
from bidwright.configurator.cpsat_model import OfferingKey
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.delivery import undeliverable
from bidwright.configurator.guide_facts import Assumption
from bidwright.configurator.members import BESPOKE, DELIVERY_CENTRE, EXCLUSION, NEED, PIN, RULE, Member
from bidwright.configurator.offering_clauses import offering_clauses
from bidwright.configurator.offering_completion import Completer
from bidwright.configurator.request import Requirements
from bidwright.configurator.rule_check import Choice
from bidwright.configurator.sat import OutOfTime, Sat

_MOST_ROUNDS = 60
"""Of a search for one configuration, where nothing else is said."""

_MOST_NEW = 20_000
"""With so many variables and clauses that requests have brought, the solver begins anew."""


class MemberClauses:
    """The clauses of one offering, whose members can be left out; asked by one caller at a time.

    Attributes:
        last_found: Component id -> units of the configuration that was found last.
    """

    def __init__(self, key: OfferingKey) -> None:
        self.last_found: Mapping[str, int] = {}
        self._key = key
        self._lock = Lock()
        self._begin()

    def _begin(self) -> None:
        """Compile the offering; forgets all that was learned."""
        self._offering = offering_clauses(
            self._key.release, self._key.offering, switchable=True, capacities=self._key.capacities
        )
        self._completer = Completer(self._offering)
        self._broken_rows = BrokenRows(self._offering)
        self._clauses = self._offering.clauses
        self._sat, self._plain = Sat([], Deadline(0)), Sat([], Deadline(0))
        self._given = [0, 0]
        self._markets: dict[str, Mapping[Member, int]] = {}
        self._answers: dict[tuple[str, Answer], int] = {}
        self._learned = 0
        self._first_size = self._size()

    def _size(self) -> int:
        return (
            self._learned
            + len(self._answers)
            + self._clauses.variables
            + len(self._clauses.hard)
            + len(self._clauses.definitions)
        )

    @contextmanager
    def used(self, deadline: Deadline) -> Iterator[None]:
        """Have it alone.

        Raises:
            TimeoutError: The deadline came first, while waiting or within.
        """
        if not self._lock.acquire(timeout=deadline.left_s):
            raise TimeoutError("others were asking until the deadline")
        try:
            if self._size() > self._first_size + _MOST_NEW:
                self._sat.close()
                self._plain.close()
                self._begin()
            self._sat.deadline = deadline
            yield
        except OutOfTime as too_late:
            raise TimeoutError("the solver ran out of time") from too_late
        finally:
            self._lock.release()

    def literals(self, requirements: Requirements) -> dict[Member, int]:
        """Member of a request -> the literal under which it holds; not of budgets and rules that are looked up.

        What the customer said comes first: what clashes by itself is then found before any rule is blamed.
        """
        found: dict[Member, int] = {}
        for name, answer in requirements.answers.items():
            if self._key.offering.needs[name].kind != "text":
                found[Member(NEED, name)] = self._answer(name, answer)
        selected = self._offering.selected
        for component, units in requirements.pins.items():
            found[Member(PIN, component)] = self._number(component, units) if units else selected[component]
        found |= {Member(EXCLUSION, component): -selected[component] for component in requirements.exclusions}
        for effect in requirements.bespoke:
            wanted = [self._any_of(name) for name in effect.requires]
            unwanted = [-self._any_of(name) for name in effect.forbids]
            found[Member(BESPOKE, effect.id)] = self._clauses.both([*wanted, *unwanted])
        return {**found, **self._delivery(requirements), **self._offering.switches}

    def assumption(self, assumed: Assumption) -> int:
        """The literal of an option that is taken or left."""
        need, value = assumed.option
        literal = self._offering.answers[need, value] if need else self._offering.selected[str(value)]
        return literal if assumed.is_taken else -literal

    def looked_up(self) -> frozenset[Member]:
        """The rules that the clauses say nothing about."""
        return frozenset(Member(RULE, rule.id) for rule in self._offering.looked_up)

    def ask(
        self, literals: Collection[int], near: Mapping[str, int] | None = None, *, rounds: int = _MOST_ROUNDS
    ) -> Choice | Literal[False] | None:
        """A configuration under literals, False where there is none; None where it was not known soon.

        Args:
            literals: What must hold.
            near: Component id -> units: these, and no others, where there is a choice.
            rounds: So often the rows teach the clauses something before it is given up.

        Raises:
            OutOfTime: The deadline came first.
        """
        preferred = () if near is None else self._literals_of(near)
        for _ in range(rounds):
            self._give()
            if preferred:
                self._sat.prefer(preferred)  # again, as the solver prefers what it found last
            if not self._sat.can_hold(list(literals)):
                return False
            model = self._sat.model()
            model.extend(range(-len(model) - 1, -self._clauses.variables - 1, -1))
            found = self._completer.completed(model)
            if isinstance(found, Mapping):
                choice = self._choice(model, found)
                self.last_found = choice.items
                return choice
            if not found:
                return None
            for clause in found:
                self._sat.add(clause or [-self._clauses.true])
            self._learned += len(found)
        return None

    def blamed(self, literals: Sequence[int]) -> list[int] | None:
        """Literals that contradict each other one by one, or leave a row no way; the same whatever was asked before.

        The shortest beginning of the literals that is contradictory ends with one that counts; then the beginning
        before it is looked at in the same way, together with those that count.

        Returns:
            As early ones as there are; None where propagation does not find a contradiction.
        """
        self._give()
        found = self._contradictory(literals)
        if found is not None:
            return found
        broken = self._broken_rows.clauses(self._plain.implied(literals) or ())
        if not broken:
            return None
        # What rows say is said under a literal of its own: it is left out of all other questions.
        said = self._clauses.new()
        self._give()
        for clause in broken:
            self._plain.add([-said, *clause])
        self._learned += len(broken)
        found = self._contradictory([said, *literals])
        return found and [literal for literal in found if literal != said]

    def _contradictory(self, literals: Sequence[int]) -> list[int] | None:
        length = self._plain.refused(literals)
        if length is None:
            return None
        found: list[int] = []
        rest = list(literals[:length])
        while self._plain.refused(found) is None:
            rest = rest[: self._shortest(found, rest)]
            found.append(rest.pop())
        return found

    def _shortest(self, found: Sequence[int], rest: Sequence[int]) -> int:
        """Length of the shortest beginning of ``rest`` that contradicts itself together with ``found``."""
        consistent, refused, looked_at = 0, len(rest), len(rest) - 1
        while refused - consistent > 1:
            length = self._plain.refused([*found, *rest[:looked_at]])
            if length is None:
                consistent, looked_at = looked_at, (looked_at + refused) // 2
            else:
                is_told = length < len(found) + looked_at  # then it is the shortest, nearly always
                refused = length - len(found)
                looked_at = refused - 1 if is_told else (consistent + refused) // 2
        return refused

    def _literals_of(self, items: Mapping[str, int]) -> Sequence[int]:
        """Components in so many units, and no others."""
        numbers = [self._number(one, units) for one, units in items.items() if one in self._offering.units]
        return [*(lit if one in items else -lit for one, lit in self._offering.selected.items()), *numbers]

    def _give(self) -> None:
        """Hand new clauses to the solver."""
        for position, clauses in enumerate((self._clauses.definitions, self._clauses.hard)):
            for clause in clauses[self._given[position] :]:
                self._sat.add(clause)
                self._plain.add(clause)
            self._given[position] = len(clauses)

    def _choice(self, model: Sequence[int], values: Mapping[int, int]) -> Choice:
        offering, needs = self._offering, self._key.offering.needs
        answers: dict[str, Answer] = {}
        for name, index in offering.measured.items():
            number, places = values[index], needs[name].places
            answers[name] = number if needs[name].kind == "integer" else Decimal(number).scaleb(-places)
        for (name, answer), literal in offering.answers.items():
            if (model[abs(literal) - 1] > 0) == (literal > 0):
                answers[name] = answer
        items = {offering.numbers[n].name: value for n, value in values.items() if value and n < len(offering.units)}
        return Choice(release=self._key.release, answers=answers, items=items)

    def _answer(self, name: str, answer: Answer) -> int:
        if isinstance(answer, bool | str):
            return self._offering.answers[name, answer]
        if (name, answer) not in self._answers:
            number = int(Decimal(answer).scaleb(self._key.offering.needs[name].places))
            self._answers[name, answer] = self._number(name, number)
        return self._answers[name, answer]

    def _number(self, name: str, value: int) -> int:
        """The literal of exactly so many units, or exactly this answer."""
        units, measured = self._offering.units, self._offering.measured
        index = units[name] if name in units else measured[name]
        return self._clauses.both((self._offering.at_least(index, value), -self._offering.at_least(index, value + 1)))

    def _any_of(self, name: str) -> int:
        return self._clauses.either(self._offering.selected[one] for one in self._key.release.members(name))

    def _delivery(self, requirements: Requirements) -> Mapping[Member, int]:
        """Family -> the literal under which nothing of it is selected that no centre can deliver in the market."""
        market, need = requirements.market, self._key.offering.residency_need
        if market.id not in self._markets:
            found: dict[Member, int] = {}
            for answer in self._key.offering.needs[need].options if need else ("",):
                asked = replace(requirements, answers={need: answer} if need else {})
                when = [-self._offering.answers[need, answer]] if need else []
                for family, components in undeliverable(asked, self._offering.selected).items():
                    member = Member(DELIVERY_CENTRE, family)
                    literal = found[member] = found.get(member) or self._clauses.new()
                    for component in components:
                        self._clauses.add(-literal, *when, -self._offering.selected[component])
            self._markets[market.id] = found
        return self._markets[market.id]


@lru_cache(maxsize=16)
def member_clauses(key: OfferingKey) -> MemberClauses:
    """What is kept of an offering."""
    return MemberClauses(key)
