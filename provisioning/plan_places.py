"""Deals the steps of a plan over places: which runs on the same target, and which never does."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bidwright.catalog.model import Delivery, Release
from bidwright.provisioning.plan_selection import Selection
from bidwright.v1.configuration_pb2 import ConfigurationItem


@dataclass(frozen=True)
class Instance:
    """One step that a delivery becomes.

    Attributes:
        items: What this one delivers; a single unit where there is an instance for each unit sold.
        place: Where its role runs, from 1; 0 where people do it.
        number: Which of the delivery's instances it is, from 1.
        count: How many there are.
    """

    delivery: Delivery
    items: Sequence[ConfigurationItem]
    place: int
    number: int
    count: int

    @property
    def step_id(self) -> str:
        """Id of the step: that of the delivery, with a number where there are several instances."""
        return self.delivery.id if self.count == 1 else f"{self.delivery.id}-{self.number}"


@dataclass(frozen=True)
class Layout:
    """All instances, by delivery, in their order; deliveries by id."""

    instances: Mapping[str, Sequence[Instance]]

    @property
    def places(self) -> int:
        """How many places they take."""
        return max((one.place for some in self.instances.values() for one in some), default=0)

    def steps_of(self, delivery: str) -> list[str]:
        """Ids of the steps of a delivery; none where it is not in the plan."""
        return [one.step_id for one in self.instances.get(delivery, ())]

    def role_steps_of(self, delivery: str) -> list[str]:
        """Ids of the steps of a delivery that a role carries out."""
        return [one.step_id for one in self.instances.get(delivery, ()) if one.place]


def lay_out(release: Release, selection: Selection) -> Layout:
    """Deal what is delivered over places; the same input gives the same layout.

    Deliveries are taken by id. Each goes to the lowest place where nothing is that it must be apart from; a spread one
    to as many such places as it may use and as there are targets, dealt one after the other. Those with instances on
    every place come last.
    """
    deliveries = [release.deliveries[id_] for id_ in selection.items]
    by_role = [one for one in deliveries if one.id in selection.by_role]
    places = _places(by_role, selection)
    return Layout({one.id: _instances(one, selection.items[one.id], places.get(one.id, [0])) for one in deliveries})


def _places(deliveries: Sequence[Delivery], selection: Selection) -> Mapping[str, Sequence[int]]:
    """Choose the place of each instance of each delivery."""
    apart = _apart(deliveries)
    places: dict[str, list[int]] = {}
    everywhere = [one for one in deliveries if one.instances.origin == "places"]
    for delivery in deliveries:
        if delivery in everywhere:
            continue
        taken = {place for other in apart[delivery.id] for place in places.get(other, ())}
        count = _count(delivery, selection.items[delivery.id])
        most = min(delivery.spread, count, selection.targets or count)
        allowed = itertools.islice(_free(taken), most)
        places[delivery.id] = list(itertools.islice(itertools.cycle(list(allowed)), count))
    taken_by = {one.id: {place for other in apart[one.id] for place in places.get(other, ())} for one in everywhere}
    # A delivery that must be apart from something on every place gets a place of its own.
    needed = [next(_free(taken)) for taken in taken_by.values()]
    highest = max([place for some in places.values() for place in some] + needed, default=0)
    for id_, taken in taken_by.items():
        places[id_] = [place for place in range(1, highest + 1) if place not in taken]
    return places


def _free(taken: set[int]) -> Iterator[int]:
    return (place for place in itertools.count(1) if place not in taken)


def _apart(deliveries: Iterable[Delivery]) -> Mapping[str, set[str]]:
    """Read ``apart_from`` both ways."""
    apart: dict[str, set[str]] = {one.id: set() for one in deliveries}
    for one in deliveries:
        for other in apart.keys() & set(one.apart_from):
            apart[one.id].add(other)
            apart[other].add(one.id)
    return apart


def _count(delivery: Delivery, items: Sequence[ConfigurationItem]) -> int:
    return sum(item.quantity for item in items) if delivery.instances.origin == "quantity" else delivery.instances.value


def _instances(delivery: Delivery, items: Sequence[ConfigurationItem], places: Sequence[int]) -> Sequence[Instance]:
    shares = [items] * len(places)
    if delivery.instances.origin == "quantity" and places != [0]:
        shares = [
            [ConfigurationItem(component=item.component, quantity=1)] for item in items for _ in range(item.quantity)
        ]
    return [
        Instance(delivery, share, place, number, len(places))
        for number, (share, place) in enumerate(zip(shares, places, strict=True), 1)
    ]
