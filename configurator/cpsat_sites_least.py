"""Finds the change of a bid with sites that disturbs least, and among those the cheapest, with bounds that hold.

Each is searched twice: with what is listed of the sites, which gives an answer, and with anything else beside it, which
gives a bound (cpsat_sites_change). Where they differ, more is listed of what the bound made use of.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from ortools.sat.python import cp_model

from bidwright.configurator.cpsat_searched import Status
from bidwright.configurator.cpsat_sites import Placement
from bidwright.configurator.cpsat_sites_bid import BidModel
from bidwright.configurator.cpsat_sites_change import ChangeModel, ChangeProblem
from bidwright.configurator.cpsat_sites_effort import sites_solver
from bidwright.configurator.cpsat_solve import proven_bound
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.sites import Site
from bidwright.configurator.sites_near import NearGroup
from bidwright.configurator.sites_patterns import Steps

_ROUNDS = 12
"""How often more is listed."""

_ROUNDS_WITHOUT = 3
"""How often more is listed where no bid is found yet: then what the cheapest bid has is a better beginning."""

_MOST_LISTED = 20_000
"""So many patterns of all groups are still quickly counted out."""

_MOST_STEPS = 600_000
"""So many steps all listing may take: a few seconds."""

_FOR_DISRUPTION = 0.5
"""Part of the time in which the least disruption is looked for; the rest is for the least value."""

_EFFORT = 0.5
"""Most deterministic time of a search: a second or two."""

_Goal = Literal["disruption", "value"]


@dataclass(frozen=True, kw_only=True)
class LeastChange:
    """The outcome of a search.

    Attributes:
        status: ``found``, ``infeasible`` (to be confirmed), or ``unknown`` where nothing is found.
        items: Component id -> units in all, at least 1.
        disruption, disruption_bound: Sum of the weights, and what no valid bid disturbs less than.
        value_bound: What no bid that disturbs no more is below, in minor units.
    """

    status: Status
    items: Mapping[str, int] = field(default_factory=dict)
    placement: Placement = field(default_factory=lambda: Placement({}, {}))
    disruption: int = 0
    disruption_bound: int = 0
    value_bound: int = 0


@dataclass(frozen=True, kw_only=True)
class _Searched:
    """The outcome of one search.

    Attributes:
        disruption, value: What the solution reaches.
        bound: What no solution is below; None where nothing is known.
        unlisted: Groups of which it has something that is not listed.
        is_exact: Whether nothing but what is listed was possible.
    """

    status: Status
    items: Mapping[str, int] = field(default_factory=dict)
    placement: Placement = field(default_factory=lambda: Placement({}, {}))
    disruption: int = 0
    value: int = 0
    bound: int | None = None
    unlisted: Collection[int] = ()
    is_exact: bool = False

    def reached(self, goal: _Goal) -> int:
        """What the solution reaches by a goal."""
        return self.disruption if goal == "disruption" else self.value

    @property
    def is_answer(self) -> bool:
        """Whether it has only what is listed."""
        return self.status == "found" and not self.unlisted


_UNKNOWN = _Searched(status="unknown")


class LeastChangeSearch:
    """Searches one change; what it lists of the sites it keeps.

    Raises:
        NothingFits: A site can have nothing.
    """

    def __init__(self, bid: BidModel, problem: ChangeProblem) -> None:
        self._bid = bid
        self._problem = problem
        self._steps = Steps(_MOST_STEPS)
        self._knows_bid = False
        for block in problem.blocks:
            block.begin(self._steps)

    def know(self, sites: Collection[Site]) -> None:
        """List what the sites of a valid bid have, all of them or none where no bid is known."""
        self._knows_bid = True
        items = {site.id: site.items for site in sites}
        for block in self._problem.blocks:
            for group in block.groups:
                for site in group.sites if items else ():
                    pattern = tuple(items[site].get(component, 0) for component in block.components)
                    group.listed[pattern] = block.disruption(group, pattern)

    def run(self, deadline: Deadline) -> LeastChange:
        """Find the best change; the same for the same problem, unless the deadline ends a search.

        Raises:
            NothingFits: A site can have nothing.
        """
        least, disruption_bound = self._closed_in("disruption", None, deadline.after(_FOR_DISRUPTION))
        if least.status != "found":
            return LeastChange(status=least.status)
        best, value_bound = self._closed_in("value", least, deadline)
        return LeastChange(
            status="found",
            items=best.items,
            placement=best.placement,
            disruption=best.disruption,
            disruption_bound=min(disruption_bound, best.disruption),
            value_bound=value_bound,
        )

    def _closed_in(self, goal: _Goal, within: _Searched | None, deadline: Deadline) -> tuple[_Searched, int]:
        """The best by a goal that disturbs no more than another, and what none is below."""
        best, bound = (_UNKNOWN, self._problem.least) if within is None else (within, self._bid.least_value)
        if within is not None:
            best = replace(within, value=self._bid.priced(within.items).contract_value)
        most = None if within is None else within.disruption
        for number in range(_ROUNDS):
            relaxed = self._searched(goal, most, deadline, relaxed=True)
            if relaxed.status == "infeasible" and best.status != "found":
                return relaxed, bound
            bound = bound if relaxed.bound is None else max(bound, relaxed.bound)
            listed = relaxed
            if not relaxed.is_answer and not relaxed.is_exact:
                listed = self._searched(goal, most, deadline, relaxed=False)
            best = _better(best, listed, goal)
            if best.status == "found":
                is_over = best.reached(goal) <= bound or relaxed.is_answer
            else:
                is_over = number + 1 == _ROUNDS_WITHOUT and not self._knows_bid
            # Listing is cheap beside searching: each time more of it.
            if is_over or deadline.left_s <= 0 or not self._list_more(relaxed.unlisted, levels=number + 1):
                break
        return best, bound

    def _list_more(self, unlisted: Collection[int], *, levels: int) -> bool:
        """List more of groups, and of those that can be had for as little disruption; whether anything was learned."""
        groups = [(block, group) for block in self._problem.blocks for group in block.groups]
        learned = False
        for _ in range(levels):
            open_ = [group for _, group in groups if id(group) in unlisted and not group.is_stuck]
            most = max((_beyond(group) for group in open_), default=-1)
            for block, group in groups:
                if group.rest is not None and _beyond(group) <= most and self._number_listed < _MOST_LISTED:
                    learned |= block.extend(group, self._steps)
        return learned

    @property
    def _number_listed(self) -> int:
        return sum(len(group.listed) for block in self._problem.blocks for group in block.groups)

    def _searched(self, goal: _Goal, most: int | None, deadline: Deadline, *, relaxed: bool) -> _Searched:
        request = self._bid.request()
        slack = None if most is None else most - self._problem.least
        sites = ChangeModel(request, self._problem, slack=slack, relaxed=relaxed)
        if most is not None:
            request.model.add(sites.disruption <= most)
        objective = sites.disruption if goal == "disruption" else request.charges.contract_value
        request.model.minimize(objective)
        solver = sites_solver(deadline, "whole", presolve=True, wants_more=False)
        solver.parameters.max_deterministic_time = _EFFORT
        solver.parameters.relative_gap_limit = 0.0
        status = solver.solve(request.model)
        if status == cp_model.INFEASIBLE:
            return replace(_UNKNOWN, status="infeasible", is_exact=sites.is_exact)
        if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            return replace(_UNKNOWN, is_exact=sites.is_exact)
        units = {component: solver.value(variable) for component, variable in request.quantities.items()}
        items = {component: number for component, number in units.items() if number}
        unlisted = {id(group) for group in sites.unlisted(solver)}
        return _Searched(
            status="found",
            items=items,
            placement=Placement({}, {}) if unlisted else sites.placement(solver),
            disruption=solver.value(sites.disruption),
            value=solver.value(request.charges.contract_value),
            bound=proven_bound(solver, status),
            unlisted=unlisted,
            is_exact=sites.is_exact,
        )


def _beyond(group: NearGroup) -> int:
    """How much more than the least of a group is disturbed by what is not listed."""
    return (group.rest or 0) - group.least


def _better(best: _Searched, found: _Searched, goal: _Goal) -> _Searched:
    if not found.is_answer:
        return best
    return found if best.status != "found" or found.reached(goal) < best.reached(goal) else best
