"""A percentage of other amounts as CP-SAT variables, rounded exactly as in a price."""

from __future__ import annotations

from dataclasses import dataclass

from ortools.sat.python import cp_model

from bidwright.core.amount_table import PercentageAmount


@dataclass(frozen=True)
class Base:
    """What a percentage is taken of: an expression in minor units, never negative, and the most it comes to."""

    amount: cp_model.LinearExpr
    most: int


def add_percentage(
    model: cp_model.CpModel, chosen: cp_model.IntVar, base: Base, percentage: PercentageAmount
) -> cp_model.LinearExpr:
    """The net amount of a percentage line; 0 where its component is not chosen."""
    place = percentage.rounding_to
    share = percentage.share / place
    top, bottom = share.numerator, share.denominator
    most = (2 * top * base.most + bottom) // (2 * bottom)
    up = model.new_int_var(0, most, "")
    model.add_linear_constraint(2 * top * base.amount - 2 * bottom * up, -bottom, bottom - 1)
    found: cp_model.LinearExpr = cp_model.LinearExpr.affine(up, 1, 0)
    if percentage.half_even:
        found = up - _is_odd_tie(model, up, 2 * top * base.amount + bottom - 2 * bottom * up, most)
    found, most = place * found, place * most
    if percentage.maximum is not None:
        held = model.new_int_var(0, min(most, percentage.maximum), "")
        model.add_min_equality(held, [found, percentage.maximum])
        found = cp_model.LinearExpr.affine(held, 1, 0)
    if percentage.minimum is not None:
        held = model.new_int_var(0, max(most, percentage.minimum), "")
        model.add_max_equality(held, [found, percentage.minimum])
        found = cp_model.LinearExpr.affine(held, 1, 0)
    net = model.new_int_var(0, max(most, percentage.minimum or 0), "")
    model.add(net == found).only_enforce_if(chosen)
    model.add(net == 0).only_enforce_if(~chosen)
    return cp_model.LinearExpr.affine(net, 1, 0)


def _is_odd_tie(model: cp_model.CpModel, up: cp_model.IntVar, rest: cp_model.LinearExpr, most: int) -> cp_model.IntVar:
    """Whether a half was rounded up to an odd number, which rounding half to even takes back."""
    tie, odd, both = (model.new_bool_var("") for _ in range(3))
    model.add(rest == 0).only_enforce_if(tie)
    model.add(rest >= 1).only_enforce_if(~tie)
    model.add(up == 2 * model.new_int_var(0, most // 2 + 1, "") + odd)
    model.add_bool_and([tie, odd]).only_enforce_if(both)
    model.add_bool_or([~tie, ~odd, both])
    return both
