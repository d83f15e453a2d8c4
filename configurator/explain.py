"""Finds the smallest set of needs, wishes and rules that cannot hold together, and says it in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from bidwright.configurator.bespoke_prices import priced_text, with_items
from bidwright.configurator.conflict_search import CHANGEABLE, FIXED, ConflictSearch
from bidwright.configurator.cpsat_floor import FloorSearch
from bidwright.configurator.cpsat_request import request_model
from bidwright.configurator.cpsat_solve import cheapest
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.members import BESPOKE, BUDGET, Member, amount_text, member_text
from bidwright.configurator.priced_answers import with_answers
from bidwright.configurator.request import LIMITS, Limit, Requirements
from bidwright.core.amount_table import AmountTable
from bidwright.v1.configuration_pb2 import Conflict, ConflictMember

_REASONS_TOLD, _SAID_TOLD = 3, 10

_LEAST_S = 0.2
"""So long a conflict is looked for in any case: those that no budget is part of take some milliseconds."""


def explain(requirements: Requirements, amounts: AmountTable, deadline: Deadline) -> Conflict | None:
    """Say why nothing meets the requirements.

    Returns:
        A conflict; ``minimal`` is False where the deadline and a least time came before it was as small as possible, or
        confirmed. None where the requirements can be met after all.

    Raises:
        TimeoutError: They came before any conflict was found.
    """
    deadline = deadline.at_least(_LEAST_S)
    clash = ConflictSearch(requirements, amounts, deadline).clash()
    if clash is None:
        return None
    clash = with_answers(with_items(clash, requirements, amounts, deadline), requirements, amounts)
    conflict = conflict_of(clash.members, requirements, amounts, minimal=clash.minimal)
    for limit in LIMITS:
        if Member(BUDGET, limit) in clash.members:
            conflict.summary += _cheapest_text(limit, requirements, amounts, deadline)
    return conflict


def conflict_of(
    members: Collection[Member], requirements: Requirements, amounts: AmountTable, *, minimal: bool
) -> Conflict:
    """The record of a conflict, members that the customer can change first."""
    of_money = any(member.kind == BUDGET for member in members)

    def told(member: Member) -> str:
        if of_money and member.kind == BESPOKE:
            return priced_text(member, requirements, amounts)
        return member_text(member, requirements)

    records = [ConflictMember(kind=m.kind, id=m.id, text=told(m)) for m in members]
    return conflict_between(records, minimal=minimal)


def conflict_between(records: Iterable[ConflictMember], *, minimal: bool) -> Conflict:
    """The record of a conflict between some members, those that the customer can change first."""
    kinds = (*CHANGEABLE, *FIXED)
    ordered = sorted(records, key=lambda member: (kinds.index(member.kind), member.id, member.site))
    return Conflict(summary=_summary(ordered), members=ordered, minimal=minimal)


def _summary(members: Sequence[ConflictMember]) -> str:
    said = _said(member for member in members if member.kind in CHANGEABLE)
    reasons = [member.text.rstrip(".") for member in members if member.kind not in CHANGEABLE]
    first = f"These cannot hold together: {'; '.join(said)}." if said else "The offering contradicts itself."
    if not reasons:
        return first
    # A sentence is for reading: rules come first, as the kinds are ordered, and every member stands in the list.
    more = f"; and {len(reasons) - _REASONS_TOLD} more" if len(reasons) > _REASONS_TOLD else ""
    return f"{first} Reason: {'; '.join(reasons[:_REASONS_TOLD])}{more}."


def _said(members: Iterable[ConflictMember]) -> list[str]:
    """What was said, in words; of much the budget before all else, as everything that costs is in its way."""
    told = list(members)
    if len(told) <= _SAID_TOLD:
        return [member.text for member in told]
    told.sort(key=lambda member: member.kind != BUDGET)
    return [*(member.text for member in told[:_SAID_TOLD]), f"and {len(told) - _SAID_TOLD} more"]


def _cheapest_text(limit: Limit, requirements: Requirements, amounts: AmountTable, deadline: Deadline) -> str:
    """What the cheapest configuration costs without a budget that is too low; empty where the time does not suffice."""
    least = _least(limit, requirements, amounts, deadline)
    if least is None:
        return ""
    told = amount_text(least, requirements.market.currency, limit)
    if all(need.name in requirements.answers or need.per_site for need in requirements.offering.needs.values()):
        return f" The cheapest valid configuration costs {told}."
    # In a guide most needs are open, and defaults may cost more than what is cheapest.
    return f" Whatever is answered to what is still open, nothing valid costs less than {told}."


def _least(limit: Limit, requirements: Requirements, amounts: AmountTable, deadline: Deadline) -> int | None:
    """The least that must be paid, in minor units, where that is proven in time."""
    rest = {other: most for other, most in requirements.budget.items() if other != limit}
    free = replace(requirements, budget=rest)
    floor = FloorSearch(free, amounts, limit).least(deadline)
    if floor.is_proven:
        return floor.reached
    request = request_model(free, amounts, switchable=False)
    best = cheapest(request, request.charges.of(limit), deadline)
    return best.value if best.status == "found" and best.value == best.bound else None
