"""Picks the best valid configuration for a customer's requirements, or says what cannot hold together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from bidwright.configurator.any_valid import any_valid
from bidwright.configurator.confirmed import confirmed
from bidwright.configurator.cpsat_best import BestFound, as_found, best_found
from bidwright.configurator.cpsat_forms import LinearForm
from bidwright.configurator.cpsat_narrow import CannotHold, narrowed
from bidwright.configurator.cpsat_objectives import Asked, Goal, goal_of
from bidwright.configurator.cpsat_request import narrowed_request, request_model
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.explain import explain
from bidwright.configurator.objective_check import number_of
from bidwright.configurator.objectives import CHEAPEST, OURS_ALONE, Objective, Reached
from bidwright.configurator.request import Requirements
from bidwright.configurator.solution import Solution, SolverDisagrees
from bidwright.core.amount_table import AmountTable
from bidwright.core.errors import Unavailable
from bidwright.v1.configuration_pb2 import Conflict

_FIRST_S = 1.0
"""So long a configuration within a budget is looked for in any case. Half of it nearly always is enough."""


def configure(
    requirements: Requirements, amounts: AmountTable, deadline: Deadline, *, or_any: bool = False
) -> Solution | Conflict:
    """Find the valid configuration that is best by the objectives; the same for the same input.

    Args:
        requirements: What it must meet, and what is best.
        amounts: What quantities cost in the market and under the terms of the request; with costs where an objective
            is about them.
        deadline: When it is over, the best configuration so far is the answer, with bounds that hold.
        or_any: Whether any valid configuration is an answer, too, where no search has found one by then.

    Raises:
        Unavailable: Nothing was found in time, nor shown to be impossible.
    """
    first = deadline.at_least(_FIRST_S) if or_any and requirements.budget else deadline
    ends = (deadline, first)
    asked, goals, best = _narrowed_best(requirements, amounts, *ends) or _best(requirements, amounts, *ends)
    if best.status == "infeasible":
        conflict = _conflict(requirements, amounts, deadline)
        if conflict is not None:
            return conflict
        best = best_found(asked, goals, deadline, presolve=False)
        if best.status == "infeasible":
            raise SolverDisagrees("the solver calls the same model feasible and infeasible")
    if best.status == "unknown" and or_any:
        known = any_valid(requirements, {})
        best = best if known is None else as_found(asked, goals, known)
        conflict = _conflict(requirements, amounts, deadline) if best.status == "unknown" else None
        if conflict is not None:
            return conflict
    if best.status == "unknown":
        raise _out_of_time(deadline)
    solution = confirmed(best.items, best.contract_value, best.least_value, requirements=requirements, table=amounts)
    return replace(solution, reached=tuple(reached_by(solution, goals, best.steps, asked)))


_Searched = tuple[Asked, Sequence[Goal], BestFound]


def _narrowed_best(
    requirements: Requirements, amounts: AmountTable, deadline: Deadline, first: Deadline
) -> _Searched | None:
    """Search the request with only the units that are worth having; None where that does not get to an end."""
    try:
        narrow = narrowed(requirements, amounts, _spared(requirements))
    except CannotHold:
        return None
    request, written = narrowed_request(requirements, amounts, narrow)
    asked = Asked(requirements=requirements, amounts=amounts, request=request, written=written)
    goals = [goal_of(objective, asked) for objective in _objectives(requirements)]
    best = best_found(asked, goals, deadline, first=first)
    return None if best.status == "unknown" else (asked, goals, best)


def _best(requirements: Requirements, amounts: AmountTable, deadline: Deadline, first: Deadline) -> _Searched:
    """Search the whole request."""
    request = request_model(requirements, amounts, switchable=False)
    asked = Asked(requirements=requirements, amounts=amounts, request=request)
    goals = [goal_of(objective, asked) for objective in _objectives(requirements)]
    return asked, goals, best_found(asked, goals, deadline, first=first)


def _objectives(requirements: Requirements) -> Sequence[Objective]:
    return requirements.objectives or (CHEAPEST,)


def _spared(requirements: Requirements) -> Collection[str] | None:
    """Attributes of which more may be wanted; None where all units may be worth having for their price."""
    objectives = _objectives(requirements)
    if any(one.measure == "margin" or (one.measure and one.maximize) for one in objectives):
        return None
    return [one.attribute for one in objectives if one.attribute]


def reached_by(
    solution: Solution, goals: Sequence[Goal], steps: Sequence[tuple[int, int]], asked: Asked
) -> Iterator[Reached]:
    """How good a solution is by each objective.

    Raises:
        SolverDisagrees: The plain sums do not agree.
    """
    among_all = False
    for goal, (steps_reached, steps_least) in zip(goals, steps, strict=True):
        value, bound = goal.number(steps_reached), goal.number(steps_least)
        if among_all:
            bound = goal.number(LinearForm.of(goal.expression).least(asked.request.model))
        number = number_of(
            goal.objective, solution.items, asked.requirements, amounts=solution.amounts, table=asked.amounts
        )
        if number is not None and number != value:
            is_beyond_bound = number > bound if goal.objective.maximize else number < bound
            if goal.objective.measure not in OURS_ALONE or is_beyond_bound:
                raise SolverDisagrees(f"{goal.objective.subject}: the solver counts {value}, plain sums {number}")
            # The cheapest delivery centres lack hours: the search did not see how lines are rounded then, so others
            # may be as good by this objective, and bounds of the next ones have to hold for all of them.
            value, among_all = number, True
        yield Reached(objective=goal.objective, value=value, bound=bound)


def _conflict(requirements: Requirements, amounts: AmountTable, deadline: Deadline) -> Conflict | None:
    try:
        return explain(requirements, amounts, deadline)
    except TimeoutError as too_late:
        raise _out_of_time(deadline) from too_late


def _out_of_time(deadline: Deadline) -> Unavailable:
    return Unavailable(
        f"no configuration was found within {deadline.given_s:g} seconds",
        fix="Allow more time, or pin components to make the choice smaller.",
        reason="SEARCH_TIMED_OUT",
    )
