"""A bid with sites as a CP-SAT model: how many sites of each group have each pattern, and what that adds up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

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
    """At these prices of a unit, what all sites have of a block costs at least so much.

    Attributes:
        unless: Components of the block; where the bid has one of them, it may cost less.
    """

    prices: Mapping[str, int]
    least: int
    unless: tuple[str, ...] = ()


@dataclass(frozen=True)
class Most:
    """All sites together have at most so much of something of which one unit of components has this."""

    worth: Mapping[str, int]
    most: int


@dataclass(frozen=True)
class Known:
    """What is known of the sites beside patterns; it holds for every bid.

    Attributes:
        cuts: Of blocks that have too many patterns.
        one_of: Components of which the bid has at least one kind, as some site can do with none of the others.
        most: What all sites can have.
    """

    cuts: list[Cut] = field(default_factory=list)
    one_of: list[tuple[str, ...]] = field(default_factory=list)
    most: list[Most] = field(default_factory=list)


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
        choices: What sites can have. Of components that are in none, there are as many as is known to be needed.
        known: What else is known of the sites.
        surplus: Components of which the bid may have more than the patterns say, and how many more at most.
    """

    def __init__(
        self, request: RequestModel, choices: Sequence[Choice], *, known: Known, surplus: Mapping[str, int]
    ) -> None:
        model: cp_model.CpModel = request.model
        self._request = request
        self._counts: list[tuple[Choice, list[cp_model.IntVar]]] = []
        self._surplus: dict[str, cp_model.IntVar] = {}
        terms: dict[str, list[cp_model.LinearExprT]] = {c: [] for choice in choices for c in choice.components}
        for component in sorted(terms.keys() & surplus.keys()):
            most = min(surplus[component], request.quantities[component].domain.max())
            self._surplus[component] = model.new_int_var(0, most, "")
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
        self._add(known)

    def _add(self, known: Known) -> None:
        model, quantities, selected = self._request.model, self._request.quantities, self._request.selected
        for cut in known.cuts:
            units = [quantities[component] for component in cut.prices]
            holds = model.add(cp_model.LinearExpr.weighted_sum(units, list(cut.prices.values())) >= cut.least)
            holds.only_enforce_if([~selected[component] for component in cut.unless])
        for components in known.one_of:
            model.add_bool_or([selected[component] for component in components])
        for limit in known.most:
            units = [quantities[component] for component in limit.worth]
            model.add(cp_model.LinearExpr.weighted_sum(units, list(limit.worth.values())) <= limit.most)

    def fixed_at(self, items: Mapping[str, int], placement: Placement) -> cp_model.CpModel:
        """The same with one bid as its only solution, but for packages."""
        model: cp_model.CpModel = self._request.model.clone()
        for component, variable in self._request.quantities.items():
            model.add(variable == items.get(component, 0))
        for component, units in self._surplus.items():
            model.add(units == placement.surplus.get(component, 0))
        for choice, counts in self._counts:
            sites = [placement.at_sites.get(site, {}) for site in choice.sites]
            found = Counter(tuple(site.get(component, 0) for component in choice.components) for site in sites)
            for pattern, count in zip(choice.patterns, counts, strict=True):
                model.add(count == found[pattern])
        return model

    @property
    def surplus(self) -> cp_model.LinearExpr:
        """Units that are at no site yet."""
        return cp_model.LinearExpr.sum(list(self._surplus.values()))

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
