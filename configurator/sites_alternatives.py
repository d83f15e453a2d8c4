"""The price-score frontier of a bid with sites: each point is the best bid within a limit.

The score is one more attribute of the release, so that the search knows of it what it knows of any attribute.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256

from bidwright.catalog.model import Component
from bidwright.configurator.cpsat_sites_bid import Limit
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.differences import totals
from bidwright.configurator.frontier import Point, weights_of
from bidwright.configurator.objectives import CHEAPEST, Objective
from bidwright.configurator.request import Requirements
from bidwright.configurator.sites_configure import SitedSolution, configure_sites
from bidwright.configurator.solution import SolverDisagrees
from bidwright.core.amount_table import AmountTable

_SCORE = Objective(attribute="score of all qualities", maximize=True)
"""No attribute of a portfolio has such an id."""

_FOR_GAIN, _FOR_CHEAPEST, _FOR_BEST, _FOR_BETWEEN = 0.2, 0.3, 0.4, 0.5
"""Parts of the time left that one search may take, so that the next ones get some, too."""


class SitesFrontier:
    """The frontier of one bid. A search that ends without a proof counts with the bound that holds.

    Attributes:
        is_proven: As ``Frontier`` has it; large bids often end near a bound.
    """

    def __init__(self, bid: Requirements, amounts: AmountTable, qualities: Sequence[str]) -> None:
        """Take a bid that can be met; until ``weigh``, the first quality is the score."""
        self._bid = bid
        self._amounts = amounts
        self._steps = {quality: _step(bid, quality) for quality in qualities}
        self._scored = _scored(bid, {qualities[0]: 1 / self._steps[qualities[0]]})
        self.is_proven = True

    def weigh(self, known: SitedSolution, deadline: Deadline) -> None:
        """Make the score of all qualities: each weighs by the inverse of what can be gained over a bid."""
        self._known = known
        if len(self._steps) == 1:
            return
        gains = [self._gain(quality, known, deadline) for quality in self._steps]
        weights = zip(self._steps, weights_of(gains), strict=True)
        self._scored = _scored(self._bid, {quality: weight / self._steps[quality] for quality, weight in weights})

    def cheapest(self, known: SitedSolution, deadline: Deadline) -> Point:
        """The one with the highest score among those that cost no more than a bid that is known."""
        point, least = (
            self._richest(known.solution.amounts.contract_value, [known], deadline.after(_FOR_CHEAPEST)),
            known.solution.bound,
        )
        self.is_proven &= point.price == least
        solution = replace(point.found.solution, bound=max(point.found.solution.bound, least))
        return replace(point, found=replace(point.found, solution=solution))

    def best(self, deadline: Deadline) -> Point:
        """The cheapest with the highest score."""
        return self._richest(None, [self._known], deadline.after(_FOR_BEST))

    def between(self, lower: Point, upper: Point, deadline: Deadline) -> Point | None:
        """The one with the lowest score at or above the middle; where it is the upper one, the next below that."""
        limit = Limit(_SCORE, -((lower.score + upper.score + 1) // 2))
        bid = replace(self._scored, objectives=(CHEAPEST, _SCORE))
        point = self._point(self._best(bid, [upper.found, lower.found], deadline.after(_FOR_BETWEEN), limits=[limit]))
        if point.price >= upper.price:
            point = self._richest(upper.price - 1, [lower.found, upper.found], deadline.after(_FOR_BETWEEN))
        return point if point.score > lower.score else None

    def _richest(self, price: int | None, known: Sequence[SitedSolution], deadline: Deadline) -> Point:
        """The cheapest with the highest score that there is up to a price; the first of the bids known is."""
        budget = self._scored.budget if price is None else {**self._scored.budget, "contract_value": price}
        bid = replace(self._scored, budget=budget, objectives=(_SCORE, CHEAPEST))
        return self._point(self._best(bid, known, deadline))

    def _gain(self, quality: str, known: SitedSolution, deadline: Deadline) -> int:
        """Steps of a quality that can be gained over a bid."""
        bid = replace(self._bid, objectives=(Objective(attribute=quality, maximize=True),))
        best = self._best(bid, [known], deadline.after(_FOR_GAIN))
        most, had = (totals(one.solution.items, (quality,), self._bid.release)[quality] for one in (best, known))
        return int((most - had) / self._steps[quality])

    def _best(
        self, bid: Requirements, known: Sequence[SitedSolution], deadline: Deadline, *, limits: Sequence[Limit] = ()
    ) -> SitedSolution:
        """The best of a bid of which one is known, the first.

        Raises:
            TimeoutError: There is no time left to look for one.
        """
        if deadline.left_s <= 0:
            raise TimeoutError("the deadline came before the search")
        best = configure_sites(bid, self._amounts, deadline, limits=limits, known=known)
        if not isinstance(best, SitedSolution):
            raise SolverDisagrees("the solver calls a bid impossible that is known")
        return best

    def _point(self, best: SitedSolution) -> Point:
        """A bid that is the best by price and score, in either order."""
        reached = {one.objective: one for one in best.solution.reached}
        self.is_proven &= all(one.value == one.bound for one in reached.values())
        solution = replace(best.solution, bound=int(reached[CHEAPEST].bound), reached=())
        return Point(replace(best, solution=solution), int(reached[_SCORE].value))


def _step(bid: Requirements, quality: str) -> Decimal:
    """A power of ten of which all figures of a quality are multiples."""
    figures = [component.attributes.get(quality, Decimal(0)) for component in bid.release.components.values()]
    return Decimal(1).scaleb(min([0, *(int(figure.normalize().as_tuple().exponent) for figure in figures)]))


def _scored(bid: Requirements, weights: Mapping[str, Decimal]) -> Requirements:
    """A bid whose components have a score, a whole number: what one of each quality weighs, all added up."""
    components = {id_: _with_score(component, weights) for id_, component in bid.release.components.items()}
    # What is compiled is kept by digest.
    digest = sha256(repr((bid.release.digest, sorted(weights.items()))).encode()).hexdigest()
    return replace(bid, release=replace(bid.release, components=components, digest=digest))


def _with_score(component: Component, weights: Mapping[str, Decimal]) -> Component:
    figures = component.attributes
    score = sum((figures.get(quality, Decimal(0)) * weight for quality, weight in weights.items()), Decimal(0))
    return replace(component, attributes={**figures, _SCORE.attribute: score}) if score else component
