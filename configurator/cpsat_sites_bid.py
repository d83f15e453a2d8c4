"""The model of a whole bid with its objectives, in their order: each that is settled limits what comes after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ortools.sat.python import cp_model

from bidwright.configurator.cpsat_forms import LinearForm
from bidwright.configurator.cpsat_objectives import Asked, Goal, goal_of
from bidwright.configurator.cpsat_packages import add_fewer_savings, add_no_package_left
from bidwright.configurator.cpsat_request import RequestModel, request_model
from bidwright.configurator.cpsat_solve import optimum_solver
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.objectives import CHEAPEST, Objective
from bidwright.configurator.request import Requirements
from bidwright.configurator.solution import SolverDisagrees
from bidwright.core.amount_table import AmountTable

_LITTLE_S = 10.0
"""Enough for a search over packages alone, which takes milliseconds."""


@dataclass(frozen=True)
class Limit:
    """By an objective, every bid has at most so many steps: of one of which more is better, they are negative."""

    objective: Objective
    steps: int


@dataclass(frozen=True, kw_only=True)
class Priced:
    """What items come to with their best packages.

    Attributes:
        steps: By goal, in its steps.
        contract_value: In minor units.
        savings: What the packages change.
    """

    steps: tuple[int, ...]
    contract_value: int
    savings: int


class BidModel:
    """Makes models of one bid.

    Attributes:
        asked: The bid without its sites; its model stays as it is.
        goals: The objectives, in their order; at least one.
        limits: What holds by some of them from the beginning.
    """

    def __init__(self, whole: Requirements, amounts: AmountTable, limits: Sequence[Limit] = ()) -> None:
        request = request_model(whole, amounts, switchable=False)
        self.asked = Asked(requirements=whole, amounts=amounts, request=request)
        self.limits = limits
        for limit in limits:
            request.model.add(goal_of(limit.objective, self.asked).expression <= limit.steps)
        self.goals: tuple[Goal, ...] = tuple(goal_of(one, self.asked) for one in whole.objectives or (CHEAPEST,))
        self._forms = [LinearForm.of(goal.expression) for goal in self.goals]
        self._model: cp_model.CpModel = request.model.clone()
        self._is_high = bool(request.charges.packages) and any(goal.wants_high_prices for goal in self.goals)
        if self._is_high:
            add_no_package_left(self._model, self.asked)

    def request(self) -> RequestModel:
        """A model of the bid as far as it is settled, to which more can be added."""
        return replace(self.asked.request, model=self._model.clone())

    def settle(self, goal: Goal, steps: int) -> None:
        """Demand that what is found from now on is as good by a goal."""
        self._model.add(goal.expression <= steps)

    def least(self, goal: Goal) -> int:
        """What a goal is never below, by the domains of its variables alone."""
        return self._form(goal).least(self._model)

    @property
    def wants_more(self) -> bool:
        """Whether more of something is better, so that sites compete for what they share."""
        return any(goal.objective.maximize for goal in self.goals)

    @property
    def least_value(self) -> int:
        """What no contract value is below, by the domains of its variables alone."""
        return LinearForm.of(self.asked.request.charges.contract_value).least(self._model)

    def priced(self, items: Mapping[str, int]) -> Priced:
        """What items of a bid that was found come to with the packages that a price applies.

        Raises:
            SolverDisagrees: The bid cannot have them.
        """
        found = self.priced_if_possible(items)
        if found is None:
            raise SolverDisagrees("what was found is not possible")
        return found

    def priced_if_possible(self, items: Mapping[str, int]) -> Priced | None:
        """The same; None where the bid as a whole cannot have these items, for its budget or its rules."""
        request = self.asked.request
        model: cp_model.CpModel = request.model.clone()
        for component, variable in request.quantities.items():
            model.add(variable == items.get(component, 0))
        moved = [goal.moved for goal in self.goals if goal.moved is not None]  # packages and work do not meet
        model.minimize(cp_model.LinearExpr.sum([request.charges.contract_value, *moved]))
        solver = optimum_solver(Deadline(_LITTLE_S))
        if solver.solve(model) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            return None
        return Priced(
            steps=tuple(int(solver.value(goal.expression)) for goal in self.goals),
            contract_value=int(solver.value(request.charges.contract_value)),
            savings=int(solver.value(request.charges.savings)),
        )

    def has_too_few_savings(self, items: Mapping[str, int], savings: int, priced: Priced) -> bool:
        """Whether a search saved less than a price does, as that looked better; no further one does so for them."""
        if not self._is_high or savings <= priced.savings:
            return False
        add_fewer_savings(self._model, self.asked, items, priced.savings)
        return True

    def _form(self, goal: Goal) -> LinearForm:
        return self._forms[self.goals.index(goal)]
