"""Picks the cheapest valid configuration for a customer's requirements, or says what cannot hold together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal

from bidwright.catalog.amount_messages import decimal_message, money
from bidwright.configurator.check import check
from bidwright.configurator.cpsat_request import request_model
from bidwright.configurator.cpsat_solve import Best, cheapest
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.explain import explain
from bidwright.configurator.request import LIMITS, Requirements
from bidwright.configurator.totals import Amounts, amounts_of
from bidwright.core.amount_table import AmountTable
from bidwright.core.errors import Unavailable
from bidwright.core.money import from_minor
from bidwright.v1.configuration_pb2 import Conflict, Proof


class SolverDisagrees(RuntimeError):
    """The solver's answer fails the solver-free check: a fault of ours, never of the request."""


@dataclass(frozen=True, kw_only=True)
class Solution:
    """The cheapest valid configuration that was found.

    Attributes:
        items: Component id -> units, at least 1, by id.
        amounts: What it costs, in minor units.
        bound: Minor units of contract value that no valid configuration is below.
        currency: ISO 4217 code.
    """

    items: Mapping[str, int]
    amounts: Amounts
    bound: int
    currency: str

    @property
    def proof(self) -> Proof:
        """Why it is the best, as a record."""
        value = self.amounts.contract_value
        gap = Decimal(0) if value <= self.bound else Decimal(100) * (value - self.bound) / Decimal(value)
        return Proof(
            objective="contract value",
            value=money(from_minor(value, self.currency), self.currency),
            bound=money(from_minor(self.bound, self.currency), self.currency),
            gap_percent=decimal_message(gap.quantize(Decimal("0.01"), rounding=ROUND_UP)),
            is_optimal=value == self.bound,
        )


def configure(requirements: Requirements, amounts: AmountTable, deadline: Deadline) -> Solution | Conflict:
    """Find the valid configuration with the least contract value; the same for the same input.

    Args:
        requirements: What it must meet.
        amounts: What quantities cost in the market and under the terms of the request.
        deadline: When it is over, the best configuration so far is the answer, with its bound.

    Raises:
        Unavailable: Nothing was found in time, nor shown to be impossible.
    """
    request = request_model(requirements, amounts, switchable=False)
    best = cheapest(request, request.charges.contract_value, deadline)
    if best.status == "infeasible":
        try:
            conflict = explain(requirements, amounts, deadline)
        except TimeoutError as too_late:
            raise _out_of_time(deadline) from too_late
        if conflict is not None:
            return conflict
        best = cheapest(request, request.charges.contract_value, deadline, presolve=False)
        if best.status == "infeasible":
            raise SolverDisagrees("the solver calls the same model feasible and infeasible")
    if best.status == "unknown":
        raise _out_of_time(deadline)
    return _confirmed(best, requirements, amounts)


def _out_of_time(deadline: Deadline) -> Unavailable:
    return Unavailable(
        f"no configuration was found within {deadline.given_s:g} seconds",
        fix="Allow more time, or pin components to make the choice smaller.",
        reason="SEARCH_TIMED_OUT",
    )


def _confirmed(best: Best, requirements: Requirements, table: AmountTable) -> Solution:
    """The solver's answer, after the checker and the plain sums agree with it.

    Raises:
        SolverDisagrees: They do not.
    """
    violations = check(requirements, best.items)
    if violations:
        raise SolverDisagrees("; ".join(violation.text for violation in violations))
    try:
        amounts = amounts_of(best.items, table, best.value)
    except ValueError as refusal:
        raise SolverDisagrees(str(refusal)) from refusal
    for limit in LIMITS:
        if limit in requirements.budget and getattr(amounts, limit) > requirements.budget[limit]:
            raise SolverDisagrees(f"{limit} is {getattr(amounts, limit)}, the budget {requirements.budget[limit]}")
    return Solution(items=best.items, amounts=amounts, bound=best.bound, currency=table.currency)
