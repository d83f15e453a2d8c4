"""What a rule speaks of, and so whether it holds at each site of a bid or over all of them (docs/portfolio.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bidwright.catalog.model import Component, Offering, Release, Rule
from bidwright.catalog.rule_language import Availability, Expression, InTable, Kinds, Name, Quantity, Selected, Sum
from bidwright.catalog.rule_types import parts_of


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """What a rule speaks of, by id; families without a slot in the offering do not count, as nothing is of them.

    Attributes:
        site_families, shared_families: Families that each site has its own of, and those all sites share.
        site_needs: Needs that each site answers.
    """

    site_families: tuple[str, ...]
    shared_families: tuple[str, ...]
    site_needs: tuple[str, ...]


def spoken_of(rule: Rule, offering: Offering, components: Mapping[str, Component]) -> Spoken:
    """Find the families and needs of an offering that a rule speaks of."""
    families: set[str] = set()
    needs: set[str] = set()
    for part in _atoms(rule.expression):
        if isinstance(part, Name):
            needs.add(part.name)
        else:
            families.update(families_of(part, components))
    slots = {family: offering.slots[family] for family in sorted(families) if family in offering.slots}
    return Spoken(
        site_families=tuple(family for family, slot in slots.items() if slot.per_site),
        shared_families=tuple(family for family, slot in slots.items() if not slot.per_site),
        site_needs=tuple(name for name in sorted(needs) if name in offering.needs and offering.needs[name].per_site),
    )


def holds_over_bid(rule: Rule, offering: Offering, components: Mapping[str, Component]) -> bool:
    """Whether a rule holds once for all sites together: where it says so, or speaks of what they share.

    One that speaks of nothing that sites have holds once as well.
    """
    spoken = spoken_of(rule, offering, components)
    return rule.over_bid or bool(spoken.shared_families) or not (spoken.site_families or spoken.site_needs)


def rules_over_sites(release: Release, offering: Offering) -> frozenset[str]:
    """Ids of the rules about what all sites of a bid have together."""
    components = release.components
    return frozenset(
        rule.id
        for rule in (*release.rules, *offering.rules)
        if holds_over_bid(rule, offering, components) and spoken_of(rule, offering, components).site_families
    )


def pooled_resources(offering: Offering, components: Mapping[str, Component]) -> frozenset[str]:
    """Resources that some shared component of an offering provides or consumes: one balance for the whole bid.

    Of any other resource each site must provide itself what it consumes.
    """
    shared = {family for family, slot in offering.slots.items() if not slot.per_site}
    return frozenset(
        resource
        for component in components.values()
        if component.family in shared
        for resource in (*component.provides, *component.consumes)
    )


def families_of(part: Expression, components: Mapping[str, Component]) -> Iterator[str]:
    """The families that one part of a rule counts components of."""
    match part:
        case Selected(subject) | Quantity(subject):
            yield subject.partition(".")[0]
        case Kinds(family):
            yield family
        case InTable(families, _) | Availability(families):
            yield from families
        case Sum(source, attribute, family):
            if family:
                yield family
            else:
                yield from {c.family for c in components.values() if c.figures(source).get(attribute)}


def _atoms(expression: Expression) -> Iterator[Expression]:
    inner = parts_of(expression)
    if not inner:
        yield expression
    for part in inner:
        yield from _atoms(part)
