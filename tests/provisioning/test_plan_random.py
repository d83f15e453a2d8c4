"""Random plans: their order, their length, and how what was done of them is taken back, against trying all paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from draws import drawn
from hypothesis import given, settings
from hypothesis import strategies as st

from bidwright.provisioning.plan import in_order, longest_path_minutes
from bidwright.provisioning.withdrawal import withdrawal_steps
from bidwright.v1.order_pb2 import STEP_STATE_FAILED, STEP_STATE_PENDING, STEP_STATE_SUCCEEDED, Order, OrderStep
from bidwright.v1.plan_pb2 import STEP_KIND_MANUAL, STEP_KIND_ROLE, PlanStep

_settings = settings(max_examples=drawn(100))


@st.composite
def _steps(draw: st.DrawFn) -> list[PlanStep]:
    """Up to seven steps without a circle, in any order, some of which take no time."""
    ids = draw(st.permutations("abcdefg"))[: draw(st.integers(0, 7))]
    steps = [
        PlanStep(
            id=id_,
            kind=draw(st.sampled_from([STEP_KIND_ROLE, STEP_KIND_ROLE, STEP_KIND_MANUAL])),
            after=sorted(draw(st.sets(st.sampled_from(ids[:place]), max_size=3))) if place else [],
            duration_minutes=draw(st.sampled_from([0, 1, 5, 60])),
            instructions=draw(st.sampled_from(["", "Do it."])),
        )
        for place, id_ in enumerate(ids)
    ]
    return draw(st.permutations(steps))


def _paths(steps: Mapping[str, PlanStep], last: str) -> Iterator[list[str]]:
    """All ways to a step from one that waits for nothing."""
    if not steps[last].after:
        yield [last]
    for before in steps[last].after:
        for path in _paths(steps, before):
            yield [*path, last]


def _built_on(steps: Mapping[str, PlanStep], id_: str) -> set[str]:
    """The steps that have a path through this one."""
    return {other for other in steps if other != id_ and any(id_ in path for path in _paths(steps, other))}


def _require_order(ordered: Sequence[PlanStep], steps: Mapping[str, PlanStep]) -> None:
    """Each time the lowest id of those that wait for nothing more."""
    assert sorted(step.id for step in ordered) == sorted(steps)
    done: set[str] = set()
    for step in ordered:
        assert step == steps[step.id]
        assert step.id == min(id_ for id_ in steps.keys() - done if done.issuperset(steps[id_].after))
        done.add(step.id)


@_settings
@given(_steps())
def test_of_steps_that_may_come_next_the_lowest_id_does_and_the_longest_path_is_the_plans_length(
    steps: list[PlanStep],
) -> None:
    by_id = {step.id: step for step in steps}
    _require_order(in_order(steps), by_id)
    lengths = [sum(by_id[id_].duration_minutes for id_ in path) for last in by_id for path in _paths(by_id, last)]
    assert longest_path_minutes(steps) == max(lengths, default=0)


@_settings
@given(_steps(), st.data())
def test_what_was_begun_is_taken_back_after_all_that_was_built_on_it(
    steps: list[PlanStep], data: st.DataObject
) -> None:
    begun = {step.id: data.draw(st.integers(0, 2), "attempts") for step in steps}
    states = st.sampled_from([STEP_STATE_PENDING, STEP_STATE_SUCCEEDED, STEP_STATE_FAILED])
    done = [
        OrderStep(plan_step=step, attempts=begun[step.id], state=data.draw(states, "state")) for step in in_order(steps)
    ]
    taken_back = withdrawal_steps(Order(steps=done))
    by_id = {step.id: step for step in steps}
    by_role = {id_ for id_, step in by_id.items() if step.kind == STEP_KIND_ROLE and begun[id_]}
    by_people = {
        step.plan_step.id
        for step in done
        if step.plan_step.kind == STEP_KIND_MANUAL
        and step.state == STEP_STATE_SUCCEEDED
        and step.plan_step.instructions
    }
    expected = {id_: _built_on(by_id, id_) & by_role if id_ in by_role else set[str]() for id_ in by_role | by_people}
    assert {step.id: set(step.after) for step in taken_back} == expected
    _require_order(taken_back, {step.id: step for step in taken_back})
