"""Rows that are tightened and cuts keep every solution in whole numbers, and cut off what was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from draws import drawn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ortools.sat.python import cp_model

from bidwright.configurator.cpsat_compact import add_at_most, add_difference, model_of
from bidwright.configurator.cpsat_forms import LinearForm
from bidwright.configurator.cpsat_lifted import Groups, Lifting
from bidwright.configurator.cpsat_problem import Problem
from bidwright.configurator.cpsat_relaxed import relaxed
from bidwright.configurator.cpsat_rows import Rows, plain_rows
from bidwright.configurator.cpsat_solve import presolve_free_solver
from bidwright.configurator.deadline import Deadline

_settings = settings(
    max_examples=drawn(300),
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

_Row = tuple[tuple[int, ...], tuple[int, ...], int]


@dataclass(frozen=True)
class _Case:
    """Five truths of which some exclude each other, and two numbers, under rows."""

    low: tuple[int, ...]
    high: tuple[int, ...]
    rows: Sequence[_Row]
    costs: tuple[int, ...]
    point: tuple[float, ...]

    def table(self) -> Rows:
        return plain_rows(self.rows)

    def problem(self) -> Problem:
        form = LinearForm(tuple(enumerate(self.costs)), 0)
        return Problem.of(np.array(self.low), np.array(self.high), self.table(), form)

    def solutions(self) -> Iterator[tuple[int, ...]]:
        for values in product(*(range(low, high + 1) for low, high in zip(self.low, self.high, strict=True))):
            if all(sum(f * values[v] for v, f in zip(of, by, strict=True)) >= least for of, by, least in self.rows):
                yield values


@st.composite
def _cases(draw: st.DrawFn) -> _Case:
    members = sorted(draw(st.sets(st.integers(0, 4), min_size=2)))
    rows: list[_Row] = [(tuple(members), (-1,) * len(members), -1)]
    if draw(st.booleans()):
        able = sorted(draw(st.sets(st.sampled_from(members), min_size=2)))
        rows.append((tuple(able), (1,) * len(able), 1))
    for _ in range(draw(st.integers(1, 3))):
        of = sorted(draw(st.sets(st.integers(0, 6), min_size=1)))
        by = draw(st.lists(st.integers(-9, 9), min_size=len(of), max_size=len(of)))
        rows.append((tuple(of), tuple(by), draw(st.integers(-12, 12))))
    ends = [sorted(draw(st.lists(st.integers(-2, 4), min_size=2, max_size=2))) for _ in range(2)]
    return _Case(
        low=(0, 0, 0, 0, 0, *(first for first, _ in ends)),
        high=(1, 1, 1, 1, 1, *(last for _, last in ends)),
        rows=rows,
        costs=tuple(draw(st.lists(st.integers(-5, 9), min_size=7, max_size=7))),
        point=tuple(draw(st.lists(st.integers(0, 8), min_size=7, max_size=7))),
    )


def _meets(problem: Problem, values: Sequence[int]) -> bool:
    """Whether values of all variables meet the rows of a problem; those of fixed variables are in its bounds."""
    sums = [0] * len(problem.bounds)
    for row, place, factor in zip(problem.rows, problem.places, problem.factors, strict=True):
        sums[row] += int(factor) * values[problem.columns[place]]
    return all(reached >= least for reached, least in zip(sums, problem.bounds, strict=True))


@_settings
@given(_cases())
def test_tightened_rows_have_the_same_solutions(case: _Case) -> None:
    problem = case.problem()
    lifting = Lifting(problem, Groups.found_in(problem))
    low, high = lifting.narrowed()
    tightened = lifting.tightened()
    solutions = set(case.solutions())
    for values in product(*(range(first, last + 1) for first, last in zip(case.low, case.high, strict=True))):
        assert _meets(tightened, values) == (values in solutions)
        if values in solutions:
            inside = [values[column] for column in problem.columns]
            assert (low <= inside).all()
            assert (inside <= high).all()


@_settings
@given(_cases())
def test_cuts_keep_every_solution_and_leave_out_the_point(case: _Case) -> None:
    problem = case.problem()
    lifting = Lifting(problem, Groups.found_in(problem))
    point = problem.low + (problem.high - problem.low) * np.array(case.point)[problem.columns] / 8
    cuts = lifting.cuts(point)
    for values in case.solutions():
        assert _meets(cuts, values)
    reached = np.bincount(cuts.rows, cuts.factors * point[cuts.places], len(cuts.bounds))
    assert (reached < cuts.bounds).all()


@_settings
@given(_cases())
def test_a_relaxation_is_true_for_every_solution(case: _Case) -> None:
    form = LinearForm(tuple(enumerate(case.costs)), 0)
    found = relaxed(np.array(case.low), np.array(case.high), case.table(), form, Deadline(5))
    solutions = list(case.solutions())
    if found is None:
        return
    for values in solutions:
        worth = form.at(values)
        low, high = found.left_for(worth)
        assert found.least <= worth
        assert (low <= values).all()
        assert (values <= high).all()


@_settings
@given(_cases(), st.integers(0, 10**6))
def test_another_solution_is_found_where_and_only_where_one_is_as_good(case: _Case, which: int) -> None:
    form = LinearForm(tuple((one, cost) for one, cost in enumerate(case.costs) if cost), 0)
    said = sorted({one for of, _, _ in case.rows for one in of} | {one for one, _ in form.terms})
    solutions = [one for one in case.solutions() if all(one[i] == case.low[i] for i in {*range(7)} - {*said})]
    if not solutions:
        return
    known = solutions[which % len(solutions)]
    model = model_of(np.array(case.low), np.array(case.high), case.table(), form)
    add_difference(model, said, known, form)
    add_at_most(model, form, form.at(known))
    solver = presolve_free_solver(Deadline(5))
    as_good = [one for one in solutions if one != known and form.at(one) <= form.at(known)]
    if as_good:
        assert solver.solve(model) == cp_model.OPTIMAL
        assert tuple(solver.response_proto.solution)[:7] in as_good
    else:
        assert solver.solve(model) == cp_model.INFEASIBLE


def test_of_a_family_the_larger_kind_is_needed_where_more_is_used() -> None:
    # One of two sizes, with room for 72 or 118, holds a pack of 72 and an option of 18: the option needs the larger.
    rows = plain_rows([((0, 1), (-1, -1), -1), ((0, 1), (1, 1), 1), ((0, 1, 2), (72, 118, -18), 72)])
    problem = Problem.of(np.zeros(3, dtype=np.int64), np.ones(3, dtype=np.int64), rows, LinearForm((), 0))
    tightened = Lifting(problem, Groups.found_in(problem)).tightened()
    assert tightened.places[tightened.rows == 2].tolist() == [1, 2]
    assert tightened.factors[tightened.rows == 2].tolist() == [18, -18]
    assert tightened.bounds.tolist() == [-1, 1, 0]
