"""Why a budget is too low, where members are too many to say of each whether it is needed.

What the offering itself demands is taken for granted: members are what a customer can change.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import replace

from bidwright.configurator.cpsat_floor import FloorSearch, above_budget
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.members import BESPOKE, BUDGET, EXCLUSION, NEED, PIN, Member
from bidwright.configurator.request import Limit, Requirements
from bidwright.core.amount_table import AmountTable

_MOST_TRIES = 16
"""So often it is tried to leave members out: half of them at first, then fewer and fewer."""


def budget_conflict(
    requirements: Requirements,
    amounts: AmountTable,
    said: Sequence[Member],
    deadline: Deadline,
    *,
    shrink_until: Deadline | None,
) -> list[Member] | None:
    """Some of what was said that cannot hold together as a budget is too low.

    Args:
        requirements: The request.
        amounts: What quantities cost.
        said: Members that a customer can change, those that are left out first where there is a choice coming first.
        deadline: When to end.
        shrink_until: When the members are few enough; None where all of them will do.

    Returns:
        Empty where they can all hold together; None where neither is known by the deadline.
    """
    asked = only_said(requirements, said)
    limits = above_budget(asked, amounts, deadline)
    if not limits:
        return None if limits is None else []
    kept = [member for member in said if member.kind != BUDGET or member.id in limits]
    blocks = deque([[member for member in kept if member.kind != BUDGET]])
    for _ in range(_MOST_TRIES):
        if not blocks or shrink_until is None or shrink_until.left_s <= 0:
            break
        block = blocks.popleft()
        fewer = [member for member in kept if member not in block]
        if _is_above(only_said(asked, fewer), amounts, limits, shrink_until):
            kept = fewer
        elif len(block) > 1:
            half = len(block) // 2
            blocks += [block[:half], block[half:]]
    return kept


def only_said(requirements: Requirements, said: Collection[Member]) -> Requirements:
    """A request of which nothing else was said; what bespoke items cost stays."""
    return replace(
        requirements,
        answers={name: answer for name, answer in requirements.answers.items() if Member(NEED, name) in said},
        pins={one: units for one, units in requirements.pins.items() if Member(PIN, one) in said},
        exclusions=tuple(one for one in requirements.exclusions if Member(EXCLUSION, one) in said),
        bespoke=tuple(effect for effect in requirements.bespoke if Member(BESPOKE, effect.id) in said),
        budget={limit: most for limit, most in requirements.budget.items() if Member(BUDGET, limit) in said},
    )


def _is_above(requirements: Requirements, amounts: AmountTable, limits: Sequence[Limit], deadline: Deadline) -> bool:
    """Whether relaxed prices show that nothing is within these limits."""
    limit = limits[0]
    others = {other: requirements.budget[other] for other in limits[1:]}
    floor = FloorSearch(replace(requirements, budget=others), amounts, limit).bound(deadline)
    return floor.is_above(requirements.budget[limit])
