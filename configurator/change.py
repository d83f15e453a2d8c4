"""From what is installed to new needs: the change that disturbs least, and among those the one that costs least."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from bidwright.configurator.any_valid import any_valid
from bidwright.configurator.configure import configure
from bidwright.configurator.confirmed import confirmed
from bidwright.configurator.cpsat_change import (
    DISRUPTION,
    LeastDisruption,
    change_as_found,
    least_disruption,
    with_few,
)
from bidwright.configurator.cpsat_near import Near, nearest
from bidwright.configurator.cpsat_objectives import Asked
from bidwright.configurator.cpsat_request import request_model
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.explain import explain
from bidwright.configurator.frozen import as_frozen
from bidwright.configurator.installed import Installed
from bidwright.configurator.objectives import Reached
from bidwright.configurator.request import Requirements
from bidwright.configurator.solution import Solution, SolverDisagrees
from bidwright.configurator.totals import amounts_of
from bidwright.core.amount_table import AmountTable
from bidwright.core.errors import Unavailable
from bidwright.v1 import configurator_pb2
from bidwright.v1.configuration_pb2 import Conflict, Proof
from bidwright.v1.configurator_pb2 import ItemAction, ItemChange

_FOR_NEAR = 0.3
"""Part of the time in which a change is looked for near what is installed, before the whole model is taken."""

_FOR_FEW = 0.3
"""Part of the rest in which some change is looked for, before the whole model says which one is best."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """The way to a configuration that disturbs least.

    Attributes:
        solution: The cheapest of those that disturb least; its bound is that of these.
        items: Every component that is installed or wanted, by id.
        disruption: Sum of the weights.
        bound: No valid configuration disturbs less.
    """

    solution: Solution
    items: tuple[ItemChange, ...]
    disruption: int
    bound: int

    @property
    def proof(self) -> Proof:
        """Why nothing disturbs less, as a record."""
        value, bound = Decimal(self.disruption), Decimal(self.bound)
        return Reached(objective=DISRUPTION, value=value, bound=bound).proof(self.solution.currency)


def change(
    requirements: Requirements, installed: Installed, amounts: AmountTable, deadline: Deadline, *, or_any: bool = False
) -> Change | Conflict:
    """Find the change that disturbs least, and among those the cheapest; the same for the same input.

    Args:
        requirements: The new needs.
        installed: What is there.
        amounts: What quantities cost in the market and under the terms of the request.
        deadline: When it is over, the best change so far is the answer, with its bounds.
        or_any: Whether any valid change is an answer, too, where no search has found one by then.

    Raises:
        Unavailable: Nothing was found in time, nor shown to be impossible.
    """
    asked = as_frozen(requirements, installed)
    if isinstance(asked, Conflict):
        return asked
    found = _found(asked, installed, amounts, deadline)
    if found.status == "infeasible":
        try:
            conflict = explain(asked, amounts, deadline)
        except TimeoutError as too_late:
            raise out_of_time(deadline) from too_late
        if conflict is not None:
            return conflict
        found = _search(asked, installed, amounts, deadline, presolve=False)
        if found.status == "infeasible":
            raise SolverDisagrees("the solver calls the same model feasible and infeasible")
    if found.status == "unknown" and or_any:
        known = _any(asked, installed, amounts, deadline)
        if isinstance(known, Conflict):
            return known
        found = known
    if found.status == "unknown":
        raise out_of_time(deadline)
    solution = confirmed(found.items, found.value, found.value_bound, requirements=asked, table=amounts)
    return Change(
        solution=solution,
        items=changes(installed.items, found.items),
        disruption=disruption_of(installed, found.items),
        bound=found.disruption_bound,
    )


def out_of_time(deadline: Deadline) -> Unavailable:
    """The refusal of a search that found nothing within its time."""
    return Unavailable(
        f"no change was found within {deadline.given_s:g} seconds",
        fix="Allow more time, or pin components to make the choice smaller.",
        reason="SEARCH_TIMED_OUT",
    )


def _found(asked: Requirements, installed: Installed, amounts: AmountTable, deadline: Deadline) -> LeastDisruption:
    """What is found near what is installed; where that does not do, in the whole model.

    A few components are tried first, so that there is some change when the whole model takes too long.
    """
    near = nearest(
        Near(requirements=asked, installed=installed.items, weights=installed.weights, amounts=amounts),
        deadline.after(_FOR_NEAR),
    )
    if near is not None and (near.status == "infeasible" or _is_within_budget(near, asked, amounts)):
        return near
    if deadline.left_s <= 0:
        return LeastDisruption(status="unknown")
    least, known = (0, installed.items.keys()) if near is None else (near.disruption_bound, near.items.keys())
    components = installed.items.keys() | known
    few = with_few(_model(asked, amounts), components, installed.items, installed.weights, deadline.after(_FOR_FEW))
    found = _search(asked, installed, amounts, deadline, presolve=True)
    if few.status == "found" and (found.status == "unknown" or _order(few) < _order(found)):
        found = replace(few, disruption_bound=found.disruption_bound)
    # Without its budget, a request can be met with no more disruption than with it.
    return replace(found, disruption_bound=max(found.disruption_bound, least))


def _any(
    asked: Requirements, installed: Installed, amounts: AmountTable, deadline: Deadline
) -> LeastDisruption | Conflict:
    """A valid change near what is installed; where that one is above the budget, one to what is cheap."""
    known = any_valid(asked, installed.items)
    found = LeastDisruption(status="unknown") if known is None else _as_found(known, asked, installed, amounts)
    if found.status == "found" or not asked.budget:
        return found
    try:
        cheap = configure(asked, amounts, deadline, or_any=True)
    except Unavailable as too_late:
        raise out_of_time(deadline) from too_late
    return cheap if isinstance(cheap, Conflict) else _as_found(cheap.items, asked, installed, amounts)


def _as_found(
    items: Mapping[str, int], asked: Requirements, installed: Installed, amounts: AmountTable
) -> LeastDisruption:
    return change_as_found(_model(asked, amounts), items, installed.items, installed.weights)


def _order(found: LeastDisruption) -> tuple[int, int]:
    return (found.disruption, found.value)


def _is_within_budget(found: LeastDisruption, asked: Requirements, amounts: AmountTable) -> bool:
    costs = amounts_of(found.items, amounts, found.value)
    return all(getattr(costs, limit) <= most for limit, most in asked.budget.items())


def _search(
    asked: Requirements, installed: Installed, amounts: AmountTable, deadline: Deadline, *, presolve: bool
) -> LeastDisruption:
    model = _model(asked, amounts)
    return least_disruption(model, installed.items, installed.weights, deadline, presolve=presolve)


def _model(asked: Requirements, amounts: AmountTable) -> Asked:
    request = request_model(asked, amounts, switchable=False)
    return Asked(requirements=asked, amounts=amounts, request=request)


def changes(installed: Mapping[str, int], wanted: Mapping[str, int]) -> tuple[ItemChange, ...]:
    """What happens to every component that is installed or wanted, by id."""
    return tuple(
        ItemChange(
            component=component,
            action=_action(installed.get(component, 0), wanted.get(component, 0)),
            installed=installed.get(component, 0),
            wanted=wanted.get(component, 0),
        )
        for component in sorted(installed.keys() | wanted.keys())
    )


def _action(installed: int, wanted: int) -> ItemAction:
    if not installed:
        return configurator_pb2.ITEM_ACTION_ADD
    if not wanted:
        return configurator_pb2.ITEM_ACTION_DELETE
    return configurator_pb2.ITEM_ACTION_KEEP if installed == wanted else configurator_pb2.ITEM_ACTION_MODIFY


def disruption_of(installed: Installed, wanted: Mapping[str, int]) -> int:
    """Sum of the weights of what happens."""
    components = installed.items.keys() | wanted.keys()
    return sum(installed.weights.of(installed.items.get(one, 0), wanted.get(one, 0)) for one in components)
