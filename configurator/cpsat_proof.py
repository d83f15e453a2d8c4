"""Searches a narrowed request in three steps: a linear relaxation, a search near it, and a proof of what is left.

The relaxation says how much each choice costs at least above the bound. Choices that cost little are searched first;
what is found then rules out all choices that cost more than the distance between it and the bound, which are most of
them. What is left is searched to the end. Efforts are counted and not timed, so only the deadline can change an answer.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from bidwright.configurator.cpsat_compact import Written, WrittenOut, add_difference, model_of
from bidwright.configurator.cpsat_forms import LinearForm, limit, start_at
from bidwright.configurator.cpsat_relaxed import Relaxed, relaxed
from bidwright.configurator.cpsat_rows import Numbers, Rows, joined, plain_rows, rows_of
from bidwright.configurator.cpsat_solve import optimum_solver, proven_bound
from bidwright.configurator.deadline import Deadline

_NEAR = (1000, 250, 60, 20, 8)
"""How far from the bound choices are searched first: parts of the bound, larger ones where that has nothing.

Of prices the first is left out: the second takes little longer, and mostly has the best, so no other is to be found.
"""

_WORTH_KNOWING = 4
"""Choices that each are near the bound may be far from it together: beyond this part of it, more choices do better."""

_NEAR_EFFORT, _PROOF_EFFORT = 0.3, 1.2
"""Most deterministic time of the first searches, and of the proof: ten times what requests of 1,000 components take.

