"""Which components no delivery centre can deliver where the customer lets work be done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bidwright.catalog.centres import able_centres, regions_for
from bidwright.configurator.request import Requirements


def allowed_regions(requirements: Requirements) -> str:
    """The regions in which work may be done, for a reader."""
    return ", ".join(sorted(regions_for(requirements.market, requirements.offering, requirements.answers))) or "none"


def undeliverable(requirements: Requirements, components: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Family -> those of its components that no delivery centre may and can deliver; only families with such ones.

    Args:
        requirements: Market and answers say where work may be done, and in which currency it must have a cost.
        components: The ids looked at.
    """
    release, market = requirements.release, requirements.market
    regions = regions_for(market, requirements.offering, requirements.answers)
    found: dict[str, tuple[str, ...]] = {}
    for component in (release.components[id_] for id_ in sorted(components)):
        if not able_centres(component, release.centres, currency=market.currency, regions=regions):
            found[component.family] = (*found.get(component.family, ()), component.id)
    return found
