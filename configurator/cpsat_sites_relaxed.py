"""What no bid is better than, where sites have too many patterns to list.

A relaxed bid knows of a block only cuts: what all sites together cost at least at some prices. Its totals are too good
to be true; prices at which that shows give the next cut, and the patterns that are the cheapest at them. Where kinds of
components count, what shows it is a site that can do with none of the kinds the totals have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ortools.sat.python import cp_model

from bidwright.configurator.cpsat_objectives import Goal
from bidwright.configurator.cpsat_request import RequestModel
from bidwright.configurator.cpsat_sites import Choice, Cut, Known, Most, SitesModel
from bidwright.configurator.cpsat_sites_bid import BidModel
from bidwright.configurator.cpsat_sites_effort import Search, sites_solver
from bidwright.configurator.cpsat_sites_prices import telling_prices
from bidwright.configurator.cpsat_sites_richest import add_richest
from bidwright.configurator.cpsat_solve import proven_bound
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.objectives import CHEAPEST, IN_MONEY, Objective
from bidwright.configurator.sites_blocks import Block
from bidwright.configurator.sites_cheapest import CheapestPatterns
from bidwright.configurator.sites_kinds import learned_of_kinds
from bidwright.configurator.sites_patterns import TooManyPatterns

_ROUNDS = 16
_ROUNDS_END, _LAST_ENDS = 0.55, 0.75
"""Parts of the time after which there is no further round, and after which only the answer is looked for."""

_LEAST_S = 0.2
"""So long a bound is looked for, also where the time is over."""

_FOR_RICHEST = 0.25
"""Part of the time that is left for what sites can have most of."""

_MOST_WANTED = 8
"""So many components are looked at alone."""

_EXCHANGES, _DEAREST = 5, 2.0
"""So many ways to weigh what is wanted against its price; the last at so many times the dearest price of a unit."""

_COST = Objective(measure="contract_cost")
_FINEST = 2000
"""Prices of a cut are whole numbers up to this: small ones make the model easier, and any prices make a true cut."""


@dataclass(frozen=True, kw_only=True)
class SitesProblem:
    """What is to be decided.

    Attributes:
        bid: Makes models of the whole bid.
        blocks: What sites can have.
        price: About what one unit of a component of sites adds to an objective where the bid has so many of it; not 0.
        site: Makes the model of one site, by its id.
        surplus: Components of which the bid may have more than its sites need, and how many more at most.
        pooled: By resource that is balanced over the whole bid: what one unit of a component takes.
        most: What all sites can have together.
    """

    bid: BidModel
    blocks: Sequence[Block]
    price: Callable[[Objective, str, int], float]
    site: Callable[[str], RequestModel]
    surplus: Mapping[str, int]
    pooled: Sequence[Mapping[str, float]] = ()
    most: Sequence[Most] = ()

    def prices(self, objective: Objective, components: Sequence[str], totals: Mapping[str, int]) -> list[int]:
        """What units of components cost in proportion to each other, in whole numbers, where there are so many."""
        return _whole([self.price(objective, component, totals.get(component, 0)) for component in components])

    def worth(self, objective: Objective, components: Sequence[str]) -> list[int]:
        """What one unit of components has of what is wanted more of, about, in whole numbers."""
        if objective.measure is None:
            found = self.bid.asked.requirements.release.components
            figures = [found[component].attributes.get(objective.attribute, Decimal(0)) for component in components]
            places = max([0, *(-int(figure.normalize().as_tuple().exponent) for figure in figures)])
            return [int(figure.scaleb(places)) for figure in figures]
        if objective.measure not in IN_MONEY:
            return [0] * len(components)
        paid = [self.price(objective, component, 0) for component in components]
        if objective.measure == "margin":
            costs = [self.price(_COST, component, 0) for component in components]
            paid = [price - cost for price, cost in zip(paid, costs, strict=True)]
        top = max(map(abs, paid), default=0.0) or 1.0
        return [round(each * _FINEST / top) for each in paid]


class RelaxedBid:
    """Closes in on a bid from below.

    Args:
        problem: The bid.
        listed: What sites can have of blocks of which all patterns are known.
        wide: The other blocks.
        presolve: Whether the solver may; what it then calls infeasible is to be confirmed.

    Attributes:
        known: What is known of the sites, the longer the more.
    """

    def __init__(
        self, problem: SitesProblem, listed: Sequence[Choice], wide: Sequence[CheapestPatterns], *, presolve: bool
    ) -> None:
        self._problem = problem
        self._listed = listed
        self._wide = wide
        self._presolve = presolve
        self.known = Known(most=list(problem.most))
        self._richest: list[tuple[CheapestPatterns, Objective]] = []

    def bound(self, goal: Goal, deadline: Deadline, *, kinds: bool) -> int | None:
        """What no bid is below by a goal; None where there is none at all. The wide blocks find patterns on the way.

        Args:
            goal: What is best, among the bids that are as good by what is settled.
            deadline: Most of it may be used.
            kinds: Whether it counts which kinds of components there are.

        Raises:
            TooManyPatterns: A site has too much to choose from.
            NothingFits: A site can have nothing.
        """
        given_s = deadline.left_s
        wanted = [goal.objective, *(limit.objective for limit in self._problem.bid.limits)]
        for one in self._wide:
            self._begin(one, goal.objective)
            for objective in wanted:
                if objective.maximize and (one, objective) not in self._richest:
                    self._add_richest(one, objective, deadline.after(_FOR_RICHEST))
                    self._richest.append((one, objective))
        bound = self._problem.bid.least(goal)
        for _ in range(_ROUNDS):
            if deadline.left_s < given_s * (1 - _ROUNDS_END):
                break
            request, solver = self._request(goal), self._solver(deadline, "relaxed")
            status = solver.solve(request.model)
            if status == cp_model.INFEASIBLE:
                return None
            if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
                break
            bound = _raised(bound, proven_bound(solver, status))
            totals = {component: solver.value(variable) for component, variable in request.quantities.items()}
            if not self._has_learned(goal.objective, totals, kinds=kinds):
                break
        solver = self._solver(deadline, "bound")
        solver.parameters.max_time_in_seconds = max(deadline.left_s - given_s * (1 - _LAST_ENDS), _LEAST_S)
        status = solver.solve(self._request(goal).model)
        if status == cp_model.INFEASIBLE:
            return None
        found = status in {cp_model.OPTIMAL, cp_model.FEASIBLE}
        return _raised(bound, proven_bound(solver, status)) if found else bound

    def _solver(self, deadline: Deadline, search: Search) -> cp_model.CpSolver:
        return sites_solver(deadline, search, presolve=self._presolve, wants_more=self._problem.bid.wants_more)

    def _request(self, goal: Goal) -> RequestModel:
        request = self._problem.bid.request()
        SitesModel(request, self._listed, known=self.known, surplus=self._problem.surplus)
        request.model.minimize(goal.expression)
        return request

    def _begin(self, one: CheapestPatterns, objective: Objective) -> None:
        """Cut at list prices, and at the prices of as many units as are then bought; then at those of an objective."""
        components = one.block.components
        totals: Mapping[str, int] = {}
        for _ in range(2):
            prices = self._problem.prices(CHEAPEST, components, totals)
            best = one.cheapest(prices)
            self.known.cuts.append(Cut(dict(zip(components, prices, strict=True)), one.sum_of(best, prices)))
            totals = one.totals_of(best)
        if objective != CHEAPEST and is_sum_of_units(objective):
            self._cut(one, None, self._problem.prices(objective, components, totals), is_real=True)

    def _add_richest(self, one: CheapestPatterns, objective: Objective, deadline: Deadline) -> None:
        """Know what sites can have most of, all in all and of each component, and the patterns that have it."""
        worth = self._problem.worth(objective, one.block.components)
        wanted = [place for place, each in enumerate(worth) if each > 0][:_MOST_WANTED]
        alone = ([int(place == other) for other in range(len(worth))] for place in wanted)
        for each in (worth, *alone) if any(worth) else ():
            self._add_most(one, each, deadline)
        if len(self._problem.bid.goals) > 1 and objective.measure is None:
            for each in self._exchanged(one, worth):
                self._add_most(one, each, deadline)

    def _add_most(self, one: CheapestPatterns, worth: Sequence[int], deadline: Deadline) -> None:
        found = add_richest(one, worth, self._problem.site, deadline)
        if found is not None:
            self.known.most.append(found)

    def _exchanged(self, one: CheapestPatterns, worth: Sequence[int]) -> Iterator[list[int]]:
        """What units are worth less what they cost, where a bit more of it may cost little, or more, or much."""
        prices = [self._problem.price(CHEAPEST, component, 0) for component in one.block.components]
        rates = [price / each for price, each in zip(prices, worth, strict=True) if each > 0]
        if rates:
            for place in range(_EXCHANGES):
                rate = min(rates) * (_DEAREST * max(rates) / min(rates)) ** ((place + 1) / _EXCHANGES)
                differences = [rate * each - price for price, each in zip(prices, worth, strict=True)]
                top = max(map(abs, differences))
                yield [round(each * _FINEST / top) for each in differences]

    def _has_learned(self, objective: Objective, totals: Mapping[str, int], *, kinds: bool) -> bool:
        """Add cuts that totals do not keep: at the prices of just these totals, and where they fall short most."""
        learned = False
        for one in self._wide:
            components = one.block.components
            prices = self._problem.prices(objective, components, totals)
            if is_sum_of_units(objective):
                wanted = [totals[component] for component in components]
                learned |= self._cut(one, wanted, prices, is_real=True)
                usual = [self._problem.price(objective, component, 0) for component in components]
                telling = telling_prices(wanted, one.known(), usual)
                if telling is not None:
                    learned |= self._cut(one, wanted, _whole(telling), is_real=False)
            if kinds:
                found = learned_of_kinds(one, totals, [prices, *self._pooled(components)])
                self.known.one_of.extend(found.one_of)
                self.known.cuts.extend(found.cuts)
                learned |= bool(found.one_of or found.cuts)
        return learned

    def _pooled(self, components: Sequence[str]) -> list[list[int]]:
        """Prices that are what a unit takes of each pooled resource."""
        pooled = ([used.get(component, 0.0) for component in components] for used in self._problem.pooled)
        return [_whole(prices) for prices in pooled if any(prices)]

    def _cut(
        self, one: CheapestPatterns, wanted: Sequence[int] | None, prices: Sequence[int], *, is_real: bool
    ) -> bool:
        """Add the cut of prices where what is wanted does not keep it; none where it takes too long to find."""
        try:
            least = one.sum_of(one.cheapest(prices, is_real=is_real), prices)
        except TooManyPatterns:
            return False
        if wanted is not None and least <= sum(price * units for price, units in zip(prices, wanted, strict=True)):
            return False
        self.known.cuts.append(Cut(dict(zip(one.block.components, prices, strict=True)), least))
        return True


def is_sum_of_units(objective: Objective) -> bool:
    """Whether it gets worse about in proportion to units: then prices tell what is missing to a bid."""
    return not objective.maximize and (objective.measure is None or objective.measure in IN_MONEY - {"margin"})


def _whole(prices: Sequence[float]) -> list[int]:
    """Prices in the same proportions as whole numbers, none of them 0."""
    top = max(prices, default=1.0)
    return [max(1, round(price * _FINEST / top)) for price in prices]


def _raised(bound: int, known: int | None) -> int:
    return bound if known is None else max(bound, known)
