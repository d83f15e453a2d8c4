"""A bid with sites as a CP-SAT model: how many sites of each group have each pattern, and what that adds up to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from bidwright.configurator.cpsat_request import RequestModel
from bidwright.configurator.sites_patterns import Pattern


@dataclass(frozen=True)
class Choice:
    """Patterns that some sites have to choose from, of the components of one block."""

    components: tuple[str, ...]
    sites: tuple[str, ...]
    patterns: tuple[Pattern, ...]


@dataclass(frozen=True)
class Cut:
    """At these prices of a unit, what all sites have of a block costs at least so much."""

    prices: Mapping[str, int]
    least: int


@dataclass(frozen=True)
class Placement:
    """What a solution has at the sites.

    Attributes:
        at_sites: Site -> component -> units.
        surplus: Component -> units of the bid that are at no site yet.
    """

    at_sites: Mapping[str, dict[str, int]]
    surplus: Mapping[str, int]


class SitesModel:
    """The model of a whole bid, in which the components of sites are the sums over the sites.

    Args:
        request: The whole bid; it is changed.
        choices: What sites can have. Of components that are in none, there are as many as cuts ask for.
        cuts: What is known of the others.
        surplus: Components of which the bid may have more than the patterns say.
    """

    def __init__(
        self, request: RequestModel, choices: Sequence[Choice], *, cuts: Sequence[Cut] = (), surplus: Collection[str]
    ) -> None:
        model: cp_model.CpModel = request.model
        self._counts: list[tuple[Choice, list[cp_model.IntVar]]] = []
        self._surplus: dict[str, cp_model.IntVar] = {}
        terms: dict[str, list[cp_model.LinearExprT]] = {c: [] for choice in choices for c in choice.components}
        for component in sorted(terms.keys() & surplus):
            self._surplus[component] = model.new_int_var(0, request.quantities[component].domain.max(), "")
            terms[component].append(self._surplus[component])
        for choice in choices:
            size = len(choice.sites)
            counts = [model.new_int_var(0, size, "") for _ in choice.patterns]
            model.add(cp_model.LinearExpr.sum(counts) == size)
            for place, component in enumerate(choice.components):
                units = [pattern[place] for pattern in choice.patterns]
                terms[component].append(cp_model.LinearExpr.weighted_sum(counts, units))
            self._counts.append((choice, counts))
        for component, found in terms.items():
            model.add(cp_model.LinearExpr.sum(found) == request.quantities[component])
        for cut in cuts:
            quantities = [request.quantities[component] for component in cut.prices]
            model.add(cp_model.LinearExpr.weighted_sum(quantities, list(cut.prices.values())) >= cut.least)

    def placement(self, solver: cp_model.CpSolver) -> Placement:
        """What a solution has at each site: patterns are dealt in their order to the sites by id."""
        at_sites: dict[str, dict[str, int]] = {}
        for choice, counts in self._counts:
            numbers = [solver.value(count) for count in counts]
            dealt = [p for p, number in zip(choice.patterns, numbers, strict=True) for _ in range(number)]
            for site, pattern in zip(choice.sites, dealt, strict=True):
                units = {c: number for c, number in zip(choice.components, pattern, strict=True) if number}
                at_sites.setdefault(site, {}).update(units)
        surplus = {component: solver.value(units) for component, units in self._surplus.items()}
        return Placement(at_sites, {component: units for component, units in surplus.items() if units})
