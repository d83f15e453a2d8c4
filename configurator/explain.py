"""Finds the smallest set of needs, wishes and rules that cannot hold together, and says it in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from bidwright.configurator.cpsat_request import RequestModel, request_model
from bidwright.configurator.cpsat_solve import can_hold, cheapest, core_of
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.members import (
    BESPOKE,
    BUDGET,
    DELIVERY_CENTRE,
    EXCLUSION,
    NEED,
    PIN,
    RESOURCE,
    RULE,
    SLOT,
    Member,
    amount_text,
    member_text,
)
from bidwright.configurator.request import LIMITS, Limit, Requirements
from bidwright.core.amount_table import AmountTable
from bidwright.v1.configuration_pb2 import Conflict, ConflictMember

_REASONS_TOLD = 3
_CHANGEABLE = (NEED, BUDGET, PIN, EXCLUSION, BESPOKE)
"""What a customer can change, in the order a conflict names it; rules explain why it clashes."""

_FIXED = (RULE, SLOT, RESOURCE, DELIVERY_CENTRE)


def explain(requirements: Requirements, amounts: AmountTable, deadline: Deadline) -> Conflict | None:
    """Say why nothing meets the requirements.

    Returns:
        A conflict; ``minimal`` is False where the deadline came before it was as small as possible. None where the
        requirements can be met after all.

    Raises:
        TimeoutError: The deadline came before any conflict was confirmed.
    """
    request = request_model(requirements, amounts, switchable=True)
    everything = _least_blamed_first(request.switches, requirements)
    core = core_of(request, everything, deadline)
    if core is None:
        return None
    if can_hold(request, core, deadline):
        if can_hold(request, everything, deadline):
            return None
        core = frozenset(everything)
    members, minimal = _shrink(request, _least_blamed_first(core, requirements), deadline)
    conflict = conflict_of(members, requirements, minimal=minimal)
    for limit in LIMITS:
        if Member(BUDGET, limit) in members:
            conflict.summary += _cheapest_text(limit, requirements, amounts, deadline)
    return conflict


def _least_blamed_first(members: Iterable[Member], requirements: Requirements) -> list[Member]:
    """Members in the order in which leaving them out is tried: rules first, what the customer said last."""

    def blame(member: Member) -> tuple[int, int, str]:
        is_default = (
            member.kind == NEED and requirements.offering.needs[member.id].default == (requirements.answers[member.id])
        )
        kinds = (*_FIXED, *reversed(_CHANGEABLE))
        return (kinds.index(member.kind), 0 if is_default else 1, member.id)

    return sorted(members, key=blame)


def _shrink(request: RequestModel, core: Sequence[Member], deadline: Deadline) -> tuple[list[Member], bool]:
    """Leave out members one by one while the rest still cannot hold; whether all of them were tried."""
    kept = list(core)
    for member in core:
        if member not in kept:
            continue
        rest = [other for other in kept if other != member]
        try:
            if can_hold(request, rest, deadline):
                continue
        except TimeoutError:
            return kept, False
        kept = rest
    return kept, True


def conflict_of(members: Collection[Member], requirements: Requirements, *, minimal: bool) -> Conflict:
    """The record of a conflict, members that the customer can change first."""
    kinds = (*_CHANGEABLE, *_FIXED)
    ordered = sorted(members, key=lambda member: (kinds.index(member.kind), member.id))
    told = [ConflictMember(kind=m.kind, id=m.id, text=member_text(m, requirements)) for m in ordered]
    return Conflict(summary=_summary(told), members=told, minimal=minimal)


def _summary(members: Sequence[ConflictMember]) -> str:
    said = [member.text for member in members if member.kind in _CHANGEABLE]
    reasons = [member.text.rstrip(".") for member in members if member.kind not in _CHANGEABLE]
    first = f"These cannot hold together: {'; '.join(said)}." if said else "The offering contradicts itself."
    if not reasons:
        return first
    # A sentence is for reading: rules come first, as the kinds are ordered, and every member stands in the list.
    more = f"; and {len(reasons) - _REASONS_TOLD} more" if len(reasons) > _REASONS_TOLD else ""
    return f"{first} Reason: {'; '.join(reasons[:_REASONS_TOLD])}{more}."


def _cheapest_text(limit: Limit, requirements: Requirements, amounts: AmountTable, deadline: Deadline) -> str:
    """What the cheapest configuration costs without a budget that is too low; empty where the time does not suffice."""
    rest = {other: most for other, most in requirements.budget.items() if other != limit}
    request = request_model(replace(requirements, budget=rest), amounts, switchable=False)
    best = cheapest(request, request.charges.of(limit), deadline)
    if best.status != "found" or best.value != best.bound:
        return ""
    told = amount_text(best.value, requirements.market.currency, limit)
    return f" The cheapest valid configuration costs {told}."
