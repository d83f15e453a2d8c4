"""Repairs held against trying every set of changes on random portfolios."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import combinations, product

from draws import drawn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from random_portfolios import NEED_VALUES, Case, cases, charges, every_configuration, with_bespoke_prices

from bidwright.catalog.model import Answer
from bidwright.configurator.bespoke_prices import without_items
from bidwright.configurator.check import check
from bidwright.configurator.conflict_search import ConflictSearch
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.members import BESPOKE, BUDGET, EXCLUSION, NEED, PIN, Member
from bidwright.configurator.repair import Repair, RepairSearch
from bidwright.configurator.repair_changes import Asked, Changes
from bidwright.configurator.request import BespokeEffect, Requirements

_MADE, _MORE = (BespokeEffect(id=id_, title=id_) for id_ in ("made", "more"))
"""Items that mean nothing for components: only their prices count."""

_settings = settings(
    max_examples=drawn(8),
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def _said(requirements: Requirements) -> list[Member]:
    """Everything that the customer said and could give up."""
    return [
        *(Member(NEED, name) for name in NEED_VALUES),
        *(Member(BUDGET, limit) for limit in requirements.budget),
        *(Member(PIN, component) for component in requirements.pins),
        *(Member(EXCLUSION, component) for component in requirements.exclusions),
        *(Member(BESPOKE, effect.id) for effect in requirements.bespoke),
    ]


def _without(requirements: Requirements, given_up: Collection[Member]) -> Requirements:
    """The request without wishes that are given up; answers stay."""
    return replace(
        requirements,
        pins={c: n for c, n in requirements.pins.items() if Member(PIN, c) not in given_up},
        exclusions=tuple(c for c in requirements.exclusions if Member(EXCLUSION, c) not in given_up),
        bespoke=tuple(effect for effect in requirements.bespoke if Member(BESPOKE, effect.id) not in given_up),
    )


class _Tried:
    """Every configuration for every answer, tried out."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._configurations = [
            (items, charges(items, case.amounts)) for items in every_configuration(case.requirements.release)
        ]
        self.valid = cache(self._valid)

    def answers(self, given_up: Collection[Member]) -> Iterator[dict[str, Answer]]:
        """All answers that leave those not given up as they are."""
        wanted = self._case.requirements.answers
        names = [name for name in NEED_VALUES if Member(NEED, name) in given_up]
        for values in product(*(NEED_VALUES[name] for name in names)):
            yield {**wanted, **dict(zip(names, values, strict=True))}

    def costs(self, given_up: Collection[Member], answers: Mapping[str, Answer]) -> list[dict[str, int]]:
        """What valid configurations cost that keep to the budget as far as it is not given up."""
        requirements = _without(self._case.requirements, given_up)
        kept = {limit: most for limit, most in requirements.budget.items() if Member(BUDGET, limit) not in given_up}
        wishes = frozenset(member for member in given_up if member.kind in {PIN, EXCLUSION, BESPOKE})
        spared = [self._case.amounts.bespoke[member.id] for member in wishes if member.kind == BESPOKE]
        found = [self._less(cost, spared) for cost in self.valid(wishes, tuple(sorted(answers.items())))]
        return [cost for cost in found if all(cost[limit] <= most for limit, most in kept.items())]

    def _less(self, cost: Mapping[str, int], spared: Iterable[tuple[int, int]]) -> dict[str, int]:
        """What a configuration costs without some bespoke items."""
        once, monthly = (sum(prices) for prices in zip((0, 0), *spared, strict=True))
        term = self._case.amounts.term_months
        return {
            "one_time": cost["one_time"] - once,
            "monthly": cost["monthly"] - monthly,
            "contract_value": cost["contract_value"] - once - term * monthly,
        }

    def _valid(self, wishes: frozenset[Member], answers: tuple[tuple[str, Answer], ...]) -> list[dict[str, int]]:
        asked = replace(_without(self._case.requirements, wishes), answers=dict(answers))
        return [cost for items, cost in self._configurations if not check(asked, items)]

    def is_mended(self, given_up: Collection[Member]) -> bool:
        """Whether giving these up is enough."""
        return any(self.costs(given_up, answers) for answers in self.answers(given_up))

    def minimal_sets(self, most: int) -> list[frozenset[Member]]:
        """All sets of at most so many members that are enough, and of which none can be left out."""
        found: list[frozenset[Member]] = []
        for size in range(most + 1):
            for chosen in map(frozenset, combinations(_said(self._case.requirements), size)):
                if not any(smaller <= chosen for smaller in found) and self.is_mended(chosen):
                    found.append(chosen)
        return found

    def changes(self, given_up: Collection[Member]) -> tuple[dict[str, Answer], dict[str, int]]:
        """The answers and limits that should stand in place of those given up."""
        wanted = self._case.requirements.answers
        possible = [answers for answers in self.answers(given_up) if self.costs(given_up, answers)]
        for name in ("users", "level"):
            distances = {abs(a[name] - wanted[name]): None for a in possible}
            closest = [a for a in possible if abs(a[name] - wanted[name]) == min(distances)]
            possible = [a for a in closest if a[name] == min(one[name] for one in closest)]
        best = min(possible, key=lambda a: min(cost["contract_value"] for cost in self.costs(given_up, a)))
        costs = self.costs(given_up, best)
        limits: dict[str, int] = {}
        for limit in ("monthly", "one_time", "contract_value"):
            if Member(BUDGET, limit) in given_up:
                limits[limit] = min(cost[limit] for cost in costs)
                costs = [cost for cost in costs if cost[limit] <= limits[limit]]
        return {name: best[name] for name in NEED_VALUES if Member(NEED, name) in given_up}, limits


