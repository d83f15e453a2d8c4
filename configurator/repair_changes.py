"""What stands in place of the things that are given up in a repair."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import product

from bidwright.catalog.model import Answer
from bidwright.configurator.configure import configure
from bidwright.configurator.cpsat_conflict import EnginesDisagree
from bidwright.configurator.cpsat_repair import has_any, nearest_number
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.members import BUDGET, NEED, Member
from bidwright.configurator.objectives import Objective
from bidwright.configurator.request import LIMITS, Limit, Requirements
from bidwright.configurator.solution import Solution
from bidwright.core.amount_table import AmountTable

_FOR_LIMIT = 0.5
"""Part of the time left in which the least sufficient limit is looked for; the rest is for the configuration."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request as it is searched: what it requires, and what quantities cost under its terms."""

    requirements: Requirements
    amounts: AmountTable


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What is changed about a request.

    Attributes:
        members: What is given up.
        answers: Need -> the answer in its place; the old one where it is not known yet.
        limits: What a budget limits -> minor units in its place; likewise.
    """

    members: tuple[Member, ...]
    answers: Mapping[str, Answer]
    limits: Mapping[Limit, int]


Repaired = Callable[[Changes], Asked]
"""Gives the request with changes made to it: wishes that are given up are left out, the rest is replaced."""


def changes_for(members: tuple[Member, ...], repaired: Repaired, deadline: Deadline) -> Changes:
    """Decide what stands in place of members of a correction set.

    Numbers come first, each as close to the one wanted as it can be, in the order in which the offering asks; then
    the options that make the cheapest configuration; limits come last and are no higher than they must be.

    Raises:
        TimeoutError: The deadline came first.
        Unavailable: It came before any configuration was found.
    """
    asked = repaired(Changes(members=members, answers={}, limits={}))
    answers = _answers(members, asked, deadline)
    limits = _limits(members, asked, answers, deadline)
    # Without what a bespoke item costs, a limit may turn out to be high enough as it is.
    enough = {Member(BUDGET, limit) for limit, most in limits.items() if most <= asked.requirements.budget[limit]}
    return Changes(
        members=tuple(member for member in members if member not in enough),
        answers=answers,
        limits={limit: most for limit, most in limits.items() if Member(BUDGET, limit) not in enough},
    )


def _answers(members: tuple[Member, ...], asked: Asked, deadline: Deadline) -> dict[str, Answer]:
    """The answers in place of those given up."""
    wanted, needs = asked.requirements.answers, asked.requirements.offering.needs
    names = [name for name in needs if Member(NEED, name) in members]
    chosen = [name for name in names if needs[name].kind not in {"integer", "decimal"}]
    found: dict[str, Answer] = {name: answer for name, answer in wanted.items() if name not in names}
    for name in names:
        if name not in chosen:
            open_ = replace(asked.requirements, answers=found, budget=_kept_budget(members, asked))
            number = nearest_number(open_, asked.amounts, name, wanted=wanted[name], deadline=deadline)
            found = {**found, name: number}
    found = _cheapest(
        chosen, replace(asked.requirements, answers=found, budget=_kept_budget(members, asked)), asked, deadline
    )
    return {name: found[name] for name in names}


def _cheapest(names: list[str], open_: Requirements, asked: Asked, deadline: Deadline) -> dict[str, Answer]:
    """All answers, with those of choices that are open chosen for the least contract value; of equals, the first."""
    options: list[tuple[Answer, ...]] = [tuple(open_.offering.needs[name].options) or (False, True) for name in names]
    tried = [
        replace(open_, answers={**open_.answers, **dict(zip(names, values, strict=True))})
        for values in product(*options)
    ]
    possible = [one for one in tried if len(tried) == 1 or has_any(one, asked.amounts, deadline)]
    if len(possible) > 1:
        share = 1 / len(possible)
        possible.sort(key=lambda one: least_charge(one, asked.amounts, "contract_value", deadline.after(share)))
    return dict(possible[0].answers)


def _limits(
    members: tuple[Member, ...], asked: Asked, answers: Mapping[str, Answer], deadline: Deadline
) -> dict[Limit, int]:
    """The limits in place of those given up."""
    answered = replace(asked.requirements, answers={**asked.requirements.answers, **answers})
    found: dict[Limit, int] = {}
    for limit in LIMITS:
        if Member(BUDGET, limit) in members:
            open_ = replace(answered, budget=_kept_budget(members, asked) | found)
            found[limit] = least_charge(open_, asked.amounts, limit, deadline.after(_FOR_LIMIT))
    return found


def least_charge(requirements: Requirements, amounts: AmountTable, limit: Limit, deadline: Deadline) -> int:
    """What must be paid of what a limit is about, in minor units: the least, or the least found in time.

    Raises:
        Unavailable: The deadline came before anything was found.
    """
    asked = replace(requirements, objectives=(Objective(measure=limit),))
    found = configure(asked, amounts, deadline)
    if not isinstance(found, Solution):
        raise EnginesDisagree("a request that was shown to be possible has no solution")
    charge: int = getattr(found.amounts, limit)
    return charge


def _kept_budget(members: tuple[Member, ...], asked: Asked) -> dict[Limit, int]:
    return {limit: most for limit, most in asked.requirements.budget.items() if Member(BUDGET, limit) not in members}
