"""Finds members of a request that cannot hold together and of which none can be left out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from bidwright.configurator.cpsat_conflict import EnginesDisagree, Switchboard, Witness
from bidwright.configurator.cpsat_request import members_model, request_model
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.member_check import Case, unmet
from bidwright.configurator.members import (
    BESPOKE,
    BUDGET,
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
from bidwright.configurator.totals import amounts_of
from bidwright.core.amount_table import AmountTable

CHANGEABLE = (NEED, BUDGET, PIN, EXCLUSION, BESPOKE)
"""What a customer can change, in the order a conflict names it; rules explain why it clashes."""

FIXED = (RULE, SLOT, RESOURCE, DELIVERY_CENTRE)


@dataclass(frozen=True, kw_only=True)
class Clash:
    """Members that cannot hold together; ``minimal`` where leaving out any one lets the others hold."""

    members: tuple[Member, ...]
    minimal: bool


class ConflictSearch:
    """Looks for conflicts of one request, again and again. For one thread."""

    def __init__(self, requirements: Requirements, amounts: AmountTable, deadline: Deadline) -> None:
        self._requirements = requirements
        self._amounts = amounts
        self._deadline = deadline
        request = request_model(requirements, amounts, switchable=True)
        self._members = least_blamed_first(request.switches, requirements)
        self._board = Switchboard(requirements, request, deadline)

    def clash(self, without: Collection[Member] = ()) -> Clash | None:
        """A conflict of the request without some of its members; None where all the others can hold together.

        What cannot hold is found in the whole model and confirmed by a smaller one, made of its members alone; that
        the rest can hold is shown by a configuration, which passes the check that uses no solver.

        Raises:
            TimeoutError: The deadline came before any conflict was confirmed.
        """
        members = [member for member in self._members if member not in without]
        core = self._board.core(members)
        if core is None:
            return None
        kept = least_blamed_first(core, self._requirements)
        board = Switchboard(self._requirements, members_model(self._requirements, self._amounts, kept), self._deadline)
        if self._shown(board, kept):
            # A core that can hold is a fault of the solver: everything is looked at without assumptions.
            board, kept = self._board, members
            if self._shown(board, kept):
                return None
        return self._shrunk(board, kept)

    def _shrunk(self, board: Switchboard, core: Sequence[Member]) -> Clash:
        """Leave out members one by one while the rest still cannot hold."""
        kept = list(core)
        for member in core:
            rest = [other for other in kept if other != member]
            try:
                if not self._shown(board, rest):
                    kept = rest
            except TimeoutError:
                return Clash(members=tuple(kept), minimal=False)
        return Clash(members=tuple(kept), minimal=True)

    def _shown(self, board: Switchboard, members: Collection[Member]) -> bool:
        """Whether a configuration shows that members can hold together.

        Raises:
            EnginesDisagree: It does not meet them.
        """
        witness = board.witness(members)
        if witness is None:
            return False
        broken = unmet(members, self._case(witness, members))
        if broken:
            raise EnginesDisagree(f"{witness.choice.items} does not meet {broken}")
        return True

    def _case(self, witness: Witness, members: Collection[Member]) -> Case:
        charges = {}
        if any(member.kind == BUDGET for member in members):
            found = amounts_of(witness.choice.items, self._amounts, witness.contract_value)
            charges = {limit: getattr(found, limit) for limit in self._requirements.budget}
        return Case(requirements=self._requirements, choice=witness.choice, charges=charges)


def least_blamed_first(members: Iterable[Member], requirements: Requirements) -> list[Member]:
    """Members in the order in which leaving them out is tried: rules first, what the customer said last."""
    kinds = (*FIXED, *reversed(CHANGEABLE))

    def blame(member: Member) -> tuple[int, int, str]:
        is_default = (
            member.kind == NEED and requirements.offering.needs[member.id].default == requirements.answers[member.id]
        )
        return (kinds.index(member.kind), 0 if is_default else 1, member.id)

    return sorted(members, key=blame)
