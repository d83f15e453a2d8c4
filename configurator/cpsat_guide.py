"""A partial choice as a CP-SAT model that is asked for one witness after another, and for the best contract value.

Presolve is off wherever "there is none" is an answer, as in ``cpsat_solve``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model import Domain
from ortools.sat.python.cp_model_helper import Literal

from bidwright.configurator.cpsat_budget import narrow_to_budget
from bidwright.configurator.cpsat_forms import start_at
from bidwright.configurator.cpsat_request import RequestModel, request_model
from bidwright.configurator.cpsat_solve import optimum_solver, presolve_free_solver, solved_without_presolve
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.guide_facts import Fact, Witness
from bidwright.configurator.request import Requirements
from bidwright.core.amount_table import AmountTable

_CHEAP_EFFORT = 0.3
"""Most deterministic time for a cheap configuration, which others are found near to."""


class WitnessSearch:
    """Finds valid configurations that have one of some facts; what a budget excludes at once is left out before."""

    def __init__(self, requirements: Requirements, amounts: AmountTable, deadline: Deadline) -> None:
        self._request = request_model(requirements, amounts, switchable=False, priced=False)
        self._budget = requirements.budget
        self._deadline = deadline
        if self._budget:
            narrow_to_budget(self._request, self._budget, deadline)
        self._cheapest: tuple[int, ...] = ()
        self._literals: dict[Fact, cp_model.IntVar] = {}

    def find(self, facts: Sequence[Fact]) -> Witness | None:
        """A configuration with one of the facts, and many where that comes for nothing; None proves there is none.

        Args:
            facts: The first ones are tried first; where there are none, any configuration will do.

        Raises:
            TimeoutError: The deadline came first.
        """
        literals = [self._literal(fact) for fact in facts]
        model: cp_model.CpModel = self._request.model.clone()
        if literals:
            model.add_bool_or(literals)
            model.add_decision_strategy(literals, cp_model.CHOOSE_FIRST, cp_model.SELECT_MAX_VALUE)
        if self._cheapest:
            start_at(model, self._cheapest)
        solver, status = solved_without_presolve(model, self._deadline, is_limited=bool(self._budget))
        if status == cp_model.INFEASIBLE:
            return None
        if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            raise TimeoutError("the solver ran out of time")
        return self._witness(solver)

    def cheapest(self) -> Witness | None:
        """A configuration that comes to little by the first limit of the budget; None proves that there is none.

        Searches for others begin near to it from now on.

        Raises:
            TimeoutError: The deadline came first.
        """
        model: cp_model.CpModel = self._request.model.clone()
        model.minimize(self._request.charges.of(min(self._budget)))
        solver = optimum_solver(self._deadline)
        solver.parameters.max_deterministic_time = _CHEAP_EFFORT
        if solver.solve(model) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            return self.find(())
        self._cheapest = tuple(solver.response_proto.solution)
        return self._witness(solver)

    def is_above_budget(self, fact: Fact) -> bool:
        """Whether a fact was found to be above the budget as soon as the prices were relaxed."""
        domain = _variable(self._request, fact.name).domain
        allowed = Domain(fact.least, fact.most)
        left: Domain = domain.intersection_with(allowed if fact.inside else allowed.complement())
        return bool(left.is_empty())

    def _witness(self, solver: cp_model.CpSolver) -> Witness:
        units = {name: solver.value(variable) for name, variable in self._request.quantities.items()}
        return Witness(
            items={name: number for name, number in units.items() if number},
            answers={name: solver.value(variable) for name, variable in self._request.needs.items()},
        )

    def extreme(self, fact: Fact, direction: int) -> int:
        """The least (-1) or greatest (1) number that a configuration with a fact has; there is one.

        Raises:
            TimeoutError: The deadline came first.
        """
        literal = self._literal(fact)
        model: cp_model.CpModel = self._request.model.clone()
        model.add_bool_or([literal])
        variable = _variable(self._request, fact.name)
        model.minimize(-direction * variable)
        solver = presolve_free_solver(self._deadline)
        if solver.solve(model) != cp_model.OPTIMAL:
            raise TimeoutError("the solver ran out of time")
        return int(solver.value(variable))

    def _literal(self, fact: Fact) -> cp_model.IntVar:
        """A literal that implies a fact."""
        if fact not in self._literals:
            literal = self._request.model.new_bool_var("")
            require(self._request, fact, when=(literal,))
            self._literals[fact] = literal
        return self._literals[fact]


def require(request: RequestModel, fact: Fact, *, when: Sequence[Literal] = ()) -> None:
    """Make a fact hold whenever all of ``when`` do."""
    within = Domain(fact.least, fact.most)
    allowed = within if fact.inside else within.complement()
    request.model.add_linear_expression_in_domain(_variable(request, fact.name), allowed).only_enforce_if(*when)


def _variable(request: RequestModel, name: str) -> cp_model.IntVar:
    return request.quantities[name] if name in request.quantities else request.needs[name]


def least_value(requirements: Requirements, amounts: AmountTable, facts: Collection[Fact], deadline: Deadline) -> int:
    """The least contract value, in minor units, of configurations with all the facts, of which there is one; proven.

    Raises:
        TimeoutError: The deadline came first.
    """
    request = request_model(requirements, amounts, switchable=False)
    for fact in facts:
        require(request, fact)
    request.model.minimize(request.charges.contract_value)
    for presolve in (True, False):
        solver = optimum_solver(deadline, presolve=presolve)
        if solver.solve(request.model) == cp_model.OPTIMAL:
            return int(solver.value(request.charges.contract_value))
    raise TimeoutError("the solver ran out of time")
