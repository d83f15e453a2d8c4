"""The price-score frontier of a request without sites: configurations that nothing beats, one by one, by proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from ortools.sat.python import cp_model

from bidwright.configurator.confirmed import confirmed
from bidwright.configurator.cpsat_best import BestFound, best_found
from bidwright.configurator.cpsat_objectives import Asked, Goal, goal_of
from bidwright.configurator.cpsat_request import request_model
from bidwright.configurator.cpsat_solve import optimum_solver
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.frontier import Point, weights_of
from bidwright.configurator.objectives import CHEAPEST, Objective
from bidwright.configurator.request import Requirements
from bidwright.configurator.sites_configure import SitedSolution
from bidwright.configurator.solution import SolverDisagrees
from bidwright.core.amount_table import AmountTable

_Limit = tuple[cp_model.LinearExpr, int]
"""An expression, and what it is at most."""


class RequestFrontier:
    """The frontier of one request. Its methods raise ``TimeoutError`` where the deadline comes before the proof.

    Attributes:
        is_proven: Always, as nothing else is taken.
    """

    is_proven = True

    def __init__(self, requirements: Requirements, amounts: AmountTable, qualities: Sequence[str]) -> None:
        """Take a request that can be met; until ``weigh``, the first quality is the score."""
        request = request_model(requirements, amounts, switchable=False)
        self._asked = Asked(requirements=requirements, amounts=amounts, request=request)
        self._price = goal_of(CHEAPEST, self._asked)
        self._qualities = [goal_of(Objective(attribute=name, maximize=True), self._asked) for name in qualities]
        self._score = self._qualities[0]

    def weigh(self, known: SitedSolution, deadline: Deadline) -> None:
        """Make the score of all qualities: each weighs by the inverse of what can be gained over a configuration."""
        if len(self._qualities) == 1:
            return
        items = known.solution.items
        gains = [max(-self._least(goal, None, deadline) - self._total(goal, items), 0) for goal in self._qualities]
        expressions = [goal.expression for goal in self._qualities]
        weighted = cp_model.LinearExpr.weighted_sum(expressions, weights_of(gains))
        self._score = Goal(objective=Objective(attribute="quality", maximize=True), expression=weighted)

    def cheapest(self, known: SitedSolution, deadline: Deadline) -> Point:
        """The one with the highest score at the least price."""
        return self._richest(known.solution.bound, deadline)

    def best(self, deadline: Deadline) -> Point:
        """The cheapest with the highest score."""
        return self._with_score(-self._least(self._score, None, deadline), deadline)

    def between(self, lower: Point, upper: Point, deadline: Deadline) -> Point | None:
        """The one with the lowest score at or above the middle; where it is the upper one, the next below that."""
        middle = (lower.score + upper.score + 1) // 2
        price = self._least(self._price, (self._score.expression, -middle), deadline)
        if price < upper.price:
            return self._richest(price, deadline)
        score = -self._least(self._score, (self._price.expression, upper.price - 1), deadline)
        return None if score <= lower.score else self._with_score(score, deadline)

    def _richest(self, price: int, deadline: Deadline) -> Point:
        """The one with the highest score at the least price there is for some score, in minor units."""
        found = self._best(self._score, (self._price.expression, price), deadline)
        return self._point(found, -found.steps[0][0])

    def _with_score(self, score: int, deadline: Deadline) -> Point:
        """The cheapest with the highest score that there is up to some price."""
        found = self._best(self._price, (self._score.expression, -score), deadline)
        return self._point(found, score)

    def _point(self, found: BestFound, score: int) -> Point:
        value, asked = found.contract_value, self._asked
        solution = confirmed(found.items, value, value, requirements=asked.requirements, table=asked.amounts)
        return Point(SitedSolution(solution, ()), score)

    def _least(self, goal: Goal, limit: _Limit | None, deadline: Deadline) -> int:
        """The least of a goal's expression within a limit, by proof; something is known to be within it."""
        model = self._limited(limit)
        model.minimize(goal.expression)
        for presolve in (True, False):
            solver = optimum_solver(deadline, presolve=presolve)
            status = solver.solve(model)
            if status == cp_model.OPTIMAL:
                return int(solver.value(goal.expression))
            if status != cp_model.INFEASIBLE:
                raise TimeoutError("the deadline came before the proof")
        raise SolverDisagrees("the solver calls a model infeasible that something is known to meet")

    def _best(self, goal: Goal, limit: _Limit, deadline: Deadline) -> BestFound:
        """The best by a goal within a limit, by proof, and the first of equals; something is known to be there."""
        asked = replace(self._asked, request=replace(self._asked.request, model=self._limited(limit)))
        found = best_found(asked, [goal], deadline)
        if found.status == "infeasible":
            found = best_found(asked, [goal], deadline, presolve=False)
        if found.status == "infeasible":
            raise SolverDisagrees("the solver calls a model infeasible that something is known to meet")
        if found.status == "unknown" or any(value != bound for value, bound in found.steps):
            raise TimeoutError("the deadline came before the proof")
        return found

    def _limited(self, limit: _Limit | None) -> cp_model.CpModel:
        model: cp_model.CpModel = self._asked.request.model.clone()
        if limit is not None:
            expression, most = limit
            model.add(expression <= most)
        return model

    def _total(self, goal: Goal, items: Mapping[str, int]) -> int:
        """Steps of a quality that a configuration has."""
        components = self._asked.requirements.release.components
        attribute = goal.objective.attribute
        total = sum(components[one].attributes.get(attribute, Decimal(0)) * units for one, units in items.items())
        return int(total / goal.step)
