"""A partial choice as a CP-SAT model that is asked for one witness after another, and for the best contract value.

Presolve is off wherever "there is none" is an answer, as in ``cpsat_solve``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model import Domain
from ortools.sat.python.cp_model_helper import Literal

from bidwright.configurator.cpsat_budget import narrow_to_budget
from bidwright.configurator.cpsat_forms import start_at
from bidwright.configurator.cpsat_request import RequestModel, request_model
from bidwright.configurator.cpsat_solve import optimum_solver, solved_without_presolve
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.guide_facts import Fact, Witness
from bidwright.configurator.request import Limit, Requirements
from bidwright.core.amount_table import AmountTable

_CHEAP_EFFORT = 0.3
"""Most deterministic time for a cheap configuration, which others are found near to."""


class WitnessSearch:
    """Finds valid configurations that have one of some facts.

    Args:
        request: What they must meet; this object changes its model and nobody else may use it.
        deadline: When a search ends with ``TimeoutError``.
        limit: What is limited where a budget is, of which something cheap is a good beginning.
        is_hard: Whether searches may hang on long rows, as those of a price.
        confirm: Raises an error where what a search found is wrong.
    """

    def __init__(
        self,
        request: RequestModel,
        deadline: Deadline,
        *,
        limit: Limit | None,
        is_hard: bool,
        confirm: Callable[[cp_model.CpSolver], None] | None = None,
    ) -> None:
        self._request = request
        self._deadline = deadline
        self._limit = limit
        self._is_hard = is_hard
        self._confirm = confirm
        self._cheapest: tuple[int, ...] = ()
        self._literals: dict[Fact, cp_model.IntVar] = {}

    @classmethod
    def of(cls, requirements: Requirements, amounts: AmountTable, deadline: Deadline) -> WitnessSearch:
        """The search among what meets requirements; what a budget excludes at once is left out before."""
        request, budget = request_model(requirements, amounts, switchable=False, priced=False), requirements.budget
        if budget:
            narrow_to_budget(request, budget, deadline)
        return cls(request, deadline, limit=min(budget, default=None), is_hard=bool(budget))

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
        solver, status = solved_without_presolve(model, self._deadline, is_limited=self._is_hard)
        if status == cp_model.INFEASIBLE:
            return None
        if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            raise TimeoutError("the solver ran out of time")
        return self._witness(solver)

    def cheapest(self) -> Witness | None:
        """A configuration that comes to little by what is limited; None proves that there is none.

        Searches for others begin near to it from now on.

        Raises:
            TimeoutError: The deadline came first.
        """
        if self._limit is None:
            return self.find(())
        model: cp_model.CpModel = self._request.model.clone()
        model.minimize(self._request.charges.of(self._limit))
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
        if self._confirm is not None:
            self._confirm(solver)
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
        solver, status = solved_without_presolve(model, self._deadline, is_limited=self._is_hard)
        if status != cp_model.OPTIMAL:
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


def least_value(priced: RequestModel, facts: Collection[Fact], deadline: Deadline) -> int:
    """The least contract value, in minor units, of configurations with all the facts, of which there is one; proven.

    Args:
        priced: What they must meet; with charges.
        facts: What they have.
        deadline: When to give up.

    Raises:
        TimeoutError: The deadline came first.
    """
    request = replace(priced, model=priced.model.clone())
    for fact in facts:
        require(request, fact)
    request.model.minimize(request.charges.contract_value)
    for presolve in (True, False):
        solver = optimum_solver(deadline, presolve=presolve)
        if solver.solve(request.model) == cp_model.OPTIMAL:
            return int(solver.value(request.charges.contract_value))
    raise TimeoutError("the solver ran out of time")
