"""The work of components at delivery centres: who may do it, how much it is, and whether the centres have the hours.

Work is counted twice: all that is done once, as if it were done within one month before the start, and the work of one
month of service. Each must fit into the hours that the centres have in a month; it may be split between centres.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from bidwright.catalog.centres import skilled_centres
from bidwright.catalog.model import Offering, Release, Slot
from bidwright.catalog.rule_language import WorkSource
from bidwright.core.money import add, multiply
from bidwright.core.transport import Shortage, Work, cheapest_shares

WORK_TIMES: Mapping[WorkSource, str] = {"one_time_hours": "before the start", "monthly_hours": "every month"}
"""When work is done, for a reader."""

MOST_SETS = 1000
"""So many sets of centres can be looked at; a portfolio in which more hang together is not published."""

Hours = Mapping[str, Decimal]
"""Skills -> hours of work that asks for them, above 0."""


@dataclass(frozen=True)
class Workplace:
    """Where work for a customer may be done, and in which currency it must have a cost.

    Equal where digest, currency and regions are, as a release never changes.
    """

    digest: str
    currency: str
    regions: frozenset[str]
    release: Release = field(compare=False)

    def able(self, skills: str) -> tuple[str, ...]:
        """Ids of the centres that can do work that asks for skills; none where nobody can."""
        return _able(self, skills)


@lru_cache(maxsize=4096)
def _able(place: Workplace, skills: str) -> tuple[str, ...]:
    found = skilled_centres(skills, place.release.centres, currency=place.currency, regions=place.regions)
    return tuple(centre.id for centre in found)


def hours_of(release: Release, items: Mapping[str, int], source: WorkSource) -> Hours:
    """Hours of work on components.

    Args:
        release: Gives the components.
        items: Component id -> units.
        source: Work that is done once, or every month.
    """
    found: dict[str, Decimal] = {}
    for id_, units in items.items():
        component = release.components[id_]
        hours = component.one_time_hours if source == "one_time_hours" else component.monthly_hours
        if hours and units:
            more, skills = multiply(hours, units), component.skills
            found[skills] = add(found[skills], more) if skills in found else more
    return found


def most_hours(release: Release, offering: Offering, source: WorkSource) -> Hours:
    """Skills -> more hours than any configuration of an offering asks for, as its slots and units are limited."""
    found: dict[str, Decimal] = {}
    for slot in offering.slots.values():
        for skills, hours in _most_of(release, slot, source):
            found[skills] = found.get(skills, Decimal(0)) + hours
    return found


def _most_of(release: Release, slot: Slot, source: WorkSource) -> Iterator[tuple[str, Decimal]]:
    """Skills, and the most hours that a family can ask of them."""
    by_skills: dict[str, list[tuple[Decimal, int]]] = {}
    for component in (release.components[id_] for id_ in release.members(slot.family)):
        for skills, hours in component.figures(source).items():
            by_skills.setdefault(skills, []).append((hours, component.max_quantity))
    for skills, members in sorted(by_skills.items()):
        most = sum(sorted((hours * units for hours, units in members), reverse=True)[: slot.maximum], Decimal(0))
        if slot.max_quantity is not None:
            most = min(most, slot.max_quantity * max(hours for hours, _ in members))
        yield skills, most


def shortage(place: Workplace, hours: Hours) -> Shortage | None:
    """Centres that have too few hours for the work that only they can do; None where all work can be given to somebody.

    Work that nobody can do is not looked at.
    """
    centres = place.release.centres
    able = {skills: place.able(skills) for skills in hours}
    if sum(hours.values()) <= min((centres[c].capacity_hours for ids in able.values() for c in ids), default=0):
        return None  # any one of the centres could do all of it
    work = {
        skills: Work(Fraction(hours[skills]), dict.fromkeys(ids, Fraction(0))) for skills, ids in able.items() if ids
    }
    found = cheapest_shares(work, capacities(place, (centre for ids in able.values() for centre in ids)))
    return found if isinstance(found, Shortage) else None


def capacities(place: Workplace, centres: Iterable[str]) -> dict[str, Fraction]:
    """Hours a month of centres, by id."""
    return {id_: Fraction(place.release.centres[id_].capacity_hours) for id_ in sorted(set(centres))}


@dataclass(frozen=True)
class CapacityRow:
    """Work that only some centres can do, and the hours they have a month."""

    source: WorkSource
    centres: tuple[str, ...]
    skills: tuple[str, ...]
    capacity: Decimal


def capacity_rows(place: Workplace, source: WorkSource, most: Hours) -> list[CapacityRow]:
    """Limits that all keep exactly where the work can be split between the centres; by centres.

    For every set of centres, the work that only they can do must not exceed their hours. That is enough: a transport
    has a solution where no set of sources is short. Sets that are two sets without common work need no row.

    Args:
        place: Where work may be done.
        source: Of the rows.
        most: Skills -> more hours than any configuration asks for; rows that these cannot break are left out.

    Source: D. Gale, A theorem on flows in networks, Pacific Journal of Mathematics 7, 1957.
    """
    able = {skills: frozenset(place.able(skills)) for skills, hours in most.items() if hours and place.able(skills)}
    found = []
    for centres in sorted(connected_sets(able.values()), key=sorted):
        skills = tuple(sorted(skills for skills, ids in able.items() if ids <= centres))
        capacity = sum((place.release.centres[id_].capacity_hours for id_ in sorted(centres)), Decimal(0))
        if sum(most[one] for one in skills) > capacity:
            found.append(CapacityRow(source, tuple(sorted(centres)), skills, capacity))
    return found


def connected_sets(able: Iterable[frozenset[str]]) -> set[frozenset[str]]:
    """All unions of sets that hang together by common members; some of them where there are over ``MOST_SETS``."""
    sets = set(able)
    found, waiting = set(sets), sorted(sets, key=sorted)
    while waiting and len(found) <= MOST_SETS:
        one = waiting.pop()
        for other in sets:
            union = one | other
            if one & other and union not in found:
                found.add(union)
                waiting.append(union)
    return found
