"""Selects the deliveries of a plan, and the kind of target it is for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bidwright.catalog.model import Release
from bidwright.configurator.rule_check import Choice, holds
from bidwright.core.errors import InvalidInput, Unavailable
from bidwright.v1.configuration_pb2 import ConfigurationItem

Items = Mapping[str, Sequence[ConfigurationItem]]


@dataclass(frozen=True)
class Selection:
    """What is delivered, on which kind of target.

    Attributes:
        kind: Of the targets; empty where people do everything.
        items: Delivery -> the components it delivers, none where it supports others; both by id.
        targets: How many targets of this kind there are; none where that is not known.
        by_role: Deliveries that a role makes real; people do the others.
        lacking: Deliveries whose role does not serve this kind and for which no task stands in.
    """

    kind: str
    items: Items
    by_role: frozenset[str]
    targets: int | None = None
    lacking: tuple[str, ...] = ()


def select(release: Release, items: Sequence[ConfigurationItem], kinds: Sequence[str]) -> Selection:
    """Select the deliveries of components, and of the kinds the one whose roles serve most of them.

    Args:
        release: Of the components.
        items: The components.
        kinds: The kind of each target there is; of equally good kinds the first counts. None: every kind that is
            delivered to, as many targets as it takes.

    Raises:
        InvalidInput: A component is not in the release.
        Unavailable: Whatever the kind, a role does not serve it and no task stands in for the role.
    """
    delivered = _by_delivery(release, items)
    every_kind = sorted({kind for delivery in release.deliveries.values() for kind in delivery.targets})
    for_people = _not_for_roles(release, items)
    counts = Counter(kinds)  # in the order of their first
    selections = [
        replace(_selection(release, delivered, kind, for_people), targets=counts.get(kind))
        for kind in counts or every_kind
    ]
    if not selections:
        return Selection("", delivered, frozenset())
    best = min(selections, key=lambda one: (len(one.lacking), -len(one.by_role)))
    if best.lacking:
        raise _not_served(release, best)
    return best if best.by_role else Selection("", best.items, frozenset())


def _by_delivery(release: Release, items: Iterable[ConfigurationItem]) -> Items:
    found: dict[str, list[ConfigurationItem]] = {}
    for item in sorted(items, key=lambda one: one.component):
        if item.component not in release.delivery_of:
            raise InvalidInput(
                f"The component {item.component} is not in release {release.digest}.",
                fix="Configure again from the current release.",
                reason="UNKNOWN_COMPONENT",
                facts={"component": item.component},
            )
        found.setdefault(release.delivery_of[item.component], []).append(item)
    return found


def _not_for_roles(release: Release, items: Iterable[ConfigurationItem]) -> frozenset[str]:
    """Find deliveries whose role cannot do what this configuration needs."""
    choice = Choice(release=release, answers={}, items={item.component: item.quantity for item in items})
    conditions = {id_: one.role_when for id_, one in release.deliveries.items() if one.role_when is not None}
    return frozenset(id_ for id_, condition in conditions.items() if not holds(condition, choice))


def _selection(release: Release, delivered: Items, kind: str, for_people: frozenset[str]) -> Selection:
    """Add what supports the deliveries, and what supports that; a task that stands in for a role needs no support."""
    chosen = {id_: list(items) for id_, items in delivered.items()}
    while True:
        replaced = {
            id_
            for id_ in chosen
            if release.deliveries[id_].role and (kind not in release.deliveries[id_].targets or id_ in for_people)
        }
        supported = chosen.keys() - replaced
        added = [
            one.id for one in release.deliveries.values() if one.id not in chosen and supported & set(one.supports)
        ]
        if not added:
            break
        chosen |= {id_: [] for id_ in added}
    return Selection(
        kind=kind,
        items={id_: chosen[id_] for id_ in sorted(chosen)},
        by_role=frozenset(id_ for id_ in chosen if release.deliveries[id_].role and id_ not in replaced),
        lacking=tuple(sorted(id_ for id_ in replaced if not release.deliveries[id_].task)),
    )


def _not_served(release: Release, selection: Selection) -> Unavailable:
    delivery = release.deliveries[selection.lacking[0]]
    kinds = " or ".join(sorted(delivery.targets))
    return Unavailable(
        f"No target serves all steps of the plan: on one of kind {selection.kind}, nothing makes {delivery.id} real.",
        fix=f"Add targets of kind {kinds} to the inventory and restart, or give {delivery.id} in provisioning.yaml a "
        "task beside its role.",
        reason="NO_FITTING_TARGET",
        facts={"delivery": delivery.id, "target_kind": selection.kind},
    )
