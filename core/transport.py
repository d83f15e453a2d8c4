"""Who does which work at least cost, where nobody has endless hours: a transport of hours to places, exact.

Source: successive shortest paths, R. K. Ahuja, T. L. Magnanti, J. B. Orlin, Network Flows, 1993, section 9.7.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

_Cost = tuple[Fraction, int]
"""Cost of an hour, and what decides among equals."""


@dataclass(frozen=True)
class Work:
    """Work of one kind: hours, above 0, and what an hour costs at each place that can do it, at least one."""

    hours: Fraction
    rates: Mapping[str, Fraction]


@dataclass(frozen=True)
class Shortage:
    """Places that have fewer hours than the work asks for that only they can do."""

    places: tuple[str, ...]
    needed: Fraction
    capacity: Fraction


Shares = dict[str, dict[str, Fraction]]
"""Kind of work -> place -> hours, above 0."""


def cheapest_shares(work: Mapping[str, Work], capacities: Mapping[str, Fraction]) -> Shares | Shortage:
    """Give all hours to places at least cost, none of them beyond its hours.

    Of divisions that cost the same, the one is taken that gives the first kind of work (by id) most hours at the first
    place (by id), then at the second, and so on through places and kinds.

    Args:
        work: By kind.
        capacities: Hours of every place that the work names.

    Returns:
        A shortage where the hours of some places do not suffice.
    """
    return _Transport(work, capacities).shares()


class _Transport:
    """Hours that are given, kind by kind, each on the cheapest way that is left.

    A way may move hours given before from one place to another; each of its steps gives or takes hours of one kind at
    one place, so that what decides among equals can be powers of 2: no way outweighs an earlier step by later ones.
    """

    def __init__(self, work: Mapping[str, Work], capacities: Mapping[str, Fraction]) -> None:
        self._work = dict(sorted(work.items()))
        self._free = dict(capacities)
        self._capacities = capacities
        pairs = [(kind, place) for kind, one in self._work.items() for place in sorted(one.rates)]
        self._costs: dict[tuple[str, str], _Cost] = {
            (kind, place): (self._work[kind].rates[place], -(1 << (len(pairs) - rank)))
            for rank, (kind, place) in enumerate(pairs)
        }
        self._given: Shares = {kind: {} for kind in self._work}

    def shares(self) -> Shares | Shortage:
        for kind, one in self._work.items():
            left = one.hours
            while left:
                ways = self._ways(kind)
                ends = [place for place in sorted(ways) if self._free[place]]
                if not ends:
                    return self._shortage(ways)
                end = min(ends, key=lambda place: ways[place][0])
                left -= self._give(kind, ways, end, left)
        return self._given

    def _ways(self, kind: str) -> dict[str, tuple[_Cost, tuple[str, str] | None]]:
        """Place -> cost of the cheapest way to it, and the kind and place that hours are moved from before it."""
        found: dict[str, tuple[_Cost, tuple[str, str] | None]] = {
            place: (self._costs[kind, place], None) for place in sorted(self._work[kind].rates)
        }
        waiting = list(found)
        while waiting:
            place = waiting.pop(0)
            for other, given in self._given.items():
                if place not in given:
                    continue
                for target in self._work[other].rates:
                    if target == place:
                        continue
                    cost = _sum(found[place][0], self._costs[other, target], self._costs[other, place])
                    if target not in found or cost < found[target][0]:
                        found[target] = (cost, (other, place))
                        if target not in waiting:
                            waiting.append(target)
        return found

    def _give(
        self, kind: str, ways: Mapping[str, tuple[_Cost, tuple[str, str] | None]], end: str, left: Fraction
    ) -> Fraction:
        """Give hours on the way to a place; returns how many."""
        moves: list[tuple[str, str, str]] = []
        place = end
        while (before := ways[place][1]) is not None:
            other, source = before
            moves.append((other, source, place))
            place = source
        hours = min(left, self._free[end], *(self._given[other][source] for other, source, _ in moves))
        self._free[end] -= hours
        for other, source, target in moves:
            self._add(other, source, -hours)
            self._add(other, target, hours)
        self._add(kind, place, hours)
        return hours

    def _add(self, kind: str, place: str, hours: Fraction) -> None:
        given = self._given[kind]
        given[place] = given.get(place, Fraction(0)) + hours
        if not given[place]:
            del given[place]

    def _shortage(self, places: Mapping[str, object]) -> Shortage:
        """All that can be reached is full: work that only these places can do."""
        own = [one.hours for one in self._work.values() if one.rates.keys() <= places.keys()]
        capacity = sum((self._capacities[place] for place in places), Fraction(0))
        return Shortage(tuple(sorted(places)), sum(own, Fraction(0)), capacity)


def _sum(so_far: _Cost, given: _Cost, taken: _Cost) -> _Cost:
    return so_far[0] + given[0] - taken[0], so_far[1] + given[1] - taken[1]
