"""Which components a set of members speaks of: all others may be left out when these members are looked at alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from bidwright.catalog.model import Release
from bidwright.catalog.rule_language import Availability, Expression, InTable, Kinds, Name, Quantity, Selected, Sum
from bidwright.configurator.capacity import capacity_conditions
from bidwright.configurator.members import (
    BESPOKE,
    BUDGET,
    CAPACITY,
    DELIVERY_CENTRE,
    EXCLUSION,
    NEED,
    PIN,
    RESOURCE,
    RULE,
    SLOT,
    Member,
)
from bidwright.configurator.request import Requirements
from bidwright.configurator.rule_check import parts
from bidwright.configurator.rule_index import rules_by_id
from bidwright.core.amount_table import AmountTable


def touched_components(requirements: Requirements, amounts: AmountTable, members: Collection[Member]) -> frozenset[str]:
    """Ids of the components that decide whether members can hold together.

    A configuration that meets the members still does when all other components are taken out of it. They cost
    nothing or something, so a budget alone touches no more than what packages sell together, and what may cost less the
    more there is of it.
    """
    release = requirements.release
    touched = {component for member in members for component in _spoken_of(member, requirements)}
    if any(member.kind == BUDGET for member in members):
        touched |= {component for package in amounts.packages.values() for component in package.components}
        touched |= amounts.may_fall()
    return frozenset(touched & release.components.keys())


def touched_needs(requirements: Requirements, members: Collection[Member]) -> frozenset[str]:
    """Needs whose answers decide whether members can hold together."""
    offering = requirements.offering
    rules = rules_by_id(requirements.release, offering)
    spoken_of = {
        part.name
        for member in members
        if member.kind in {RULE, CAPACITY}
        for part in parts(rules[member.id].expression if member.kind == RULE else _capacity(member, requirements))
        if isinstance(part, Name)
    }
    spoken_of |= {member.id for member in members if member.kind == NEED}
    if any(member.kind == DELIVERY_CENTRE for member in members):
        spoken_of.add(offering.residency_need)
    return frozenset(spoken_of & offering.needs.keys())


def _spoken_of(member: Member, requirements: Requirements) -> Iterator[str]:
    release = requirements.release
    match member.kind:
        case k if k in {PIN, EXCLUSION}:
            yield member.id
        case k if k in {SLOT, DELIVERY_CENTRE}:
            yield from release.members(member.id)
        case k if k == RESOURCE:
            yield from (c.id for c in release.components.values() if member.id in {*c.provides, *c.consumes})
        case k if k == RULE:
            for part in parts(rules_by_id(release, requirements.offering)[member.id].expression):
                yield from subjects(part, release)
        case k if k == CAPACITY:
            for part in parts(_capacity(member, requirements)):
                yield from subjects(part, release)
        case k if k == BESPOKE:
            effect = next(effect for effect in requirements.bespoke if effect.id == member.id)
            for name in (*effect.requires, *effect.forbids):
                yield from release.members(name)


def _capacity(member: Member, requirements: Requirements) -> Expression:
    return capacity_conditions(requirements.release, requirements.offering, requirements.market)[member.id]


def subjects(part: Expression, release: Release) -> Iterator[str]:
    """Components that a part of a rule speaks of."""
    match part:
        case Name():
            return
        case Selected(subject) | Quantity(subject) | Kinds(subject):
            yield from release.members(subject)
        case InTable(families) | Availability(families):
            for family in families:
                yield from release.members(family)
        case Sum(source, attribute, family):
            for component in release.components.values():
                if attribute in component.figures(source) and family in {"", component.family}:
                    yield component.id
        case _:
            yield from release.components
