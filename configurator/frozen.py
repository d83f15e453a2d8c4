"""Installed components and sites that must not be touched: exact pins and exclusions, blamed as such."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bidwright.configurator.installed import Installed
from bidwright.configurator.members import PIN, Member, member_text
from bidwright.configurator.request import Requirements
from bidwright.configurator.sites import Site
from bidwright.configurator.sites_split import at_site
from bidwright.core.counts import counted
from bidwright.v1.configuration_pb2 import Conflict, ConflictMember


def as_frozen(requirements: Requirements, installed: Installed) -> Requirements | Conflict:
    """The requirements, and those of each site, with what is frozen kept as it is installed.

    Returns:
        A minimal conflict where something frozen by itself cannot stay.
    """
    found = with_frozen(requirements, installed.items, installed.frozen & installed.shared.keys())
    return found if isinstance(found, Conflict) else with_frozen_sites(found, installed)


def with_frozen(
    requirements: Requirements, installed: Mapping[str, int], frozen: Iterable[str]
) -> Requirements | Conflict:
    """The requirements with each frozen component pinned to its installed units.

    Args:
        requirements: What is asked for.
        installed: Component id -> units, at least 1; ids may be unknown to the release.
        frozen: Some of the installed ids.

    Returns:
        A minimal conflict where a frozen component by itself cannot stay: the first by id.
    """
    frozen = sorted(frozen)
    for component in frozen:
        texts = _reasons(component, installed[component], requirements)
        if texts:
            members = [ConflictMember(kind=PIN, id=component, text=text) for text in texts]
            return Conflict(summary=f"This cannot be: {'; '.join(texts)}.", members=members, minimal=True)
    pins = {**requirements.pins, **{component: installed[component] for component in frozen}}
    return replace(requirements, pins=dict(sorted(pins.items())), frozen=frozenset(frozen))


def with_frozen_sites(bid: Requirements, installed: Installed) -> Requirements | Conflict:
    """The bid with frozen components pinned at each site where they are, and frozen sites kept as they are.

    Returns:
        A minimal conflict where a frozen component goes with its site, or by itself cannot stay there: the first by
        site and id.
    """
    wanted = {site.id for site in bid.sites}
    for site in installed.sites.values():
        frozen = sorted(installed.frozen & site.items.keys())
        if site.id not in wanted and frozen:
            units = counted(site.items[frozen[0]], "unit")
            text = f"At site {site.name}: {frozen[0]} is frozen with its installed {units}, and the site goes"
            member = ConflictMember(kind=PIN, id=frozen[0], text=text, site=site.id)
            return Conflict(summary=f"This cannot be: {text}.", members=[member], minimal=True)
    sites = []
    for site in bid.sites:
        found = _site(bid, site, installed)
        if isinstance(found, Conflict):
            found.summary = f"At site {site.name}: {found.summary}"
            for member in found.members:
                member.site = site.id
            return found
        sites.append(found)
    return replace(bid, sites=tuple(sites))


def _site(bid: Requirements, site: Site, installed: Installed) -> Site | Conflict:
    items, is_frozen = installed.at(site.id), site.id in installed.frozen_sites
    frozen = items.keys() if is_frozen else installed.frozen & items.keys()
    if not frozen and not is_frozen:
        return site
    here = at_site(bid, site)
    found = with_frozen(here, items, frozen)
    if isinstance(found, Conflict):
        return found
    # A wish that is against what is frozen stays a wish, and is blamed.
    others = here.release.components.keys() - {*items, *site.exclusions} if is_frozen else set()
    exclusions = tuple(sorted({*site.exclusions, *others}))
    return replace(site, pins=found.pins, exclusions=exclusions, frozen=frozenset({*frozen, *others}))


def _reasons(component: str, units: int, requirements: Requirements) -> list[str]:
    """What cannot be together about one frozen component, whatever else is chosen; nothing where it can stay."""
    kept = f"{component} is frozen with its installed {counted(units, 'unit')}"
    known = requirements.release.components.get(component)
    if known is None:
        return [f"{kept}, and the portfolio no longer has it"]
    if units > known.max_quantity:
        return [f"{kept}, and one configuration holds at most {known.max_quantity:,}"]
    if requirements.pins.get(component, 0) not in {0, units}:
        return [member_text(Member(PIN, component), requirements), kept]
    return []
