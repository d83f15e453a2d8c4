"""The things that can stand in a conflict or be violated, each with its words for the reader."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from bidwright.catalog.model import Answer, Need
from bidwright.configurator.capacity import centres_of
from bidwright.configurator.delivery import allowed_regions, undeliverable
from bidwright.configurator.request import BespokeEffect, Limit, Requirements
from bidwright.configurator.rule_index import rules_by_id
from bidwright.core.counts import counted
from bidwright.core.money import from_minor, plain
from bidwright.v1 import configuration_pb2
from bidwright.v1.configuration_pb2 import ConflictKind

NEED = configuration_pb2.CONFLICT_KIND_NEED
BUDGET = configuration_pb2.CONFLICT_KIND_BUDGET
PIN = configuration_pb2.CONFLICT_KIND_PIN
EXCLUSION = configuration_pb2.CONFLICT_KIND_EXCLUSION
RULE = configuration_pb2.CONFLICT_KIND_RULE
SLOT = configuration_pb2.CONFLICT_KIND_SLOT
RESOURCE = configuration_pb2.CONFLICT_KIND_RESOURCE
BESPOKE = configuration_pb2.CONFLICT_KIND_BESPOKE
DELIVERY_CENTRE = configuration_pb2.CONFLICT_KIND_DELIVERY_CENTRE
CAPACITY = configuration_pb2.CONFLICT_KIND_CAPACITY

_PERIOD: dict[Limit, str] = {"monthly": "a month", "one_time": "once", "contract_value": "over the whole term"}


class Member(NamedTuple):
    """One thing that must hold: its kind and its id, as in the record ``ConflictMember``."""

    kind: ConflictKind
    id: str


def number_text(number: Fraction | Decimal | int) -> str:
    """A number for a reader: ``5,000``, ``99.5``; exact, as every figure of a portfolio is a decimal."""
    exact = Fraction(number)
    return f"{Decimal(plain(Decimal(exact.numerator) / Decimal(exact.denominator))):,f}"


def amount_text(minor: int, currency: str, limit: Limit) -> str:
    """An amount for a reader: ``412.30 EUR a month``."""
    return f"{from_minor(minor, currency):,f} {currency} {_PERIOD[limit]}"


def name_text(requirements: Requirements, component_or_family: str) -> str:
    """A component or family for a reader, with its id."""
    release = requirements.release
    component = release.components.get(component_or_family)
    title = component.name if component else release.families[component_or_family].title
    return f"{title} ({component_or_family})"


def member_text(member: Member, requirements: Requirements) -> str:
    """A member of a conflict in words, as half a sentence or the reason a rule gives."""
    return _WORDS[member.kind](member.id, requirements)


def answer_text(need: Need, answer: Answer) -> str:
    """An answer for a reader: ``5,000 users``, ``yes``, the title of an option."""
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    if isinstance(answer, str):
        return need.options.get(answer, f'"{answer}"')
    return f"{number_text(answer)} {need.unit}".rstrip()


def _need(name: str, requirements: Requirements) -> str:
    need, answer = requirements.offering.needs[name], requirements.answers[name]
    told = answer_text(need, answer)
    measured = not isinstance(answer, bool | str) and need.unit
    words = f"{told} ({name})" if measured else f'{told} to "{need.question}" ({name})'
    if need.default == answer:  # perhaps nobody said so
        return f"{words}, which is the default" if measured else f"the answer {words}, which is the default"
    return f"you asked for {words}" if measured else f"you answered {words}"


def _budget(limit: str, requirements: Requirements) -> str:
    for known, minor in requirements.budget.items():
        if known == limit:
            return f"the budget allows at most {amount_text(minor, requirements.market.currency, known)}"
    raise KeyError(limit)


def _pin(component: str, requirements: Requirements) -> str:
    quantity = requirements.pins[component]
    if component in requirements.frozen:
        return f"{name_text(requirements, component)} is frozen with its installed {counted(quantity, 'unit')}"
    wanted = f"exactly {counted(quantity, 'unit')} of " if quantity else ""
    return f"you asked for {wanted}{name_text(requirements, component)}"


def _exclusion(component: str, requirements: Requirements) -> str:
    if component in requirements.frozen - requirements.pins.keys():
        return f"nothing is added to what is frozen, so no {name_text(requirements, component)}"
    return f"you ruled out {name_text(requirements, component)}"


def _rule(rule_id: str, requirements: Requirements) -> str:
    return rules_by_id(requirements.release, requirements.offering)[rule_id].because


def _slot(family: str, requirements: Requirements) -> str:
    offering, title = requirements.offering, name_text(requirements, family)
    slot = offering.slots.get(family)
    if slot is None:
        return f"{offering.title} has no place for {title}"
    least, most = slot.minimum, slot.maximum
    kinds = f"exactly {least}" if least == most else f"{least} to {most}"
    units = "" if slot.max_quantity is None else f", with at most {slot.max_quantity} units in all"
    return f"{offering.title} takes {kinds} of the different {title}{units}"


def _resource(attribute: str, requirements: Requirements) -> str:
    title = requirements.release.attributes[attribute].title
    return f"as much {title} ({attribute}) must be provided as is consumed"


def _bespoke(item_id: str, requirements: Requirements) -> str:
    effect = next(effect for effect in requirements.bespoke if effect.id == item_id)
    return f'the bespoke item "{effect.title}" {" and ".join(_effects(effect, requirements))}'.rstrip()


def _delivery_centre(family: str, requirements: Requirements) -> str:
    title, regions = name_text(requirements, family), allowed_regions(requirements)
    without = undeliverable(requirements, requirements.release.members(family)).get(family, ())
    told = f", and none can deliver {', '.join(without)}" if without else ""
    return f"{title} must come from a delivery centre in the regions allowed ({regions}){told}"


def _capacity(condition: str, requirements: Requirements) -> str:
    centres = [requirements.release.centres[id_] for id_ in centres_of(condition)]
    hours = number_text(sum((centre.capacity_hours for centre in centres), Decimal(0)))
    if len(centres) == 1:
        return f"the delivery centre {centres[0].title} has {hours} hours a month, and some work only it can do"
    titles = ", ".join(centre.title for centre in centres[:-1])
    return (
        f"the delivery centres {titles} and {centres[-1].title} have {hours} hours a month together, "
        "and some work only they can do"
    )


def _effects(effect: BespokeEffect, requirements: Requirements) -> Iterator[str]:
    for verb, names in (("requires", effect.requires), ("cannot stand beside", effect.forbids)):
        if names:
            yield f"{verb} {', '.join(name_text(requirements, name) for name in names)}"


_WORDS = {
    NEED: _need,
    BUDGET: _budget,
    PIN: _pin,
    EXCLUSION: _exclusion,
    RULE: _rule,
    SLOT: _slot,
    RESOURCE: _resource,
    BESPOKE: _bespoke,
    DELIVERY_CENTRE: _delivery_centre,
    CAPACITY: _capacity,
}
