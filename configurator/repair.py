"""The smallest changes to a request that make it possible."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from bidwright.configurator.bespoke_prices import priced_items, with_items, without_items
from bidwright.configurator.configure import configure
from bidwright.configurator.conflict_search import Clash, ConflictSearch
from bidwright.configurator.correction_sets import CorrectionSet, MemberT, correction_sets
from bidwright.configurator.cpsat_conflict import EnginesDisagree
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.explain import conflict_of
from bidwright.configurator.members import BESPOKE, BUDGET, Member
from bidwright.configurator.priced_answers import priced_answers, with_answers
from bidwright.configurator.repair_changes import Asked, Changes, Repaired, changes_for
from bidwright.configurator.solution import Solution
from bidwright.core.errors import Unavailable
from bidwright.v1.configuration_pb2 import Conflict

_MOST_OF_A_WEIGHT = 16
"""So many repairs of the last weight are compared by price; where there are more, the others are not looked at."""

_SHARE = 0.3
"""Part of the time left that one repair may take, so that the next ones get some, too."""


class Weighed(Protocol):
    """What has a weight."""

    @property
    def weight(self) -> int:
        """Sum of the weights of what is given up."""


RepairT = TypeVar("RepairT", bound=Weighed)


@dataclass(frozen=True, kw_only=True)
class Repair:
    """Changes that make a request possible, and the best configuration after them.

    Attributes:
        weight: Sum of the weights of what is given up.
    """

    changes: Changes
    weight: int
    solution: Solution


@dataclass(frozen=True, kw_only=True)
class Repairs:
    """Several repairs, the lightest first, of equal ones the cheapest; ``complete`` where all better ones are there."""

    found: tuple[Repair, ...]
    complete: bool


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Why a request is impossible, and what mends it."""

    conflict: Conflict
    repairs: Repairs


def explain_and_repair(
    asked: Asked, repaired: Repaired, weights: Mapping[Member, int], *, most: int, deadline: Deadline
) -> Explanation | None:
    """Say why nothing meets a request, and the smallest changes that mend it; None where something does.

    Args:
        asked: The request.
        repaired: Makes changes to it.
        weights: Of every member that may be given up; at least 1.
        most: How many repairs are wanted.
        deadline: The repairs found until then are the answer.

    Raises:
        Unavailable: The deadline came before any conflict was found.
    """
    conflicts = ConflictSearch(asked.requirements, asked.amounts, deadline)
    try:
        clash = conflicts.clash(shrink_until=deadline.after(_SHARE))
    except TimeoutError as too_late:
        raise Unavailable(
            f"no conflict was found within {deadline.given_s:g} seconds, nor that there is none",
            fix="Allow more time.",
            reason="SEARCH_TIMED_OUT",
        ) from too_late
    if clash is None:
        return None
    # What a budget would have to be is not looked for here: a repair tells it.
    clash = with_items(clash, asked.requirements, asked.amounts, deadline.after(_SHARE))
    clash = with_answers(clash, asked.requirements, asked.amounts)
    conflict = conflict_of(clash.members, asked.requirements, asked.amounts, minimal=clash.minimal)
    search = RepairSearch(conflicts=conflicts, repaired=repaired, weights=weights, deadline=deadline)
    return Explanation(conflict=conflict, repairs=search.repairs(clash, most))


