"""Choosing one option of each slot: against trying all, and out of models with more in them."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from ortools.sat.python import cp_model

from bidwright.configurator.cpsat_slots import better_slots
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.slot_search import SlotProblem, better_choices


def _problem(seed: int) -> SlotProblem:
    random = np.random.default_rng(seed)
    value = random.integers(0, 50, (5, 4)).astype(float)
    value[random.random((5, 4)) < 0.15] = -np.inf
    value[:, 0] = 1.0
    use = random.integers(0, 9, (5, 4, 3)).astype(float)
    return SlotProblem(value=value, use=use, limit=random.integers(10, 30, 3).astype(float))


def _best(problem: SlotProblem) -> float | None:
    found = [
        sum(problem.value[slot, option] for slot, option in enumerate(choice))
        for choice in product(range(4), repeat=5)
        if (sum(problem.use[slot, option] for slot, option in enumerate(choice)) <= problem.limit).all()
    ]
    return max((value for value in found if np.isfinite(value)), default=None)


@pytest.mark.parametrize("seed", range(30))
def test_a_search_that_keeps_all_combinations_finds_the_best_choice(seed: int) -> None:
    problem = _problem(seed)
    best, found = _best(problem), better_choices(problem, -1.0, Deadline(30))
    assert (found is None) == (best is None)
    if found is not None:
        assert sum(problem.value[slot, option] for slot, option in enumerate(found)) == best
        assert (sum(problem.use[slot, option] for slot, option in enumerate(found)) <= problem.limit).all()
        assert better_choices(problem, best, Deadline(30)) is None


def test_the_best_so_far_is_the_answer_when_the_time_is_over() -> None:
    assert better_choices(_problem(0), -1.0, Deadline(0)) is None


def _slots(model: cp_model.CpModel, count: int) -> list[list[cp_model.IntVar]]:
    slots = [[model.new_bool_var(f"{slot} {option}") for option in range(3)] for slot in range(count)]
    for slot in slots:
        model.add(sum(slot) == 1)
    return slots


def _values(model: cp_model.CpModel) -> list[int]:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    assert solver.solve(model) in {cp_model.OPTIMAL, cp_model.FEASIBLE}
    return list(solver.response_proto.solution)


def test_slots_are_found_beside_other_conditions_and_chosen_anew_within_them() -> None:
    model = cp_model.CpModel()
    slots = _slots(model, 5)
    level, is_high = model.new_int_var(0, 9, "level"), model.new_bool_var("is high")
    model.add(level == 4)
    model.add(is_high == 1)
    # 2 of the last option fit; one of them is forbidden by a clause, and one slot hangs on a condition that is no row
    model.add(sum(slot[2] for slot in slots) * 2 <= level)
    model.add_bool_or(~slots[0][2], ~is_high)
    model.add(slots[4][2] == 0).only_enforce_if(slots[4][1])
    model.add(sum(slot[0] for slot in slots) >= 1).only_enforce_if(is_high)
    start = model.clone()
    for slot in slots:
        start.add(slot[0] == 1)
    model.minimize(-sum(slot[1] + 5 * slot[2] for slot in slots))
    chosen = better_slots(model, _values(start), Deadline(30))
    assert chosen is not None
    # the last slot stays as it is; of the others two take the last option, not the first one, and the rest the middle
    assert chosen.keys() == {variable.index for slot in slots[:4] for variable in slot}
    taken = [next(option for option in range(3) if chosen[slot[option].index]) for slot in slots[:4]]
    assert (taken[0], sorted(taken)) == (1, [1, 1, 2, 2])


def test_few_slots_are_left_to_the_solver() -> None:
    model = cp_model.CpModel()
    slots = _slots(model, 3)
    model.add(sum(slot[2] for slot in slots) <= 1)
    model.minimize(-sum(slot[2] for slot in slots))
    assert better_slots(model, _values(model), Deadline(30)) is None
