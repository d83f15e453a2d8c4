"""Finds places at sites for what a bid has more of than its sites need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bidwright.configurator.cpsat_sites import Placement
from bidwright.configurator.sites import Site
from bidwright.configurator.sites_blocks import Block, Group
from bidwright.configurator.sites_patterns import Pattern


def placed(
    placement: Placement, blocks: Sequence[Block], sites: Sequence[Site]
) -> Mapping[str, Mapping[str, int]] | None:
    """What is at each site after the surplus has found its places; None where it does not.

    The first sites by id take what they may have.
    """
    at_sites = {site.id: dict(placement.at_sites.get(site.id, {})) for site in sites}
    for component, units in placement.surplus.items():
        block = next(block for block in blocks if component in block.components)
        left = units
        for group in block.groups:
            for site in group.sites:
                left -= _put(component, left, at_sites[site], block, group)
        if left:
            return None
    return at_sites


def _put(component: str, units: int, at_site: dict[str, int], block: Block, group: Group) -> int:
    """Put as many units at a site as it may have; how many."""
    conditions = [block.conditions.condition(expression) for expression in group.conditions]
    place = block.components.index(component)
    for number in range(units, 0, -1):
        pattern: Pattern = tuple(at_site.get(one, 0) + (number if one == component else 0) for one in block.components)
        if pattern[place] <= block.most[place] and all(condition.holds(pattern) for condition in conditions):
            at_site[component] = pattern[place]
            return number
    return 0
