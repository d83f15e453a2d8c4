"""Which components no delivery centre can deliver where the customer lets work be done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from bidwright.catalog.centres import regions_for
from bidwright.catalog.model import Release
from bidwright.catalog.work import Workplace
from bidwright.configurator.request import Requirements


@dataclass(frozen=True)
class _Key:
    """Where work may be done, and for what; the parts of a split offering have components and ids of their own."""

    place: Workplace
    offering_id: str
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
    release = requirements.release
    nobody = _without_centre(_Key(workplace(requirements), requirements.offering.id, release))
    found: dict[str, tuple[str, ...]] = {}
    for component in (release.components[id_] for id_ in sorted(nobody.intersection(components))):
        found[component.family] = (*found.get(component.family, ()), component.id)
    return found


def workplace(requirements: Requirements) -> Workplace:
    """Where market and answers let work be done."""
    release, market = requirements.release, requirements.market
    regions = regions_for(market, requirements.offering, requirements.answers)
    return Workplace(release.digest, market.currency, regions, release)


@lru_cache(maxsize=256)
def _without_centre(key: _Key) -> frozenset[str]:
    """The components of a release that no centre at a place can deliver."""
    return frozenset(one.id for one in key.release.components.values() if not key.place.able(one.skills))
