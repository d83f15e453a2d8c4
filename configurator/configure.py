"""Picks the best valid configuration for a customer's requirements, or says what cannot hold together."""

from __future__ import annotations

from dataclasses import replace

from bidwright.configurator.confirmed import confirmed
from bidwright.configurator.cpsat_best import best_found
from bidwright.configurator.cpsat_objectives import Asked, goal_of
from bidwright.configurator.cpsat_request import request_model
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.explain import explain
from bidwright.configurator.objective_check import number_of
from bidwright.configurator.objectives import CHEAPEST, Reached
from bidwright.configurator.request import Requirements
from bidwright.configurator.solution import Solution, SolverDisagrees
from bidwright.core.amount_table import AmountTable
from bidwright.core.errors import Unavailable
from bidwright.v1.configuration_pb2 import Conflict


def configure(requirements: Requirements, amounts: AmountTable, deadline: Deadline) -> Solution | Conflict:
    """Find the valid configuration that is best by the objectives; the same for the same input.

    Args:
        requirements: What it must meet, and what is best.
        amounts: What quantities cost in the market and under the terms of the request; with costs where an objective
            is about them.
        deadline: When it is over, the best configuration so far is the answer, with bounds that hold.

    Raises:
        Unavailable: Nothing was found in time, nor shown to be impossible.
    """
    request = request_model(requirements, amounts, switchable=False)
    asked = Asked(requirements=requirements, amounts=amounts, request=request)
    goals = [goal_of(objective, asked) for objective in requirements.objectives or (CHEAPEST,)]
    best = best_found(asked, goals, deadline)
    if best.status == "infeasible":
        try:
            conflict = explain(requirements, amounts, deadline)
        except TimeoutError as too_late:
            raise _out_of_time(deadline) from too_late
        if conflict is not None:
            return conflict
        best = best_found(asked, goals, deadline, presolve=False)
        if best.status == "infeasible":
            raise SolverDisagrees("the solver calls the same model feasible and infeasible")
    if best.status == "unknown":
        raise _out_of_time(deadline)
    reached = tuple(
        Reached(objective=goal.objective, value=goal.number(value), bound=goal.number(bound))
        for goal, (value, bound) in zip(goals, best.steps, strict=True)
    )
    solution = confirmed(best.items, best.contract_value, best.least_value, requirements=requirements, table=amounts)
    return _with_reached(solution, reached, requirements, amounts)


def _with_reached(
    solution: Solution, reached: tuple[Reached, ...], requirements: Requirements, table: AmountTable
) -> Solution:
    """The solution with how good it is by each objective.

    Raises:
        SolverDisagrees: The plain sums do not agree.
    """
    for one in reached:
        number = number_of(one.objective, solution.items, requirements, amounts=solution.amounts, table=table)
        if number is not None and number != one.value:
            raise SolverDisagrees(f"{one.objective.subject}: the solver counts {one.value}, plain sums {number}")
    return replace(solution, reached=reached)


def _out_of_time(deadline: Deadline) -> Unavailable:
    return Unavailable(
        f"no configuration was found within {deadline.given_s:g} seconds",
        fix="Allow more time, or pin components to make the choice smaller.",
        reason="SEARCH_TIMED_OUT",
    )
