"""Says everything that is wrong with one configuration, without a solver."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from bidwright.catalog.model import Rule
from bidwright.catalog.rule_language import Availability, Expression, InTable, Kinds, Name, Quantity, Selected, Sum
from bidwright.catalog.work import WORK_TIMES, hours_of, shortage
from bidwright.configurator.capacity import condition_id
from bidwright.configurator.delivery import allowed_regions, undeliverable, workplace
from bidwright.configurator.members import (
    BESPOKE,
    CAPACITY,
    DELIVERY_CENTRE,
    EXCLUSION,
    PIN,
    RESOURCE,
    RULE,
    SLOT,
    Member,
    answer_text,
    member_text,
    name_text,
    number_text,
)
from bidwright.configurator.request import BespokeEffect, Requirements
from bidwright.configurator.rule_check import Choice, missing_rows, parts, value_of
from bidwright.configurator.rule_index import broken_rules
from bidwright.configurator.sites_split import at_site, whole_bid
from bidwright.v1.configuration_pb2 import Violation

_MOST_ROWS = 5
"""So many missing rows of a table are told; the others go away with the same change."""


def check(requirements: Requirements, items: Mapping[str, int]) -> list[Violation]:
    """Every violation: slots, limits, rules, resources, delivery centres, their hours, bespoke items, pins, exclusions.

    Budgets are not looked at, as that takes prices; ``configure`` does. Of a bid with sites, what must hold over all of
    them comes first, then whether the sites add up to the items, then each site.

    Args:
        requirements: What it must meet; sites with what is there.
        items: Component id -> units, at least 1; every id is of the release.

    Returns:
        Violations in the order above, each kind by id; none for a valid configuration.
    """
    if not requirements.sites:
        return _check(requirements, items)
    found = [*_check(whole_bid(requirements), items), *_sums(requirements, items)]
    for site in requirements.sites:
        for violation in _check(at_site(requirements, site), site.items):
            if violation.kind not in {DELIVERY_CENTRE, CAPACITY}:  # told of the whole bid
                violation.text = f"At site {site.name}: {violation.text}"
                found.append(violation)
    return found


def _check(requirements: Requirements, items: Mapping[str, int]) -> list[Violation]:
    choice = Choice(release=requirements.release, answers=requirements.answers, items=items)
    return [
        *_slots(requirements, choice),
        *_limits(requirements, choice),
        *_rules(requirements, choice),
        *_resources(requirements, choice),
        *_delivery_centres(requirements, choice),
        *_capacities(requirements, choice),
        *(found for effect in requirements.bespoke for found in _bespoke(effect, requirements, choice)),
        *_pins(requirements, choice),
        *_exclusions(requirements, choice),
    ]


def _sums(requirements: Requirements, items: Mapping[str, int]) -> Iterator[Violation]:
    """Where the sites do not have together what the bid has."""
    slots, at_sites = requirements.offering.slots, Counter[str]()
    for site in requirements.sites:
        at_sites.update(site.items)
    for component_id in sorted({*items, *at_sites}):
        slot = slots.get(component_id.partition(".")[0])
        units, placed = items.get(component_id, 0), at_sites[component_id]
        if slot is not None and slot.per_site and units != placed:
            text = f"{units} units of {name_text(requirements, component_id)}, but {placed} at the sites together."
            yield _violation(Member(SLOT, component_id), text, "Give of it in all what the sites have together.")


def _violation(member: Member, text: str, fix: str) -> Violation:
    return Violation(kind=member.kind, id=member.id, text=text, fix=fix)


def _slots(requirements: Requirements, choice: Choice) -> Iterator[Violation]:
    slots, by_subject = requirements.offering.slots, choice.chosen_by_subject
    for family in requirements.release.families:
        chosen, slot = by_subject.get(family, ()), slots.get(family)
        if slot is None:
            if chosen:
                text = f"{_told(requirements, family)}, but {_list(chosen)} is chosen."
                yield _violation(Member(SLOT, family), text, f"Remove {_list(chosen)}.")
            continue
        if not slot.minimum <= len(chosen) <= slot.maximum:
            what = f"{len(chosen)} are chosen{': ' + _list(chosen) if chosen else ''}"
            members = _list(choice.release.members(family))
            least, most = slot.minimum, slot.maximum
            fix = f"Choose {least if least == most else f'{least} to {most}'} of {members}."
            yield _violation(Member(SLOT, family), f"{_told(requirements, family)}, but {what}.", fix)
        if slot.max_quantity is not None and choice.units(family) > slot.max_quantity:
            text = f"{_told(requirements, family)}, but there are {choice.units(family)} units: {_list(chosen)}."
            yield _violation(Member(SLOT, family), text, f"Choose at most {slot.max_quantity} units.")


def _told(requirements: Requirements, family: str) -> str:
    return member_text(Member(SLOT, family), requirements)


def _limits(requirements: Requirements, choice: Choice) -> Iterator[Violation]:
    for component_id, units in choice.items.items():
        most = requirements.release.components[component_id].max_quantity
        if units > most:
            text = f"{units} units of {name_text(requirements, component_id)}: one configuration holds at most {most}."
            yield _violation(Member(SLOT, component_id), text, f"Choose at most {most} units.")


def _rules(requirements: Requirements, choice: Choice) -> Iterator[Violation]:
    for rule in broken_rules(requirements.release, requirements.offering, choice):
        text = f"{rule.because} Not met: {rule.source} ({_values(rule, requirements, choice)})."
        fix = f"Change components or needs so that {rule.source} holds."
        yield _violation(Member(RULE, rule.id), text, fix)


def _values(rule: Rule, requirements: Requirements, choice: Choice) -> str:
    described = (_value_text(part, requirements, choice) for part in parts(rule.expression))
    return ", ".join(dict.fromkeys(described))


def _value_text(part: Expression, requirements: Requirements, choice: Choice) -> str:
    match part:
        case Name(scope, name):
            return f"{scope}.{name} is {answer_text(requirements.offering.needs[name], choice.answers[name])}"
        case InTable():
            rows = ["(" + ", ".join(row) + ")" for row in missing_rows(part, choice)[:_MOST_ROWS]]
            return f"{part.table} has no row {' or '.join(rows)}" if rows else f"{part.table} allows what is chosen"
    value = value_of(part, choice)
    told = value if isinstance(value, str) else number_text(value)
    if isinstance(value, bool):
        told = "true" if value else "false"
    return f"{_source(part)} is {told}"


def _source(part: Expression) -> str:
    match part:
        case Selected(subject):
            return f'selected("{subject}")'
        case Quantity(subject):
            return f'quantity("{subject}")'
        case Kinds(family):
            return f'kinds("{family}")'
        case Availability(families):
            return "availability(" + ", ".join(f'"{family}"' for family in families) + ")"
        case Sum(source, attribute, family):
            return f'{source}("{attribute}", "{family}")' if family else f'{source}("{attribute}")'
    raise TypeError(f"not a part of a rule with a value of its own: {part!r}")


def resources_of(requirements: Requirements) -> tuple[str, ...]:
    """The attributes that some component of the release provides or consumes, by id."""
    return requirements.release.resources


def _resources(requirements: Requirements, choice: Choice) -> Iterator[Violation]:
    for attribute_id in resources_of(requirements):
        provided, consumed = choice.sum("provided", attribute_id), choice.sum("consumed", attribute_id)
        if provided < consumed:
            attribute = requirements.release.attributes[attribute_id]
            text = (
                f"{number_text(consumed)} {attribute.unit} of {attribute.title} ({attribute_id}) are consumed, "
                f"but only {number_text(provided)} provided."
            )
            providers = [c.id for c in requirements.release.components.values() if c.provides.get(attribute_id)]
            yield _violation(Member(RESOURCE, attribute_id), text, f"Add units of {_list(providers)}, or consume less.")


def _delivery_centres(requirements: Requirements, choice: Choice) -> Iterator[Violation]:
    for family, components in undeliverable(requirements, choice.items).items():
        text = (
            f"No delivery centre in the regions allowed ({allowed_regions(requirements)}) "
            f"has the competence, certifications and rate for {_list(components)}."
        )
        yield _violation(Member(DELIVERY_CENTRE, family), text, f"Remove {_list(components)}, or allow other regions.")


def _capacities(requirements: Requirements, choice: Choice) -> Iterator[Violation]:
    place = workplace(requirements)
    for source, when in WORK_TIMES.items():
        short = shortage(place, hours_of(requirements.release, choice.items, source))
        if short is not None:
            member = Member(CAPACITY, condition_id(short.places))
            text = f"{number_text(short.needed)} hours of work {when} ask for it: {member_text(member, requirements)}."
            fix = "Choose fewer units of what takes work, or allow other regions."
            yield _violation(member, text, fix)


def _bespoke(effect: BespokeEffect, requirements: Requirements, choice: Choice) -> Iterator[Violation]:
    member = Member(BESPOKE, effect.id)
    for name in effect.requires:
        if not choice.chosen(name):
            named = name_text(requirements, name)
            yield _violation(member, f'"{effect.title}" requires {named}, which is not chosen.', f"Add {named}.")
    for name in effect.forbids:
        if choice.chosen(name):
            chosen = _list(choice.chosen(name))
            yield _violation(member, f'"{effect.title}" cannot stand beside {chosen}.', f"Remove {chosen}.")


def _pins(requirements: Requirements, choice: Choice) -> Iterator[Violation]:
    for component_id, wanted in requirements.pins.items():
        units = choice.units(component_id)
        if units == 0 or (wanted and units != wanted):
            member = Member(PIN, component_id)
            text = f"{member_text(member, requirements)}, but there are {units}."
            yield _violation(member, text, f"Choose {wanted or 'at least 1'} of it.")


def _exclusions(requirements: Requirements, choice: Choice) -> Iterator[Violation]:
    for component_id in requirements.exclusions:
        if choice.chosen(component_id):
            member = Member(EXCLUSION, component_id)
            yield _violation(member, f"{member_text(member, requirements)}, but it is chosen.", "Remove it.")


def _list(ids: Iterable[str]) -> str:
    return ", ".join(ids)
