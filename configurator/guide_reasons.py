"""Why an option is forced or excluded: choices and rules of which none can be left out."""

from __future__ import annotations

from bidwright.configurator.cpsat_guide import core_with
from bidwright.configurator.cpsat_solve import can_hold
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.explain import conflict_of
from bidwright.configurator.guide_facts import Fact
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
from bidwright.core.amount_table import AmountTable
from bidwright.v1.configuration_pb2 import ConflictMember

_LEAST_BLAMED_FIRST = (RULE, SLOT, RESOURCE, DELIVERY_CENTRE, CAPACITY, BESPOKE, EXCLUSION, PIN, BUDGET, NEED)
"""The order in which leaving them out is tried, so that what a customer can change remains."""


def reasons(requirements: Requirements, amounts: AmountTable, fact: Fact, deadline: Deadline) -> list[ConflictMember]:
    """Members that cannot hold together with a fact, in words; without any one of them they can.

    Args:
        requirements: A partial choice that can be completed, but not with the fact.
        amounts: What quantities cost.
        fact: What is impossible.
        deadline: When to give up.

    Raises:
        TimeoutError: The deadline came first.
    """
    request, core = core_with(requirements, amounts, fact, deadline)
    kept = sorted(core, key=_blame)
    for member in tuple(kept):
        rest = [other for other in kept if other != member]
        if not can_hold(request, rest, deadline):
            kept = rest
    return list(conflict_of(kept, requirements, minimal=True).members)


def _blame(member: Member) -> tuple[int, str]:
    return _LEAST_BLAMED_FIRST.index(member.kind), member.id
