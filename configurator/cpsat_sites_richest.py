"""What sites can have most of, where more is wanted and a block has too many patterns to list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from bidwright.configurator.cpsat_request import RequestModel
from bidwright.configurator.cpsat_sites import Most
from bidwright.configurator.cpsat_solve import optimum_solver, proven_bound
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.sites_cheapest import CheapestPatterns
from bidwright.configurator.sites_patterns import Pattern

_EFFORT = 0.1
"""Most deterministic time for one site; most take milliseconds."""


@dataclass(frozen=True)
class Richest:
    """The pattern of a site that has the most of something, as far as a search found, and what none has more than."""

    pattern: Pattern
    most: int

    def is_proven(self, worth: Sequence[int]) -> bool:
        """Whether no pattern has more."""
        return sum(each * units for each, units in zip(worth, self.pattern, strict=True)) == self.most


def add_richest(
    one: CheapestPatterns, worth: Sequence[int], model_of: Callable[[str], RequestModel], deadline: Deadline
) -> Most | None:
    """Have a block know the patterns that have the most of something; say what all sites have at most together.

    Args:
        one: The block.
        worth: What one unit of each of its components has of it; negative where it takes some away.
        model_of: Makes the model of a site, by its id.
        deadline: When it is over, the patterns so far are known, and nothing is said.
    """
    total = 0
    for chain in one.chains:
        easier: tuple[int, Richest] | None = None
        for index in chain:
            group = one.block.groups[index]
            # What is best for a site that asks for less, and is enough for this one, is best for both.
            if easier is None or not one.is_best_for(index, easier[0], easier[1].pattern):
                found = _richest(one, worth, model_of(group.sites[0]), deadline)
                if found is None:
                    return None
                one.add(index, found.pattern)
                easier = (index, found) if found.is_proven(worth) else None
                total += found.most * len(group.sites)
            else:
                one.add(index, easier[1].pattern)
                total += easier[1].most * len(group.sites)
    return Most(dict(zip(one.block.components, worth, strict=True)), total)


def _richest(one: CheapestPatterns, worth: Sequence[int], request: RequestModel, deadline: Deadline) -> Richest | None:
    components, model = one.block.components, request.model
    limits: Mapping[str, int] = dict(zip(components, one.most, strict=True))
    families = {component.partition(".")[0] for component in components}
    for component, variable in request.quantities.items():
        if component.partition(".")[0] in families:
            model.add(variable <= limits.get(component, 0))
    quantities = [request.quantities[component] for component in components]
    model.maximize(cp_model.LinearExpr.weighted_sum(quantities, worth))
    solver = optimum_solver(deadline)
    solver.parameters.max_deterministic_time = _EFFORT
    status = solver.solve(model)
    most = proven_bound(solver, status)
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE} or most is None:
        return None
    return Richest(tuple(solver.value(each) for each in quantities), most)
