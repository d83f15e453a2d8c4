"""What it costs at least where work is moved from the cheapest delivery centres to others, as they lack hours."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, floor, lcm

from ortools.sat.python import cp_model

from bidwright.configurator.cpsat_request import RequestModel
from bidwright.core.amount_table import MovableWork, SharedHours

_FINEST = 1000
"""A minor unit is cut into at most so many parts: finer differences of rates are rounded down."""


def add_moved_work(request: RequestModel, shared: SharedHours) -> cp_model.LinearExpr:
    """Add who does which work, and return what the way that costs least costs beyond the cheapest centres.

    A price never says less: there each line is rounded, by less than one minor unit each time it falls due. Where more
    is worse for the search, as where the least margin is looked for, it goes to what no price is above.
    """
    model = request.model
    given: dict[str, list[cp_model.IntVar]] = {centre: [] for centre in shared.capacities}
    dearer: list[cp_model.LinearExpr] = []
    for work in shared.work:
        units = {
            component: request.quantities[component] for component in work.hours if component in request.quantities
        }
        if not units:
            continue
        most = sum(work.hours[component] * quantity.domain.max() for component, quantity in units.items())
        parts = {centre: model.new_int_var(0, min(most, shared.capacities[centre]), "") for centre in work.dearer}
        asked = cp_model.LinearExpr.weighted_sum(list(units.values()), [work.hours[component] for component in units])
        model.add(cp_model.LinearExpr.sum(list(parts.values())) == asked)
        for centre, part in parts.items():
            given[centre].append(part)
        dearer.append(_dearer(request, work, parts, most))
    for centre, found in given.items():
        model.add(cp_model.LinearExpr.sum(found) <= shared.capacities[centre])
    return cp_model.LinearExpr.sum(dearer)


def _dearer(
    request: RequestModel, work: MovableWork, parts: Mapping[str, cp_model.IntVar], most: int
) -> cp_model.LinearExpr:
    scale = min(_FINEST, lcm(*(cost.denominator for cost in work.dearer.values())))
    costs = [floor(cost * scale) for cost in work.dearer.values()]
    lines = {component: times for component, times in work.times.items() if component in request.selected}
    moved = cp_model.LinearExpr.weighted_sum(list(parts.values()), costs)
    rounding = cp_model.LinearExpr.weighted_sum(
        [request.selected[component] for component in lines], [scale * times for times in lines.values()]
    )
    most_dearer = ceil(most * max(work.dearer.values())) + sum(lines.values())
    found = request.model.new_int_var(0, most_dearer, "")
    request.model.add(scale * found >= moved - rounding)
    return cp_model.LinearExpr.affine(found, 1, 0)
