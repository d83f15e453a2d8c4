"""Finds members of a request that cannot hold together and of which none can be left out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from bidwright.configurator.budget_conflict import budget_conflict
from bidwright.configurator.cpsat_conflict import EnginesDisagree, Switchboard, Witness
from bidwright.configurator.cpsat_guide import require
from bidwright.configurator.cpsat_model import offering_key
from bidwright.configurator.cpsat_request import RequestModel, members_model, request_model
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.guide_facts import Assumption, Vocabulary
from bidwright.configurator.member_check import Case, unmet
from bidwright.configurator.member_clauses import member_clauses
from bidwright.configurator.members import (
    BESPOKE,
    BUDGET,
    CAPACITY,
    DELIVERY_CENTRE,
    EXCLUSION,
    NEED,
    PIN,
    RESOURCE,
    RULE,
    SLOT,
    Member,
)
from bidwright.configurator.request import Requirements
from bidwright.configurator.rule_check import Choice
from bidwright.configurator.totals import amounts_of
from bidwright.core.amount_table import AmountTable

CHANGEABLE = (NEED, BUDGET, PIN, EXCLUSION, BESPOKE)
"""What a customer can change, in the order a conflict names it; rules explain why it clashes."""

FIXED = (RULE, SLOT, RESOURCE, DELIVERY_CENTRE, CAPACITY)

_MANY = 500
"""Of more members, proofs about prices do not end in time to ask one for each member."""


@dataclass(frozen=True, kw_only=True)
class Clash:
    """Members that cannot hold together; ``minimal`` where leaving out any one lets the others hold."""

    members: tuple[Member, ...]
    minimal: bool


class ConflictSearch:
    """Looks for conflicts of one request, again and again. For one thread.

    Clauses that are kept warm are asked first, and CP-SAT where they do not know. What cannot hold is confirmed by
    CP-SAT in a model of its members alone; that the rest can hold is shown by a configuration, which passes the check
    that uses no solver.

    Attributes:
        requirements, amounts: The request.
    """

    def __init__(
        self,
        requirements: Requirements,
        amounts: AmountTable,
        deadline: Deadline,
        *,
        assumed: Assumption | None = None,
    ) -> None:
        """Take the request; what is ``assumed`` beside holds always and is never among the members of a conflict."""
        self._assumed = assumed
        self.requirements = requirements
        self.amounts = amounts
        self._deadline = deadline
        self._clauses = member_clauses(offering_key(requirements))
        with self._clauses.used(deadline):
            self._literals = self._clauses.literals(requirements)
            self._always = [self._clauses.assumption(assumed)] if assumed else []

    def clash(self, without: Collection[Member] = (), *, shrink_until: Deadline | None = None) -> Clash | None:
        """A conflict of the request without some of its members; None where all the others can hold together.

        Args:
            without: Members that need not hold.
            shrink_until: When the conflict found is good enough, minimal or not; at the latest with the deadline.

        Raises:
            TimeoutError: The deadline came before any conflict was found.
        """
        shrink_until = shrink_until or self._deadline
        core = self._core(without, shrink_until)
        if core is None or isinstance(core, Clash):
            return core
        kept = least_blamed_first(core, self.requirements)
        board = self._small_board(kept, shrink_until)
        try:
            is_wrong = self._shown(kept, board)
        except TimeoutError:
            return Clash(members=tuple(kept), minimal=False)
        if is_wrong:
            # A core that can hold is a fault of an engine: everything is looked at without assumptions.
            board, kept = self._board, least_blamed_first(self._others(without), self.requirements)
            if self._shown(kept, board):
                return None
        return self._shrunk(kept, board)

    def rough_clash(self, without: Collection[Member]) -> Collection[Member] | None:
        """Likewise, but where a budget is among the members, some may be there for nothing.

        To say of each that it is needed takes a proof about prices each time, which is hard near a limit.
        """
        if not self.requirements.budget:
            clash = self.clash(without)
            return None if clash is None else clash.members
        core = self._core(without, shrink_until=None)
        return core.members if isinstance(core, Clash) else core

    def holds(self, members: Collection[Member]) -> bool:
        """Whether these members can hold together, all others off.

        Raises:
            TimeoutError: The deadline came first.
        """
        return self._shown(members, self._small_board(members, self._deadline))

    def _others(self, without: Collection[Member]) -> list[Member]:
        """All members of the request without some."""
        budget = [Member(BUDGET, limit) for limit in self.requirements.budget]
        members = [*self._literals, *self._clauses.looked_up(), *budget]
        return [member for member in members if member not in without]

    def _core(self, without: Collection[Member], shrink_until: Deadline | None) -> Collection[Member] | Clash | None:
        """Members that cannot hold together, maybe not the fewest; None where all others can.

        A clash where members are too many to prove of each what a budget would be without it; the fewest are looked for
        only where it is said until when.
        """
        said = self._literals
        if without:
            said = {member: literal for member, literal in said.items() if member not in without}
        literals = [*self._always, *said.values()]
        with self._clauses.used(self._deadline):
            blamed = self._clauses.blamed(literals)
            found = self._clauses.ask(literals) if blamed is None else False
        if blamed is not None:
            first = dict(zip(reversed(said.values()), reversed(said), strict=True))
            return [first[literal] for literal in blamed if literal not in self._always]
        members = self._others(without)
        if found and not self._lacks(members, found):
            return None
        known = self._board.members()
        members = [member for member in members if member in known]
        if self._assumed or len(members) <= _MANY or all(member.kind != BUDGET for member in members):
            return self._board.core(members)
        soon = self._board.soon(members)
        if soon is not None:
            return None if isinstance(soon, Witness) else soon
        ordered = least_blamed_first([member for member in members if member.kind in CHANGEABLE], self.requirements)
        above = budget_conflict(self.requirements, self.amounts, ordered, self._deadline, shrink_until=shrink_until)
        if above is None:
            return self._board.core(members)
        return Clash(members=tuple(above), minimal=False) if above else None

    @cached_property
    def _board(self) -> Switchboard:
        return self._switchboard(request_model(self.requirements, self.amounts, switchable=True), self._deadline)

    def _small_board(self, members: Collection[Member], deadline: Deadline) -> Switchboard:
        beside = [self._assumed.option.need or str(self._assumed.option.value)] if self._assumed else []
        request = members_model(self.requirements, self.amounts, members, beside=beside)
        return self._switchboard(request, deadline)

    def _switchboard(self, request: RequestModel, deadline: Deadline) -> Switchboard:
        if self._assumed:
            # A model of a few members numbers the options of choices in its own way.
            vocabulary = Vocabulary(self.requirements.release, self.requirements.offering, request.codes)
            require(request, vocabulary.fact(self._assumed))
        return Switchboard(self.requirements, request, deadline)

    def _shrunk(self, core: Sequence[Member], board: Switchboard) -> Clash:
        """The fewest members of a core that cannot hold together, as far as there is time to find and confirm them."""
        proven = kept = list(core)
        try:
            for ask in (board.guess, board.say):
                kept = list(core)
                for member in core:
                    if member not in kept:
                        continue
                    rest = [other for other in kept if other != member]
                    found, is_proven = ask(rest)
                    if isinstance(found, Witness):
                        self._require_met(rest, found)
                        continue
                    kept = [other for other in rest if other in found]
                    proven = kept if is_proven else proven
                # Where none could be left out, it is what was shown before the first was tried.
                if len(kept) == len(core) or not self._shown(kept, board):
                    return Clash(members=tuple(kept), minimal=True)
        except TimeoutError:
            return Clash(members=tuple(proven), minimal=False)
        raise EnginesDisagree(f"{kept} can hold together, and cannot")

    def _lacks(self, members: Collection[Member], found: Choice) -> bool:
        """Whether it is open if a configuration meets those members that the clauses say nothing of."""
        unsaid = [member for member in members if member not in self._literals]
        if any(member.kind == BUDGET for member in unsaid):
            return True
        return bool(unmet(unsaid, Case(requirements=self.requirements, choice=found, charges={})))

    def _shown(self, members: Collection[Member], board: Switchboard) -> bool:
        """Whether a configuration shows that members can hold together, all others off.

        Raises:
            EnginesDisagree: It does not meet them.
        """
        witness = board.witness(members)
        if witness is None:
            return False
        self._require_met(members, witness)
        return True

    def _require_met(self, members: Collection[Member], witness: Witness) -> None:
        broken = unmet(members, self._case(witness, members))
        if broken or (self._assumed and not self._assumed.is_met(witness.choice)):
            raise EnginesDisagree(f"{witness.choice.items} does not meet {broken or self._assumed}")

    def _case(self, witness: Witness, members: Collection[Member]) -> Case:
        charges = {}
        if any(member.kind == BUDGET for member in members):
            found = amounts_of(witness.choice.items, self.amounts, witness.contract_value)
            charges = {limit: getattr(found, limit) for limit in self.requirements.budget}
        return Case(requirements=self.requirements, choice=witness.choice, charges=charges)


def least_blamed_first(members: Iterable[Member], requirements: Requirements) -> list[Member]:
    """Members in the order in which leaving them out is tried: rules first, what the customer said last."""
    kinds = (*FIXED, *reversed(CHANGEABLE))

    def blame(member: Member) -> tuple[int, int, str]:
        is_default = (
            member.kind == NEED and requirements.offering.needs[member.id].default == requirements.answers[member.id]
        )
        return (kinds.index(member.kind), 0 if is_default else 1, member.id)

    return sorted(members, key=blame)
