"""Which units may be worth having beside those that rows need: for a package, or as more of them cost less."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bidwright.configurator.cpsat_model import offering_key, offering_model
from bidwright.configurator.cpsat_rows import Numbers, Truths
from bidwright.configurator.cpsat_shape import shape_of
from bidwright.configurator.request import Requirements
from bidwright.core.amount_table import AmountTable, Columns, PackageAmount


@dataclass(frozen=True, kw_only=True)
class Worth:
    """What units may be worth having beside what rows need.

    Attributes:
        may_go: Variables of which fewer are never worse.
        packages: What may be worth having for them.
        falling: Variable of units -> columns in which more can cost less.
    """

    may_go: Truths
    packages: Sequence[_Package]
    falling: Mapping[int, Sequence[tuple[int, ...]]]

    @staticmethod
    def of(requirements: Requirements, amounts: AmountTable, spared: Collection[str], high: Numbers) -> Worth:
        """Look at a request; ``spared`` as ``narrowed`` says, ``high`` are the most of each variable."""
        key = offering_key(requirements)
        offering, shape = offering_model(key, switchable=False), shape_of(key)
        components, cheaper = requirements.release.components, amounts.may_fall()
        may_go = np.ones(len(shape.subject), dtype=bool)
        may_go[shape.is_truth | (~shape.is_units & (high > 1))] = False
        may_go[list(offering.needs.values())] = False
        may_go[shape.subject[list(shape.rows.unsaid)]] = False
        may_go[[condition for _, _, (condition, value) in shape.rows.holes if not value]] = False
        may_go[[variable for variable, _, _ in shape.rows.holes]] = False
        kept = {name for effect in requirements.bespoke for name in effect.requires}
        for component, index in offering.quantities.items():
            one = components[component]
            if component in cheaper or kept & {component, one.family} or one.attributes.keys() & spared:
                may_go[index] = False
        packages = [
            _Package.of(package, offering.quantities, amounts)
            for package in amounts.packages.values()
            if package.components.keys() <= offering.quantities.keys()
        ]
        return Worth(may_go=may_go, packages=packages, falling=_falling(offering.quantities, amounts))

    def leave_out(self, needed: Numbers, low: Numbers, least: Numbers, high: Numbers) -> None:
        """Take down ``high`` to what is needed, or a few units more above which no column is lower."""
        wanted = np.maximum(np.maximum(needed, self._in_packages(high)), low)
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


def _falling(components: Mapping[str, int], amounts: AmountTable) -> Mapping[int, Sequence[tuple[int, ...]]]:
    found: dict[int, list[tuple[int, ...]]] = {}
    for columns in _columns(amounts):
        for component in columns.keys() & components.keys():
            column = columns[component]
            if list(column) != sorted(column):
                found.setdefault(components[component], []).append(column)
    return found


def _columns(amounts: AmountTable) -> Iterator[Columns]:
    yield from (amounts.one_time, amounts.monthly, amounts.hourly, amounts.quarterly, amounts.yearly)
    if amounts.costs is not None:
        yield from amounts.costs.charges.values()