def _repairs(case: Case, weights: Mapping[Member, int], most: int) -> list[Repair] | None:
    """The repairs of a case; None where it needs none."""
    requirements, deadline = case.requirements, Deadline(30)

    def repaired(changes: Changes) -> Asked:
        asked = _without(requirements, changes.members)
        answers, budget = {**asked.answers, **changes.answers}, {**asked.budget, **changes.limits}
        _, amounts = without_items(requirements, case.amounts, changes.members)
        return Asked(requirements=replace(asked, answers=answers, budget=budget), amounts=amounts)

    conflicts = ConflictSearch(requirements, case.amounts, deadline)
    clash = conflicts.clash()
    if clash is None:
        return None
    search = RepairSearch(conflicts=conflicts, repaired=repaired, weights=weights, deadline=deadline)
    outcome = search.repairs(clash, most)
    assert outcome.complete
    return list(outcome.found)


def _weight(members: Iterable[Member], weights: Mapping[Member, int]) -> int:
    return sum(weights[member] for member in members)


@st.composite
def _demanding(draw: st.DrawFn, case: Case) -> Case:
    """The same request with more wishes, some of which contradict each other."""
    components = st.lists(st.sampled_from(sorted(case.requirements.release.components)), max_size=2)
    pins = {**case.requirements.pins, **{component: draw(st.integers(0, 1)) for component in draw(components)}}
    exclusions = tuple(sorted({*case.requirements.exclusions, *draw(components)}))
    bespoke = (*case.requirements.bespoke, *draw(st.sampled_from([(), (_MADE,), (_MADE,), (_MADE, _MORE)])))
    prices = st.sampled_from([(0, 0), (4, 0), (0, 3), (20, 0), (0, 20)])
    items = {effect.id: draw(prices) for effect in bespoke}
    amounts = with_bespoke_prices(case.amounts, items)
    return Case(replace(case.requirements, pins=pins, exclusions=exclusions, bespoke=bespoke), amounts)


@_settings
@given(cases(), st.data())
def test_the_lightest_repairs_are_those_that_trying_everything_finds(case: Case, data: st.DataObject) -> None:
    case = data.draw(_demanding(case))
    said = _said(case.requirements)
    weights = {member: data.draw(st.sampled_from([1, 1, 2, 5])) for member in said}
    found = _repairs(case, weights, most=3)
    if found is None:
        return
    tried = _Tried(case)
    assert not tried.is_mended(())
    priced = []
    for given_up in tried.minimal_sets(len(said) if len(said) <= 6 else 3):
        answers, limits = tried.changes(given_up)
        costs = [
            cost["contract_value"]
            for cost in tried.costs(given_up, {**case.requirements.answers, **answers})
            if all(cost[limit] <= most for limit, most in limits.items())
        ]
        priced.append((_weight(given_up, weights), min(costs), tuple(sorted(given_up)), answers, limits))
    expected = sorted(priced, key=lambda one: one[:3])[:3]
    told = [
        (r.weight, r.solution.amounts.contract_value, r.changes.members, r.changes.answers, r.changes.limits)
        for r in found
    ]
    # Larger sets were not tried where there is much to try; they weigh more than 3.
    if len(said) <= 6 or all(weight <= 3 for weight, *_ in told):
        assert told == expected
