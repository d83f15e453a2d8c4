"""The smallest changes to a bid with sites that make it possible.

What cannot hold at a site is mended by what was said of it, or of the bid where it holds there; what cannot hold for
the bid as a whole, by what was said of the bid. Sites of which the same was said are mended alike.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from bidwright.configurator.conflict_search import CHANGEABLE
from bidwright.configurator.correction_sets import CorrectionSet, correction_sets
from bidwright.configurator.cpsat_conflict import EnginesDisagree
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.members import BUDGET, Member
from bidwright.configurator.objectives import Objective
from bidwright.configurator.priced_answers import priced_answers
from bidwright.configurator.repair import lightest
from bidwright.configurator.repair_changes import Asked, Changes
from bidwright.configurator.request import LIMITS, Limit
from bidwright.configurator.sites_answers import AnswerSearch, NewAnswers
from bidwright.configurator.sites_configure import SitedSolution, configure_sites
from bidwright.configurator.sites_said import GivenUp, SaidOfSites, SitedMember
from bidwright.core.errors import Unavailable
from bidwright.v1.configuration_pb2 import Conflict

_FOR_ONE = 0.3
"""Part of the time left that one search may take, so that the next ones get some, too."""


@dataclass(frozen=True, kw_only=True)
class SitedChanges:
    """What is changed about a bid, and about its sites by their ids; only of those that are changed."""

    bid: Changes
    sites: Mapping[str, Changes]


@dataclass(frozen=True, kw_only=True)
class SitedRepair:
    """Changes that make a bid possible, and the best one after them; ``weight`` is the sum of what is given up."""

    changes: SitedChanges
    weight: int
    found: SitedSolution


@dataclass(frozen=True, kw_only=True)
class SitedExplanation:
    """Why a bid is impossible, and what mends it; ``complete`` as ``Repairs`` has it."""

    conflict: Conflict
    repairs: tuple[SitedRepair, ...]
    complete: bool


Repaired = Callable[[SitedChanges], Asked]
"""The bid with changes made to it: wishes that are given up are left out, the rest is replaced."""


@dataclass(frozen=True)
class _Mended:
    """What giving something up leads to, with limits still open."""

    changes: SitedChanges
    found: SitedSolution


def explain_sites(
    asked: Asked, repaired: Repaired, weights: Mapping[Member, int], *, most: int, deadline: Deadline
) -> SitedExplanation | None:
    """Say why no bid is possible, and the smallest changes that mend it; None where one is.

    Args:
        asked: The bid, with its sites.
        repaired: Makes changes to it.
        weights: Of everything that may be given up, of each site where it is said of sites; at least 1.
        most: How many repairs are wanted.
        deadline: The repairs found until then are the answer.

    Raises:
        InvalidInput: ``SITES_TOO_COMPLEX``: a site has too much to choose from.
        Unavailable: The deadline came before anything was found.
    """
    conflict = configure_sites(asked.requirements, asked.amounts, deadline.after(1 - _FOR_ONE))
    if isinstance(conflict, SitedSolution):
        return None
    try:
        search = _RepairSearch(asked, repaired, weights, deadline)
    except TimeoutError:
        return SitedExplanation(conflict=conflict, repairs=(), complete=False)
    found, complete = lightest(search.sets(), search.repair, most)
    # Of many answers that prices depend on, only those closest to the ones given are tried.
    complete = complete and not priced_answers(asked.requirements, asked.amounts)
    return SitedExplanation(conflict=conflict, repairs=tuple(sorted(found, key=_order)[:most]), complete=complete)


class _RepairSearch:
    """Looks for repairs of one impossible bid."""

    def __init__(self, asked: Asked, repaired: Repaired, weights: Mapping[Member, int], deadline: Deadline) -> None:
        self._repaired = repaired
        self._deadline = deadline
        self._said = SaidOfSites(asked.requirements, asked.amounts, deadline)
        self._answers = AnswerSearch(said=self._said, amounts=asked.amounts, deadline=deadline)
        self._mended: dict[GivenUp, _Mended] = {}
        self._clashes: dict[GivenUp, GivenUp | None] = {}
        self.weights = {one: weights[one.member] * sites for one, sites in self._said.members()}

    def sets(self) -> Iterator[CorrectionSet[SitedMember]]:
        """What must be given up, the lightest first: what each site needs, and then what the bid needs beside.

        Raises:
            TimeoutError: The deadline came first.
        """
        waiting: list[_Waiting] = []
        found: list[GivenUp] = []
        for at_sites in correction_sets(self._said.clash, self.weights, self._said.clashes()):
            yield from self._minimal(_popped(waiting, at_sites.weight), found)
            _push(waiting, self._with_bid(at_sites))
        yield from self._minimal(_popped(waiting, None), found)

    def _with_bid(self, at_sites: CorrectionSet[SitedMember]) -> Iterator[CorrectionSet[SitedMember]]:
        """What must be given up of the bid beside what the sites need."""
        given_up = frozenset(at_sites.members)
        weights = {one: weight for one, weight in self.weights.items() if not one.site and one not in given_up}
        for of_bid in correction_sets(lambda more: self._clash_of_bid(given_up | more), weights):
            members = tuple(sorted((*at_sites.members, *of_bid.members)))
            yield CorrectionSet(members=members, weight=at_sites.weight + of_bid.weight)

    def _minimal(
        self, sets: Iterator[CorrectionSet[SitedMember]], found: list[GivenUp]
    ) -> Iterator[CorrectionSet[SitedMember]]:
        """Those of which nothing can be left out: what the bid gives up may spare the sites something."""
        for one in sets:
            given_up = frozenset(one.members)
            if any(smaller <= given_up for smaller in found):
                continue
            if not any(self._is_enough(given_up - {member}) for member in given_up):
                found.append(given_up)
                yield one

    def _is_enough(self, given_up: GivenUp) -> bool:
        return self._said.clash(given_up) is None and self._clash_of_bid(given_up) is None

    def _clash_of_bid(self, given_up: GivenUp) -> GivenUp | None:
        """What was said of the bid that cannot hold although each site could have something; None where it can.

        Raises:
            TimeoutError: The deadline came first.
        """
        if given_up not in self._clashes:
            self._clashes[given_up] = self._searched(given_up)
        return self._clashes[given_up]

    def _searched(self, given_up: GivenUp) -> GivenUp | None:
        clashing: set[SitedMember] = set()
        for answers in self._answers.answers(given_up):
            outcome = self._tried(self._changes(given_up, answers))
            if isinstance(outcome, Conflict):
                clashing |= _said_of_bid(outcome) - given_up
            elif given_up not in self._mended or _price(outcome) < _price(self._mended[given_up]):
                self._mended[given_up] = outcome
        return None if given_up in self._mended else frozenset(clashing & self.weights.keys())

    def repair(self, given_up: CorrectionSet[SitedMember]) -> SitedRepair:
        """The changes of a correction set, with limits that are no higher than they must be.

        Raises:
            TimeoutError, Unavailable: It took more than its share of the time.
        """
        mended = self._mended[frozenset(given_up.members)]
        changes, found = mended.changes, mended.found
        limits: dict[Limit, int] = {}
        for limit in (limit for limit in LIMITS if Member(BUDGET, limit) in changes.bid.members):
            found = self._best(changes, (Objective(measure=limit),), found)
            limits[limit] = getattr(found.solution.amounts, limit)
            changes = replace(changes, bid=replace(changes.bid, limits=limits.copy()))
        if limits:
            found = self._best(changes, None, found)
        return SitedRepair(changes=changes, weight=given_up.weight, found=found)

    def _changes(self, given_up: GivenUp, answers: NewAnswers) -> SitedChanges:
        def changes(site: str, new: NewAnswers) -> Changes:
            members = tuple(sorted(one.member for one in given_up if one.site == site))
            return Changes(members=members, answers=new.sites.get(site, {}) if site else new.bid, limits={})

        changed = {one.site for one in given_up if one.site}
        kinds = (kind for kind in self._said.kinds if kind.id in changed)
        sites = {site.id: changes(kind.id, answers) for kind in kinds for site in kind.sites}
        return SitedChanges(bid=changes("", answers), sites=dict(sorted(sites.items())))

    def _tried(self, changes: SitedChanges) -> _Mended | Conflict:
        """The best bid after changes, without the limits that are given up; or why there is none."""
        asked = self._asked(changes)
        try:
            outcome = configure_sites(asked.requirements, asked.amounts, self._deadline.after(_FOR_ONE))
        except Unavailable as too_late:
            raise TimeoutError(str(too_late)) from too_late
        return outcome if isinstance(outcome, Conflict) else _Mended(changes, outcome)

    def _best(
        self, changes: SitedChanges, objectives: tuple[Objective, ...] | None, known: SitedSolution
    ) -> SitedSolution:
        """The best bid after changes, of which one is known; by the objectives of the request where none are given."""
        asked = self._asked(changes)
        bid = asked.requirements if objectives is None else replace(asked.requirements, objectives=objectives)
        found = configure_sites(bid, asked.amounts, self._deadline.after(_FOR_ONE), known=[known])
        if isinstance(found, Conflict):
            raise EnginesDisagree("a bid that is known is called impossible")
        return found

    def _asked(self, changes: SitedChanges) -> Asked:
        asked = self._repaired(changes)
        open_ = {member.id for member in changes.bid.members if member.kind == BUDGET} - changes.bid.limits.keys()
        budget = {limit: most for limit, most in asked.requirements.budget.items() if limit not in open_}
        return replace(asked, requirements=replace(asked.requirements, budget=budget))


_Waiting = tuple[int, tuple[SitedMember, ...], Iterator[CorrectionSet[SitedMember]]]
"""The weight and the members of the next of some sets, and those after it."""


def _push(waiting: list[_Waiting], sets: Iterator[CorrectionSet[SitedMember]]) -> None:
    for following in islice(sets, 1):
        insort(waiting, (following.weight, following.members, sets), key=lambda one: one[:2])


def _popped(waiting: list[_Waiting], weight: int | None) -> Iterator[CorrectionSet[SitedMember]]:
    """The sets that wait, the lightest first, up to a weight."""
    while waiting and (weight is None or waiting[0][0] <= weight):
        total, members, others = waiting.pop(0)
        yield CorrectionSet(members=members, weight=total)
        _push(waiting, others)


def _said_of_bid(conflict: Conflict) -> set[SitedMember]:
    """What of a conflict the customer said of the bid."""
    return {
        SitedMember("", Member(one.kind, one.id)) for one in conflict.members if one.kind in CHANGEABLE and not one.site
    }


def _price(mended: _Mended) -> int:
    return mended.found.solution.amounts.contract_value


def _order(repair: SitedRepair) -> tuple[int, int, tuple[Member, ...], list[tuple[str, tuple[Member, ...]]]]:
    sites = [(site, changes.members) for site, changes in repair.changes.sites.items()]
    return repair.weight, repair.found.solution.amounts.contract_value, repair.changes.bid.members, sites
