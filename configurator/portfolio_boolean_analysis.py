"""Questions about an offering that is written out as yes and no: SAT answers them as exactly as CP-SAT, and faster."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from bidwright.configurator.clauses import Clause
from bidwright.configurator.cpsat_space import Fact
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.feature_clauses import encoded
from bidwright.configurator.members import RULE, Member
from bidwright.configurator.portfolio_boolean import BooleanOffering
from bidwright.configurator.sat import OutOfTime, Sat

_BLOCK = 200


class BooleanQuestions:
    """An offering as clauses.

    Raises:
        InvalidInput: A rule that cannot be decided exactly.
    """

    def __init__(self, offering: BooleanOffering, deadline: Deadline) -> None:
        self._offering = offering
        self._deadline = deadline
        self._encoded = encoded(offering.model)
        self._switches = {self._switch(place): member for place, member in offering.members.items()}

    def never(self, facts: Collection[Fact]) -> list[Fact] | None:
        """The facts that no configuration shows; None where there is no configuration.

        Raises:
            TimeoutError: The deadline came first.
        """
        wanted = {fact: self._literals(fact) for fact in facts}
        found: list[Fact] = []
        try:
            with Sat(self._encoded.all(), self._deadline, self._encoded.variables) as sat:
                if not sat.can_hold():
                    return None
                while wanted:
                    fact, literals = next(iter(wanted.items()))
                    sat.prefer(literal for others in wanted.values() for literal in others[:1])
                    if sat.can_hold(literals):
                        shown = set(sat.model())
                        wanted = {other: needed for other, needed in wanted.items() if not shown.issuperset(needed)}
                    else:
                        found.append(fact)
                        del wanted[fact]
        except OutOfTime as too_late:
            raise TimeoutError("the solver ran out of time") from too_late
        return found

    def _literals(self, fact: Fact) -> list[int]:
        """What must hold for a fact to be shown; nothing for what is the same everywhere, as a market is."""
        if fact.kind in {"chosen", "absent"}:
            unit = self._offering.units[fact.id][0] + 1
            return [unit if fact.kind == "chosen" else -unit]
        if fact.kind == "empty":
            return [
                -self._offering.units[each][0] - 1 for each in self._offering.units if each.partition(".")[0] == fact.id
            ]
        if fact.kind == "answer":
            options = self._offering.options[fact.id]
            return [options[fact.value] + 1] if fact.value in options else [-options["yes"] - 1]
        if fact.kind == "market":
            return []
        steps = self._offering.numbers[fact.id]
        if not steps:
            return []
        return [-steps[0] - 1] if fact.kind == "least" else [steps[-1] + 1]

    def redundant_rules(self) -> list[str]:
        """The rules of which each alone forbids nothing that the rest allows.

        Raises:
            TimeoutError: The deadline came first.
        """
        found: list[str] = []
        constraints = self._encoded.constraints
        try:
            for start in range(0, len(constraints), _BLOCK):
                rest = [clause for own in (*constraints[:start], *constraints[start + _BLOCK :]) for clause in own]
                found += self._redundant_in(start, constraints[start : start + _BLOCK], rest)
        except OutOfTime as too_late:
            raise TimeoutError("the solver ran out of time") from too_late
        return found

    def why_never(self, facts: Iterable[Fact]) -> Iterator[tuple[Fact, tuple[Member, ...]]]:
        """Each of some facts that no configuration shows, with members without any one of which there would be one.

        Raises:
            TimeoutError: The deadline came first.
        """
        with self._switched() as sat:
            for fact in facts:
                yield fact, self._blamed(sat, set(self._switches), [self._literals(fact)])

    def implied_by(self, rules: Iterable[str]) -> Iterator[tuple[str, tuple[Member, ...]]]:
        """Each of some redundant rules, with the members that make it hold, none of which can be left out.

        Raises:
            TimeoutError: The deadline came first.
        """
        places = {member.id: place for place, member in self._offering.members.items() if member.kind == RULE}
        with self._switched() as sat:
            for rule in rules:
                opposites = [[-literal for literal in clause] for clause in self._encoded.constraints[places[rule]]]
                yield rule, self._blamed(sat, set(self._switches) - {self._switch(places[rule])}, opposites)

    def _switch(self, place: int) -> int:
        return self._encoded.variables + 1 + place

    def _switched(self) -> Sat:
        """A solver in which every member holds only where its switch is on."""
        own = [
            [-self._switch(place), *clause] if place in self._offering.members else clause
            for place, clauses in enumerate(self._encoded.constraints)
            for clause in clauses
        ]
        return Sat([*self._encoded.hard, *self._encoded.definitions, *own], self._deadline)

    def _blamed(self, sat: Sat, switches: set[int], impossible: Sequence[list[int]]) -> tuple[Member, ...]:
        """A smallest set of members with which none of some assumptions can hold."""
        try:
            kept: set[int] = set()
            for literals in impossible:
                if sat.can_hold([*sorted(switches), *literals]):
                    raise ValueError("what is to be explained is possible")
                kept |= switches.intersection(sat.blamed())
            for switch in sorted(kept):
                rest = sorted(kept - {switch})
                if not any(sat.can_hold([*rest, *literals]) for literals in impossible):
                    kept.discard(switch)
        except OutOfTime as too_late:
            raise TimeoutError("the solver ran out of time") from too_late
        return tuple(sorted({self._switches[switch] for switch in kept}))

    def _redundant_in(self, start: int, block: Sequence[Sequence[Clause]], rest: Sequence[Clause]) -> list[str]:
        """Those among some constraints; all others hold for good, and these when their switch is on."""
        switches = [self._encoded.variables + 1 + place for place in range(len(block))]
        switched = [[-switch, *clause] for switch, own in zip(switches, block, strict=True) for clause in own]
        clauses = [*self._encoded.hard, *self._encoded.definitions, *rest, *switched]
        found: list[str] = []
        with Sat(clauses, self._deadline) as sat:
            sat.prefer(switches)
            for place, own in enumerate(block):
                member = self._offering.members.get(start + place)
                others = [*switches[:place], *switches[place + 1 :]]
                if member is None or member.kind != RULE:
                    continue
                if not any(sat.can_hold([*others, *(-each for each in clause)]) for clause in own):
                    found.append(member.id)
        return found
