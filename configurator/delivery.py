"""Which components no delivery centre can deliver where the customer lets work be done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from bidwright.catalog.centres import able_centres, regions_for
from bidwright.catalog.model import Release
from bidwright.configurator.request import Requirements


@dataclass(frozen=True)
class _Place:
    """Where work may be done, and in which currency; equal where they are, as a release never changes."""

    digest: str
    currency: str
    regions: frozenset[str]
    release: Release = field(compare=False)


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
    nobody = _without_centre(_Place(release.digest, market.currency, regions, release))
    found: dict[str, tuple[str, ...]] = {}
    for component in (release.components[id_] for id_ in sorted(nobody.intersection(components))):
        found[component.family] = (*found.get(component.family, ()), component.id)
    return found


@lru_cache(maxsize=256)
def _without_centre(place: _Place) -> frozenset[str]:
    """The components of a release that no centre at a place can deliver."""
    centres = place.release.centres
    return frozenset(
        component.id
        for component in place.release.components.values()
        if not able_centres(component, centres, currency=place.currency, regions=place.regions)
    )
