"""How few and how many units each component can have in the configurations that are looked at.

Two arguments, taken in turns until they say nothing new. *What must be*: a row that holds in every configuration says
how much each of its terms brings at least, given the most that the others bring; of a family of which one kind may be
chosen, only one brings anything. *What is worth having*: a unit more can only help where a row asks for a sum to be at
least something. Where a row holds with so many units whatever the others do, more help it no further: any valid
configuration stays valid, and gets no dearer, when they are taken out. Searching fewer units is a large part of a
search: volume prices that nobody reaches, and long linear rows, go away with them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from bidwright.configurator.cpsat_model import OfferingModel, offering_key, offering_model
from bidwright.configurator.cpsat_rows import Numbers, Truths
from bidwright.configurator.cpsat_shape import Shape, shape_of
from bidwright.configurator.cpsat_variables import answer_number
from bidwright.configurator.cpsat_worth import Worth
from bidwright.configurator.delivery import undeliverable
from bidwright.configurator.request import Requirements
from bidwright.core.amount_table import AmountTable

_FAR = 2**62
"""More than any term comes to."""

_ROUNDS = 6
"""Most turns; whatever is known after any of them is true, and the ones after these say little."""


class CannotHold(Exception):
    """The rows say that nothing meets the requirements; to be confirmed by a solver."""


@dataclass(frozen=True, kw_only=True)
class Narrow:
    """What is left to be looked at.

    Attributes:
        low, high: The least and the most of each variable of the offering's model.
        least: Units of a component where it is chosen, by its variable; ``high`` is the most.
        present: Families, as the variables that count their units, of which one must be chosen.
    """

    low: Numbers
    high: Numbers
    least: Numbers
    present: Sequence[Sequence[int]]


def narrowed(requirements: Requirements, amounts: AmountTable, spared: Collection[str] | None) -> Narrow:
    """Narrow a request.

    Args:
        requirements: The request.
        amounts: What quantities cost.
        spared: Attributes of which more may be wanted: all units of components that have one may be worth having.
            None where all units of all components may be.

    Raises:
        CannotHold: Nothing meets the requirements.
    """
    key = offering_key(requirements)
    offering, shape = offering_model(key, switchable=False), shape_of(key)
    if shape.rows.impossible:
        raise CannotHold
    low, high = shape.low.copy(), shape.high.copy()
    _look_at_request(offering, requirements, low, high)
    shape.rows.fill_holes(low, high)
    worth = None if spared is None else Worth.of(requirements, amounts, spared)
    return _Rounds(shape, low, high).run(worth)


class _Rounds:
    """The state between turns."""

    def __init__(self, shape: Shape, low: Numbers, high: Numbers) -> None:
        self._shape, self._low, self._high = shape, low, high
        self._least = np.maximum(low, 1)
        self._present = np.zeros(shape.families.max() + 2, dtype=bool)
        rows = shape.rows
        self._subjects = shape.subject[rows.variables]
        self._of_units, self._of_truth = shape.is_units[rows.variables], shape.is_truth[rows.variables]
        self._of_component = self._of_units | self._of_truth
        self._rises = rows.factors > 0
        self._in_family = shape.group_family >= 0

    def run(self, worth: Worth | None) -> Narrow:
        for _ in range(_ROUNDS):
            before = (self._low.copy(), self._high.copy(), self._least.copy(), self._present.copy())
            self._tie()
            self._turn(worth)
            self._tie()
            if all((now == then).all() for now, then in zip(self._state(), before, strict=True)):
                break
        return Narrow(low=self._low, high=self._high, least=self._least, present=self._families())

    def _state(self) -> tuple[Numbers, Numbers, Numbers, Truths]:
        return self._low, self._high, self._least, self._present

    def _families(self) -> Sequence[Sequence[int]]:
        """Of families that must be present: their components that can be chosen."""
        shape = self._shape
        can = shape.is_units & (self._high > 0) & (shape.families >= 0)
        found: dict[int, list[int]] = {int(number): [] for number in np.flatnonzero(self._present[:-1])}
        for variable in np.flatnonzero(can):
            found.get(int(shape.families[variable]), []).append(int(variable))
        return list(found.values())

    def _tie(self) -> None:
        """Make units, truths and families agree."""
        shape, low, high, least = self._shape, self._low, self._high, self._least
        units, truths = np.flatnonzero(shape.is_units), np.flatnonzero(shape.is_truth)
        counted = shape.subject[truths]
        low[counted] = np.maximum(low[counted], low[truths])
        high[counted[high[truths] == 0]] = 0
        least[units] = np.maximum(least[units], low[units])
        high[units[least[units] > high[units]]] = 0
        low[units] = np.where(low[units] > 0, least[units], low[units])
        members = units[shape.families[units] >= 0]
        family, must = shape.families[members], low[members] > 0
        taken = np.zeros(len(self._present), dtype=bool)
        taken[family[must]] = True
        high[members[taken[family] & ~must]] = 0
        left = np.bincount(family[high[members] > 0], minlength=len(self._present))
        alone = members[(left[family] == 1) & self._present[family] & (high[members] > 0)]
        low[alone] = np.maximum(low[alone], least[alone])
        low[truths], high[truths] = low[counted] > 0, np.minimum(high[truths], high[counted] > 0)
        if (low > high).any():
            raise CannotHold

    def _turn(self, worth: Worth | None) -> None:
        shape, rows = self._shape, self._shape.rows
        fewest, most = self._terms()
        group_least, group_most = self._groups(fewest, most)
        row_least = np.add.reduceat(group_least, shape.row_starts)
        row_most = np.add.reduceat(group_most, shape.row_starts)
        open_conditions, is_off = self._conditions()
        self._break_conditions(open_conditions, is_off, row_most)
        is_active = (open_conditions == 0) & ~is_off
        if (is_active & (row_most < rows.bounds)).any():
            raise CannotHold
        lacking = (rows.bounds - row_least)[shape.group_row] + group_least
        wanted = (rows.bounds - row_most)[shape.group_row] + group_most
        if worth is not None:
            self._leave_out(worth, lacking, is_off)
        self._require(wanted, is_active, most)

    def _terms(self) -> tuple[Numbers, Numbers]:
        """The least and the most that each term comes to where its component is chosen, or for other variables."""
        variables, factors = self._shape.rows.variables, self._shape.rows.factors
        low = np.where(self._of_units, self._least[variables], np.where(self._of_truth, 1, self._low[variables]))
        high = np.where(self._of_truth, 1, self._high[variables])
        one, other = factors * low, factors * high
        return np.where(self._rises, one, other), np.where(self._rises, other, one)

    def _groups(self, low: Numbers, high: Numbers) -> tuple[Numbers, Numbers]:
        """The least and the most that each group comes to."""
        shape, subjects = self._shape, self._subjects
        must = ~self._of_component | (self._low[subjects] > 0)
        can = ~self._of_component | (self._high[subjects] > 0)
        fewest = np.where(can, np.where(must, low, np.minimum(low, 0)), 0)
        most = np.where(can, np.where(must, high, np.maximum(high, 0)), 0)
        sums = np.add.reduceat(fewest, shape.starts), np.add.reduceat(most, shape.starts)
        lowest, highest = np.minimum.reduceat(fewest, shape.starts), np.maximum.reduceat(most, shape.starts)
        is_taken = np.logical_or.reduceat(must & self._of_component, shape.starts)
        chosen = self._chosen_groups(can)
        if chosen.any():
            inside = chosen[shape.group_of] & can
            lowest = np.where(chosen, np.minimum.reduceat(np.where(inside, low, _FAR), shape.starts), lowest)
            highest = np.where(chosen, np.maximum.reduceat(np.where(inside, high, -_FAR), shape.starts), highest)
        one_of = self._in_family & ~is_taken
        return np.where(one_of, lowest, sums[0]), np.where(one_of, highest, sums[1])

    def _chosen_groups(self, can: Truths) -> Truths:
        """Groups of which one term counts in every configuration: all that is left of a family that must be present."""
        shape = self._shape
        units = np.flatnonzero(shape.is_units & (shape.families >= 0) & (self._high > 0))
        left = np.bincount(shape.families[units], minlength=len(self._present))
        here = np.add.reduceat((can & self._of_component).astype(np.int64), shape.starts)
        family = shape.group_family
        found: Truths = self._in_family & self._present[family] & (here == left[family]) & (here > 0)
        return found

    def _conditions(self) -> tuple[Numbers, Truths]:
        """By row: how many of its conditions are open, and whether one does not hold."""
        rows, count = self._shape.rows, len(self._shape.rows.bounds)
        low, high = self._low[rows.condition_variables], self._high[rows.condition_variables]
        is_open, is_broken = low != high, (low == high) & (low != rows.condition_values)
        return (
            np.bincount(rows.condition_rows[is_open], minlength=count),
            np.bincount(rows.condition_rows[is_broken], minlength=count) > 0,
        )

    def _break_conditions(self, open_conditions: Numbers, is_off: Truths, row_most: Numbers) -> None:
        """A row that cannot hold has a condition that does not."""
        rows = self._shape.rows
        broken = (open_conditions == 1) & ~is_off & (row_most < rows.bounds)
        last = broken[rows.condition_rows] & (
            self._low[rows.condition_variables] != self._high[rows.condition_variables]
        )
        for variable, value in zip(rows.condition_variables[last], rows.condition_values[last], strict=True):
            self._low[variable] = self._high[variable] = 1 - value

    def _require(self, wanted: Numbers, is_active: Truths, most: Numbers) -> None:
        """What each group must bring, told of its terms."""
        shape, rows = self._shape, self._shape.rows
        active = is_active[rows.rows]
        need = wanted[shape.group_of]
        variables, factors = rows.variables, rows.factors
        others = active & ~self._of_component
        rising, falling = np.flatnonzero(others & self._rises), np.flatnonzero(others & ~self._rises)
        np.maximum.at(self._low, variables[rising], -(-need[rising] // factors[rising]))
        np.minimum.at(self._high, variables[falling], need[falling] // factors[falling])
        own = active & self._of_component
        self._high[self._subjects[own & (most < need)]] = 0
        self._present[shape.group_family[self._in_family & is_active[shape.group_row] & (wanted > 0)]] = True
        alone = own & (need > 0) & ~self._in_family[shape.group_of]
        np.maximum.at(self._low, self._subjects[alone], 1)
        of_units = active & self._of_units
        rising, falling = np.flatnonzero(of_units & self._rises), np.flatnonzero(of_units & ~self._rises)
        np.maximum.at(self._least, variables[rising], -(-need[rising] // factors[rising]))
        np.minimum.at(self._high, variables[falling], np.maximum(need[falling] // factors[falling], 0))

    def _leave_out(self, worth: Worth, lacking: Numbers, is_off: Truths) -> None:
        """Leave out what helps no row, whatever the others are."""
        shape, rows = self._shape, self._shape.rows
        lack = lacking[shape.group_of]
        helping = ~is_off[rows.rows] & self._rises & (lack > 0)
        needed = np.zeros(len(self._low), dtype=np.int64)
        units = np.flatnonzero(helping & self._of_units)
        np.maximum.at(needed, rows.variables[units], -(-lack[units] // rows.factors[units]))
        np.maximum.at(needed, self._subjects[helping & ~self._of_units], 1)
        ending = ~is_off[rows.condition_rows] & (rows.condition_values == 0)
        np.maximum.at(needed, shape.subject[rows.condition_variables[ending]], 1)
        worth.leave_out(needed, self._low, self._least, self._high)


def _look_at_request(offering: OfferingModel, requirements: Requirements, low: Numbers, high: Numbers) -> None:
    """Answers, pins and what is left out."""
    for name, index in offering.needs.items():
        if name in requirements.answers:
            need = requirements.offering.needs[name]
            low[index] = high[index] = answer_number(need, requirements.answers[name], offering.codes)
    out = {*requirements.exclusions, *(name for effect in requirements.bespoke for name in effect.forbids)}
    out |= {one for name in out for one in requirements.release.members(name)}
    need_of_place = requirements.offering.residency_need
    if not need_of_place or need_of_place in requirements.answers:
        out |= {one for members in undeliverable(requirements, offering.quantities).values() for one in members}
    for component in out & offering.quantities.keys():
        high[offering.quantities[component]] = 0
    for component, units in requirements.pins.items():
        if component not in offering.quantities:
            raise CannotHold
        index = offering.quantities[component]
        low[index], high[index] = max(units, 1), min(high[index], units or high[index])
    if (low > high).any():
        raise CannotHold
