"""Leaves out of the model of a request what the linear relaxation of prices proves to be above its budget."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bidwright.configurator.cpsat_forms import LinearForm
from bidwright.configurator.cpsat_proof import domains
from bidwright.configurator.cpsat_relaxed import relaxed
from bidwright.configurator.cpsat_request import RequestModel
from bidwright.configurator.cpsat_rows import rows_of
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.request import Limit


def narrow_to_budget(request: RequestModel, budget: Mapping[Limit, int], deadline: Deadline) -> bool:
    """Narrow the variables of a model in place; the same configurations within the budget remain.

    What the rows cannot say of the model is left out of the relaxation, which then proves less and nothing wrong.

    Returns:
        Whether there may be any; where there is none, the model is as it was.
    """
    first, last = low, high = domains(request.model, 0)
    rows = rows_of(list(request.model.proto.constraints))
    for limit, most in budget.items():
        known = relaxed(low, high, rows, LinearForm.of(request.charges.of(limit)), deadline)
        if known is not None:
            low, high = known.left_for(most)
        if (low > high).any():
            return False
    for index in np.flatnonzero((low != first) | (high != last)).tolist():
        domain = request.model.proto.variables[index].domain
        if len(domain) == 2:  # others have holes, in which an end could lie
            domain.clear()
            domain.extend([int(low[index]), int(high[index])])
    return True
