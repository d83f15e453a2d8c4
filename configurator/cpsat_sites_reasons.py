"""What of a bid, and of one of its sites, cannot hold together with what its other sites need."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from ortools.sat.python import cp_model

from bidwright.configurator.bespoke_prices import priced_items, with_only, with_prices
from bidwright.configurator.conflict_search import CHANGEABLE, least_blamed_first
from bidwright.configurator.cpsat_forms import fix
from bidwright.configurator.cpsat_guide import require
from bidwright.configurator.cpsat_sites_copies import CopiedBid
from bidwright.configurator.cpsat_solve import solved_without_presolve
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.guide_facts import Fact
from bidwright.configurator.members import Member
from bidwright.configurator.request import Requirements
from bidwright.configurator.sites_said import SitedMember
from bidwright.configurator.sites_split import at_site, whole_bid
from bidwright.core.amount_table import AmountTable


@dataclass(frozen=True, kw_only=True)
class SitedClash:
    """Members that cannot hold together; ``minimal`` where leaving out any one lets the others hold."""

    members: tuple[SitedMember, ...]
    minimal: bool


class ReasonSearch:
    """Looks for members of a bid, and of some of its sites, that cannot hold together. For one thread.

    What was said of the other sites, and what their rules ask for, holds always.

    Args:
        bid: The bid with its sites.
        amounts: What quantities cost.
        sites: Ids of sites whose members are looked at, too.
        deadline: When a search ends with ``TimeoutError``.
    """

    def __init__(self, bid: Requirements, amounts: AmountTable, sites: Collection[str], deadline: Deadline) -> None:
        self._bid = bid
        self._amounts = amounts
        self._sites = sites
        self._copies = CopiedBid(bid, amounts, switchable=sites)
        self._deadline = deadline
        self._switches: dict[SitedMember, int] = {}
        looked_at = [("", whole_bid(bid)), *((site.id, at_site(bid, site)) for site in bid.sites if site.id in sites)]
        for site, asked in looked_at:
            switches = self._copies.seen_from(site).switches
            ordered = least_blamed_first(switches, asked)
            self._switches |= {SitedMember(site, member): switches[member] for member in ordered}
        # What is said comes after the rules, and what is said of a site after what is said of the bid.
        self._members = sorted(self._switches, key=lambda one: one.member.kind in CHANGEABLE)

    def clash(self, assumed: Fact | None = None, *, at: str = "") -> SitedClash | None:
        """Members that cannot hold together, with the bespoke items whose prices are a part of it; None where all can.

        Args:
            assumed: What holds beside.
            at: Id of the site that this is about; empty for the bid.

        Raises:
            TimeoutError: The deadline came before any were found.
        """
        model = self._with(assumed, at)
        kept: Sequence[SitedMember] = self._members
        blamed = self._blamed(model)
        if blamed is None:
            return None
        if self._can_hold(model, blamed):  # a core that can hold is a fault of the engine
            if self._can_hold(model, kept):
                return None
        else:
            kept = blamed
        for member in tuple(kept):
            rest = [other for other in kept if other != member]
            try:
                if not self._can_hold(model, rest):
                    kept = rest
            except TimeoutError:
                return SitedClash(members=tuple(kept), minimal=False)
        return self._with_items(kept, assumed, at)

    def _with(self, assumed: Fact | None, at: str) -> cp_model.CpModel:
        model: cp_model.CpModel = self._copies.model.clone()
        if assumed is not None:
            require(replace(self._copies.seen_from(at), model=model), assumed)
        return model

    def _with_items(self, clash: Sequence[SitedMember], assumed: Fact | None, at: str) -> SitedClash:
        whole = whole_bid(self._bid)

        def can_hold(members: Sequence[SitedMember]) -> bool:
            fewer, amounts = with_only(whole, self._amounts, _of_bid(members))
            search = ReasonSearch(replace(self._bid, bespoke=fewer.bespoke), amounts, self._sites, self._deadline)
            return search._can_hold(search._with(assumed, at), members)

        items = {SitedMember("", item): item for item in priced_items(_of_bid(clash), whole, self._amounts)}
        members, is_known = with_prices(clash, items, whole, can_hold)
        return SitedClash(members=tuple(members), minimal=is_known)

    def _blamed(self, model: cp_model.CpModel) -> Sequence[SitedMember] | None:
        """Members that cannot hold together, maybe not the fewest; None where all can."""
        proto = model.proto
        proto.assumptions.extend([self._switches[member] for member in self._members])
        try:
            solver, is_possible = self._solved(model)
        finally:
            proto.assumptions.clear()
        if is_possible:
            return None
        blamed = set(solver.sufficient_assumptions_for_infeasibility())
        return [member for member in self._members if self._switches[member] in blamed]

    def _can_hold(self, model: cp_model.CpModel, members: Collection[SitedMember]) -> bool:
        """Whether members can hold together, all others off."""
        only: cp_model.CpModel = model.clone()
        for member, index in self._switches.items():
            fix(only, index, int(member in members))
        return self._solved(only)[1]

    def _solved(self, model: cp_model.CpModel) -> tuple[cp_model.CpSolver, bool]:
        solver, status = solved_without_presolve(model, self._deadline, is_limited=True)
        if status == cp_model.UNKNOWN:
            raise TimeoutError("the solver ran out of time")
        return solver, status != cp_model.INFEASIBLE


def _of_bid(members: Iterable[SitedMember]) -> list[Member]:
    return [one.member for one in members if not one.site]
