"""Which units may be worth having beside those that rows need: for a package, or as more of them cost less."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

import numpy as np

from bidwright.configurator.cpsat_model import PricedKey, offering_key, offering_model
from bidwright.configurator.cpsat_rows import Numbers, Truths
from bidwright.configurator.cpsat_shape import shape_of
from bidwright.configurator.request import Requirements
from bidwright.core.amount_table import AmountTable, Columns, PackageAmount

_Falling = Mapping[int, tuple[tuple[int, ...], ...]]


@dataclass(frozen=True, kw_only=True)
class Worth:
    """What units may be worth having beside what rows need.

    Attributes:
        may_go: Variables of which fewer are never worse.
        packages: What may be worth having for them.
        enough: Units beyond which more make nothing larger that rows do not tell.
        falling: Variable of units -> columns in which more can cost less.
    """

    may_go: Truths
    enough: Numbers
    packages: Sequence[_Package]
    falling: _Falling

    @staticmethod
    def of(requirements: Requirements, amounts: AmountTable, spared: Collection[str]) -> Worth:
        """Look at a request; ``spared`` as ``narrowed`` says."""
        known, release = _worth(PricedKey.of(requirements, amounts)), requirements.release
        units = offering_model(offering_key(requirements), switchable=False).quantities
        kept = {one for effect in requirements.bespoke for name in effect.requires for one in release.members(name)}
        if spared:
            kept |= {one for one in units if release.components[one].attributes.keys() & spared}
        may_go = known.may_go.copy()
        may_go[[units[component] for component in kept & units.keys()]] = False
        costs = () if amounts.costs is None else amounts.costs.charges.values()
        return replace(known, may_go=may_go, falling=_with_falling(known.falling, units, costs))

    def leave_out(self, needed: Numbers, low: Numbers, least: Numbers, high: Numbers) -> None:
        """Take down ``high`` to what is needed, or a few units more above which no column is lower."""
        wanted = np.max([needed, self.enough, self._in_packages(high), low], axis=0)
        wanted = np.where(wanted > 0, np.maximum(wanted, np.where(low >= 0, least, 0)), 0)
        goes = self.may_go & (wanted < high) & (low >= 0)
        for variable in self.falling.keys() & set(np.flatnonzero(goes).tolist()):
            wanted[variable] = _no_dearer(int(wanted[variable]), int(high[variable]), self.falling[variable])
        high[goes] = wanted[goes]

    def _in_packages(self, high: Numbers) -> Numbers:
        """Units that packages can use up."""
        used = np.zeros(len(high), dtype=np.int64)
        for package in self.packages:
            times = (high[package.variables] // package.units).min()
            used[package.variables] += package.units * times * package.is_cheap
        return used


@dataclass(frozen=True, kw_only=True)
class _Package:
    """A package, as far as it may make units worth having.

    Attributes:
        variables, units: How many units of its components one application uses up.
        is_cheap: Whether units of a component may cost less than an application saves.
    """

    variables: Numbers
    units: Numbers
    is_cheap: Truths

    @staticmethod
    def of(package: PackageAmount, components: Mapping[str, int], amounts: AmountTable) -> _Package:
        most = -min((now - before for before, now in pairwise(package.monthly)), default=0)
        costs = [_least_more(amounts.monthly.get(c, ()), units) for c, units in package.components.items()]
        # What a commitment is short of is due anyway, and a package may save in months that are free.
        unsure = {component for commitment in amounts.commitments.values() for component in commitment.components}
        if package.free_months < amounts.free_months:
            unsure |= package.components.keys()
        return _Package(
            variables=np.array([components[component] for component in package.components], dtype=np.int64),
            units=np.array([*package.components.values()], dtype=np.int64),
            is_cheap=np.array(
                [cost < most or c in unsure for c, cost in zip(package.components, costs, strict=True)], dtype=bool
            ),
        )


@lru_cache(maxsize=16)
def _worth(key: PricedKey) -> Worth:
    """What is worth having where nothing is spared and our costs do not matter."""
    offering, shape, amounts = offering_model(key.offering, switchable=False), shape_of(key.offering), key.amounts
    may_go = ~shape.is_truth & (shape.is_units | (shape.high <= 1))
    may_go[list(offering.needs.values())] = False
    may_go[shape.subject[list(shape.held)]] = False
    may_go[[condition for _, _, (condition, value) in shape.rows.holes if not value]] = False
    may_go[[variable for variable, _, _ in shape.rows.holes]] = False
    may_go[[offering.quantities[one] for one in amounts.may_fall() & offering.quantities.keys()]] = False
    packages = [
        _Package.of(package, offering.quantities, amounts)
        for package in amounts.packages.values()
        if package.components.keys() <= offering.quantities.keys()
    ]
    columns = (amounts.one_time, amounts.monthly, amounts.hourly, amounts.quarterly, amounts.yearly)
    enough = np.zeros(len(may_go), dtype=np.int64)
    enough[list(shape.enough)] = list(shape.enough.values())
    return Worth(
        may_go=may_go, enough=enough, packages=packages, falling=_with_falling({}, offering.quantities, columns)
    )


def _least_more(column: Sequence[int], units: int) -> int:
    """The least by which a column rises with so many units more."""
    return min((more - less for less, more in zip(column, column[units:], strict=False)), default=0)


def _no_dearer(units: int, most: int, columns: Iterable[tuple[int, ...]]) -> int:
    """So many units or a few more, above which no column is lower."""
    found = -1
    while found != units:
        found = units
        for column in columns:
            rest = column[units : most + 1]
            units += len(rest) - 1 - rest[::-1].index(min(rest)) if min(rest) < rest[0] else 0
    return units


def _with_falling(known: _Falling, units: Mapping[str, int], amounts: Iterable[Columns]) -> _Falling:
    found = dict(known)
    for columns in amounts:
        for component in columns.keys() & units.keys():
            column = columns[component]
            if list(column) != sorted(column):
                found[units[component]] = (*found.get(units[component], ()), column)
    return found
