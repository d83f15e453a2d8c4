"""Some configuration that meets a request: what there is to answer where the time is over before any search is."""

from __future__ import annotations

from collections.abc import Mapping

from bidwright.configurator.check import check
from bidwright.configurator.cpsat_model import offering_key
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.member_clauses import member_clauses
from bidwright.configurator.request import Requirements

_LITTLE_S = 0.2
"""Enough for clauses that are kept warm: they know of nearly every request within some tens of milliseconds."""

_FEW_ROUNDS = 8
"""Of the search for what is near: it mostly ends soon or not at all."""


def any_valid(requirements: Requirements, near: Mapping[str, int]) -> Mapping[str, int] | None:
    """Component id -> units of a configuration that passes the check; None where the clauses know of none soon.

    They do not know of budgets. Which one it is may depend on what was asked before.

    Args:
        requirements: What it must meet.
        near: Component id -> units: these rather than others, where there is a choice.
    """
    clauses = member_clauses(offering_key(requirements))
    try:
        with clauses.used(Deadline(_LITTLE_S)):
            literals = clauses.literals(requirements).values()
            # What others were content with meets most rows already, but may be far more than what is asked for here.
            found = clauses.ask(literals, near, rounds=_FEW_ROUNDS)
            if found is None:
                found = clauses.ask(literals, clauses.last_found or None)
    except TimeoutError:
        return None
    return None if not found or check(requirements, found.items) else dict(sorted(found.items.items()))
