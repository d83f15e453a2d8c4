"""Picks the cheapest valid configuration of a bid with sites, or says what cannot hold together."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from bidwright.configurator.confirmed import confirmed
from bidwright.configurator.cpsat_request import request_model
from bidwright.configurator.cpsat_sites_conflict import bid_conflict
from bidwright.configurator.cpsat_sites_relaxed import SitesProblem
from bidwright.configurator.cpsat_sites_solve import SitesBest, cheapest_sites
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.delivery import undeliverable
from bidwright.configurator.explain import explain
from bidwright.configurator.objectives import CHEAPEST
from bidwright.configurator.request import Requirements
from bidwright.configurator.sites import Site
from bidwright.configurator.sites_blocks import Block, SiteView, blocks_of
from bidwright.configurator.sites_patterns import NothingFits, TooManyPatterns
from bidwright.configurator.sites_prices import unit_price
from bidwright.configurator.sites_spare import spare_components
from bidwright.configurator.sites_split import at_site, whole_bid
from bidwright.configurator.sites_surplus import placed
from bidwright.configurator.solution import Solution, SolverDisagrees
from bidwright.core.amount_table import AmountTable
from bidwright.core.errors import InvalidInput, Unavailable
from bidwright.v1.configuration_pb2 import Conflict


@dataclass(frozen=True)
class SitedSolution:
    """The cheapest valid configuration of a bid, and its sites with what is at each."""

    solution: Solution
    sites: tuple[Site, ...]


def configure_sites(bid: Requirements, amounts: AmountTable, deadline: Deadline) -> SitedSolution | Conflict:
    """Find the valid configuration of a bid with sites that has the least contract value; the same for the same input.

    Args:
        bid: What it must meet, with its sites.
        amounts: What quantities cost in the market and under the terms of the request.
        deadline: When it is over, the best configuration so far is the answer, with its bound.

    Raises:
        InvalidInput: ``OBJECTIVE_NOT_FOR_SITES``; ``SITES_TOO_COMPLEX``: a site has too much to choose from.
        Unavailable: Nothing was found in time, nor shown to be impossible.
    """
    if bid.objectives not in {(), (CHEAPEST,)}:
        raise InvalidInput(
            "A bid with sites is made for the least contract value alone.",
            fix="Leave the objectives out.",
            reason="OBJECTIVE_NOT_FOR_SITES",
        )
    search = _Search(bid, amounts, deadline)
    try:
        return search.outcome()
    except NothingFits as nothing:
        return search.conflict_at(nothing.site)
    except TimeoutError as too_late:
        raise _out_of_time(deadline) from too_late
    except TooManyPatterns as too_many:
        raise InvalidInput(
            "A site has more combinations to choose from than can be looked at.",
            fix="Give slots per site a lower max_quantity, or pin components at the sites.",
            reason="SITES_TOO_COMPLEX",
        ) from too_many


class _Search:
    """The search for one bid."""

    def __init__(self, bid: Requirements, amounts: AmountTable, deadline: Deadline) -> None:
        self._bid = bid
        self._amounts = amounts
        self._deadline = deadline
        self._whole = whole_bid(bid)
        self._views = [SiteView(site, at_site(bid, site)) for site in bid.sites]
        self._own = frozenset(self._views[0].requirements.release.components)

    def outcome(self) -> SitedSolution | Conflict:
        """The cheapest bid, or why there is none.

        Of patterns that differ only in how many units there are, those with fewer suffice, where the bid may buy more
        than its sites need: a volume price can ask for that. What is bought beyond must find a place at a site;
        where it does not, all patterns are looked at instead, and what was found before is still a bound.
        """
        spare = spare_components(self._bid, self._whole, self._amounts)
        best, blocks = self._found(spare=self._own, surplus=self._own - spare)
        if isinstance(best, Conflict):
            return best
        at_sites = placed(best.placement, blocks, self._bid.sites)
        if at_sites is None:
            bound = best.bound
            best, _ = self._found(spare=spare, surplus=frozenset())
            if isinstance(best, Conflict):
                return best
            best = replace(best, bound=max(bound, best.bound))
            at_sites = best.placement.at_sites
        sites = tuple(replace(site, items=dict(sorted(at_sites.get(site.id, {}).items()))) for site in self._bid.sites)
        bid = replace(self._bid, sites=sites)
        return SitedSolution(
            confirmed(best.items, best.value, best.bound, requirements=bid, table=self._amounts), sites
        )

    def _found(self, *, spare: Collection[str], surplus: Collection[str]) -> tuple[SitesBest | Conflict, list[Block]]:
        missing = undeliverable(self._whole, self._own).values()
        unavailable = {*self._whole.exclusions, *(component for found in missing for component in found)}
        blocks = blocks_of(self._views, unavailable=unavailable, spare=spare)
        problem = SitesProblem(
            request=lambda: request_model(self._whole, self._amounts, switchable=False),
            blocks=blocks,
            price=unit_price(self._bid, self._amounts),
            surplus=surplus,
        )
        best = cheapest_sites(problem, self._deadline)
        if best.status == "infeasible":
            conflict = bid_conflict(self._whole, self._amounts, best, surplus=surplus, deadline=self._deadline)
            if conflict is not None:
                return conflict, blocks
            best = cheapest_sites(problem, self._deadline, presolve=False)
        if best.status == "infeasible":
            raise SolverDisagrees("the solver calls the same bid feasible and infeasible")
        if best.status == "unknown":
            raise _out_of_time(self._deadline)
        return best, blocks

    def conflict_at(self, site_id: str) -> Conflict:
        """Why a site can have nothing."""
        view = next(view for view in self._views if view.site.id == site_id)
        conflict = explain(view.requirements, self._amounts, self._deadline)
        if conflict is None:
            raise SolverDisagrees(f"site {site_id} has no pattern and yet something is possible")
        conflict.summary = f"At site {view.site.name}: {conflict.summary}"
        return conflict


def _out_of_time(deadline: Deadline) -> Unavailable:
    return Unavailable(
        f"no configuration of all sites was found within {deadline.given_s:g} seconds",
        fix="Allow more time, or pin components to make the choice smaller.",
        reason="SEARCH_TIMED_OUT",
    )
