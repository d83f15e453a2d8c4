"""Finds places at sites for what a bid has more of than its sites need."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bidwright.catalog.rule_language import Expression
from bidwright.configurator.cpsat_sites import Most, Placement
from bidwright.configurator.sites import Site
from bidwright.configurator.sites_blocks import Block
from bidwright.configurator.sites_patterns import Pattern


@dataclass(frozen=True)
class Placed:
    """What is at each site after the surplus has looked for its places, and what of it found none."""

    at_sites: Mapping[str, Mapping[str, int]]
    left: Mapping[str, int]


def placed(
    placement: Placement,
    blocks: Sequence[Block],
    sites: Sequence[Site],
    *,
    may: Callable[[str, str], bool] = lambda _site, _component: True,
) -> Placed:
    """Find places for the surplus: all sites take the same, as far as they may, and then the first by id more.

    Args:
        placement: What the sites have, and the surplus.
        blocks: What sites can have.
        sites: The sites of the bid.
        may: Whether a site, by id, may take more of a component.
    """
    at_sites = {site.id: dict(placement.at_sites.get(site.id, {})) for site in sites}
    left = dict(placement.surplus)
    for component in placement.surplus:
        block = next(block for block in blocks if component in block.components)
        groups = [(site, group) for group in block.groups for site in group.sites if may(site, component)]
        for evenly in (True, False):
            for number, (site, group) in enumerate(groups):
                wanted = -(-left[component] // (len(groups) - number)) if evenly else left[component]
                conditions = group.conditions_at(site)
                left[component] -= _put(component, wanted, at_sites[site], block=block, conditions=conditions)
    return Placed(at_sites, {component: units for component, units in left.items() if units})


def most_at_sites(blocks: Sequence[Block]) -> list[Most]:
    """Units that all sites can have together: of each component alone, and of those of a slot."""
    found: list[Most] = []
    for block in blocks:
        number = sum(len(group.sites) for group in block.groups)
        found += [
            Most({component: 1}, number * most) for component, most in zip(block.components, block.most, strict=True)
        ]
        for family in sorted({component.partition(".")[0] for component in block.components}):
            limit = block.offering.slots[family].max_quantity
            members = [component for component in block.components if component.partition(".")[0] == family]
            if limit is not None:
                found.append(Most(dict.fromkeys(members, 1), number * limit))
    return found


def _put(component: str, units: int, at_site: dict[str, int], *, block: Block, conditions: Sequence[Expression]) -> int:
    """Put as many units at a site as it may have; how many."""
    tests = [block.conditions.condition(expression) for expression in conditions]
    place = block.components.index(component)
    for number in range(min(units, block.most[place] - at_site.get(component, 0)), 0, -1):
        pattern: Pattern = tuple(at_site.get(one, 0) + (number if one == component else 0) for one in block.components)
        if all(test.holds(pattern) for test in tests):
            at_site[component] = pattern[place]
            return number
    return 0
