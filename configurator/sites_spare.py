"""Components of sites of which one unit less is never worse for the bid, as far as it is certain."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from bidwright.catalog.scopes import pooled_resources
from bidwright.configurator.request import Requirements
from bidwright.configurator.sites_conditions import Conditions, answered
from bidwright.core.amount_table import AmountTable


def spare_components(bid: Requirements, whole: Requirements, amounts: AmountTable) -> frozenset[str]:
    """Find components of sites that no rule, resource or wish of the whole bid asks for, and that never cost less.

    A volume price that falls, or a package, can make more units cheaper than fewer.

    Args:
        bid: The bid with its sites.
        whole: The same as one, without the sites.
        amounts: What quantities cost.
    """
    slots, components = bid.offering.slots, bid.release.components
    own = [c for c in sorted(components) if c.partition(".")[0] in slots and slots[c.partition(".")[0]].per_site]
    asked = {*whole.pins, *_helping(whole), *(c for package in amounts.packages.values() for c in package.components)}
    for effect in whole.bespoke:
        asked.update(member for name in effect.requires for member in whole.release.members(name))
    pooled = pooled_resources(bid.offering, components)
    asked.update(c for c in own if pooled & components[c].provides.keys())
    return frozenset(c for c in own if c not in asked and _rises(c, amounts))


def _helping(whole: Requirements) -> Iterator[str]:
    """Components of which more units can make a rule of the whole bid true."""
    names = sorted(whole.release.components)
    conditions = Conditions(whole.release, names)
    for rule in (*whole.release.rules, *whole.offering.rules):
        found = conditions.condition(answered(rule.expression, whole.answers, whole.release))
        yield from (names[place] for place in found.helps)


def _rises(component: str, amounts: AmountTable) -> bool:
    """Whether more units never cost less, whenever they fall due."""
    if component in amounts.may_fall():
        return False
    columns = (amounts.one_time, amounts.monthly, amounts.hourly, amounts.quarterly, amounts.yearly)
    found = [column[component] for column in columns if component in column]
    return all(fewer <= more for column in found for fewer, more in pairwise(column))
