"""Picks the best valid configuration of a bid with sites, or says what cannot hold together."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from bidwright.catalog.rule_language import Name
from bidwright.configurator.check import check
from bidwright.configurator.configure import reached_by
from bidwright.configurator.confirmed import confirmed
from bidwright.configurator.cpsat_request import RequestModel, request_model
from bidwright.configurator.cpsat_sites import Placement
from bidwright.configurator.cpsat_sites_best import SitesBest, best_sites
from bidwright.configurator.cpsat_sites_bid import BidModel, Limit
from bidwright.configurator.cpsat_sites_conflict import bid_conflict
from bidwright.configurator.cpsat_sites_copies import cheap_bid
from bidwright.configurator.cpsat_sites_relaxed import SitesProblem
from bidwright.configurator.cpsat_sites_solve import SitesFound
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.delivery import undeliverable
from bidwright.configurator.request import Requirements
from bidwright.configurator.rule_check import parts
from bidwright.configurator.sites import Site
from bidwright.configurator.sites_blocks import SiteView, blocks_of
from bidwright.configurator.sites_conflict import conflict_at_site, conflict_between, conflict_of_partial
from bidwright.configurator.sites_patterns import NothingFits, TooManyPatterns
from bidwright.configurator.sites_prices import pooled_use, unit_price
from bidwright.configurator.sites_spare import spare_components
from bidwright.configurator.sites_split import at_site, whole_bid
from bidwright.configurator.sites_surplus import Placed, most_at_sites, placed
from bidwright.configurator.solution import Solution, SolverDisagrees
from bidwright.core.amount_table import AmountTable
from bidwright.core.errors import InvalidInput, Unavailable
from bidwright.v1.configuration_pb2 import Conflict

_FOR_FIRST = 0.4
"""Part of the time for a first search where more is wanted than may find its place."""

_FEW_SITES = 10
"""Of so many sites the model with a copy for each is quickly asked."""

_FOR_COPIES = 0.5
"""Part of the time left for a conflict that copies of the sites show; patterns show one sooner."""


@dataclass(frozen=True)
class SitedSolution:
    """The best valid configuration of a bid, and its sites with what is at each."""

    solution: Solution
    sites: tuple[Site, ...]


def configure_sites(
    bid: Requirements,
    amounts: AmountTable,
    deadline: Deadline,
    *,
    limits: Sequence[Limit] = (),
    known: Sequence[SitedSolution] = (),
) -> SitedSolution | Conflict:
    """Find the valid configuration of a bid with sites that is best by the objectives; the same for the same input.

    Args:
        bid: What it must meet, with its sites, and what is best: of the bid as a whole.
        amounts: What quantities cost in the market and under the terms of the request; with costs where an objective
            is about them.
        deadline: When it is over, the best configuration so far is the answer, with bounds that hold.
        limits: How good it is at least by some of the objectives; only with a bid that is.
        known: Valid bids of these sites, the first one within the limits: the answer is no worse, and may have at a
            site what the others have.

    Raises:
        InvalidInput: ``SITES_TOO_COMPLEX``: a site has too much to choose from.
        Unavailable: Nothing was found in time, nor shown to be impossible.
    """
    search = _Search(bid, amounts, deadline, limits=limits, known=known)
    try:
        return search.outcome()
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

    def __init__(
        self,
        bid: Requirements,
        amounts: AmountTable,
        deadline: Deadline,
        *,
        limits: Sequence[Limit],
        known: Sequence[SitedSolution],
    ) -> None:
        self._bid = bid
        self._amounts = amounts
        self._deadline = deadline
        self._limits = limits
        self._known = [_as_found(one) for one in known]
        self._whole = whole_bid(bid)
        self._views = [SiteView(site, at_site(bid, site)) for site in bid.sites]
        self._own = frozenset(self._views[0].requirements.release.components)
        missing = undeliverable(self._whole, self._own).values()
        self._unavailable = {*self._whole.exclusions, *(component for found in missing for component in found)}
        self._wants_more = any(one.maximize or one.measure == "margin" for one in bid.objectives)

    def outcome(self) -> SitedSolution | Conflict:
        """The best bid, or why there is none."""
        try:
            return self._best_bid()
        except NothingFits as nothing:
            return _conflict_at(nothing.site, self._bid, self._amounts, self._deadline)

    def _best_bid(self) -> SitedSolution | Conflict:
        """The best bid, or why there is none for all sites together.

        Of patterns that differ only in how many units there are, those with fewer suffice, where the bid may buy more
        than its sites need: a volume price or an objective can ask for that. What is bought beyond must find a place
        at a site. Where it does not, all patterns are looked at instead, and what was found before is still a bound.
        """
        spare = spare_components(self._bid, self._whole, self._amounts)
        first = self._problem(spare=self._own, surplus=self._own - spare)
        deadline = self._deadline.after(_FOR_FIRST) if self._wants_more else self._deadline
        best = self._confirmed(best_sites(first, deadline, known=self._known), first)
        if isinstance(best, Conflict):
            return best
        places = self._placed(best, first)
        if not places.left:
            return self._solution(best, first, places)
        return self._every_pattern(self._problem(spare=spare, surplus=()), best, self._as_placed(best, first, places))

    def _every_pattern(
        self, every: SitesProblem, relaxed: SitesBest, fewer: tuple[SitesBest, Placed] | None
    ) -> SitedSolution | Conflict:
        """The best bid of all patterns, or the one that is known where that is better."""
        best = best_sites(every, self._deadline, known=self._known if fewer is None else [fewer[0].found, *self._known])
        if fewer is None:
            outcome = self._confirmed(best, every)
            if isinstance(outcome, Conflict):
                return outcome
            best, places = outcome, self._placed(outcome, every)
        else:
            known, places = fewer
            best = best.or_better(known, [every.bid.least(goal) for goal in every.bid.goals])
            if best.found is not known.found:
                places = self._placed(best, every)
        return self._solution(best.bounded(relaxed.steps[0][1]), every, places)

    def _as_placed(self, best: SitesBest, problem: SitesProblem, places: Placed) -> tuple[SitesBest, Placed] | None:
        """A bid with no more than found its place; None where it is not valid."""
        units = {component: number - places.left.get(component, 0) for component, number in best.found.items.items()}
        items = {component: number for component, number in units.items() if number}
        bid = replace(self._bid, sites=self._sites(places))
        priced = problem.bid.priced_if_possible(items) if not check(bid, items) else None
        if priced is None:
            return None
        steps = tuple((value, value) for value in priced.steps)
        found = replace(best.found, items=items)
        return replace(best, found=found, steps=steps, contract_value=priced.contract_value), places

    def _sites(self, places: Placed) -> tuple[Site, ...]:
        return tuple(replace(site, items=dict(sorted(places.at_sites[site.id].items()))) for site in self._bid.sites)

    def _problem(self, *, spare: Collection[str], surplus: Collection[str]) -> SitesProblem:
        blocks = blocks_of(self._views, unavailable=self._unavailable, spare=spare)
        components = self._bid.release.components
        return SitesProblem(
            bid=BidModel(self._whole, self._amounts, self._limits),
            blocks=blocks,
            price=unit_price(self._bid, self._amounts),
            site=self._site,
            surplus={component: components[component].max_quantity for component in sorted(surplus)},
            pooled=pooled_use(self._bid),
            most=most_at_sites(blocks) if self._wants_more else (),
        )

    def _site(self, id_: str) -> RequestModel:
        view = next(view for view in self._views if view.site.id == id_)
        return request_model(view.requirements, self._amounts, switchable=False, priced=False)

    def _placed(self, best: SitesBest, problem: SitesProblem) -> Placed:
        return placed(best.found.placement, problem.blocks, self._bid.sites)

    def _confirmed(self, best: SitesBest, problem: SitesProblem) -> SitesBest | Conflict:
        """What was found; where that is nothing, why.

        Raises:
            Unavailable: Nothing was found in time.
            SolverDisagrees: What is not possible cannot be explained.
        """
        if best.found.status == "infeasible":
            conflict = self._conflict(best, problem)
            if conflict is not None:
                return conflict
            best = best_sites(problem, self._deadline, known=self._known, presolve=False)
        if best.found.status == "infeasible":
            raise SolverDisagrees("the solver calls the same bid feasible and infeasible")
        return self._beyond_patterns(problem) if best.found.status == "unknown" else best

    def _conflict(self, impossible: SitesBest, problem: SitesProblem) -> Conflict | None:
        """Why no bid is possible; None where one is after all.

        Patterns are never to blame: neither a site, nor what holds there because it was said of the bid. They also
        leave open where units beyond the needs find their place. Copies of the sites show all of that, and take longer.
        """
        is_shown_by_copies = len(self._bid.sites) <= _FEW_SITES or self._is_built_in()
        conflict = None if is_shown_by_copies else self._conflict_of_patterns(impossible, problem)
        if conflict is not None and conflict.members:
            return conflict
        try:
            return conflict_between(self._bid, self._amounts, self._deadline.after(_FOR_COPIES))
        except TimeoutError:
            return conflict or self._conflict_of_patterns(impossible, problem)

    def _conflict_of_patterns(self, impossible: SitesBest, problem: SitesProblem) -> Conflict | None:
        return bid_conflict(
            self._whole, self._amounts, impossible.found, surplus=problem.surplus, deadline=self._deadline
        )

    def _is_built_in(self) -> bool:
        """Whether something holds at sites that was said of the bid: an exclusion, or an answer that rules speak of."""
        at_sites = self._views[0].requirements
        rules = (*at_sites.release.rules, *at_sites.offering.rules)
        spoken = {part.name for rule in rules for part in parts(rule.expression) if isinstance(part, Name)}
        return bool(self._own & self._unavailable or spoken & self._whole.offering.needs.keys())

    def _beyond_patterns(self, problem: SitesProblem) -> SitesBest | Conflict:
        """The best bid, or why there is none, where no prices lead to patterns that fit together.

        A pin for the whole bid, for example, may ask for a pattern that is the cheapest at no prices.

        Raises:
            TimeoutError: Nothing was found in time.
        """
        if self._deadline.left_s <= 0:
            raise TimeoutError("no bid of the patterns that are known was found in time")
        found = cheap_bid(self._bid, self._amounts, self._deadline)
        if found is not None:
            return best_sites(problem, self._deadline, known=[found, *self._known])
        conflict = conflict_of_partial(self._bid, self._amounts, self._deadline)
        if conflict is None:
            raise SolverDisagrees("the solver calls the same bid feasible and infeasible")
        return conflict

    def _solution(self, best: SitesBest, problem: SitesProblem, places: Placed) -> SitedSolution:
        sites = self._sites(places)
        bid = replace(self._bid, sites=sites)
        solution = confirmed(
            best.found.items, best.contract_value, best.least_value, requirements=bid, table=self._amounts
        )
        reached = tuple(reached_by(solution, problem.bid.goals, best.steps, problem.bid.asked))
        return SitedSolution(replace(solution, reached=reached), sites)


def _conflict_at(site_id: str, bid: Requirements, amounts: AmountTable, deadline: Deadline) -> Conflict:
    """Why a site can have nothing."""
    site = next(site for site in bid.sites if site.id == site_id)
    conflict = conflict_at_site(bid, site, amounts, deadline)
    if conflict is None:
        raise SolverDisagrees(f"site {site_id} has no pattern and yet something is possible")
    return conflict


def _as_found(known: SitedSolution) -> SitesFound:
    placement = Placement({site.id: dict(site.items) for site in known.sites}, {})
    return SitesFound(status="found", items=known.solution.items, placement=placement)


def _out_of_time(deadline: Deadline) -> Unavailable:
    return Unavailable(
        f"no configuration of all sites was found within {deadline.given_s:g} seconds",
        fix="Allow more time, or pin components to make the choice smaller.",
        reason="SEARCH_TIMED_OUT",
    )
