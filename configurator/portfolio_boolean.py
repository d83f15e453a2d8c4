"""An offering as a feature model, where everything in it is a yes or a no.

Units of a component become features of which each one needs the one before, and so do the answers to a need that asks
for one of few numbers. This is also a second opinion on what the solver for whole numbers says of an offering.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from bidwright.catalog.model import Market, Need, Offering, Release
from bidwright.catalog.rule_language import Expression
from bidwright.configurator.capacity import capacity_conditions
from bidwright.configurator.delivery import undeliverable
from bidwright.configurator.feature_model import Constraint, Feature, FeatureModel, Group, Kind, Operation, Place, Step
from bidwright.configurator.members import CAPACITY, DELIVERY_CENTRE, SLOT, Member
from bidwright.configurator.portfolio_conditions import conditions_of
from bidwright.configurator.portfolio_programs import TRUE, NotCountable, Programs, one, step
from bidwright.configurator.request import Requirements

_MOST_VALUES = 64
"""A need that asks for one of more numbers is not written out."""

_MOST_FEATURES = 5_000
_NOWHERE = Place("", 1, 1)
_ROOT = 0


@dataclass(frozen=True, kw_only=True)
class BooleanOffering:
    """The offering as a feature model with as many configurations, answers to texts left out.

    Attributes:
        model: Its features are named by components, and by need and option.
        units: Component -> its units, each of which needs the one before.
        numbers: Need -> the steps over the least answer, likewise.
        options: Need -> option (``yes`` of a boolean) -> its feature.
        members: Place of a constraint in the model -> what it stands for.
    """

    model: FeatureModel
    units: Mapping[str, tuple[int, ...]]
    numbers: Mapping[str, tuple[int, ...]]
    options: Mapping[str, Mapping[str, int]]
    members: Mapping[int, Member]

    @property
    def is_plain(self) -> bool:
        """Whether no numbers were written out: then everything can be asked of it quickly."""
        return not self.numbers and all(len(units) == 1 for units in self.units.values())


def boolean_offering(
    release: Release, offering: Offering, markets: Iterable[Market], *, with_groups: bool
) -> BooleanOffering:
    """Write an offering out.

    Args:
        release: The portfolio.
        offering: One of its offerings.
        markets: Where it is sold.
        with_groups: Whether slots are groups of the model, with which counting is faster; otherwise all that holds is
            constraints, which can be left out one by one.

    Raises:
        NotCountable: It has numbers of many values, or what may be delivered differs from market to market.
    """
    return _Builder(release, offering, with_groups).build(tuple(markets))


@dataclass
class _Builder:
    release: Release
    offering: Offering
    with_groups: bool
    features: list[Feature] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    constraints: list[Constraint] = field(default_factory=list)
    units: dict[str, tuple[int, ...]] = field(default_factory=dict)
    numbers: dict[str, tuple[int, ...]] = field(default_factory=dict)
    options: dict[str, dict[str, int]] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)

    def build(self, markets: tuple[Market, ...]) -> BooleanOffering:
        self._add(self.offering.id)
        for need in self.offering.needs.values():
            self._add_need(need)
        for component in self.release.components.values():
            if component.family in self.offering.slots:
                self.units[component.id] = self._chain(component.id, component.max_quantity)
        programs = Programs(self.release, self.offering, self.units, self.numbers, self.options)
        for member, condition in conditions_of(self.release, self.offering).items():
            slot = self.offering.slots[member.id] if member.kind == SLOT else None
            if slot is not None and slot.max_quantity is None and self.with_groups:
                kinds = tuple(self.units[each][0] for each in programs.members(slot.family))
                self.groups.append(Group(_ROOT, kinds, slot.minimum, slot.maximum))
                continue
            self._demand(programs.truth(condition), member)
        for name, condition in self._capacities(markets).items():
            self._demand(programs.truth(condition), Member(CAPACITY, name))
        for undelivered, impossible in self._undelivered(markets):
            self._demand(impossible, Member(DELIVERY_CENTRE, self.release.components[undelivered].family))
        return BooleanOffering(
            model=FeatureModel(tuple(self.features), tuple(self.groups), (), tuple(self.constraints)),
            units=self.units,
            numbers=self.numbers,
            options=self.options,
            members=self.members,
        )

    def _add(self, name: str) -> int:
        if len(self.features) >= _MOST_FEATURES:
            raise NotCountable(f"it has over {_MOST_FEATURES:,} units and answers")
        parent = _ROOT if self.features else -1
        self.features.append(Feature(name, parent, Kind.BOOLEAN, is_optional=True, is_instance=False, place=_NOWHERE))
        return len(self.features) - 1

    def _chain(self, name: str, length: int) -> tuple[int, ...]:
        """Features of which each needs the one before: how many of them there are is a number."""
        made = tuple(self._add(name if place == 0 else f"{name} {place + 1}") for place in range(length))
        for before, after in pairwise(made):
            self._demand([*one(Operation.SELECTED, after), *one(Operation.SELECTED, before), step(Operation.IMPLIES)])
        return made

    def _add_need(self, need: Need) -> None:
        if need.kind == "boolean":
            self.options[need.name] = {"yes": self._chain(f"{need.name} yes", 1)[0]}
        elif need.kind == "choice":
            made = {option: self._add(f"{need.name} {option}") for option in need.options}
            self.options[need.name] = made
            self.groups.append(Group(_ROOT, tuple(made.values()), 1, 1))
        elif need.minimum is not None and need.maximum is not None:
            steps = int((need.maximum - need.minimum).scaleb(need.places))
            if steps >= _MOST_VALUES:
                raise NotCountable(f"{need.name} asks for one of {steps + 1:,} numbers")
            self.numbers[need.name] = self._chain(f"{need.name} over", steps)

    def _demand(self, program: list[Step], member: Member | None = None) -> None:
        if member is not None:
            self.members[len(self.constraints)] = member
        self.constraints.append(Constraint(tuple(program), "", _NOWHERE))

    def _capacities(self, markets: tuple[Market, ...]) -> Mapping[str, Expression]:
        """What the hours of delivery centres ask for, by id."""
        first, *others = (capacity_conditions(self.release, self.offering, market) for market in markets)
        if any(other != first for other in others):
            raise NotCountable("what delivery centres have hours for differs from market to market: name one")
        return first

    def _undelivered(self, markets: tuple[Market, ...]) -> Iterator[tuple[str, list[Step]]]:
        """For each place of delivery, that what nobody can deliver there is not chosen."""
        name = self.offering.residency_need
        options: Iterable[str] = self.offering.needs[name].options if name else ("",)
        for option in options:
            found = []
            for market in markets:
                answers = {name: option} if name else {}
                told = Requirements(release=self.release, offering=self.offering, market=market, answers=answers)
                missing = undeliverable(told, self.units).values()
                found.append(frozenset(component for components in missing for component in components))
            if len(set(found)) > 1:
                raise NotCountable("what can be delivered differs from market to market: name one")
            for component in sorted(found[0]):
                here = one(Operation.SELECTED, self.options[name][option]) if name else TRUE
                chosen = one(Operation.SELECTED, self.units[component][0])
                yield component, [*here, *chosen, step(Operation.AND), step(Operation.NOT)]
