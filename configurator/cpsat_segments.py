"""Looks up an entry of a column at a variable, exactly, cut into segments that are straight lines."""

from __future__ import annotations

from collections.abc import Callable
from math import gcd, lcm

from ortools.sat.python import cp_model

from bidwright.configurator.segments import Segment, segments

LookUp = Callable[[cp_model.CpModel, cp_model.IntVar, tuple[int, ...]], cp_model.LinearExpr]
"""Expresses the entry of a column at an index."""


def looked_up(model: cp_model.CpModel, index: cp_model.IntVar, column: tuple[int, ...]) -> cp_model.LinearExpr:
    """The entry of a column at an index, exact.

    Each segment has units of its own, of which at most one segment has any: the tightest linear form of a sum of
    volume prices, and of any other price by tiers.
    """
    if index.domain.size() == 1:
        return cp_model.LinearExpr.constant(column[index.domain.min()])
    step = gcd(*column) or 1  # prices that are rounded to 0.05 are straight lines of steps
    if step > 1:
        return step * looked_up(model, index, tuple(amount // step for amount in column))
    found = segments(column)
    if len(found) == 1:
        return _rounded(model, index, found[0], used=None)
    amounts: list[cp_model.LinearExpr] = []
    units: list[cp_model.IntVar] = []
    used: list[cp_model.IntVar] = []
    for segment in found:
        if segment.last == 0:
            continue  # no units: none of the others is used
        part, is_used = model.new_int_var(0, segment.last, ""), model.new_bool_var("")
        model.add(part >= segment.first * is_used)
        model.add(part <= segment.last * is_used)
        units.append(part)
        used.append(is_used)
        amounts.append(_rounded(model, part, segment, used=is_used))
    model.add(cp_model.LinearExpr.sum(units) == index)
    model.add_at_most_one(used)
    return cp_model.LinearExpr.sum(amounts)


def _rounded(
    model: cp_model.CpModel, units: cp_model.IntVar, segment: Segment, *, used: cp_model.IntVar | None
) -> cp_model.LinearExpr:
    """``floor(slope x units + offset)`` where the segment is used; 0 for no units where it is not.

    Args:
        model: Takes what is needed.
        units: Units of this segment.
        segment: A line; through 1/2 for no units where ``used`` is None.
        used: Whether the segment is used; None where it is the only one.
    """
    slope, offset = segment.slope, segment.offset
    bottom = lcm(slope.denominator, offset.denominator)
    top, fixed = slope.numerator * (bottom // slope.denominator), offset.numerator * (bottom // offset.denominator)
    if slope.denominator == 1:
        whole = fixed // bottom
        return slope.numerator * units + (whole * used if used is not None and whole else 0)
    ends = [(top * end + fixed) // bottom for end in (segment.first, segment.last)]
    amount = model.new_int_var(min(0, *ends), max(0, *ends), "")
    constant = fixed if used is None else 0
    exact = top * units - bottom * amount + (fixed * used if used is not None else 0)
    model.add_linear_constraint(exact, -constant, bottom - 1 - constant)
    return cp_model.LinearExpr.affine(amount, 1, 0)
