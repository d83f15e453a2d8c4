"""A solver's answer, after the checker and the plain sums agree with it."""

from __future__ import annotations

from collections.abc import Mapping

from bidwright.configurator.check import check
from bidwright.configurator.request import LIMITS, Requirements
from bidwright.configurator.solution import Solution, SolverDisagrees
from bidwright.configurator.totals import amounts_of
from bidwright.core.amount_table import AmountTable


def confirmed(
    items: Mapping[str, int], contract_value: int, bound: int, *, requirements: Requirements, table: AmountTable
) -> Solution:
    """Confirm a solver's answer.

    Args:
        items: Component id -> units, at least 1, by id.
        contract_value: In minor units, as the solver counts it.
        bound: No configuration that the search was about is below.
        requirements: What it must meet.
        table: What quantities cost.

    Raises:
        SolverDisagrees: The solver-free check, the sums or a budget do not agree.
    """
    violations = check(requirements, items)
    if violations:
        raise SolverDisagrees("; ".join(violation.text for violation in violations))
    try:
        amounts = amounts_of(items, table, contract_value)
    except ValueError as refusal:
        raise SolverDisagrees(str(refusal)) from refusal
    for limit in LIMITS:
        if limit in requirements.budget and getattr(amounts, limit) > requirements.budget[limit]:
            raise SolverDisagrees(f"{limit} is {getattr(amounts, limit)}, the budget {requirements.budget[limit]}")
    return Solution(items=items, amounts=amounts, bound=bound, currency=table.currency)
