"""The best way to equip the sites of a bid by several objectives, the first before the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from bidwright.configurator.cpsat_objectives import Goal
from bidwright.configurator.cpsat_sites_relaxed import SitesProblem
from bidwright.configurator.cpsat_sites_solve import UNKNOWN, SitesFound, SitesSearch
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.objectives import CHEAPEST, Measure
from bidwright.configurator.sites_patterns import TooManyPatterns

_FOR_ONE_MORE = 0.6
"""Part of the time that an objective may take where others follow."""

_OF_KINDS = frozenset[Measure]({"lead_time", "delivery_risk", "components"})
"""Measures that look at which components there are, whatever the units."""


@dataclass(frozen=True, kw_only=True)
class SitesBest:
    """The outcome of all searches.

    Attributes:
        found: The best bid, or why there is none.
        steps: By goal: value reached, and what no bid is below among those as good by the goals before; none where
            nothing is found.
        contract_value, least_value: Of the bid, and what no bid is below, in minor units.
    """

    found: SitesFound
    steps: tuple[tuple[int, int], ...] = ()
    contract_value: int = 0
    least_value: int = 0

    def bounded(self, bound: int) -> SitesBest:
        """The same, when it is known that no bid is below a bound by the first goal."""
        (value, known), *others = self.steps
        return replace(self, steps=((value, max(known, bound)), *others))

    def or_better(self, other: SitesBest, least: Sequence[int]) -> SitesBest:
        """The better one of this and a bid of which nothing is proven, with bounds that hold for it.

        Args:
            other: The bid.
            least: By goal, what no bid is below.
        """
        values, others = [value for value, _ in self.steps], [value for value, _ in other.steps]
        if self.found.status == "found" and values <= others:
            return self
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(values, others, strict=False)))
        # What is known of a goal holds for all bids as good by those before; so much is said of the next one still.
        known = [bound for _, bound in self.steps[: same + 2]]
        bounds = [*known, *least[len(known) :]]
        return replace(other, steps=tuple(zip(others, bounds, strict=True)))


def best_sites(
    problem: SitesProblem, deadline: Deadline, *, known: Sequence[SitesFound] = (), presolve: bool = True
) -> SitesBest:
    """Find the bid that is best by the first goal, among equals by the second, and so on.

    The same for the same problem, unless the deadline ends a search: then the answer is the best so far, with bounds
    that hold. The problem's bid has its goals settled afterwards.

    Args:
        problem: The bid.
        deadline: The end.
        known: Valid bids: the first one within all limits, so that the answer is no worse; of the others sites may have
            the same.
        presolve: Whether the solver may.

    Raises:
        TooManyPatterns: A site has too much to choose from.
        NothingFits: A site can have nothing, whatever the others have.
    """
    bid, search = problem.bid, SitesSearch(problem, presolve=presolve)
    for one in known:
        search.learn(one)
    best, bounds, kinds = next(iter(known), UNKNOWN), list[int](), False
    for number, goal in enumerate(bid.goals):
        kinds |= goal.objective.measure in _OF_KINDS and not goal.objective.maximize
        is_last = number + 1 == len(bid.goals)
        found = _next(search, goal, best, deadline if is_last else deadline.after(_FOR_ONE_MORE), kinds=kinds)
        if "found" not in {best.status, found.status}:
            return SitesBest(found=found)
        best = found if found.status == "found" else best
        bounds.append(bid.least(goal) if found.bound is None else found.bound)
        value = bid.priced(best.items).steps[number]
        bid.settle(goal, value)
        if goal.objective.measure == "lead_time" and not goal.objective.maximize:
            components = bid.asked.requirements.release.components
            search.bar({id_ for id_, one in components.items() if one.lead_time_days > value})
    best = search.with_less_surplus(best, deadline)
    priced = bid.priced(best.items)
    steps = tuple((value, min(value, bound)) for value, bound in zip(priced.steps, bounds, strict=True))
    least = steps[0][1] if bid.goals[0].objective == CHEAPEST else bid.least_value
    return SitesBest(found=best, steps=steps, contract_value=priced.contract_value, least_value=least)


def _next(search: SitesSearch, goal: Goal, best: SitesFound, deadline: Deadline, *, kinds: bool) -> SitesFound:
    """The best by one more goal; where a site has too much to choose from for that, what is known stays."""
    try:
        return search.best(goal, best, deadline, kinds=kinds)
    except TooManyPatterns:
        if best.status != "found":
            raise
        return UNKNOWN
