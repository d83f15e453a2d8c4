"""What families must be like so that their availability can be counted; its law is in docs/portfolio.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bidwright.catalog.model import Component, Family
from bidwright.catalog.rule_language import UPTIME, Availability, Expression
from bidwright.catalog.rule_types import parts_of

PERCENT_PLACES = 7
"""Availability is counted in parts of 10**9: a percentage with so many digits after the point."""

MOST_UNITS = 1000
"""So many units in series can be counted, one after the other; redundant units are always few that matter."""

Fault = tuple[str, str]
"""What is wrong, and how to mend it."""


def availability_faults(
    rule: Expression, families: Mapping[str, Family], components: Iterable[Component]
) -> Iterable[Fault]:
    """Why availability in a rule cannot be counted; nothing where it can, or speaks of none."""
    if isinstance(rule, Availability):
        parts = [one for one in components if one.family in rule.families and UPTIME in one.attributes]
        for one in parts:
            if one.attributes[UPTIME] > 100:
                what = f"{one.id} works {one.attributes[UPTIME]} percent of the time"
                yield what, "State an uptime from 0 to 100."
        for family in rule.families:
            units = sum(one.max_quantity for one in parts if one.family == family)
            if units > MOST_UNITS and family in families and not families[family].redundant:
                what = f"there may be {units} units of {family!r} that all are needed, and {MOST_UNITS} can be counted"
                yield what, "Lower max_quantity, or say that the family is redundant."
    for part in parts_of(rule):
        yield from availability_faults(part, families, components)
