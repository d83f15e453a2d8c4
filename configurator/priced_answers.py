"""Answers that prices depend on, as a part of why a budget does not suffice."""

from __future__ import annotations

from bidwright.configurator.conflict_search import Clash
from bidwright.configurator.members import BUDGET, NEED, Member
from bidwright.configurator.request import Requirements
from bidwright.core.amount_table import AmountTable


def priced_answers(requirements: Requirements, amounts: AmountTable) -> frozenset[Member]:
    """The answers of a request whose prices a budget limits."""
    if not requirements.budget:
        return frozenset()
    return frozenset(Member(NEED, name) for name in amounts.needs & requirements.answers.keys())


def with_answers(clash: Clash, requirements: Requirements, amounts: AmountTable) -> Clash:
    """A conflict with the answers at whose prices it is one, if it is about a budget; not all may be needed."""
    answers = priced_answers(requirements, amounts) - set(clash.members)
    if not answers or all(member.kind != BUDGET for member in clash.members):
        return clash
    return Clash(members=(*clash.members, *sorted(answers)), minimal=False)