@dataclass(frozen=True, kw_only=True)
class RepairSearch:
    """Looks for repairs of one impossible request.

    Attributes:
        conflicts: Of the request.
        repaired: Makes changes to the request.
        weights: Of every member that may be given up; at least 1.
        deadline: The repairs found until then are the answer.
    """

    conflicts: ConflictSearch
    repaired: Repaired
    weights: Mapping[Member, int]
    deadline: Deadline
    _searches: dict[frozenset[Member], ConflictSearch] = field(default_factory=dict, init=False)

    def repairs(self, first: Clash, most: int) -> Repairs:
        """The lightest repairs, at most so many.

        Args:
            first: A conflict of the request.
            most: How many are wanted.
        """
        found, complete = lightest(self.correction_sets(first), self._repair, most)
        # What other answers would cost is only asked of those that are enough at the prices of the old ones.
        return Repairs(found=tuple(sorted(found, key=_order)[:most]), complete=complete and not self._priced_answers)

    def correction_sets(self, first: Clash) -> Iterator[CorrectionSet[Member]]:
        """What must be given up, the lightest sets first; none where the offering contradicts itself.

        Raises:
            TimeoutError: The deadline came first.
        """
        known: list[Collection[Member]] = [first.members]

        def clashes(given_up: frozenset[Member]) -> frozenset[Member] | None:
            search = self._without_items(given_up)
            clash = known.pop() if known else search.rough_clash(given_up)
            if clash is None:
                return None
            # Whether it takes the price of an item, too, shows when the item is given up.
            items = priced_items(clash, search.requirements, search.amounts)
            return frozenset(member for member in (*clash, *items) if member in self.weights)

        # What a budget would have to be is known much sooner than which answers are within it.
        budget = [member for member in self.weights if member.kind == BUDGET]
        return correction_sets(clashes, self.weights, sooner=budget)

    def _without_items(self, given_up: Collection[Member]) -> ConflictSearch:
        """The search in the request without the bespoke items that are given up, at the prices of the others."""
        first = self.conflicts
        items = frozenset(member for member in given_up if member.kind == BESPOKE)
        if not items or not first.requirements.budget:
            return first
        if items not in self._searches:
            fewer = without_items(first.requirements, first.amounts, items)
            self._searches[items] = ConflictSearch(*fewer, self.deadline)
        return self._searches[items]

    def _repair(self, given_up: CorrectionSet[Member]) -> Repair | None:
        """What giving these up leads to; None where that is not enough at the prices of the answers in their place."""
        try:
            return self._mended(given_up.members)
        except EnginesDisagree:
            if self._priced_answers.isdisjoint(given_up.members):
                raise
            return None

    def _mended(self, given_up: tuple[Member, ...]) -> Repair:
        deadline = self.deadline.after(_SHARE)
        changes = changes_for(given_up, self.repaired, deadline)
        asked = self.repaired(changes)
        solution = configure(asked.requirements, asked.amounts, deadline)
        if not isinstance(solution, Solution):
            raise EnginesDisagree(f"{given_up} were found to be enough to give up, and are not")
        return Repair(changes=changes, weight=self._weight(changes), solution=solution)

    @property
    def _priced_answers(self) -> frozenset[Member]:
        return priced_answers(self.conflicts.requirements, self.conflicts.amounts)

    def _weight(self, changes: Changes) -> int:
        return sum(self.weights[member] for member in changes.members)


def lightest(
    sets: Iterator[CorrectionSet[MemberT]], repair_of: Callable[[CorrectionSet[MemberT]], RepairT | None], most: int
) -> tuple[list[RepairT], bool]:
    """The lightest repairs: so many, and all that weigh as much as the last of them.

    Args:
        sets: What must be given up, the lightest first.
        repair_of: Makes a repair of a set, where it is one; it may take too long.
        most: How many are wanted.

    Returns:
        The repairs, and whether no better ones can be missing.
    """
    found: list[RepairT] = []
    is_complete = True
    for one in _until_deadline(sets):
        if one is None:
            is_complete = False
            break
        if len(found) >= most and one.weight > max(repair.weight for repair in found):
            break
        if sum(repair.weight == one.weight for repair in found) >= max(most, _MOST_OF_A_WEIGHT):
            is_complete = False
            break
        try:
            repair = repair_of(one)
        except (TimeoutError, Unavailable):
            # It took more than its share of the time; another one may be easier.
            repair = None
        if repair is None:
            is_complete = False
        else:
            found.append(repair)
    return found, is_complete


def _until_deadline(sets: Iterator[CorrectionSet[MemberT]]) -> Iterator[CorrectionSet[MemberT] | None]:
    """The correction sets, and None at the end where the deadline ended it."""
    try:
        yield from sets
    except TimeoutError:
        yield None


def _order(repair: Repair) -> tuple[int, int, tuple[Member, ...]]:
    return repair.weight, repair.solution.amounts.contract_value, repair.changes.members
