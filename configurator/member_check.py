"""Whether one member of a request is met by a configuration, without a solver."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from bidwright.configurator.capacity import capacity_conditions
from bidwright.configurator.delivery import undeliverable
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
from bidwright.configurator.request import Limit, Requirements
from bidwright.configurator.rule_check import Choice, holds
from bidwright.configurator.rule_index import rules_by_id


@dataclass(frozen=True, kw_only=True)
class Case:
    """A configuration held against a request.

    Attributes:
        requirements: The request; its answers do not count, except to the member that is about an answer.
        choice: Components with units, and an answer to every need that is not a text.
        charges: Limit -> what the configuration costs of it, in minor units; of the limits that are asked about.
    """

    requirements: Requirements
    choice: Choice
    charges: Mapping[Limit, int]


def unmet(members: Collection[Member], case: Case) -> list[Member]:
    """Those of some members of a request that a configuration does not meet."""
    return [member for member in members if not _MET[member.kind](member.id, case)]


def _need(name: str, case: Case) -> bool:
    is_text = case.requirements.offering.needs[name].kind == "text"
    return is_text or case.choice.answers[name] == case.requirements.answers[name]


def _budget(limit: str, case: Case) -> bool:
    return all(case.charges[name] <= most for name, most in case.requirements.budget.items() if name == limit)


def _pin(component: str, case: Case) -> bool:
    wanted, units = case.requirements.pins[component], case.choice.units(component)
    return units == wanted if wanted else units > 0


def _exclusion(component: str, case: Case) -> bool:
    return not case.choice.chosen(component)


def _rule(rule_id: str, case: Case) -> bool:
    rules = rules_by_id(case.requirements.release, case.requirements.offering)
    return holds(rules[rule_id].expression, case.choice)


def _slot(family: str, case: Case) -> bool:
    kinds, units = len(case.choice.chosen(family)), case.choice.units(family)
    slot = case.requirements.offering.slots.get(family)
    if slot is None:
        return kinds == 0
    return slot.minimum <= kinds <= slot.maximum and (slot.max_quantity is None or units <= slot.max_quantity)


def _resource(attribute: str, case: Case) -> bool:
    left = case.choice.sum("provided", attribute) - case.choice.sum("consumed", attribute)
    return left >= 0


def _bespoke(item_id: str, case: Case) -> bool:
    effect = next(effect for effect in case.requirements.bespoke if effect.id == item_id)
    chosen = case.choice.chosen
    return all(chosen(name) for name in effect.requires) and not any(chosen(name) for name in effect.forbids)


def _delivery_centre(family: str, case: Case) -> bool:
    answered = replace(case.requirements, answers=case.choice.answers)
    return family not in undeliverable(answered, case.choice.items)


def _capacity(condition: str, case: Case) -> bool:
    asked = case.requirements
    return holds(capacity_conditions(asked.release, asked.offering, asked.market)[condition], case.choice)


_MET: dict[int, Callable[[str, Case], bool]] = {
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
