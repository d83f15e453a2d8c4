"""Says what a partial choice for a bid with sites means, for the bid as a whole or for one of its sites. Exact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from bidwright.configurator.conflict_search import ConflictSearch
from bidwright.configurator.cpsat_guide import WitnessSearch
from bidwright.configurator.cpsat_sites_copies import CopiedBid
from bidwright.configurator.cpsat_sites_reasons import ReasonSearch, SitedClash
from bidwright.configurator.cpsat_variables import option_codes
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.explain import conflict_of
from bidwright.configurator.guide import Guidance, Wishes, out_of_time, price_differences, states_of
from bidwright.configurator.guide_choice import choice_of
from bidwright.configurator.guide_decided import Decided
from bidwright.configurator.guide_facts import Assumption, Fact, Option, Vocabulary, Witness
from bidwright.configurator.guide_ranges import Range
from bidwright.configurator.request import Requirements
from bidwright.configurator.sites import kinds_of
from bidwright.configurator.sites_conflict import conflict_of_partial, name_site, told
from bidwright.configurator.sites_guide_prices import LeastValues
from bidwright.configurator.sites_split import seen_from
from bidwright.configurator.solution import SolverDisagrees
from bidwright.core.amount_table import AmountTable
from bidwright.v1.configuration_pb2 import Conflict, ConflictMember
from bidwright.v1.configurator_pb2 import OPTION_STATE_EXCLUDED, OPTION_STATE_FORCED, OptionState

_FOR_SHORTCUT = 0.5
"""Part of the time for bids in which like sites have the same."""


def vocabulary_of_sites(bid: Requirements, site: str) -> Vocabulary:
    """What can be chosen for a site: its components and answers; for the bid, where the id is empty.

    Components of sites are also options of the bid: taken where some site has them.
    """
    asked = seen_from(bid, site)
    needs = {name: need for name, need in asked.offering.needs.items() if need.per_site == bool(site)}
    return Vocabulary(asked.release, replace(asked.offering, needs=needs), option_codes(asked.offering))


def guide_sites(
    bid: Requirements, site: str, amounts: AmountTable, *, wishes: Wishes, deadline: Deadline
) -> Guidance | Conflict:
    """Say what a partial choice means for a site, or for the bid as a whole; the same for the same input.

    An option is open where a valid bid of all sites has it, and another one has not.

    Args:
        bid: The choice, with its sites; needs without an answer are open, at every site.
        site: Id of the site that is asked about; empty for the whole bid.
        amounts: What quantities cost in the market and under the terms of the request.
        wishes: What is wanted beside the states.
        deadline: When it is over, what is not known by then is left out.

    Returns:
        A conflict where the choice cannot be completed.

    Raises:
        Unavailable: It was not known in time whether the choice can be completed.
    """
    guide = _SitesGuide(bid, site, amounts, deadline)
    try:
        if not guide.decide():
            return guide.conflict()
    except TimeoutError as too_late:
        raise out_of_time(deadline) from too_late
    prices = LeastValues(bid, site, vocabulary=guide.vocabulary, amounts=amounts, deadline=deadline)
    states = states_of(guide.choice, guide.vocabulary, guide.decided)
    ranges = guide.ranges() if wishes.ranges else {}
    return Guidance(
        vocabulary=guide.vocabulary,
        states=states,
        least=prices.least,
        units={name: found for name, found in ranges.items() if "." in name},
        ranges={name: found for name, found in ranges.items() if "." not in name},
        reasons=guide.reasons(wishes.explain, states),
        price_differences=price_differences(wishes.price, states, prices.least),
    )


class _SitesGuide:
    """What one partial choice leaves possible."""

    def __init__(self, bid: Requirements, site: str, amounts: AmountTable, deadline: Deadline) -> None:
        self._bid = bid
        self._site = site
        self._amounts = amounts
        self._deadline = deadline
        self.vocabulary = vocabulary_of_sites(bid, site)
        self.choice = choice_of(seen_from(bid, site), amounts, self.vocabulary)
        self.decided = Decided((1 << len(self.vocabulary.options)) - 1)
        self._shortcut = self._alike() if len(kinds_of(bid.sites, apart=site)) < len(bid.sites) else None

    def decide(self) -> bool:
        """Decide what each option can be, as far as the time suffices; False where the choice cannot be completed.

        Raises:
            TimeoutError: The deadline came before it was known whether it can.
        """
        return self.decided.finish(self.vocabulary, self._found)

    def _found(self, facts: Sequence[Fact]) -> Witness | None:
        """A bid with one of some facts: one in which like sites have the same, as long as there is one."""
        if self._shortcut is not None:
            try:
                found = self._shortcut.find(facts) if facts else self._shortcut.cheapest()
            except TimeoutError:
                found = None
            if found is not None:
                return found
            self._shortcut = None
        return self._search.find(facts) if facts else self._search.cheapest()

    def _alike(self) -> WitnessSearch:
        copies = CopiedBid(self._bid, self._amounts, alike_but=self._site)
        return self._witness_search(copies, self._deadline.after(_FOR_SHORTCUT))

    @cached_property
    def _search(self) -> WitnessSearch:
        return self._witness_search(self._copies, self._deadline)

    @cached_property
    def _copies(self) -> CopiedBid:
        return CopiedBid(self._bid, self._amounts)

    def _witness_search(self, copies: CopiedBid, deadline: Deadline) -> WitnessSearch:
        limit, seen = min(self._bid.budget, default=None), copies.seen_from(self._site)
        return WitnessSearch(seen, deadline, limit=limit, is_hard=True, confirm=copies.confirm)

    def conflict(self) -> Conflict:
        """Why the choice cannot be completed."""
        conflict = conflict_of_partial(self._bid, self._amounts, self._deadline)
        if conflict is None:
            raise SolverDisagrees("the solver calls the same bid possible and impossible")
        return conflict

    def ranges(self) -> Mapping[str, Range]:
        """Of the needs that ask for a number, and of the components that can be taken; as far as the time suffices."""
        taken, slots = self.decided.taken, self._bid.offering.slots
        names = [need.name for need in self.vocabulary.measured()]
        units = [str(o.value) for place, o in enumerate(self.vocabulary.options) if not o.need and taken >> place & 1]
        # What sites add up to takes longest, and comes last.
        names += sorted(units, key=lambda component: slots[component.partition(".")[0]].per_site)
        found: dict[str, Range] = {}
        try:
            for name in names:
                fact = Fact(name, *self.vocabulary.bounds(name))
                found[name] = self._search.extreme(fact, -1), self._search.extreme(fact, 1)
        except TimeoutError:
            return found
        return found

    def reasons(
        self, options: Iterable[Option], states: Mapping[Option, OptionState]
    ) -> dict[Option, Sequence[ConflictMember]]:
        """What makes options forced or excluded, as far as the time suffices."""
        found: dict[Option, Sequence[ConflictMember]] = {}
        try:
            for option in options:
                if states[option] in {OPTION_STATE_EXCLUDED, OPTION_STATE_FORCED}:
                    impossible = Assumption(option, is_taken=states[option] == OPTION_STATE_EXCLUDED)
                    found[option] = self._reason_at_site(impossible) or self._reason_between(impossible)
        except TimeoutError:
            return found
        return found

    def _reason_at_site(self, impossible: Assumption) -> Sequence[ConflictMember]:
        """Why the site cannot have it, whatever the others have; none where it could."""
        if not self._site:
            return ()
        asked = seen_from(self._bid, self._site)
        clash = ConflictSearch(asked, self._amounts, self._deadline, assumed=impossible).clash()
        if clash is None:
            return ()
        if not clash.minimal:
            raise TimeoutError("a reason is not minimal yet")
        members = conflict_of(clash.members, asked, self._amounts, minimal=True).members
        name_site(members, self._bid, self._site)
        return members

    def _reason_between(self, impossible: Assumption) -> Sequence[ConflictMember]:
        """Why it cannot be, with what the other sites need; of what they need only where that is all there is."""
        clash = self._clash(self._with_others, impossible)
        if not clash.members:
            clash = self._clash(self._everywhere, impossible)
        if not clash.minimal:
            raise TimeoutError("a reason is not minimal yet")
        return told(clash, self._bid, self._amounts)

    def _clash(self, search: ReasonSearch, impossible: Assumption) -> SitedClash:
        clash = search.clash(self.vocabulary.fact(impossible), at=self._site)
        if clash is None:
            raise SolverDisagrees(f"one solver shows {impossible.option}, another calls it impossible")
        return clash

    @cached_property
    def _with_others(self) -> ReasonSearch:
        return ReasonSearch(self._bid, self._amounts, [self._site], self._deadline)

    @cached_property
    def _everywhere(self) -> ReasonSearch:
        return ReasonSearch(self._bid, self._amounts, [site.id for site in self._bid.sites], self._deadline)
