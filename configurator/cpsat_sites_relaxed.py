"""What no bid is below, where sites have too many patterns to list.

A relaxed bid knows of a block only cuts: what all sites together cost at least at some prices. Its totals are too good
to be true; prices at which that shows give the next cut, and the patterns that are the cheapest at them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from bidwright.configurator.cpsat_request import RequestModel
from bidwright.configurator.cpsat_sites import Choice, Cut, SitesModel
from bidwright.configurator.cpsat_sites_effort import bound_of, sites_solver
from bidwright.configurator.cpsat_sites_prices import telling_prices
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.sites_blocks import Block
from bidwright.configurator.sites_cheapest import CheapestPatterns

_ROUNDS = 16
_ROUNDS_END, _LAST_ENDS = 0.55, 0.75
"""Parts of the time after which there is no further round, and after which only the answer is looked for."""

_FINEST = 2000
"""Prices of a cut are whole numbers up to this: small ones make the model easier, and any prices make a true cut."""


@dataclass(frozen=True, kw_only=True)
class SitesProblem:
    """What is to be decided.

    Attributes:
        request: Makes the model of the whole bid.
        blocks: What sites can have.
        price: About what one unit of a component of sites costs where the bid has so many of it; not 0.
        surplus: Components of which the bid may have more than its sites need.
    """

    request: Callable[[], RequestModel]
    blocks: Sequence[Block]
    price: Callable[[str, int], float]
    surplus: Collection[str]

    def prices(self, components: Sequence[str], totals: Mapping[str, int]) -> list[int]:
        """What units of components cost in proportion to each other, in whole numbers, where there are so many."""
        return _whole([self.price(component, totals.get(component, 0)) for component in components])


class RelaxedBid:
    """Closes in on a bid from below.

    Args:
        problem: The bid.
        listed: What sites can have of blocks of which all patterns are known.
        wide: The other blocks.
        presolve: Whether the solver may; what it then calls infeasible is to be confirmed.

    Attributes:
        cuts: What is known of the wide blocks.
    """

    def __init__(
        self, problem: SitesProblem, listed: Sequence[Choice], wide: Sequence[CheapestPatterns], *, presolve: bool
    ) -> None:
        self._problem = problem
        self._listed = listed
        self._wide = wide
        self._presolve = presolve
        self.cuts: list[Cut] = []

    def bound(self, deadline: Deadline) -> int | None:
        """What no bid is below; None where there is none at all. The wide blocks find patterns on the way.

        Raises:
            TooManyPatterns: A site has too much to choose from.
            NothingFits: A site can have nothing.
        """
        given_s = deadline.left_s
        for one in self._wide:
            self._begin(one)
        bound = 0
        for _ in range(_ROUNDS):
            if deadline.left_s < given_s * (1 - _ROUNDS_END):
                break
            request, solver = self._request(), sites_solver(deadline, "relaxed", presolve=self._presolve)
            status = solver.solve(request.model)
            if status == cp_model.INFEASIBLE:
                return None
            if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
                break
            bound = max(bound, bound_of(solver))
            totals = {component: solver.value(variable) for component, variable in request.quantities.items()}
            if not self._has_learned(totals):
                break
        solver = sites_solver(deadline, "bound", presolve=self._presolve)
        solver.parameters.max_time_in_seconds = max(deadline.left_s - given_s * (1 - _LAST_ENDS), 0.0)
        status = solver.solve(self._request().model)
        if status == cp_model.INFEASIBLE:
            return None
        return max(bound, bound_of(solver)) if status in {cp_model.OPTIMAL, cp_model.FEASIBLE} else bound

    def _request(self) -> RequestModel:
        request = self._problem.request()
        SitesModel(request, self._listed, cuts=self.cuts, surplus=self._problem.surplus)
        request.model.minimize(request.charges.contract_value)
        return request

    def _begin(self, one: CheapestPatterns) -> None:
        """Cut at list prices, and at the prices of as many units as are then bought."""
        components = one.block.components
        totals: Mapping[str, int] = {}
        for _ in range(2):
            prices = self._problem.prices(components, totals)
            best = one.cheapest(prices)
            self.cuts.append(Cut(dict(zip(components, prices, strict=True)), one.sum_of(best, prices)))
            totals = one.totals_of(best)

    def _has_learned(self, totals: Mapping[str, int]) -> bool:
        """Add cuts that totals do not keep: at the prices of just these totals, and where they fall short most."""
        learned = False
        for one in self._wide:
            components = one.block.components
            wanted = [totals[component] for component in components]
            learned |= self._cut(one, wanted, self._problem.prices(components, totals), is_real=True)
            usual = [self._problem.price(component, 0) for component in components]
            telling = telling_prices(wanted, one.known(), usual)
            if telling is not None:
                learned |= self._cut(one, wanted, _whole(telling), is_real=False)
        return learned

    def _cut(self, one: CheapestPatterns, wanted: Sequence[int], prices: Sequence[int], *, is_real: bool) -> bool:
        least = one.sum_of(one.cheapest(prices, is_real=is_real), prices)
        if least <= sum(price * units for price, units in zip(prices, wanted, strict=True)):
            return False
        self.cuts.append(Cut(dict(zip(one.block.components, prices, strict=True)), least))
        return True


def _whole(prices: Sequence[float]) -> list[int]:
    """Prices in the same proportions as whole numbers, none of them 0."""
    top = max(prices, default=1.0)
    return [max(1, round(price * _FINEST / top)) for price in prices]
