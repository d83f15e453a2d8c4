"""A model whose members are turned on and off: which of them cannot hold together, and what shows that others can."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from ortools.sat.python import cp_model

from bidwright.catalog.model import Answer, Need
from bidwright.configurator.cpsat_request import RequestModel
from bidwright.configurator.cpsat_solve import solved_without_presolve
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.members import BUDGET, Member
from bidwright.configurator.request import Requirements
from bidwright.configurator.rule_check import Choice


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

    def members(self) -> Collection[Member]:
        """All members of the model."""
        return self._request.switches.keys()

    def ask(self, members: Collection[Member]) -> Witness | frozenset[Member]:
        """A configuration that meets these members, or some of them that cannot hold together, maybe not the fewest.

        Members that are not given may hold or not.
        """
        by_switch = {self._request.switches[member]: member for member in members}
        self._proto.assumptions.extend(list(by_switch))
        try:
            solver, is_possible = self._solved(members)
        finally:
            self._proto.assumptions.clear()
        if is_possible:
            return self._witness(solver)
        return frozenset(by_switch[index] for index in solver.sufficient_assumptions_for_infeasibility())

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
