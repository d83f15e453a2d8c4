"""Components that do the same, and components that another one makes needless.

Figures and prices are compared first, which is quick; what is left is decided exactly by the solver.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import permutations

from bidwright.catalog.model import Component
from bidwright.configurator.check import check
from bidwright.configurator.cpsat_analysis import are_interchangeable, can_replace
from bidwright.configurator.cpsat_space import OfferingSpace, Witness
from bidwright.configurator.request import Requirements
from bidwright.core.amount_table import AmountTable, Columns

_MOST_PAIRS_OF_QUANTITIES = 100_000
"""Where two components have more combinations of quantities, prices that are not plain are not compared."""


def overlapping(space: OfferingSpace, alive: Iterable[str], known: Sequence[Witness]) -> tuple[tuple[str, ...], ...]:
    """Groups of components of a family with the same figures, any of which may stand in the place of any other.

    Args:
        space: The configurations.
        alive: Components that are in some of them. Those without any figure are not compared.
        known: Some of the configurations: most pairs fail on one of them, which is seen without a solver.

    Raises:
        TimeoutError: The deadline came first.
    """
    alike: dict[object, list[str]] = {}
    for component in (space.release.components[id_] for id_ in sorted(alive)):
        if _has_figures(component):
            figures = [tuple(sorted(component.figures(source).items())) for source in ("total", "provided", "consumed")]
            key = (
                component.family,
                *figures,
                component.max_quantity,
                _places(space, component.id),
                _work(space, component),
            )
            alike.setdefault(key, []).append(component.id)
    found: list[list[str]] = []
    for group in alike.values():
        same: list[list[str]] = []
        for component_id in group:
            home = next((other for other in same if _are_alike(space, known, other[0], component_id)), None)
            if home is None:
                same.append([component_id])
            else:
                home.append(component_id)
        found.extend(each for each in same if len(each) > 1)
    return tuple(tuple(group) for group in sorted(found))


def dominated(
    space: OfferingSpace, alive: Iterable[str], known: Sequence[Witness], prices: Sequence[AmountTable]
) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Component -> another one of its family that is never worse and never dearer, so that nobody would choose it.

    The other has at least as much of every attribute and resource, consumes no more, takes no longer to deliver, is
    assured wherever it is, is deliverable wherever it is, and keeps every configuration valid when it takes the place
    of all its units. Of two that dominate each other, neither is listed: they overlap.

    Args:
        space: The configurations.
        alive: Components that are in some of them. Those without any figure are not compared.
        known: Some of the configurations, as above.
        prices: Of every market and term that counts.

    Returns:
        What was found, and pairs of which it was not decided with the effort that a pair is worth.

    Raises:
        TimeoutError: The deadline came first.
    """
    families: dict[str, list[Component]] = {}
    for component in (space.release.components[id_] for id_ in sorted(alive)):
        if _has_figures(component):
            families.setdefault(component.family, []).append(component)
    better = {
        (worse.id, by.id)
        for family in families.values()
        for worse, by in permutations(family, 2)
        if _is_as_good(space, worse, by) and _is_never_dearer(worse, by, prices)
    }
    found: dict[str, str] = {}
    undecided: list[tuple[str, str]] = []
    for worse, by in sorted(better):
        if worse in found or (by, worse) in better:
            continue
        try:
            if _stays_valid(space, known, {worse: by}) and can_replace(space, worse, by):
                found[worse] = by
        except TimeoutError:
            if not space.deadline.left_s:
                raise
            undecided.append((worse, by))
    return found, [pair for pair in undecided if pair[0] not in found]


def _are_alike(space: OfferingSpace, known: Sequence[Witness], first: str, second: str) -> bool:
    return _stays_valid(space, known, {first: second, second: first}) and are_interchangeable(space, first, second)


def _stays_valid(space: OfferingSpace, known: Sequence[Witness], exchanged: Mapping[str, str]) -> bool:
    """Whether configurations that are known stay valid when components are exchanged for others."""
    release = space.release
    for each in known:
        if not exchanged.keys() & each.items.keys():
            continue
        items: dict[str, int] = {}
        for component, units in each.items.items():
            place = exchanged.get(component, component)
            items[place] = items.get(place, 0) + units
        market = release.markets[each.market]
        told = Requirements(release=release, offering=space.offering, market=market, answers=each.answers)
        if check(told, dict(sorted(items.items()))):
            return False
    return True


def _has_figures(component: Component) -> bool:
    return bool(component.attributes or component.provides or component.consumes)


def _places(space: OfferingSpace, component: str) -> frozenset[tuple[str, str]]:
    """Where nobody can deliver a component."""
    return frozenset(place for place, components in space.undelivered.items() if component in components)


def _is_as_good(space: OfferingSpace, worse: Component, by: Component) -> bool:
    release = space.release
    return (
        _at_least(by.attributes, worse.attributes)
        and _at_least(by.provides, worse.provides)
        and _at_least(worse.consumes, by.consumes)
        and by.lead_time_days <= worse.lead_time_days
        and _places(space, by.id) <= _places(space, worse.id)
        and _is_no_more_work(space, worse, by)
        and all(by.id in each.components for each in release.assurances if worse.id in each.components)
    )


def _work(space: OfferingSpace, component: Component) -> object:
    """What a component takes of the hours of delivery centres, where these are scarce."""
    if not space.has_scarce_hours:
        return ()
    return component.skills, component.one_time_hours, component.monthly_hours


def _is_no_more_work(space: OfferingSpace, worse: Component, by: Component) -> bool:
    """Whether whoever has the hours for one component has them for the other, where hours are scarce."""
    return not space.has_scarce_hours or (
        by.skills == worse.skills
        and by.one_time_hours <= worse.one_time_hours
        and by.monthly_hours <= worse.monthly_hours
    )


def _at_least(more: Mapping[str, Decimal], less: Mapping[str, Decimal]) -> bool:
    return all(more.get(name, Decimal(0)) >= less.get(name, Decimal(0)) for name in {*more, *less})


def _is_never_dearer(worse: Component, by: Component, prices: Sequence[AmountTable]) -> bool:
    return all(_is_not_dearer_in(worse, by, table) for table in prices)


def _is_not_dearer_in(worse: Component, by: Component, table: AmountTable) -> bool:
    if any(worse.id in package.components for package in table.packages.values()):
        return False
    if {worse.id, by.id} & table.may_fall():
        return False
    if any({worse.id, by.id} & {each.component} for each in table.percentages):
        return False
    if any(by.id in each.of and worse.id not in each.of for each in table.percentages):
        return False
    if any((worse.id in each.components) != (by.id in each.components) for each in table.commitments.values()):
        return False
    columns = (table.one_time, table.monthly, table.hourly, table.quarterly, table.yearly)
    return all(_is_column_lower(worse, by, column) for column in columns)


def _is_column_lower(worse: Component, by: Component, column: Columns) -> bool:
    """Whether units of one cost no more than as many of the other, also beside units of the one that are there."""
    old = column.get(worse.id, (0,) * (worse.max_quantity + 1))
    new = column.get(by.id, (0,) * (by.max_quantity + 1))
    together = min(worse.max_quantity, by.max_quantity)
    if any(new[units] > old[units] for units in range(1, together + 1)):
        return False
    if all(amount == units * new[1] for units, amount in enumerate(new)):
        return True
    if len(old) * len(new) > _MOST_PAIRS_OF_QUANTITIES:
        return False
    return all(
        new[units + beside] <= old[units] + new[beside]
        for beside in range(1, by.max_quantity + 1)
        for units in range(1, min(worse.max_quantity, by.max_quantity - beside) + 1)
    )
