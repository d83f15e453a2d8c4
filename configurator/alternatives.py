"""Good, better, best: configurations to choose from that nothing beats in both price and quality."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bidwright.configurator.configure import configure
from bidwright.configurator.cpsat_alternatives import RequestFrontier
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.differences import differences, totals
from bidwright.configurator.frontier import Frontier, Point, collect
from bidwright.configurator.request import Requirements
from bidwright.configurator.sites import Site
from bidwright.configurator.sites_alternatives import SitesFrontier
from bidwright.configurator.sites_configure import SitedSolution, configure_sites
from bidwright.configurator.solution import Solution
from bidwright.core.amount_table import AmountTable
from bidwright.core.errors import Faults, InvalidInput
from bidwright.core.nearest import advice
from bidwright.v1.configuration_pb2 import Conflict

USUAL_NUMBER = 3
"""How many alternatives there are where nothing is said."""

_FOR_FIRST = 0.25
"""Part of the time that the cheapest bid with sites may take: it is often near its bound long before it is proven."""

_FRONTIERS: Mapping[bool, Callable[[Requirements, AmountTable, Sequence[str]], Frontier]] = {
    False: RequestFrontier,
    True: SitesFrontier,
}
"""By whether there are sites."""


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """One configuration to choose.

    Attributes:
        title: For a buyer.
        solution: No configuration with its qualities costs less than its bound.
        sites: What is at each site; none where there are no sites.
        qualities: Attribute -> total.
        differences: What a buyer sees of the difference to the alternative before.
    """

    title: str
    solution: Solution
    sites: tuple[Site, ...]
    qualities: Mapping[str, Decimal]
    differences: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Alternatives:
    """What was found.

    Attributes:
        found: From the cheapest to the best; at least one.
        complete: False where the deadline ended the search for more, or where not all is proven; those found are still
            such that none of them beats another one.
    """

    found: tuple[Alternative, ...]
    complete: bool


def qualities_of(asked: Sequence[str], requirements: Requirements) -> tuple[str, ...]:
    """The qualities alternatives are about: those asked for, or else the offering's.

    Raises:
        InvalidInput: There is none, one is given twice, or none of the offering's components carries it; or the
            request has objectives.
    """
    components = requirements.release.components.values()
    slots = requirements.offering.slots
    carried = {name for component in components if component.family in slots for name in component.attributes}
    faults = Faults()
    for index, name in enumerate(asked):
        if name in asked[:index]:
            faults.add(f"qualities[{index}]", f"{name} is given twice", "Give each quality once.")
        elif name not in carried:
            what = f"no component of {requirements.offering.id} carries an attribute {name!r}"
            faults.add(f"qualities[{index}]", what, advice(name, carried))
    if requirements.objectives:
        what = "alternatives have no objectives: they are between the least contract value and the most quality"
        faults.add("request.objectives", what, "Leave them out.")
    faults.raise_if_any("The request")
    found = tuple(asked) or requirements.offering.qualities
    if not found:
        raise InvalidInput(
            f"The offering {requirements.offering.id} names no qualities, and neither does the request",
            fix=f"Name what stands for quality: {', '.join(sorted(carried)) or 'no component carries an attribute'}.",
            reason="NO_QUALITIES",
        )
    return found


def alternatives(
    requirements: Requirements, amounts: AmountTable, qualities: Sequence[str], deadline: Deadline, *, number: int
) -> Alternatives | Conflict:
    """Find alternatives: the cheapest, the best, and between them where the gap in quality is widest.

    Args:
        requirements: What all of them must meet; it has no objectives.
        amounts: What quantities cost.
        qualities: Attributes of whose total more is better; at least one.
        deadline: When it is over, those found so far are the answer.
        number: How many there are at most, at least 1.

    Raises:
        Unavailable: Nothing was found in time, nor shown to be impossible.
    """
    first = _configured(requirements, amounts, deadline)
    if isinstance(first, Conflict):
        return first
    points: list[Point] = []
    complete = first.solution.amounts.contract_value == first.solution.bound
    if complete or requirements.sites:
        frontier: Frontier = _FRONTIERS[bool(requirements.sites)](requirements, amounts, qualities)
        try:
            collect(points, frontier, first, number=number, deadline=deadline)
        except TimeoutError:
            complete = False
        complete &= frontier.is_proven
    found = [point.found for point in points] or [first]
    return Alternatives(found=_told(found, qualities, requirements), complete=complete)


def _configured(requirements: Requirements, amounts: AmountTable, deadline: Deadline) -> SitedSolution | Conflict:
    """The cheapest, with sites or without."""
    if requirements.sites:
        return configure_sites(requirements, amounts, deadline.after(_FOR_FIRST))
    outcome = configure(requirements, amounts, deadline, or_any=True)
    return outcome if isinstance(outcome, Conflict) else SitedSolution(outcome, ())


def _told(
    found: Sequence[SitedSolution], qualities: Sequence[str], requirements: Requirements
) -> tuple[Alternative, ...]:
    release = requirements.release
    before = [None, *(one.solution.items for one in found)]
    return tuple(
        Alternative(
            title=title,
            solution=one.solution,
            sites=one.sites,
            qualities=totals(one.solution.items, qualities, release),
            differences=() if old is None else differences(old, one.solution.items, qualities, release),
        )
        for title, one, old in zip(_titles(len(found)), found, before, strict=False)
    )


def _titles(number: int) -> tuple[str, ...]:
    """Names for so many alternatives, from the cheapest on."""
    if number <= USUAL_NUMBER:
        return ("good", "better", "best") if number == USUAL_NUMBER else ("good", "best")[:number]
    return ("good", *(f"better {step}" for step in range(1, number - 1)), "best")
