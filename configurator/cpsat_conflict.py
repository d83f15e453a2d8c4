"""A model whose members are turned on and off: which of them cannot hold together, and what shows that others can."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal

from ortools.sat.python import cp_model

from bidwright.catalog.model import Answer, Need
from bidwright.configurator.cpsat_budget import narrow_to_budget
from bidwright.configurator.cpsat_forms import LinearForm, fix, minimize
from bidwright.configurator.cpsat_request import RequestModel
from bidwright.configurator.cpsat_solve import optimum_solver, solved_soon, solved_without_presolve
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.members import BUDGET, Member
from bidwright.configurator.request import Requirements
from bidwright.configurator.rule_check import Choice

_HANGS_MORE = 2
"""When so many more questions have hung than ended soon, nothing soon is hoped for any more."""


class EnginesDisagree(RuntimeError):
    """What one engine shows fails the check of another: a fault of ours, never of the request."""


@dataclass(frozen=True, kw_only=True)
class Witness:
    """A configuration with any answers, found to meet some members.

    Attributes:
        contract_value: Minor units, packages shared out in some way; 0 where the model has no charges.
    """

    choice: Choice
    contract_value: int


Outcome = Witness | frozenset[Member]
"""A configuration that meets some members, or those of them that cannot hold together."""


class Switchboard:
    """Asks a model about its members again and again. For one thread.

    Args:
        requirements: Of the request that the model was made of.
        request: Its model, switchable; this object changes it and nobody else may use it.
        deadline: When a question ends with ``TimeoutError``.
    """

    def __init__(self, requirements: Requirements, request: RequestModel, deadline: Deadline) -> None:
        self._requirements = requirements
        self._request = request
        self._deadline = deadline
        self._proto = request.model.proto
        self._hung = self._ended = 0

    def members(self) -> Collection[Member]:
        """All members of the model."""
        return self._request.switches.keys()

    def ask(self, members: Collection[Member]) -> Outcome:
        """A configuration that meets these members, or some of them that cannot hold together, maybe not the fewest.

        Members that are not given may hold or not.
        """
        with self._assumed(members):
            solver, is_possible = self._solved(members)
            return self._witness(solver) if is_possible else self._blamed(solver)

    def soon(self, members: Collection[Member]) -> Outcome | None:
        """The same; None where that takes more than a little effort."""
        with self._assumed(members):
            solver, status = solved_soon(self._request.model, self._deadline)
            if status == cp_model.UNKNOWN:
                return None
            return self._blamed(solver) if status == cp_model.INFEASIBLE else self._witness(solver)

    def say(self, members: Collection[Member]) -> tuple[Outcome, bool]:
        """The same, which is proven."""
        return self.ask(members), True

    def guess(self, members: Collection[Member]) -> tuple[Outcome, bool]:
        """The same, sooner where a limit of a price is near, and whether it is proven.

        Searches without presolve end soon, or hang on the long rows of the price. Those that hang begin anew, with
        presolve, in what the linear relaxation of prices leaves within the budget. Where most hang, all begin there.
        """
        budget = {limit: most for limit, most in self._requirements.budget.items() if Member(BUDGET, limit) in members}
        if not budget:
            return self.say(members)
        if self._hung <= self._ended + _HANGS_MORE:
            soon = self.soon(members)
            if soon is not None:
                self._ended += 1
                return soon, True
            self._hung += 1
        model: cp_model.CpModel = self._request.model.clone()
        for member, index in self._request.switches.items():
            fix(model, index, int(member in members))
        if not narrow_to_budget(replace(self._request, model=model), budget, self._deadline):
            return frozenset(members), False
        minimize(model, LinearForm.of(self._request.charges.of(next(iter(budget)))))
        solver = optimum_solver(self._deadline)
        solver.parameters.stop_after_first_solution = True
        status = solver.solve(model)
        if status == cp_model.UNKNOWN:
            raise TimeoutError("the solver ran out of time")
        return (frozenset(members), False) if status == cp_model.INFEASIBLE else (self._witness(solver), True)

    def core(self, members: Collection[Member]) -> frozenset[Member] | None:
        """Some of these members that cannot hold together, maybe not the fewest; None where all can."""
        found = self.ask(members)
        return None if isinstance(found, Witness) else found

    def witness(self, members: Collection[Member]) -> Witness | None:
        """A configuration that meets these members, all others off; None where there is none.

        Asked without assumptions, so a second opinion on ``ask``.
        """
        kept = frozenset(members)
        for member, index in self._request.switches.items():
            self._set_domain(index, (1, 1) if member in kept else (0, 0))
        try:
            solver, is_possible = self._solved(kept)
            return self._witness(solver) if is_possible else None
        finally:
            for index in self._request.switches.values():
                self._set_domain(index, (0, 1))

    @contextmanager
    def _assumed(self, members: Collection[Member]) -> Iterator[None]:
        self._proto.assumptions.extend([self._request.switches[member] for member in members])
        try:
            yield
        finally:
            self._proto.assumptions.clear()

    def _blamed(self, solver: cp_model.CpSolver) -> frozenset[Member]:
        """Members that cannot hold together, after a search with assumptions."""
        blamed = set(solver.sufficient_assumptions_for_infeasibility())
        return frozenset(member for member, index in self._request.switches.items() if index in blamed)

    def _set_domain(self, index: int, bounds: tuple[int, int]) -> None:
        domain = self._proto.variables[index].domain
        domain.clear()
        domain.extend(list(bounds))

    def _solved(self, members: Collection[Member]) -> tuple[cp_model.CpSolver, bool]:
        """The solver after a search, and whether these members can hold together."""
        is_limited = any(member.kind == BUDGET for member in members)
        solver, status = solved_without_presolve(self._request.model, self._deadline, is_limited=is_limited)
        if status == cp_model.UNKNOWN:
            raise TimeoutError("the solver ran out of time")
        return solver, status != cp_model.INFEASIBLE

    def _witness(self, solver: cp_model.CpSolver) -> Witness:
        units = {component: solver.value(variable) for component, variable in self._request.quantities.items()}
        choice = Choice(
            release=self._requirements.release,
            answers=answers_of(self._requirements, self._request, solver),
            items={component: number for component, number in units.items() if number},
        )
        return Witness(choice=choice, contract_value=solver.value(self._request.charges.contract_value))


def answers_of(requirements: Requirements, request: RequestModel, solver: cp_model.CpSolver) -> dict[str, Answer]:
    """The answers of a solution to all needs that are not texts."""
    options = {code: option for option, code in request.codes.items()}
    needs = requirements.offering.needs
    return {name: _answer(needs[name], solver.value(number), options) for name, number in request.needs.items()}


def _answer(need: Need, number: int, options: Mapping[int, str]) -> Answer:
    """The answer that a number of the model stands for."""
    match need.kind:
        case "boolean":
            return bool(number)
        case "choice":
            return options[number]
        case "integer":
            return number
        case _:
            return Decimal(number).scaleb(-need.places)
