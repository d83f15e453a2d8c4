"""What a site can have of a block of families near what is installed there: patterns, those that disturb less first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from bidwright.catalog.model import Offering
from bidwright.configurator.cpsat_change import Weights
from bidwright.configurator.sites_blocks import Block, Group
from bidwright.configurator.sites_conditions import FALSE, Condition
from bidwright.configurator.sites_patterns import NothingFits, Pattern, Steps, TooManyPatterns

_MOST_STEPS = 30_000
"""So many steps one search may take: a fraction of a second."""


@dataclass(frozen=True, kw_only=True)
class Fewer:
    """Which patterns with more units are left out.

    Attributes:
        spare: Components of which fewer units are never worse for the bid: patterns with more that disturb no less.
        every: Whether of the others every number of units is looked at. Where not, only the fewest units of those that
            mean the same: as installed, none, or another number.
    """

    spare: Collection[str]
    every: bool


@dataclass
class NearGroup:
    """Sites with the same choice and with the same installed, and what they can have as far as it is listed.

    Attributes:
        sites: Their ids, ascending.
        installed: What each of them has; of a component that is above its limit now, more than it may keep.
        listed: Pattern -> how much it disturbs each of them.
        rest: What every pattern that is not listed disturbs by at least; None where there is none.
        least: What every pattern disturbs by at least.
        is_stuck: Whether listing more of them takes too many steps.
    """

    sites: tuple[str, ...]
    installed: Pattern
    conditions: Sequence[Condition]
    listed: dict[Pattern, int] = field(default_factory=dict)
    rest: int | None = 0
    least: int = 0
    is_stuck: bool = False

    @property
    def patterns(self) -> list[Pattern]:
        """What is listed, in ascending order."""
        return sorted(self.listed)


class NearBlock:
    """A block with its groups, whose patterns are listed bit by bit.

    Args:
        block: Its groups have the same installed at each of their sites.
        installed: Site -> component -> units.
        weights: How much changes disturb.
        fewer: Which patterns are left out.
    """

    def __init__(
        self, block: Block, installed: Mapping[str, Mapping[str, int]], weights: Weights, fewer: Fewer
    ) -> None:
        self.components = block.components
        self.most = block.most
        self.weights = weights
        self._every = [fewer.every and component not in fewer.spare for component in block.components]
        self._spare = [component in fewer.spare for component in block.components]
        self._block = block
        self.groups = [self._group(group, installed) for group in block.groups]

    def _group(self, group: Group, installed: Mapping[str, Mapping[str, int]]) -> NearGroup:
        if FALSE in group.conditions:
            raise NothingFits(group.sites[0])
        conditions = [self._block.conditions.condition(expression) for expression in group.conditions]
        at_site = installed.get(group.sites[0], {})
        pattern = tuple(at_site.get(component, 0) for component in self.components)
        return NearGroup(group.sites, pattern, conditions)

    def disruption(self, group: NearGroup, pattern: Pattern) -> int:
        """How much a pattern disturbs a site of a group."""
        pairs = zip(group.installed, pattern, strict=True)
        return sum(self.weights.of(before, after) for before, after in pairs)

    def begin(self, steps: Steps) -> None:
        """List what disturbs least, of each group.

        Raises:
            NothingFits: A site can have nothing.
        """
        for group in self.groups:
            while not group.listed and self.extend(group, steps):
                pass
            rest = [] if group.rest is None else [group.rest]
            group.least = min([*group.listed.values(), *rest])

    def extend(self, group: NearGroup, steps: Steps) -> bool:
        """List what disturbs a little more; whether anything was learned. What takes too many steps is given up.

        Raises:
            NothingFits: A site can have nothing.
        """
        if group.rest is None or group.is_stuck:
            return False
        own = Steps(min(_MOST_STEPS, steps.left))
        given = own.left
        walk = _Walk(self, group, own)
        try:
            walk.run(group.rest)
            group.rest = walk.next
        except TooManyPatterns:
            group.is_stuck = True
        steps.left -= given - own.left
        group.listed.update(walk.found)
        if group.rest is None and not group.listed:
            raise NothingFits(group.sites[0])
        return not group.is_stuck

    def is_enough(self, place: int) -> bool:
        """Whether of units that mean the same the fewest suffice."""
        return not self._every[place]

    def is_spare(self, place: int) -> bool:
        """Whether fewer units are never worse for the bid."""
        return self._spare[place]

    def floors(self, installed: Pattern) -> list[int]:
        """By place: what a site is disturbed by at least for the slots of the families that begin there or later."""
        floors, offering = [0] * (len(self.components) + 1), self._block.offering
        families = [component.partition(".")[0] for component in self.components]
        for place in reversed(range(len(families))):
            floors[place] = floors[place + 1]
            if families[place] not in families[:place]:
                here = [at for at, family in enumerate(families) if family == families[place]]
                kinds = sum(1 for at in here if installed[at])
                floors[place] += self._floor(offering, families[place], kinds)
        return floors

    def _floor(self, offering: Offering, family: str, kinds: int) -> int:
        slot = offering.slots[family]
        return max(0, slot.minimum - kinds) * self.weights.add + max(0, kinds - slot.maximum) * self.weights.delete


class _Walk:
    """Chooses units component by component, as long as they disturb no more than a limit; those to come are 0.

    Attributes:
        found: Pattern -> how much it disturbs.
        next: What is beyond the limit disturbs by at least; None where there is nothing beyond.
    """

    def __init__(self, block: NearBlock, group: NearGroup, steps: Steps) -> None:
        self.found: dict[Pattern, int] = {}
        self.next: int | None = None
        self._block = block
        self._group = group
        self._steps = steps
        self._units = [0] * len(block.components)
        self._floors = block.floors(group.installed)
        self._limit = 0
        places, conditions = range(len(block.components)), group.conditions
        # Once no component that follows can help, a condition that is false stays so.
        last = {id(one): max(one.helps, default=-1) for one in conditions}
        self._final = [
            [c for c in conditions if place in c.helps | c.hurts and last[id(c)] <= place] for place in places
        ]
        self._helped = [
            [(c, bool(c.hurts) and max(c.hurts) > place) for c in conditions if place in c.helps] for place in places
        ]

    def run(self, limit: int) -> None:
        """Find all that disturbs no more than a limit.

        Raises:
            TooManyPatterns: The steps did not suffice.
        """
        self._limit = limit
        if not all(one.holds(self._units) for one in self._group.conditions if not one.helps | one.hurts):
            return
        if not self._is_beyond(self._floors[0]):
            self._extend(0, 0)
        self.found = {pattern: paid for pattern, paid in self.found.items() if not self._has_less(pattern, paid)}

    def _is_beyond(self, least: int) -> bool:
        if least <= self._limit:
            return False
        self.next = least if self.next is None else min(self.next, least)
        return True

    def _extend(self, place: int, paid: int) -> None:
        if place == len(self._units):
            self.found[tuple(self._units)] = paid
            return
        before, weights = self._group.installed[place], self._block.weights
        if before <= self._block.most[place]:
            self._try(place, before, paid)
        if before:
            self._try(place, 0, paid + weights.delete)
        self._units[place] = 0
        changed = paid + (weights.modify if before else weights.add)
        if self._is_beyond(changed + self._floors[place + 1]):
            return
        if not before and self._block.is_spare(place) and not self._can_help(place):
            return
        for number in range(1, self._block.most[place] + 1):
            if number != before:
                verdict = self._try(place, number, changed)
                if verdict is None or (self._block.is_enough(place) and not self._can_help(place)):
                    break
        self._units[place] = 0

    def _try(self, place: int, number: int, paid: int) -> bool | None:
        """Go on with so many units; None where they are too many, or no more of them would help."""
        self._steps.take()
        self._units[place] = number
        verdict: bool | None = True
        for condition in self._final[place]:
            if not condition.holds(self._units):
                if place not in condition.helps:
                    return None
                verdict = False
        if verdict and not self._is_beyond(paid + self._floors[place + 1]):
            self._extend(place + 1, paid)
        return verdict

    def _can_help(self, place: int) -> bool:
        """Whether another unit can be of use: some condition that it helps is false, or may become so."""
        return any(
            is_hurt_later or not condition.holds(self._units) for condition, is_hurt_later in self._helped[place]
        )

    def _has_less(self, pattern: Pattern, paid: int) -> bool:
        """Whether fewer units of a component do as well, without disturbing more."""
        for place, units in enumerate(pattern):
            fewer = self._fewer(place, units)
            if fewer is None:
                continue
            less = (*pattern[:place], fewer, *pattern[place + 1 :])
            holds = all(c.holds(less) for c in self._group.conditions if place in c.helps)
            if holds and self._block.disruption(self._group, less) <= paid:
                return True
        return False

    def _fewer(self, place: int, units: int) -> int | None:
        """The next number of units below that is to be preferred; None where there is none."""
        before = self._group.installed[place]
        if self._block.is_spare(place):
            return units - 1 if units else None
        if not self._block.is_enough(place) or units in {0, before}:
            return None
        fewer = units - 1 if units - 1 != before else units - 2
        return fewer if fewer > 0 else None
