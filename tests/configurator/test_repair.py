"""Repairs, by example."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal

import pytest
from examples import amounts, request

from bidwright.catalog.model import Answer
from bidwright.configurator.conflict_search import ConflictSearch
from bidwright.configurator.correction_sets import CorrectionSet, correction_sets
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.members import BUDGET, EXCLUSION, NEED, PIN, RULE, SLOT, Member
from bidwright.configurator.repair import Explanation, RepairSearch, explain_and_repair
from bidwright.configurator.repair_changes import Asked, Changes
from bidwright.configurator.request import Requirements
from bidwright.core.errors import Unavailable

A, B, C, E = (Member(PIN, name) for name in "abce")
D = Decimal


def _sets(conflicts: list[set[Member]], **weights: int) -> list[tuple[str, int]]:
    """The correction sets of conflicts, each as the ids of its members, with its weight."""

    def clashes(given_up: frozenset[Member]) -> frozenset[Member] | None:
        return next((frozenset(conflict) for conflict in conflicts if not conflict & given_up), None)

    found = correction_sets(clashes, {member: weights.get(member.id, 1) for member in (A, B, C, E)})
    return [("".join(member.id for member in one.members), one.weight) for one in found]


@pytest.mark.parametrize(
    ("conflicts", "weights", "sets"),
    [
        # one conflict: giving up any one member is enough
        ([{A, B, C}], {}, [("a", 1), ("b", 1), ("c", 1)]),
        # two that share a member: it, or one of each
        ([{A, B}, {B, C}], {}, [("b", 1), ("ac", 2)]),
        # what they share is heavy
        ([{A, B}, {B, C}], {"b": 9}, [("ac", 2), ("b", 9)]),
        # two that have nothing in common
        ([{A, B}, {C, E}], {"a": 3}, [("bc", 2), ("be", 2), ("ac", 4), ("ae", 4)]),
        # every set of three members has a member in each pair of them
        ([{A, B}, {B, C}, {A, C}], {}, [("ab", 2), ("ac", 2), ("bc", 2)]),
        # nothing that can be given up
        ([set()], {}, []),
        # nothing to mend
        ([], {}, [("", 0)]),
    ],
)
def test_correction_sets_come_by_weight_and_none_can_be_left_out(
    conflicts: list[set[Member]], weights: dict[str, int], sets: list[tuple[str, int]]
) -> None:
    assert _sets(conflicts, **weights) == sets


def test_many_conflicts_with_nothing_in_common_are_mended_straight_on() -> None:
    asked = 0
    conflicts = [frozenset(Member(PIN, f"{n}.{choice}") for choice in "xyz") for n in range(12)]

    def clashes(given_up: frozenset[Member]) -> frozenset[Member] | None:
        nonlocal asked
        asked += 1
        return next((conflict for conflict in conflicts if not conflict & given_up), None)

    first = next(correction_sets(clashes, dict.fromkeys((m for one in conflicts for m in one), 1)))
    assert first.weight == 12
    assert asked <= 100  # of 3 to the power of 12 sets


def test_what_was_found_before_the_deadline_is_right() -> None:
    answers = [frozenset({A, B}), None]

    def clashes(_given_up: frozenset[Member]) -> frozenset[Member] | None:
        if not answers:
            raise TimeoutError
        return answers.pop(0)

    found = correction_sets(clashes, {A: 1, B: 1})
    assert next(found) == CorrectionSet(members=(A,), weight=1)
    with pytest.raises(TimeoutError):
        next(found)


def _explained(requirements: Requirements, *, seconds: float = 30, most: int = 3) -> Explanation | None:
    said: Collection[Member] = [
        *(Member(NEED, name) for name in requirements.answers),
        *(Member(BUDGET, limit) for limit in requirements.budget),
        *(Member(PIN, component) for component in requirements.pins),
        *(Member(EXCLUSION, component) for component in requirements.exclusions),
    ]

    def repaired(changes: Changes) -> Asked:
        asked = replace(
            requirements,
            answers={**requirements.answers, **changes.answers},
            budget={**requirements.budget, **changes.limits},
            pins={c: n for c, n in requirements.pins.items() if Member(PIN, c) not in changes.members},
            exclusions=tuple(c for c in requirements.exclusions if Member(EXCLUSION, c) not in changes.members),
        )
        return Asked(requirements=asked, amounts=amounts())

    asked = Asked(requirements=requirements, amounts=amounts())
    return explain_and_repair(asked, repaired, dict.fromkeys(said, 1), most=most, deadline=Deadline(seconds))


@pytest.mark.parametrize(
    ("rule", "wanted", "answers"),
    [
        # 700 is wanted, at most 300 can be had
        ("need.users <= 300", {"users": 700}, {"users": 300}),
        # 500 and 900 are as close; the smaller is taken
        ("need.users <= 500 or need.users >= 900", {"users": 700}, {"users": 500}),
        # the same with decimals, in steps of their places
        ("need.availability <= 99.005", {"availability": D("99.2")}, {"availability": D("99.005")}),
        # an option that the rule does not allow gives way to the other one
        ('need.data_residency == "any"', {"data_residency": "EU"}, {"data_residency": "any"}),
    ],
)
def test_the_answer_in_place_is_the_nearest_number_or_the_cheapest_option(
    rule: str, wanted: dict[str, Answer], answers: dict[str, Answer]
) -> None:
    explanation = _explained(request(rule=rule, answers=wanted))
    assert explanation is not None
    (repair,) = explanation.repairs.found
    assert repair.changes.answers == answers
    assert explanation.repairs.complete


def test_an_offering_that_contradicts_itself_has_no_repair() -> None:
    explanation = _explained(request(rule='kinds("web") > 1'))
    assert explanation is not None
    assert [(m.kind, m.id) for m in explanation.conflict.members] == [(RULE, "extra"), (SLOT, "web")]
    assert explanation.repairs.found == ()
    assert explanation.repairs.complete


def test_without_time_a_conflict_is_not_called_minimal_and_no_repair_is_claimed() -> None:
    explanation = _explained(request(pins={"os.debian": 1}, exclusions=("os.debian",)), seconds=0)
    assert explanation is not None
    assert [member.id for member in explanation.conflict.members] == ["os.debian", "os.debian"]
    assert not explanation.conflict.minimal
    assert not explanation.repairs.found
    assert not explanation.repairs.complete


def test_without_time_it_is_not_said_that_a_request_is_possible() -> None:
    with pytest.raises(Unavailable, match="no conflict was found within 0 seconds, nor that there is none"):
        _explained(request(), seconds=0)


def test_the_same_conflict_is_found_by_a_search_that_has_learned_from_others() -> None:
    requirements = request(pins={"compute.small": 3, "os.debian": 2}, exclusions=("compute.large",))
    first = ConflictSearch(requirements, amounts(), Deadline(20)).clash()
    for users in (200, 900, 5000):
        ConflictSearch(
            request(answers={"users": users}, exclusions=("compute.large",)), amounts(), Deadline(20)
        ).clash()
    assert ConflictSearch(requirements, amounts(), Deadline(20)).clash() == first


def test_repairs_search_can_be_asked_for_one_set_only() -> None:
    requirements = request(pins={"os.debian": 1}, exclusions=("os.debian",))
    conflicts = ConflictSearch(requirements, amounts(), Deadline(20))
    clash = conflicts.clash()
    assert clash is not None
    weights = {Member(PIN, "os.debian"): 1, Member(EXCLUSION, "os.debian"): 1}
    search = RepairSearch(conflicts=conflicts, repaired=_never, weights=weights, deadline=Deadline(20))
    assert next(search.correction_sets(clash)).members == (Member(EXCLUSION, "os.debian"),)


def _never(_changes: Changes) -> Asked:
    raise AssertionError("only sets of members are asked for")
