"""Plans a delivery before it is signed: which steps, in which order, and why each of them."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_CEILING, Decimal

from bidwright.catalog.amount_messages import decimal_of
from bidwright.catalog.model import Delivery, Release
from bidwright.core.errors import InvalidInput
from bidwright.provisioning.plan_variables import variables_of
from bidwright.v1.configuration_pb2 import BespokeItem, Configuration, ConfigurationItem
from bidwright.v1.plan_pb2 import STEP_KIND_MANUAL, STEP_KIND_ROLE, Plan, PlanStep

_BESPOKE = "bespoke-"
_MINUTES_A_DAY = 8 * 60


def plan(release: Release, configuration: Configuration) -> Plan:
    """Plan the delivery of a configuration; the same input gives the same plan.

    One step per delivery that matches a selected component, and one manual step per bespoke item. Each component is
    delivered by exactly one step; each step comes after those it depends on, equal ranks by id.

    Args:
        release: The release the configuration was made from.
        configuration: Checked: its components are those of the release.

    Raises:
        InvalidInput: A component is not in the release, or a variable needs an answer that is missing.
    """
    items_of = _items_by_delivery(release, configuration.items)
    steps = [_standard_step(release, configuration, release.deliveries[id_], items_of) for id_ in sorted(items_of)]
    steps += [_bespoke_step(release, item, items_of) for item in configuration.bespoke_items]
    by_role = sum(step.kind == STEP_KIND_ROLE for step in steps)
    return Plan(
        steps=in_order(steps),
        duration_minutes=longest_path_minutes(steps),
        automation_percent=100 * by_role // len(steps) if steps else 0,
    )


def in_order(steps: Iterable[PlanStep]) -> list[PlanStep]:
    """Sort steps so that each comes after those it depends on; of those that may come next, the lowest id.

    Raises:
        InvalidInput: The steps depend on each other in a circle.
    """
    by_id = {step.id: step for step in steps}
    waits_for = {id_: set(step.after) for id_, step in by_id.items()}
    ready = [id_ for id_, before in waits_for.items() if not before]
    heapq.heapify(ready)
    ordered: list[PlanStep] = []
    while ready:
        done = heapq.heappop(ready)
        ordered.append(by_id[done])
        for id_, before in waits_for.items():
            if done in before:
                before.remove(done)
                if not before:
                    heapq.heappush(ready, id_)
    if len(ordered) < len(by_id):
        circle = ", ".join(sorted(id_ for id_, before in waits_for.items() if before))
        raise InvalidInput(
            f"These steps wait for each other in a circle: {circle}.",
            fix="Remove one of their 'after' entries from provisioning.yaml.",
            reason="PLAN_HAS_CIRCLE",
        )
    return ordered


def longest_path_minutes(steps: Iterable[PlanStep]) -> int:
    """Minutes from the begin of the first to the end of the last step when all that can be parallel is parallel."""
    end_of: dict[str, int] = {}
    for step in in_order(steps):
        end_of[step.id] = max((end_of[id_] for id_ in step.after), default=0) + step.duration_minutes
    return max(end_of.values(), default=0)


def _items_by_delivery(
    release: Release, items: Iterable[ConfigurationItem]
) -> Mapping[str, Sequence[ConfigurationItem]]:
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


def _standard_step(
    release: Release,
    configuration: Configuration,
    delivery: Delivery,
    items_of: Mapping[str, Sequence[ConfigurationItem]],
) -> PlanStep:
    items, after = items_of[delivery.id], sorted(set(delivery.after) & set(items_of))
    step = PlanStep(
        id=delivery.id,
        items=items,
        after=after,
        reason=_reason(items, delivery.why, after),
        unit=delivery.unit,
        accountable=release.delivery_units[delivery.unit].accountable,
        duration_minutes=delivery.duration_minutes,
        instructions=delivery.instructions,
    )
    if not delivery.role:
        step.kind, step.title = STEP_KIND_MANUAL, delivery.task
        step.verification = f"{step.accountable} confirms that it is done."
        step.undo = "A task to take it back follows when the contract ends." if delivery.instructions else ""
        return step
    names = ", ".join(release.components[item.component].name for item in items)
    step.kind, step.role = STEP_KIND_ROLE, delivery.role
    step.title = f"{delivery.id.replace('_', ' ').capitalize()}: {names}"
    step.targets.extend(delivery.targets)
    step.variables.extend(variables_of(release, configuration, delivery, items))
    step.verification = f"Role {delivery.role} asks the running service from outside and checks its answer."
    step.undo = f"Role {delivery.role} withdraws it and leaves no file, port or process behind."
    return step


def _reason(items: Sequence[ConfigurationItem], why: str, after: Sequence[str]) -> str:
    """Say in words why a step is in the plan, and why it stands where it stands."""
    delivered = _listed([f"{item.quantity} x {item.component}" for item in items])
    parts = [f"Delivers {delivered}."]
    if why:
        parts.append(why)
    if after:
        parts.append(f"Begins after {_listed(after)}, on which it builds.")
    return " ".join(parts)


def _bespoke_step(release: Release, item: BespokeItem, items_of: Mapping[str, Sequence[ConfigurationItem]]) -> PlanStep:
    required = {component for name in item.requires for component in release.members(name)}
    after = sorted(id_ for id_, items in items_of.items() if any(one.component in required for one in items))
    reason = [f"Delivers the bespoke item {item.id}, made for this customer and answered for by {item.owner}."]
    if after:
        reason.append(f"Begins after {_listed(after)}, which it cannot be delivered without.")
    return PlanStep(
        id=f"{_BESPOKE}{item.id}",
        kind=STEP_KIND_MANUAL,
        title=item.title,
        after=after,
        reason=" ".join(reason),
        accountable=item.owner,
        duration_minutes=_bespoke_minutes(item),
        instructions=item.description,
        verification=f"{item.owner} confirms that it is done.",
        undo="A task to take it back follows when the contract ends." if item.description else "",
        bespoke_item=item.id,
    )


def _bespoke_minutes(item: BespokeItem) -> int:
    """Count a day of effort as eight hours, all work one after the other, rounded up."""
    days = sum((decimal_of(effort.days, where="effort.days") for effort in item.effort), Decimal(0))
    return int((days * _MINUTES_A_DAY).to_integral_value(ROUND_CEILING))


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
