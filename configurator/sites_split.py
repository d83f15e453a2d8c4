"""A bid with sites as plain requirements: of the whole bid, in which all sites are added up, and of each site.

Whatever reads requirements - checker, model, explanation - works on these without knowing of sites.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache

from bidwright.catalog.model import Component, Offering, Release, Rule, Slot
from bidwright.catalog.scopes import holds_over_bid, pooled_resources
from bidwright.configurator.members import EXCLUSION, NEED, Member
from bidwright.configurator.request import Requirements
from bidwright.configurator.sites import Site


def whole_bid(requirements: Requirements) -> Requirements:
    """What the components of all sites, added up, and the shared ones must meet."""
    split = _split(_Key(requirements.release.digest, requirements.offering.id, requirements.release))
    return replace(requirements, release=split.whole, offering=split.whole_offering, sites=())


def at_site(requirements: Requirements, site: Site) -> Requirements:
    """What the components at one site must meet, whatever is at the others."""
    split = _split(_Key(requirements.release.digest, requirements.offering.id, requirements.release))
    excluded = {*site.exclusions, *(c for c in requirements.exclusions if c in split.site.components)}
    return Requirements(
        release=split.site,
        offering=split.site_offering,
        market=requirements.market,
        answers={**requirements.answers, **site.answers},
        pins=site.pins,
        exclusions=tuple(sorted(excluded)),
        frozen=site.frozen,
    )


def seen_from(bid: Requirements, site_id: str) -> Requirements:
    """What must hold at a site, or for the bid where the id is empty."""
    if not site_id:
        return whole_bid(bid)
    return at_site(bid, next(site for site in bid.sites if site.id == site_id))


def is_of_bid(member: Member, requirements: Requirements) -> bool:
    """Whether what a site must meet is said for the whole bid: an answer or an exclusion."""
    if member.kind == NEED:
        return not requirements.offering.needs[member.id].per_site
    return member.kind == EXCLUSION and member.id in requirements.exclusions


@dataclass(frozen=True)
class _Key:
    """An offering of a release; equal where digest and offering are, as a release never changes."""

    digest: str
    offering_id: str
    release: Release = field(compare=False)


@dataclass(frozen=True, kw_only=True)
class _Split:
    """A release as the whole bid and as one site see it."""

    whole: Release
    whole_offering: Offering
    site: Release
    site_offering: Offering


@lru_cache(maxsize=64)
def _split(key: _Key) -> _Split:
    release, offering = key.release, key.release.offerings[key.offering_id]
    components = release.components
    shared = {rule.id for rule in (*release.rules, *offering.rules) if holds_over_bid(rule, offering, components)}
    families = {family for family, slot in offering.slots.items() if slot.per_site}
    # What is compiled is kept by digest and offering, so each part has an id that no offering of a portfolio has.
    whole = replace(
        offering,
        id=f"{offering.id} over all sites",
        needs={name: need for name, need in offering.needs.items() if not need.per_site},
        slots={family: _unlimited(release, slot) for family, slot in offering.slots.items()},
        rules=_of(offering.rules, shared, wanted=True),
    )
    site = replace(
        offering,
        id=f"{offering.id} at a site",
        slots={family: slot for family, slot in offering.slots.items() if slot.per_site},
        rules=_of(offering.rules, shared, wanted=False),
    )
    pooled = pooled_resources(offering, components)
    return _Split(
        whole=replace(release, offerings={whole.id: whole}, rules=_of(release.rules, shared, wanted=True)),
        whole_offering=whole,
        site=replace(
            release,
            offerings={site.id: site},
            rules=_of(release.rules, shared, wanted=False),
            families={id_: family for id_, family in release.families.items() if id_ in families},
            components={c.id: _without(c, pooled) for c in components.values() if c.family in families},
        ),
        site_offering=site,
    )


def _of(rules: tuple[Rule, ...], shared: set[str], *, wanted: bool) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules if (rule.id in shared) == wanted)


def _unlimited(release: Release, slot: Slot) -> Slot:
    """A slot of sites as the whole bid has it: each site keeps to its limits itself."""
    if not slot.per_site:
        return slot
    return Slot(family=slot.family, minimum=0, maximum=max(1, len(release.members(slot.family))))


def _without(component: Component, resources: frozenset[str]) -> Component:
    """A component without the resources that are balanced over the whole bid."""
    return replace(
        component,
        provides={name: figure for name, figure in component.provides.items() if name not in resources},
        consumes={name: figure for name, figure in component.consumes.items() if name not in resources},
    )
