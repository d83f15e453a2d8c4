"""The availability of parts in series and side by side as CP-SAT variables, exact: the law in docs/portfolio.md.

Everything is counted in parts of 10**9. Units of equal uptime make a column of values by their number, which is
short where units stand in for each other: a few of them already fail together never. Columns are multiplied, each
product rounded at once, as ``rule_check`` does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import groupby

from ortools.sat.python import cp_model

from bidwright.catalog.availability import PERCENT_PLACES
from bidwright.catalog.model import Component
from bidwright.catalog.rule_language import UPTIME
from bidwright.configurator.cpsat_variables import Calculated, Linear, Variables

_WHOLE: int = 10 ** (PERCENT_PLACES + 2)


def availability(variables: Variables, families: Sequence[str]) -> Linear:
    """How much of the time all of some families work, in percent; a family of which nothing is chosen always does."""
    model, enough, first = variables.model, dict[int, int](), len(variables.model.proto.constraints)
    shares = [share for family in families for share in _family(variables, family, enough)]
    if not shares:
        return Linear(constant=Fraction(100))
    found = shares[0]
    for share in shares[1:]:
        found = _product(model, found, share, up=False)
    own = range(first, len(model.proto.constraints))
    variables.availabilities.append(Calculated(result=found.index, constraints=own, enough=enough))
    return Linear({found.index: Fraction(1, 10**PERCENT_PLACES)})


def _family(variables: Variables, family: str, enough: dict[int, int]) -> Iterator[cp_model.IntVar]:
    """The availability of a family, or nothing where none of it can be chosen; says how many units are enough."""
    model, redundant = variables.model, variables.release.families[family].redundant
    parts = [variables.release.components[member] for member in variables.members(family)]
    parts = sorted((one for one in parts if UPTIME in one.attributes), key=_figure)
    groups = [(figure, [variables.quantities[one.id] for one in group]) for figure, group in groupby(parts, _figure)]
    shares = []
    for figure, units in groups:
        column = _column(_WHOLE - figure if redundant else figure, _most(units), up=redundant)
        shares.append(_looked_up(model, units, column))
        enough |= dict.fromkeys((unit.index for unit in units), len(column) - 1 if redundant else 0)
    if not shares:
        return
    found = shares[0]
    for share in shares[1:]:
        found = _product(model, found, share, up=redundant)
    yield _working(model, found, [unit for _, units in groups for unit in units]) if redundant else found


def _working(model: cp_model.CpModel, failing: cp_model.IntVar, units: Sequence[cp_model.IntVar]) -> cp_model.IntVar:
    """The rest of the time; always where there are no units, which then fail all the time."""
    found, is_any, total = _share(model), model.new_bool_var(""), cp_model.LinearExpr.sum(list(units))
    model.add(total >= is_any)
    model.add(total <= _most(units) * is_any)
    model.add(found + failing + _WHOLE * is_any == 2 * _WHOLE)
    return found


def _column(factor: int, most: int, *, up: bool) -> list[int]:
    """A share by units: whole for none, times a factor for each; no longer than it changes."""
    column = [_WHOLE]
    while len(column) <= most:
        product = column[-1] * factor
        share = -(-product // _WHOLE) if up else product // _WHOLE
        if share == column[-1]:
            break
        column.append(share)
    return column


def _looked_up(model: cp_model.CpModel, units: Sequence[cp_model.IntVar], column: Sequence[int]) -> cp_model.IntVar:
    """The entry of a column at a number of units, its last one for any above."""
    total, last, share = cp_model.LinearExpr.sum(list(units)), len(column) - 1, _share(model)
    if last < _most(units):
        counted = model.new_int_var(0, last, "")
        model.add_min_equality(counted, [total, last])
        total = cp_model.LinearExpr.affine(counted, 1, 0)
    model.add_element(total, column, share)
    return share


def _product(model: cp_model.CpModel, one: cp_model.IntVar, other: cp_model.IntVar, *, up: bool) -> cp_model.IntVar:
    exact, found = model.new_int_var(0, _WHOLE * _WHOLE, ""), _share(model)
    model.add_multiplication_equality(exact, one, other)
    model.add_division_equality(found, exact + (_WHOLE - 1 if up else 0), _WHOLE)
    return found


def _share(model: cp_model.CpModel) -> cp_model.IntVar:
    return model.new_int_var(0, _WHOLE, "")


def _figure(part: Component) -> int:
    """The uptime of one unit in parts of 10**9."""
    return int(part.attributes[UPTIME].scaleb(PERCENT_PLACES))


def _most(units: Sequence[cp_model.IntVar]) -> int:
    return sum(unit.domain.max() for unit in units)
