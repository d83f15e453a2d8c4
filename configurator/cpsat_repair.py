"""The answer nearest to one that does not work."""

from __future__ import annotations

from ortools.sat.python import cp_model

from bidwright.catalog.model import Answer
from bidwright.configurator.cpsat_conflict import EnginesDisagree, answers_of
from bidwright.configurator.cpsat_request import request_model
from bidwright.configurator.cpsat_solve import optimum_solver, presolve_free_solver
from bidwright.configurator.cpsat_variables import answer_number
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.request import Requirements
from bidwright.core.amount_table import AmountTable


def nearest_number(
    requirements: Requirements, amounts: AmountTable, name: str, *, wanted: Answer, deadline: Deadline
) -> Answer:
    """The answer to a need that works and is closest to the one wanted; of two as close, the smaller.

    Args:
        requirements: Possible, with no answer to this need.
        amounts: What quantities cost.
        name: Of a need that asks for a number.
        wanted: Within the need's range.
        deadline: When to give up.

    Raises:
        TimeoutError: The deadline came before one was found; one found late may not be the closest.
    """
    request = request_model(requirements, amounts, switchable=False, priced=False)
    model = request.model
    number = request.needs[name]
    goal = answer_number(requirements.offering.needs[name], wanted, request.codes)
    below, above = goal - number.domain.min(), number.domain.max() - goal
    distance = model.new_int_var(0, max(below, above), "distance")
    is_above = model.new_bool_var("is above")
    model.add(number <= goal).only_enforce_if(~is_above)
    model.add(distance >= number - goal)
    model.add(distance >= goal - number)
    # Twice the distance leaves room for one more above, so that of two as close the smaller is taken.
    model.minimize(2 * distance + is_above)
    # Where prices count, the linear relaxation carries the proof.
    solver = optimum_solver(deadline, presolve=False) if requirements.budget else presolve_free_solver(deadline)
    if not _is_possible(model, solver):
        raise EnginesDisagree(f"a request that was shown to be possible with another {name} is not")
    return answers_of(requirements, request, solver)[name]


def has_any(requirements: Requirements, amounts: AmountTable, deadline: Deadline) -> bool:
    """Whether anything meets requirements.

    Raises:
        TimeoutError: The deadline came first.
    """
    request = request_model(requirements, amounts, switchable=False, priced=False)
    return _is_possible(request.model, presolve_free_solver(deadline))


def _is_possible(model: cp_model.CpModel, solver: cp_model.CpSolver) -> bool:
    status = solver.solve(model)
    if status == cp_model.UNKNOWN:
        raise TimeoutError("the solver ran out of time")
    return status in {cp_model.OPTIMAL, cp_model.FEASIBLE}
