"""Finds the cheapest way to equip the sites of a bid, with a bound that no other way is below.

Where all patterns of all sites can be listed, one model decides. Where a block has too many, a relaxed bid gives the
bound, and the patterns that it found on the way make the answer (docs/adr/0016-sites-by-patterns.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ortools.sat.python import cp_model

from bidwright.configurator.cpsat_sites import Choice, Cut, Placement, SitesModel
from bidwright.configurator.cpsat_sites_effort import bound_of, sites_solver
from bidwright.configurator.cpsat_sites_relaxed import RelaxedBid, SitesProblem
from bidwright.configurator.cpsat_solve import optimum_solver
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.sites_cheapest import CheapestPatterns
from bidwright.configurator.sites_patterns import NothingFits

_IMPROVEMENTS = 3
"""How often a bid of the patterns known is made, each time with those that are the cheapest at its own prices."""

_LITTLE_S = 10.0
"""Enough for a search over packages alone, which takes milliseconds."""


@dataclass(frozen=True, kw_only=True)
class SitesBest:
    """The outcome of a search.

    Attributes:
        status: ``found``, ``infeasible`` (to be confirmed), or ``unknown`` where time or patterns ran out.
        items: Component id -> units in all, at least 1, by id.
        value, bound: Contract value reached, and what no bid is below.
        choices, cuts: Where infeasible, what is known of the sites: nothing else is possible there.
    """

    status: Literal["found", "infeasible", "unknown"]
    items: Mapping[str, int]
    placement: Placement
    value: int
    bound: int
    choices: Sequence[Choice] = ()
    cuts: Sequence[Cut] = ()


_UNKNOWN = SitesBest(status="unknown", items={}, placement=Placement({}, {}), value=0, bound=0)


def cheapest_sites(problem: SitesProblem, deadline: Deadline, *, presolve: bool = True) -> SitesBest:
    """Find the cheapest whole bid; the same for the same problem, unless the deadline ends the search.

    Raises:
        TooManyPatterns: A site has too much to choose from.
        NothingFits: A site can have nothing, whatever the others have.
    """
    for group in (group for block in problem.blocks for group in block.groups):
        if group.patterns == ():
            raise NothingFits(group.sites[0])
    listed = [
        Choice(block.components, group.sites, group.patterns)
        for block in problem.blocks
        for group in block.groups
        if group.patterns is not None
    ]
    wide = [CheapestPatterns(block) for block in problem.blocks if any(g.patterns is None for g in block.groups)]
    if not wide:
        return _counted_out(problem, listed, deadline, presolve=presolve)
    relaxed = RelaxedBid(problem, listed, wide, presolve=presolve)
    bound = relaxed.bound(deadline)
    if bound is None:
        return replace(_UNKNOWN, status="infeasible", choices=listed, cuts=relaxed.cuts)
    best = _UNKNOWN
    for _ in range(_IMPROVEMENTS):
        choices = [*listed, *(choice for one in wide for choice in _choices(one))]
        found = _counted_out(problem, choices, deadline, presolve=presolve)
        # What is impossible with the patterns that were looked at may be possible with others.
        if found.status == "found" and (best.status != "found" or found.value < best.value):
            best = replace(found, bound=min(bound, found.value))
        learned = [_has_learned(problem, one, found.items) for one in wide]
        if not any(learned) or best.bound == best.value or deadline.left_s <= 0:
            break
    return best


def _has_learned(problem: SitesProblem, one: CheapestPatterns, items: Mapping[str, int]) -> bool:
    """Look for the cheapest patterns at the prices of a bid; whether there are any that were not known."""
    before = sum(map(len, one.found))
    one.cheapest(problem.prices(one.block.components, items))
    return sum(map(len, one.found)) > before


def _choices(one: CheapestPatterns) -> list[Choice]:
    groups = one.block.groups
    return [
        Choice(one.block.components, group.sites, tuple(sorted(patterns)))
        for group, patterns in zip(groups, one.found, strict=True)
    ]


def _counted_out(problem: SitesProblem, choices: Sequence[Choice], deadline: Deadline, *, presolve: bool) -> SitesBest:
    """The cheapest bid of these patterns; a search that came near goes on for a little while."""
    request = problem.request()
    sites = SitesModel(request, choices, surplus=problem.surplus)
    request.model.minimize(request.charges.contract_value)
    solver = sites_solver(deadline, "whole", presolve=presolve)
    status = solver.solve(request.model)
    if status == cp_model.INFEASIBLE:
        return replace(_UNKNOWN, status="infeasible", choices=choices)
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return _UNKNOWN
    bound = bound_of(solver)
    if bound < round(solver.objective_value) and deadline.left_s > 0:
        for index in range(len(request.model.proto.variables)):
            variable = request.model.get_int_var_from_proto_index(index)
            request.model.add_hint(variable, solver.value(variable))
        again = sites_solver(deadline, "last", presolve=presolve)
        if again.solve(request.model) in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            bound = max(bound, bound_of(again))
            solver = again if again.objective_value <= solver.objective_value else solver
    units = {component: solver.value(variable) for component, variable in request.quantities.items()}
    items = {component: number for component, number in units.items() if number}
    value = _value_of(problem, items)
    return SitesBest(
        status="found", items=items, placement=sites.placement(solver), value=value, bound=min(bound, value)
    )


def _value_of(problem: SitesProblem, items: Mapping[str, int]) -> int:
    """What items cost with their best packages, which a search that ends early may have missed."""
    request = problem.request()
    for component, variable in request.quantities.items():
        request.model.add(variable == items.get(component, 0))
    request.model.minimize(request.charges.contract_value)
    solver = optimum_solver(Deadline(_LITTLE_S))
    solver.solve(request.model)
    return int(solver.value(request.charges.contract_value))
