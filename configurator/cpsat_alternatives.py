"""Configurations that nothing beats in both price and quality, one by one, each by proof.

Several qualities are added up to one number, the score, in which each counts by its share of what can be gained of it.
Whoever is as cheap and as good in every quality, and better in one thing, is better in price or score as well. So what
nothing beats in price and score, nothing beats in price and qualities.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ortools.sat.python import cp_model

from bidwright.configurator.cpsat_best import BestFound, best_found
from bidwright.configurator.cpsat_objectives import Asked, Goal, goal_of
from bidwright.configurator.cpsat_request import request_model
from bidwright.configurator.cpsat_solve import optimum_solver
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.objectives import CHEAPEST, Objective
from bidwright.configurator.request import Requirements
from bidwright.configurator.solution import SolverDisagrees
from bidwright.core.amount_table import AmountTable

_Limit = tuple[cp_model.LinearExpr, int]
"""An expression, and what it is at most."""

_FINENESS = 1000
"""A share counts to a thousandth at least; weights are whole numbers."""


@dataclass(frozen=True, kw_only=True)
class Point:
    """A configuration that nothing beats, by price and score.

    Attributes:
        items: Component id -> units, at least 1, by id.
        price, score: In minor units, and in steps of the score.
    """

    items: Mapping[str, int]
    price: int
    score: int


class Frontier:
    """The price-score frontier of one request, searched where it is asked for.

    Its methods raise ``TimeoutError`` where the deadline comes before the proof.
    """

    def __init__(self, requirements: Requirements, amounts: AmountTable, qualities: Sequence[str]) -> None:
        """Take a request that can be met; until ``weigh``, the first quality is the score."""
        request = request_model(requirements, amounts, switchable=False)
        self._asked = Asked(requirements=requirements, amounts=amounts, request=request)
        self._price = goal_of(CHEAPEST, self._asked)
        self._qualities = [goal_of(Objective(attribute=name, maximize=True), self._asked) for name in qualities]
        self._score = self._qualities[0]

    def weigh(self, known: Mapping[str, int], deadline: Deadline) -> None:
        """Make the score of all qualities: each weighs by the inverse of what can be gained over a known configuration.

        Args:
            known: Component id -> units, of any valid configuration.
            deadline: Until then.
        """
        if len(self._qualities) == 1:
            return
        gains = [max(-self._least(goal, None, deadline) - self._total(goal, known), 0) for goal in self._qualities]
        top = max(gains) * _FINENESS
        expressions = [goal.expression for goal in self._qualities]
        weights = [top // gain if gain else 1 for gain in gains]
        weighted = cp_model.LinearExpr.weighted_sum(expressions, weights)
        self._score = Goal(objective=Objective(attribute="quality", maximize=True), expression=weighted)

    def cheapest(self, price: int, deadline: Deadline) -> Point:
        """The one with the highest score at the least price there is for some score, in minor units."""
        found = self._best(self._score, (self._price.expression, price), deadline)
        return Point(items=found.items, price=found.contract_value, score=-found.steps[0][0])

    def best(self, deadline: Deadline) -> Point:
        """The cheapest with the highest score."""
        return self._with_score(-self._least(self._score, None, deadline), deadline)

    def between(self, lower: Point, upper: Point, deadline: Deadline) -> Point | None:
        """The one with the lowest score at or above the middle; where it is the upper one, the next below that.

        Returns:
            None where there is nothing between the two.
        """
        middle = (lower.score + upper.score + 1) // 2
        price = self._least(self._price, (self._score.expression, -middle), deadline)
        if price < upper.price:
            return self.cheapest(price, deadline)
        score = -self._least(self._score, (self._price.expression, upper.price - 1), deadline)
        return None if score <= lower.score else self._with_score(score, deadline)

    def _with_score(self, score: int, deadline: Deadline) -> Point:
        """The cheapest with the highest score that there is up to some price."""
        found = self._best(self._price, (self._score.expression, -score), deadline)
        return Point(items=found.items, price=found.contract_value, score=score)

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
