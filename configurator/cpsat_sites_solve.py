"""Finds the best way to equip the sites of a bid by one goal, with a bound that no other way is below.

Where all patterns of all sites can be listed, one model decides. Where a block has too many, a relaxed bid gives the
bound, and the patterns that it found on the way make the answer (docs/adr/0016-sites-by-patterns.md).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Literal

from ortools.sat.python import cp_model

from bidwright.configurator.cpsat_forms import start_at
from bidwright.configurator.cpsat_objectives import Goal
from bidwright.configurator.cpsat_request import RequestModel
from bidwright.configurator.cpsat_sites import Choice, Known, Placement, SitesModel
from bidwright.configurator.cpsat_sites_effort import Search, sites_solver
from bidwright.configurator.cpsat_sites_relaxed import RelaxedBid, SitesProblem, is_sum_of_units
from bidwright.configurator.cpsat_solve import optimum_solver, proven_bound
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.sites_cheapest import CheapestPatterns
from bidwright.configurator.sites_kinds import learned_of_kinds
from bidwright.configurator.sites_patterns import NothingFits, TooManyPatterns

_IMPROVEMENTS = 3
"""How often a bid of the patterns known is made, each time with those that are the cheapest at its own prices."""

_FIRST_S = 0.2
"""So long a bid is looked for while none is known, also where the time is over: without one there is no answer."""

_LITTLE_S = 10.0
"""Enough for a search over packages alone, which takes milliseconds."""


@dataclass(frozen=True, kw_only=True)
class SitesFound:
    """The outcome of a search.

    Attributes:
        status: ``found``, ``infeasible`` (to be confirmed), or ``unknown`` where time or patterns ran out.
        items: Component id -> units in all, at least 1, by id.
        value: Of the goal, in its steps.
        bound: What no bid is below; None where nothing is known.
        choices, known: Where infeasible, what is known of the sites: nothing else is possible there.
    """

    status: Literal["found", "infeasible", "unknown"]
    items: Mapping[str, int] = field(default_factory=dict)
    placement: Placement = field(default_factory=lambda: Placement({}, {}))
    value: int = 0
    bound: int | None = None
    choices: Sequence[Choice] = ()
    known: Known = field(default_factory=Known)


UNKNOWN = SitesFound(status="unknown")


class SitesSearch:
    """Searches a bid for one goal after the other; what it learned of the sites it keeps.

    Raises:
        NothingFits: A site can have nothing, whatever the others have.
    """

    def __init__(self, problem: SitesProblem, *, presolve: bool = True) -> None:
        for group in (group for block in problem.blocks for group in block.groups):
            if group.patterns == ():
                raise NothingFits(group.sites[0])
        self._problem = problem
        self._presolve = presolve
        self._listed = [
            Choice(block.components, group.sites, group.patterns)
            for block in problem.blocks
            for group in block.groups
            if group.patterns is not None
        ]
        self._wide = [
            CheapestPatterns(block) for block in problem.blocks if any(group.patterns is None for group in block.groups)
        ]
        self._relaxed = RelaxedBid(problem, self._listed, self._wide, presolve=presolve)

    def learn(self, known: SitesFound) -> None:
        """Have what sites have in a bid among what they can be given."""
        for one in self._wide:
            for index, group in enumerate(one.block.groups):
                for site in group.sites:
                    units = known.placement.at_sites.get(site, {})
                    one.add(index, tuple(units.get(component, 0) for component in one.block.components))

    def best(self, goal: Goal, start: SitesFound, deadline: Deadline, *, kinds: bool) -> SitesFound:
        """The best bid by a goal, among those that are as good by what is settled.

        The same for the same problem and goals before, unless the deadline ends the search.

        Args:
            goal: What is best.
            start: A bid that is as good by what is settled, where one is known.
            deadline: The end.
            kinds: Whether it counts which kinds of components there are.

        Raises:
            TooManyPatterns: A site has too much to choose from.
            NothingFits: A site can have nothing, whatever the others have.
        """
        if not self._wide:
            found = self._counted_out(goal, self._listed, start, deadline)
            if found.status != "found":
                return found
            return replace(_better(found, self._valued(start, goal)), bound=found.bound)
        bound = self._relaxed.bound(goal, deadline, kinds=kinds)
        if bound is None:
            return replace(UNKNOWN, status="infeasible", choices=self._listed, known=self._relaxed.known)
        best = self._valued(start, goal)
        if kinds or not is_sum_of_units(goal.objective):
            best = _better(best, self._simplest(goal, deadline))
        for _ in range(_IMPROVEMENTS):
            if best.status == "found" and best.value <= bound:
                break
            found = self._counted_out(goal, self._choices(), best, deadline)
            if best.status != "found" and found.status != "found":
                # What is impossible with the patterns that were looked at may be possible with others.
                found = self._simplest(goal, deadline)
            best = _better(best, found)
            if deadline.left_s <= 0:
                break
            learned = [self._has_learned(goal, one, found.items, kinds=kinds) for one in self._wide]
            if not any(learned):
                break
        return replace(best, bound=min(bound, best.value) if best.status == "found" else bound)

    def _valued(self, start: SitesFound, goal: Goal) -> SitesFound:
        """A bid with its value by a goal, and no bound."""
        if start.status != "found":
            return UNKNOWN
        bid = self._problem.bid
        return replace(start, bound=None, value=bid.priced(start.items).steps[bid.goals.index(goal)])

    def _simplest(self, goal: Goal, deadline: Deadline) -> SitesFound:
        """Some bid, soon found also where the goal does not lead the search to one.

        It has the patterns found last alone; where that is impossible, a low price of all that are known.
        """
        choices = [
            Choice(one.block.components, group.sites, (one.latest[index],))
            for one in self._wide
            for index, group in enumerate(one.block.groups)
            if index in one.latest
        ]
        found = self._counted_out(goal, [*self._listed, *choices], UNKNOWN, deadline)
        if found.status == "found":
            return found
        price = self._problem.bid.asked.request.charges.contract_value
        found, _ = self._solved(price, self._choices(), UNKNOWN, deadline)
        return self._valued(found, goal)

    def with_less_surplus(self, found: SitesFound, deadline: Deadline) -> SitesFound:
        """As good a bid by all that is settled, with less that is at no site yet, where there is one."""
        if not found.placement.surplus:
            return found
        request = self._problem.bid.request()
        sites = SitesModel(
            request, self._choices(), known=Known(most=self._relaxed.known.most), surplus=self._problem.surplus
        )
        _start_at(sites, request, found)
        request.model.minimize(sites.surplus)
        solver = self._solver(deadline, "last")
        if solver.solve(request.model) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            return found
        return replace(found, items=_items(request, solver), placement=sites.placement(solver))

    def bar(self, components: Collection[str]) -> None:
        """Have sites do without components: nothing that is as good by what is settled has them."""
        for one in self._wide:
            one.bar(components)

    def _has_learned(self, goal: Goal, one: CheapestPatterns, items: Mapping[str, int], *, kinds: bool) -> bool:
        """Look for the cheapest patterns at the prices of a bid; whether any are found that were not known."""
        before = sum(map(len, one.found))
        prices = self._problem.prices(goal.objective, one.block.components, items)
        with suppress(TooManyPatterns):  # those that are known stay
            one.cheapest(prices)
        if kinds and items:
            learned_of_kinds(one, items, [prices])
        return sum(map(len, one.found)) > before

    def _solver(self, deadline: Deadline, search: Search) -> cp_model.CpSolver:
        return sites_solver(deadline, search, presolve=self._presolve, wants_more=self._problem.bid.wants_more)

    def _choices(self) -> list[Choice]:
        """The patterns that are known."""
        return [*self._listed, *(choice for one in self._wide for choice in _choices(one))]

    def _counted_out(self, goal: Goal, choices: Sequence[Choice], start: SitesFound, deadline: Deadline) -> SitesFound:
        """The best bid of these patterns, with packages as a price applies them."""
        while True:
            found, savings = self._solved(goal.expression, choices, start, deadline)
            if found.status != "found":
                return found
            priced = self._problem.bid.priced(found.items)
            value = priced.steps[self._problem.bid.goals.index(goal)]
            found = replace(found, value=value, bound=None if found.bound is None else min(found.bound, value))
            if not self._problem.bid.has_too_few_savings(found.items, savings, priced) or deadline.left_s <= 0:
                return found

    def _solved(
        self, expression: cp_model.LinearExpr, choices: Sequence[Choice], start: SitesFound, deadline: Deadline
    ) -> tuple[SitesFound, int]:
        """One search, and what its packages save; one that came near goes on for a little while."""
        request = self._problem.bid.request()
        known = Known(most=self._relaxed.known.most)
        sites = SitesModel(request, choices, known=known, surplus=self._problem.surplus)
        _start_at(sites, request, start)
        request.model.minimize(expression)
        ends = deadline if start.status == "found" else deadline.at_least(_FIRST_S)
        solver = self._solver(ends, "whole")
        status = solver.solve(request.model)
        if status == cp_model.INFEASIBLE:
            return replace(UNKNOWN, status="infeasible", choices=choices, known=known), 0
        if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            return UNKNOWN, 0
        bounds = [proven_bound(solver, status)]
        if bounds != [round(solver.objective_value)] and deadline.left_s > 0:
            start_at(request.model, tuple(solver.response_proto.solution))
            again = self._solver(deadline, "last")
            status = again.solve(request.model)
            if status in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
                bounds.append(proven_bound(again, status))
                solver = again if again.objective_value <= solver.objective_value else solver
        bound = max((known for known in bounds if known is not None), default=None)
        found = SitesFound(
            status="found", items=_items(request, solver), placement=sites.placement(solver), bound=bound
        )
        return found, solver.value(request.charges.savings)


def _better(best: SitesFound, found: SitesFound) -> SitesFound:
    is_better = found.status == "found" and (best.status != "found" or found.value < best.value)
    return found if is_better else best


def _start_at(sites: SitesModel, request: RequestModel, start: SitesFound) -> None:
    """Begin with a bid that is known; the solver trusts a start that says everything, packages too."""
    if start.status == "found":
        solver = optimum_solver(Deadline(_LITTLE_S))
        if solver.solve(sites.fixed_at(start.items, start.placement)) in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            start_at(request.model, tuple(solver.response_proto.solution))


def _items(request: RequestModel, solver: cp_model.CpSolver) -> Mapping[str, int]:
    units = {component: solver.value(variable) for component, variable in request.quantities.items()}
    return {component: number for component, number in units.items() if number}


def _choices(one: CheapestPatterns) -> list[Choice]:
    groups = one.block.groups
    return [
        Choice(one.block.components, group.sites, tuple(sorted(patterns)))
        for group, patterns in zip(groups, one.found, strict=True)
    ]
