"""The best configuration by several objectives, the first before the others, with what nothing can be better than.

Objectives are optimized one after the other, each among the best by those before. A search that is not over after a
fixed effort is given a better start: options of slots under shared limits are chosen anew by ``slot_search``. Efforts
are deterministic, and only the deadline is not: an answer that ends by proof is the same everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ortools.sat.python import cp_model

from bidwright.configurator.cpsat_compact import add_at_most
from bidwright.configurator.cpsat_floor import above_budget
from bidwright.configurator.cpsat_forms import LinearForm, fix, limit, minimize, start_at
from bidwright.configurator.cpsat_neighbourhoods import improved
from bidwright.configurator.cpsat_objectives import Asked, Goal
from bidwright.configurator.cpsat_packages import add_fewer_savings, add_no_package_left
from bidwright.configurator.cpsat_proof import ProofSearch
from bidwright.configurator.cpsat_searched import UNKNOWN, Searched, Status
from bidwright.configurator.cpsat_slots import better_slots
from bidwright.configurator.cpsat_solve import optimum_solver, presolve_free_solver, proven_bound
from bidwright.configurator.deadline import Deadline

_QUICK_EFFORT = 0.5
"""Deterministic time of the first search, in which most end: a second or two."""

_LONG_EFFORT = 6.0
"""Deterministic time of the one after it: what it does not end with is improved part by part."""

_TIE_BREAK_EFFORT = 0.1
"""Most deterministic time for choosing among equals."""

_LITTLE_S = 10.0
"""Enough for what takes milliseconds, whatever the deadline: everything that is bought is given."""

_FOR_ONE_MORE = 0.6
"""Part of the time that an objective may take where others follow."""

_FOR_QUICK, _FOR_SLOTS, _FOR_LONG, _FOR_PARTS = 0.3, 0.5, 0.4, 0.6
"""Parts of the time that is left at the beginning of each step; what remains is for a proof."""


@dataclass(frozen=True, kw_only=True)
class BestFound:
    """The outcome of a search.

    Attributes:
        status: ``found``, ``infeasible`` (to be confirmed), or ``unknown`` where the time ran out.
        items: Component id -> units, at least 1, by id; empty unless found.
        steps: By goal: value and bound of its expression.
        contract_value: Of the items with their best packages, in minor units.
        least_value: No valid configuration has less contract value.
    """

    status: Status
    items: Mapping[str, int] = field(default_factory=dict)
    steps: tuple[tuple[int, int], ...] = ()
    contract_value: int = 0
    least_value: int = 0


def best_found(
    asked: Asked, goals: Sequence[Goal], deadline: Deadline, *, first: Deadline | None = None, presolve: bool = True
) -> BestFound:
    """Find a configuration that is best by the first goal, among equals by the second and so on.

    Of configurations equal in all goals, the one with the fewest units is taken, then the one with the earliest ids.
    Where the deadline comes first, the answer is the best so far with bounds that hold.

    Args:
        asked: The request.
        goals: Of its model.
        deadline: When to end.
        first: When to end where nothing is found yet, where that is not with the deadline but later.
        presolve: Whether the solver may use it.
    """
    return _Search(asked, goals, presolve=presolve, first=None if first is deadline else first).run(deadline)


def as_found(asked: Asked, goals: Sequence[Goal], items: Mapping[str, int]) -> BestFound:
    """What a configuration that nobody searched for comes to, with bounds that hold for all there are.

    ``unknown`` where it is none of the request, as it may be above a budget.
    """
    return _Search(asked, goals, presolve=False).told(items)


class _Search:
    """Optimizes one goal after the other over a copy of a request's model."""

    def __init__(self, asked: Asked, goals: Sequence[Goal], *, presolve: bool, first: Deadline | None = None) -> None:
        self._asked = asked
        self._goals = goals
        self._presolve = presolve
        self._first = first
        self._model: cp_model.CpModel = asked.request.model.clone()
        self._only: Mapping[str, int] | None = None
        self._proof = None if asked.written is None else ProofSearch(self._model, asked.written)
        charges = asked.request.charges
        self._price = LinearForm.of(charges.contract_value)
        self._forms = [
            self._price if goal.expression is charges.contract_value else LinearForm.of(goal.expression)
            for goal in goals
        ]
        self._is_high = bool(charges.packages) and any(goal.wants_high_prices for goal in goals)
        if self._is_high:
            add_no_package_left(self._model, asked)

    def run(self, deadline: Deadline) -> BestFound:
        """Search; what is found stays found."""
        values: tuple[int, ...] = ()
        bounds: list[int] = []
        for form in self._forms:
            is_last = len(bounds) + 1 == len(self._goals)
            found = self._best(form, values, deadline if is_last else deadline.after(_FOR_ONE_MORE))
            if found.status != "found" and not values:
                return BestFound(status=found.status)
            values = found.values or values
            reached, known = form.at(values), [] if found.bound is None else [found.bound]
            bounds.append(reached if reached in known else max([form.least(self._model), *known]))
            add_at_most(self._model, form, reached)
            if self._proof is not None:
                self._proof.settle(reached)
        return self._finished(values, bounds, deadline)

    def told(self, items: Mapping[str, int]) -> BestFound:
        """The given items as they are, without any search."""
        values = self._priced(items)
        if not values:
            return BestFound(status="unknown")
        bounds = [form.least(self._model) for form in self._forms]
        return self._finished(values, bounds, Deadline(0))

    def _best(self, form: LinearForm, start: tuple[int, ...], deadline: Deadline) -> Searched:
        """The best by the form of a goal, with packages as a price applies them."""
        while True:
            found = self._least(form, start, deadline)
            if not self._is_high or not found.values or deadline.left_s <= 0:
                return found
            items, savings = self._items(found.values), LinearForm.of(self._asked.request.charges.savings)
            most = savings.at(self._priced(items))
            if savings.at(found.values) <= most:
                return found
            add_fewer_savings(self._model, self._asked, items, most)

    def _least(self, form: LinearForm, start: tuple[int, ...], deadline: Deadline) -> Searched:
        """The least of a form: at once, or in steps that each start from the best so far."""
        best = self._begun(form, start, deadline)
        if best.is_over(form):
            return best
        if not best.values and not start and self._is_above_budget(deadline):
            return Searched(status="infeasible")
        model: cp_model.CpModel = self._model.clone()
        minimize(model, form)
        solved = self._solved(model, best.values or start, deadline.after(_FOR_QUICK), effort=_QUICK_EFFORT)
        best = best.better(solved, form)
        if best.is_over(form):
            return best
        if not best.values:
            best = (
                best.with_values(start)
                if start
                else best.better(self._any((self._first or deadline).after(_FOR_PARTS)), form)
            )
        if best.is_over(form) or deadline.left_s <= 0:
            return best
        if best.values:
            best = best.with_values(self._with_better_slots(model, best.values, deadline.after(_FOR_SLOTS)))
        best = best.better(self._solved(model, best.values, deadline.after(_FOR_LONG), effort=_LONG_EFFORT), form)
        if best.is_over(form) or not best.values:
            return best
        best = best.with_values(improved(self._asked, model, form, best.values, deadline.after(_FOR_PARTS)))
        limit(model, form, form.least(model), form.at(best.values))
        return best.better(self._solved(model, best.values, deadline), form)

    def _begun(self, form: LinearForm, start: tuple[int, ...], deadline: Deadline) -> Searched:
        """The least of a form where it is near its bound; where that takes too long within a budget, some solution."""
        is_hidden = bool(self._asked.requirements.budget) and not start
        if is_hidden and self._first is not None:  # no time for a search in steps, of which all but one find nothing
            return self._cheap(form, self._first).better(self._proven(form, deadline), form)
        best = self._proven(form, deadline.after(_FOR_QUICK))
        return best.better(self._cheap(form, deadline), form) if is_hidden and not best.values else best

    def _is_above_budget(self, deadline: Deadline) -> bool:
        """Whether nothing is within the budget, as soon as other searches have found nothing near their bound."""
        asked = self._asked
        if asked.written is None or not asked.requirements.budget:
            return False
        return bool(above_budget(asked.requirements, asked.amounts, self._first or deadline))

    def _cheap(self, form: LinearForm, deadline: Deadline) -> Searched:
        """Some solution with a price near the least, where a budget makes most solutions none."""
        proof, units = self._proof, list(self._asked.request.units.values())
        found = None if proof is None else proof.cheap(self._price, units, deadline)
        return UNKNOWN if found is None else Searched.of(found, found.bound if form == self._price else None)

    def _any(self, deadline: Deadline) -> Searched:
        """Some solution, whatever it is worth: a start where an optimum is far."""
        solver = presolve_free_solver(deadline)
        solver.parameters.linearization_level = 2
        status = solver.solve(self._model)
        if status == cp_model.INFEASIBLE:
            return Searched(status="infeasible")
        values = tuple(solver.response_proto.solution)
        return Searched(status="found", values=values) if values else UNKNOWN

    def _proven(self, form: LinearForm, deadline: Deadline) -> Searched:
        """The least of a form by the search for narrowed requests; nothing where it is not for that."""
        units = self._asked.request.units.values()
        proven = None if self._proof is None else self._proof.least(form, list(units), deadline)
        self._only = self._items(proven.values) if proven is not None and proven.is_only else None
        return UNKNOWN if proven is None else Searched.of(proven, proven.bound)

    def _with_better_slots(
        self, model: cp_model.CpModel, values: tuple[int, ...], deadline: Deadline
    ) -> tuple[int, ...]:
        """A solution with options of slots chosen anew, where that is better."""
        chosen = better_slots(model, values, deadline)
        if chosen is None:
            return values
        trial: cp_model.CpModel = model.clone()
        for variable, value in chosen.items():
            fix(trial, variable, value)
        found = self._solved(trial, (), Deadline(_LITTLE_S), effort=_QUICK_EFFORT)
        return found.values or values

    def _solved(
        self, model: cp_model.CpModel, start: tuple[int, ...], deadline: Deadline, *, effort: float | None = None
    ) -> Searched:
        """Run the solver, from a solution where one is known."""
        if deadline.left_s <= 0:
            return UNKNOWN
        start_at(model, start)
        solver = optimum_solver(deadline, presolve=self._presolve)
        if effort is not None:
            solver.parameters.max_deterministic_time = effort
        status = solver.solve(model)
        if status == cp_model.INFEASIBLE:
            return Searched(status="infeasible")
        if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            return UNKNOWN
        return Searched(
            status="found", values=tuple(solver.response_proto.solution), bound=proven_bound(solver, status)
        )

    def _finished(self, values: tuple[int, ...], bounds: Sequence[int], deadline: Deadline) -> BestFound:
        """The items of a solution, or better ones among equals, with what they really reach."""
        items, proven = self._items(values), [form.at(values) for form in self._forms] == list(bounds)
        equal = self._first_of_equals(values, deadline) if proven else items
        is_priced = proven and equal == items and self._forms == [self._price]
        priced = values if is_priced else self._priced(equal)
        reached = [form.at(priced) for form in self._forms]
        if proven and reached != list(bounds):  # only as good without packages that a price applies
            equal, priced = items, self._priced(items)
            reached = [form.at(priced) for form in self._forms]
        value = self._price.at(priced)
        least = bounds[0] if self._forms[0] == self._price else self._price.least(self._model)
        return BestFound(
            status="found",
            items=equal,
            steps=tuple(zip(reached, bounds, strict=True)),
            contract_value=value,
            least_value=least,
        )

    def _first_of_equals(self, values: tuple[int, ...], deadline: Deadline) -> Mapping[str, int]:
        """Of all configurations that are as good, the one with the fewest units, then with the earliest ids."""
        items = self._items(values)
        if items == self._only:
            return items
        ranks = {component: rank for rank, component in enumerate(sorted(self._asked.requirements.release.components))}
        quantities = self._asked.request.quantities
        most_rank = sum(units.domain.max() * ranks[component] for component, units in quantities.items()) + 1
        weights = LinearForm(tuple((units.index, most_rank + ranks[one]) for one, units in quantities.items()), 0)
        if self._proof is not None:
            found = self._proof.first(weights, values, deadline, _TIE_BREAK_EFFORT)
            if found:
                return self._items(found)
        model: cp_model.CpModel = self._model.clone()
        minimize(model, weights)
        start_at(model, values)
        solver = optimum_solver(deadline, presolve=False)
        solver.parameters.max_deterministic_time = _TIE_BREAK_EFFORT
        solved = solver.solve(model) in {cp_model.OPTIMAL, cp_model.FEASIBLE}
        return self._items(tuple(solver.response_proto.solution) if solved else values)

    def _priced(self, items: Mapping[str, int]) -> tuple[int, ...]:
        """The solution of the request with exactly these items and the packages that save most; empty without one."""
        model: cp_model.CpModel = self._asked.request.model.clone()
        for component, index in self._asked.request.units.items():
            fix(model, index, items.get(component, 0))
        moved = [goal.moved for goal in self._goals if goal.moved is not None]  # packages and work do not meet
        model.minimize(cp_model.LinearExpr.sum([self._asked.request.charges.contract_value, *moved]))
        solver = presolve_free_solver(Deadline(_LITTLE_S))
        solver.solve(model)
        return tuple(solver.response_proto.solution)

    def _items(self, values: Sequence[int]) -> Mapping[str, int]:
        return {component: values[index] for component, index in self._asked.request.units.items() if values[index]}
