"""Good, better, best: configurations to choose from that nothing beats in both price and quality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from bidwright.configurator.configure import configure
from bidwright.configurator.confirmed import confirmed
from bidwright.configurator.cpsat_alternatives import Frontier, Point
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.differences import differences, totals
from bidwright.configurator.request import Requirements
from bidwright.configurator.solution import Solution
from bidwright.core.amount_table import AmountTable
from bidwright.core.errors import Faults, InvalidInput
from bidwright.core.nearest import advice
from bidwright.v1.configuration_pb2 import Conflict

USUAL_NUMBER = 3
"""How many alternatives there are where nothing is said."""


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """One configuration to choose.

    Attributes:
        title: For a buyer.
        solution: No configuration with its qualities costs less; its bound says so.
        qualities: Attribute -> total.
        differences: What a buyer sees of the difference to the alternative before.
    """

    title: str
    solution: Solution
    qualities: Mapping[str, Decimal]
    differences: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Alternatives:
    """What was found.

    Attributes:
        found: From the cheapest to the best; at least one.
        complete: False where the deadline ended the search for more, or the proof of the first.
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
    first = configure(requirements, amounts, deadline)
    if isinstance(first, Conflict):
        return first
    points: list[Point] = []
    complete = first.amounts.contract_value == first.bound
    if complete:
        try:
            _collect(points, Frontier(requirements, amounts, qualities), first, number=number, deadline=deadline)
        except TimeoutError:
            complete = False
    solutions = [
        confirmed(point.items, point.price, point.price, requirements=requirements, table=amounts)
        for point in sorted(points, key=lambda point: point.price)
    ] or [first]
    return Alternatives(found=_told(solutions, qualities, requirements), complete=complete)


def _collect(points: list[Point], frontier: Frontier, first: Solution, *, number: int, deadline: Deadline) -> None:
    """Add what is found to the points, so that it stays where the deadline comes.

    Raises:
        TimeoutError: It came.
    """
    frontier.weigh(first.items, deadline)
    cheapest = frontier.cheapest(first.bound, deadline)
    points.append(cheapest)
    if number == 1:
        return
    best = frontier.best(deadline)
    if best.score == cheapest.score:
        return
    points.append(best)
    empty: set[tuple[int, int]] = set()
    while len(points) < number:
        ordered = sorted(points, key=lambda point: point.score)
        gaps = [gap for gap in pairwise(ordered) if (gap[0].score, gap[1].score) not in empty]
        if not gaps:
            return
        lower, upper = max(gaps, key=lambda gap: gap[1].score - gap[0].score)
        between = frontier.between(lower, upper, deadline)
        if between is None:
            empty.add((lower.score, upper.score))
        else:
            points.append(between)


def _told(
    solutions: Sequence[Solution], qualities: Sequence[str], requirements: Requirements
) -> tuple[Alternative, ...]:
    release = requirements.release
    before = [None, *(solution.items for solution in solutions)]
    return tuple(
        Alternative(
            title=title,
            solution=solution,
            qualities=totals(solution.items, qualities, release),
            differences=() if old is None else differences(old, solution.items, qualities, release),
        )
        for title, solution, old in zip(_titles(len(solutions)), solutions, before, strict=False)
    )


def _titles(number: int) -> tuple[str, ...]:
    """Names for so many alternatives, from the cheapest on."""
    if number <= USUAL_NUMBER:
        return ("good", "better", "best") if number == USUAL_NUMBER else ("good", "best")[:number]
    return ("good", *(f"better {step}" for step in range(1, number - 1)), "best")
