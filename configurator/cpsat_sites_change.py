"""The change of a bid with sites as a CP-SAT model: how many sites of each group go to which pattern.

Patterns that are not listed are there as *anything else*: what some sites of a block have then is known only component
by component, with what that disturbs. Such a model asks for less than the bid does, so its bounds hold for the bid.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from ortools.sat.python import cp_model

from bidwright.configurator.cpsat_change import Weights, disruption_of
from bidwright.configurator.cpsat_request import RequestModel
from bidwright.configurator.cpsat_sites import Placement
from bidwright.configurator.sites_near import NearBlock, NearGroup
from bidwright.configurator.sites_patterns import Pattern


@dataclass(frozen=True, kw_only=True)
class ChangeProblem:
    """What is to be decided.

    Attributes:
        blocks: What sites can have, and how much that disturbs.
        own: The components of sites.
        shared: Installed components that all sites share, with their units.
        surplus: Components of which sites that change them may have more than their patterns say.
        weights: How much changes disturb.
        always: What is disturbed in any case.
    """

    blocks: Sequence[NearBlock]
    own: Collection[str]
    shared: Mapping[str, int]
    surplus: Collection[str]
    weights: Weights
    always: int

    @property
    def least(self) -> int:
        """What every change disturbs by at least: what each site is, whatever is at the others."""
        groups = [group for block in self.blocks for group in block.groups]
        return self.always + sum(len(group.sites) * group.least for group in groups)


class ChangeModel:
    """The model of a whole bid, with what a change to it disturbs.

    Args:
        request: The whole bid; it is changed.
        problem: What is known of the sites.
        slack: How much more than the least of each site all sites and what they share may be disturbed; None for any.
        relaxed: Whether sites may have anything else.

    Attributes:
        disruption: Sum of the weights.
    """

    def __init__(self, request: RequestModel, problem: ChangeProblem, *, slack: int | None, relaxed: bool) -> None:
        self._model: cp_model.CpModel = request.model
        self._problem = problem
        self._slack = slack
        self._counts: list[tuple[NearBlock, NearGroup, list[tuple[Pattern, cp_model.IntVar]]]] = []
        self._others: list[tuple[NearGroup, cp_model.IntVar]] = []
        self._surplus: dict[str, cp_model.IntVar] = {}
        self._disruption: list[cp_model.LinearExprT] = [problem.always]
        for block in problem.blocks:
            self._add_block(block, request, relaxed=relaxed)
        shared = {component: index for component, index in request.units.items() if component not in problem.own}
        self._disruption.append(disruption_of(replace(request, units=shared), problem.shared, problem.weights))
        self.disruption = cp_model.LinearExpr.sum(self._disruption)

    def _add_block(self, block: NearBlock, request: RequestModel, *, relaxed: bool) -> None:
        terms: list[list[cp_model.LinearExprT]] = [[] for _ in block.components]
        room: list[list[cp_model.LinearExprT]] = [[] for _ in block.components]
        others: list[tuple[NearGroup, cp_model.IntVar]] = []
        for group in block.groups:
            counts = [
                (pattern, self._count(group)) for pattern in group.patterns if self._may(group, group.listed[pattern])
            ]
            self._counts.append((block, group, counts))
            chosen = [count for _, count in counts]
            if relaxed and group.rest is not None and self._may(group, group.rest):
                others.append((group, self._count(group)))
                chosen.append(others[-1][1])
            self._model.add(cp_model.LinearExpr.sum(chosen) == len(group.sites))
            for pattern, count in counts:
                self._disruption.append(group.listed[pattern] * count)
                for place, units in enumerate(pattern):
                    terms[place].append(units * count)
                    if units not in {0, group.installed[place]}:
                        room[place].append((block.most[place] - units) * count)
        if others:
            _Anything(self._model, block, others).add(terms, self._disruption)
            self._others += others
        for place, component in enumerate(block.components):
            if component in self._problem.surplus and room[place]:
                more = self._model.new_int_var(0, request.quantities[component].domain.max(), "")
                self._model.add(more <= cp_model.LinearExpr.sum(room[place]))
                self._surplus[component] = more
                terms[place].append(more)
            self._model.add(cp_model.LinearExpr.sum(terms[place]) == request.quantities[component])

    def _count(self, group: NearGroup) -> cp_model.IntVar:
        return self._model.new_int_var(0, len(group.sites), "")

    def _may(self, group: NearGroup, disruption: int) -> bool:
        return self._slack is None or disruption - group.least <= self._slack

    @property
    def is_exact(self) -> bool:
        """Whether no site may have anything else: the model asks for all that the bid does."""
        return not self._others

    def unlisted(self, solver: cp_model.CpSolver) -> list[NearGroup]:
        """Groups of which some site has something else in a solution."""
        return [group for group, count in self._others if solver.value(count)]

    def placement(self, solver: cp_model.CpSolver) -> Placement:
        """What a solution without anything else has at each site: patterns are dealt in their order to the sites."""
        at_sites: dict[str, dict[str, int]] = {}
        for block, group, counts in self._counts:
            dealt = [pattern for pattern, count in counts for _ in range(solver.value(count))]
            for site, pattern in zip(group.sites, dealt, strict=True):
                units = {one: number for one, number in zip(block.components, pattern, strict=True) if number}
                at_sites.setdefault(site, {}).update(units)
        surplus = {component: solver.value(more) for component, more in self._surplus.items()}
        return Placement(at_sites, {component: units for component, units in surplus.items() if units})


class _Anything:
    """What some sites of a block have that is not listed: of each component, how many keep, change, lose and get it."""

    def __init__(
        self, model: cp_model.CpModel, block: NearBlock, others: Sequence[tuple[NearGroup, cp_model.IntVar]]
    ) -> None:
        self._model = model
        self._block = block
        self._others = others
        self._sites = sum(len(group.sites) for group, _ in others)

    def add(self, terms: Sequence[list[cp_model.LinearExprT]], disruption: list[cp_model.LinearExprT]) -> None:
        """Add the units of each component to its terms, and what is disturbed: at least what each such pattern does."""
        found = [self._component(place) for place in range(len(self._block.components))]
        for term, (units, _) in zip(terms, found, strict=True):
            term.append(units)
        disturbed = cp_model.LinearExpr.sum([changes for _, changes in found])
        least = cp_model.LinearExpr.sum([(group.rest or 0) * count for group, count in self._others])
        self._model.add(disturbed >= least)
        disruption.append(disturbed)

    def _component(self, place: int) -> tuple[cp_model.IntVar, cp_model.LinearExpr]:
        model, weights, most = self._model, self._block.weights, self._block.most[place]
        having = [(group.installed[place], count) for group, count in self._others if group.installed[place]]
        before = [units for units, _ in having]
        gone, changed, added = (model.new_int_var(0, self._sites, "") for _ in range(3))
        model.add(gone + changed <= cp_model.LinearExpr.sum([count for _, count in having]))
        lacking = [count for group, count in self._others if not group.installed[place]]
        model.add(added <= cp_model.LinearExpr.sum(lacking))
        installed = cp_model.LinearExpr.sum([units * count for units, count in having])
        fewest, largest = min(before, default=0), max(before, default=0)
        units = model.new_int_var(0, self._sites * max(most, largest), "")
        model.add(units >= installed - largest * gone - max(0, largest - 1) * changed + added)
        model.add(units <= installed - fewest * gone + (most - fewest) * changed + most * added)
        return units, weights.delete * gone + weights.modify * changed + weights.add * added
