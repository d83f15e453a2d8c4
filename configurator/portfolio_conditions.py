"""What every configuration of an offering meets, all of it said in the rule language."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from bidwright.catalog.model import Offering, Release, Slot
from bidwright.catalog.rule_language import AllOf, Comparison, Constant, Expression, Kinds, Quantity, Sum
from bidwright.configurator.members import RESOURCE, RULE, SLOT, Member


def conditions_of(release: Release, offering: Offering) -> Mapping[Member, Expression]:
    """Slots, rules and resources of an offering as conditions, by kind and id.

    That families without a slot hold nothing, what may be delivered where, and how many units of a component there may
    be, is not among them.
    """
    slots = {Member(SLOT, family): _slot(slot) for family, slot in offering.slots.items()}
    rules = {Member(RULE, rule.id): rule.expression for rule in (*release.rules, *offering.rules)}
    components = [component for component in release.components.values() if component.family in offering.slots]
    consumed = {name for component in components for name in component.consumes}
    resources = {Member(RESOURCE, name): _resource(name) for name in consumed}
    return dict(sorted({**slots, **rules, **resources}.items()))


def _slot(slot: Slot) -> Expression:
    kinds, units = Kinds(slot.family), Quantity(slot.family)
    limits: list[Expression] = [
        Comparison(">=", kinds, Constant(Fraction(slot.minimum))),
        Comparison("<=", kinds, Constant(Fraction(slot.maximum))),
    ]
    if slot.max_quantity is not None:
        limits.append(Comparison("<=", units, Constant(Fraction(slot.max_quantity))))
    return AllOf(tuple(limits))


def _resource(attribute: str) -> Expression:
    return Comparison(">=", Sum("provided", attribute), Sum("consumed", attribute))
