"""Why no whole bid is possible, although each site by itself could have something."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ortools.sat.python import cp_model

from bidwright.configurator.bespoke_prices import priced_items, with_only, with_prices
from bidwright.configurator.conflict_search import Clash, least_blamed_first
from bidwright.configurator.cpsat_request import RequestModel, request_model
from bidwright.configurator.cpsat_sites import SitesModel
from bidwright.configurator.cpsat_sites_solve import SitesFound
from bidwright.configurator.cpsat_solve import presolve_free_solver
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.explain import conflict_of
from bidwright.configurator.members import Member
from bidwright.configurator.priced_answers import with_answers
from bidwright.configurator.request import Requirements
from bidwright.core.amount_table import AmountTable
from bidwright.v1.configuration_pb2 import Conflict

TOGETHER = " That is with what the sites need together; each of them could have it by itself."
"""Said of a conflict of the whole bid."""


def bid_conflict(
    whole: Requirements, amounts: AmountTable, impossible: SitesFound, *, surplus: Mapping[str, int], deadline: Deadline
) -> Conflict | None:
    """Find members of the whole bid that cannot hold together with what its sites need.

    Args:
        whole: The bid without its sites.
        amounts: What quantities cost.
        impossible: What is known of the sites.
        surplus: Components of which the bid may have more than its sites need, and how many more at most.
        deadline: When it is over, the conflict so far is told.

    Returns:
        None where the bid is possible after all.

    Raises:
        TimeoutError: The deadline came before any conflict was found.
    """
    request = request_model(whole, amounts, switchable=True)
    SitesModel(request, impossible.choices, known=impossible.known, surplus=surplus)
    kept, minimal = least_blamed_first(request.switches, whole), True
    if _can_hold(request, kept, deadline):
        return None
    for member in tuple(kept):
        rest = [other for other in kept if other != member]
        try:
            if not _can_hold(request, rest, deadline):
                kept = rest
        except TimeoutError:
            minimal = False
            break

    def can_hold(members: Collection[Member]) -> bool:
        alone = request_model(*with_only(whole, amounts, members), switchable=True)
        SitesModel(alone, impossible.choices, known=impossible.known, surplus=surplus)
        return _can_hold(alone, members, deadline)

    items = {item: item for item in priced_items(kept, whole, amounts)}
    kept, is_known = with_prices(kept, items, whole, can_hold)
    # Cuts are not all that sites need: what could hold by them may not hold at the sites.
    is_minimal = minimal and is_known and not impossible.known.cuts
    clash = with_answers(Clash(members=tuple(kept), minimal=is_minimal), whole, amounts)
    conflict = conflict_of(clash.members, whole, amounts, minimal=clash.minimal)
    conflict.summary += TOGETHER
    return conflict


def _can_hold(request: RequestModel, members: Collection[Member], deadline: Deadline) -> bool:
    """Whether members can hold together, all others off."""
    model: cp_model.CpModel = request.model.clone()
    for member, index in request.switches.items():
        domain = model.proto.variables[index].domain
        domain.clear()
        domain.extend([int(member in members)] * 2)
    solver = presolve_free_solver(deadline)
    solver.parameters.linearization_level = 2  # what the sites add up to is long sums
    status = solver.solve(model)
    if status in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return True
    if status == cp_model.INFEASIBLE:
        return False
    raise TimeoutError("the solver ran out of time")