What is not proven then is a knapsack, and better off with the other steps.
"""

_ENDLESS = 2**62
"""More than any form comes to."""


@dataclass(frozen=True, kw_only=True)
class Proven:
    """What is known of the least of a form.

    Attributes:
        values: By index of variable; empty where only the bound is known.
        bound: What no solution is below; a proof where it is what the solution reaches.
        is_only: Whether all solutions that are as good have the same units.
    """

    values: tuple[int, ...]
    bound: int
    is_only: bool


class ProofSearch:
    """Searches the model of a request to which conditions may be added meanwhile."""

    def __init__(self, model: cp_model.CpModel, written: Written) -> None:
        self._model, self._written = model, written
        self._tables = [written.rows]
        self._constraints = written.constraints
        self._low, self._high = written.low, written.high
        self._known: Relaxed | None = None

    def least(self, form: LinearForm, units: Sequence[int], deadline: Deadline) -> Proven | None:
        """The least of a form; None where that is not for this search, or it found nothing.

        Args:
            form: What is to be small.
            units: Variables that count units.
            deadline: For all of it.
        """
        self._known = None
        if deadline.left_s <= 0 or not self._catch_up():
            return None
        out, rows = self._written_out()
        form = out.form(form)
        if not (rows.unsaid - set(units)).isdisjoint(variable for variable, _ in form.terms):
            return None  # the relaxation would know nothing of what is calculated
        parts = out.parts(units)
        is_price = _most_cost(parts, form)
        low, high = (self._low, self._high) if is_price else _probed(self._low, self._high, rows, deadline)
        known = self._known = relaxed(low, high, rows, form, deadline)
        if known is None:
            return None
        near = self._near_bound(known, form, _NEAR[is_price:], deadline)
        if not near.values:
            return Proven(values=(), bound=known.least, is_only=False)
        values, most = near.values, form.at(near.values)
        is_alone = near.bound == most and is_price
        left = model_of(*known.left_for(most if is_alone else most - 1), known.rows, form)
        if is_alone:  # the best of those near the bound often is the only one that is as good
            add_difference(left, parts, values, form)
        limit(left, form, known.least, most if is_alone else most - 1)
        found = _solved(left, deadline, _PROOF_EFFORT, is_short=is_price)
        bound = known.least if found.bound is None else max(known.least, min(found.bound, most))
        values = found.values if found.values and form.at(found.values) < most else values
        return Proven(values=out.filled_in(values), bound=bound, is_only=is_alone and found.is_infeasible)

    def cheap(self, price: LinearForm, units: Sequence[int], deadline: Deadline) -> Proven | None:
        """Some solution with a price near the bound, as ``least`` has it but without the proof: within a budget.

        What is calculated of the price is left to the search.
        """
        bounded = self._bounded(price, units, deadline)
        if bounded is None:
            return None
        out, form, known, bound = bounded
        near = self._near_bound(known, form, _NEAR[1:], deadline, is_first_enough=True)
        return Proven(values=out.filled_in(near.values) if near.values else (), bound=bound, is_only=False)

    def bound(self, price: LinearForm, units: Sequence[int], deadline: Deadline) -> int | None:
        """What no solution has a price below, by the relaxation alone."""
        bounded = self._bounded(price, units, deadline)
        return None if bounded is None else bounded[-1]

    def left(
        self, price: LinearForm, units: Sequence[int], most: int, deadline: Deadline
    ) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
        """The least and the most of each variable in all solutions of at most this price, as the relaxation has it."""
        bounded = self._bounded(price, units, deadline)
        if bounded is None:
            return None
        out, _, known, bound = bounded
        low, high = known.left_for(most - (bound - known.least))
        return out.filled_in(low.tolist()), out.filled_in(high.tolist())

    def _bounded(
        self, price: LinearForm, units: Sequence[int], deadline: Deadline
    ) -> tuple[WrittenOut, LinearForm, Relaxed, int] | None:
        """How it is written out, what rows know of a price, what follows for that, and what no solution is below."""
        if not self._catch_up():
            return None
        out, rows = self._written_out()
        form, calculated = _split(out.form(price), rows.unsaid - set(units))
        known = relaxed(self._low, self._high, rows, form, deadline)
        return None if known is None else (out, form, known, known.least + calculated.least(self._model))

    def settle(self, most: int) -> None:
        """From now on look at no solution in which the form that was asked for last is more than this."""
        if self._known is not None:
            self._low, self._high = self._known.left_for(most)
            self._known = None

    def first(self, weights: LinearForm, values: tuple[int, ...], deadline: Deadline, effort: float) -> tuple[int, ...]:
        """The solution with the least weights that was found with so much effort, from one that is known."""
        if not self._catch_up():
            return ()
        out, rows = self._written_out()
        model = model_of(self._low, self._high, rows, out.form(weights))
        start_at(model, values)
        found = _solved(model, deadline, effort)
        return out.filled_in(found.values) if found.values else ()

    def _written_out(self) -> tuple[WrittenOut, Rows]:
        """The rows with all written out but conditions of rows, and what constraints that are no rows speak of."""
        table = joined(self._tables).without_holes(self._low, self._high)
        kept = (set(table.condition_variables.tolist()) | table.unsaid) & self._written.sums.keys()
        sums = {variable: terms for variable, terms in self._written.sums.items() if variable not in kept}
        ties: list[tuple[Sequence[int], Sequence[int], int]] = []
        for variable in sorted(kept):
            columns = [variable, *(column for column, _ in self._written.sums[variable])]
            factors = [-1, *(factor for _, factor in self._written.sums[variable])]
            ties += [(columns, factors, 0), (columns, [-factor for factor in factors], 0)]
        out = WrittenOut.of(len(self._low), sums)
        return out, out.rows(joined([table, plain_rows(ties)]))

    @staticmethod
    def _near_bound(
        known: Relaxed, form: LinearForm, near: Sequence[int], deadline: Deadline, *, is_first_enough: bool = False
    ) -> _Found:
        for part in near:
            most = known.least + max(1, abs(known.least) // part)
            model = model_of(*known.left_for(most), known.rows, form)
            if part != _NEAR[-1]:
                limit(model, form, -_ENDLESS, known.least + max(1, abs(known.least) // _WORTH_KNOWING))
            found = _solved(model, deadline, _NEAR_EFFORT, is_first_enough=is_first_enough)
            if not found.is_infeasible:
                return found
        return _Found()

    def _catch_up(self) -> bool:
        """Read what the model has got since; False where nothing meets it."""
        constraints = self._model.proto.constraints
        new = [constraints[i] for i in range(self._constraints, len(constraints)) if i not in self._written.said]
        self._constraints = len(constraints)
        if new:
            self._tables.append(rows_of(new))
        low, high = domains(self._model, len(self._low))
        self._low, self._high = np.concatenate([self._low, low]), np.concatenate([self._high, high])
        for table in self._tables:
            table.fill_holes(self._low, self._high)
        return not any(table.impossible for table in self._tables) and bool((self._low <= self._high).all())


@dataclass(frozen=True, kw_only=True)
class _Found:
    """The outcome of a search: ``values`` are empty where it found nothing, ``bound`` is None where it knows none."""

    values: tuple[int, ...] = ()
    bound: int | None = None
    is_infeasible: bool = False


def _solved(
    model: cp_model.CpModel, deadline: Deadline, effort: float, *, is_short: bool = False, is_first_enough: bool = False
) -> _Found:
    solver = optimum_solver(deadline)
    solver.parameters.stop_after_first_solution = is_first_enough
    solver.parameters.max_deterministic_time = effort
    solver.parameters.symmetry_level = 0
    solver.parameters.find_big_linear_overlap = False
    solver.parameters.add_cg_cuts = False
    solver.parameters.use_sat_inprocessing = not is_short  # pays for itself later
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return _Found(bound=_ENDLESS, is_infeasible=True)
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return _Found()
    return _Found(values=tuple(solver.response_proto.solution), bound=proven_bound(solver, status))


def _split(form: LinearForm, variables: Collection[int]) -> tuple[LinearForm, LinearForm]:
    """A form without some variables, and what it says of them."""
    rest = tuple(term for term in form.terms if term[0] not in variables)
    return LinearForm(rest, form.constant), LinearForm(tuple(term for term in form.terms if term[0] in variables), 0)


def _probed(low: Numbers, high: Numbers, rows: Rows, deadline: Deadline) -> tuple[Numbers, Numbers]:
    """The least and the most of each variable in all solutions, as far as trying values of single variables says."""
    model = model_of(low, high, rows, LinearForm((), 0))
    solver = optimum_solver(deadline)
    solver.parameters.symmetry_level = 0
    solver.parameters.find_big_linear_overlap = False
    solver.parameters.stop_after_presolve = True
    solver.parameters.keep_all_feasible_solutions_in_presolve = True
    solver.parameters.fill_tightened_domains_in_response = True
    solver.solve(model)
    domains = [variable.domain for variable in solver.response_proto.tightened_variables]
    if len(domains) != len(low) or not all(map(len, domains)):  # where nothing is a solution, a domain is empty
        return low, high
    first = np.array([domain[0] for domain in domains], dtype=np.int64)
    last = np.array([domain[len(domain) - 1] for domain in domains], dtype=np.int64)
    is_open = np.zeros(len(low), dtype=bool)
    is_open[np.concatenate([rows.variables, rows.condition_variables])] = True
    return np.where(is_open, np.maximum(low, first), low), np.where(is_open, np.minimum(high, last), high)


def _most_cost(columns: Sequence[int], form: LinearForm) -> bool:
    """Whether a form changes with nearly all of some columns: solutions that are as good then are seldom others."""
    costly = {variable for variable, _ in form.terms}
    return 10 * sum(column in costly for column in columns) > 9 * len(columns)


def domains(model: cp_model.CpModel, start: int) -> tuple[Numbers, Numbers]:
    """The least and the most of each variable from one on."""
    variables = model.proto.variables
    domains = [variables[index].domain for index in range(start, len(variables))]
    return (
        np.array([domain[0] for domain in domains], dtype=np.int64),
        np.array([domain[len(domain) - 1] for domain in domains], dtype=np.int64),
    )
