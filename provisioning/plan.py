"""Plans a delivery before it is signed: which steps, in which order, where, and why each of them."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from decimal import ROUND_CEILING, Decimal

from bidwright.catalog.amount_messages import decimal_of
from bidwright.catalog.model import Release
from bidwright.core.errors import InvalidInput
from bidwright.provisioning.plan_places import Instance, Layout, lay_out
from bidwright.provisioning.plan_selection import select
from bidwright.provisioning.plan_variables import secrets_of, variables_of
from bidwright.v1.configuration_pb2 import BespokeItem, Configuration
from bidwright.v1.plan_pb2 import STEP_KIND_MANUAL, STEP_KIND_ROLE, Plan, PlanStep

_BESPOKE = "bespoke-"
_MINUTES_A_DAY = 8 * 60


def plan(release: Release, configuration: Configuration, kinds: Sequence[str] = ()) -> Plan:
    """Plan the delivery of a configuration; the same input gives the same plan.

    One step per instance of each delivery that matches a selected component or supports one that does, and one manual
    step per bespoke item. Each step comes after those it depends on, equal ranks by id. The plan is for one kind of
    target: the one whose roles serve most deliveries.

    Args:
        release: The release the configuration was made from.
        configuration: Checked: its components are those of the release.
        kinds: The kind of each target there is, preferred ones first; none where that is not known yet.

    Raises:
        InvalidInput: A component is not in the release, or a variable needs an answer that is missing.
        Unavailable: A role serves no such target, and no task stands in for it.
    """
    selection = select(release, configuration.items, kinds)
    layout = lay_out(release, selection)
    steps = [
        _standard_step(release, configuration, instance, layout)
        for instances in layout.instances.values()
        for instance in instances
    ]
    steps += [_bespoke_step(release, item, layout) for item in configuration.bespoke_items]
    by_role = sum(step.kind == STEP_KIND_ROLE for step in steps)
    return Plan(
        steps=in_order(steps),
        duration_minutes=longest_path_minutes(steps),
        automation_percent=100 * by_role // len(steps) if steps else 0,
        target_kind=selection.kind,
        places=layout.places,
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


def _standard_step(release: Release, configuration: Configuration, instance: Instance, layout: Layout) -> PlanStep:
    delivery, before = instance.delivery, sorted(set(instance.delivery.after) & layout.instances.keys())
    step = PlanStep(
        id=instance.step_id,
        delivery=delivery.id,
        items=instance.items,
        after=[step_id for id_ in before for step_id in layout.steps_of(id_)],
        reason=_reason(instance, before, layout),
        unit=delivery.unit,
        accountable=release.delivery_units[delivery.unit].accountable,
        duration_minutes=delivery.duration_minutes,
    )
    if not instance.place:
        step.kind, step.title, step.instructions = STEP_KIND_MANUAL, delivery.task, delivery.instructions
        step.verification = f"{step.accountable} confirms that it is done."
        step.undo = "A task to take it back follows when the contract ends." if delivery.instructions else ""
        return step
    step.kind, step.role, step.place = STEP_KIND_ROLE, delivery.role, instance.place
    step.title = _title(release, instance)
    step.targets.extend(delivery.targets)
    step.variables.extend(variables_of(release, configuration, instance, layout))
    step.secrets.extend(secrets_of(release, instance, layout))
    step.verification = f"Role {delivery.role} asks the running service from outside and checks its answer."
    step.undo = f"Role {delivery.role} withdraws it and leaves no file, port or process behind."
    return step


def _title(release: Release, instance: Instance) -> str:
    title = instance.delivery.id.replace("_", " ").capitalize()
    if instance.count > 1:
        title += f" {instance.number} of {instance.count}"
    names = ", ".join(release.components[item.component].name for item in instance.items)
    return f"{title}: {names}" if names else title


def _reason(instance: Instance, before: Sequence[str], layout: Layout) -> str:
    """Say in words why a step is in the plan, and why it stands where it stands."""
    delivery = instance.delivery
    if instance.items:
        parts = [f"Delivers {_listed([f'{item.quantity} x {item.component}' for item in instance.items])}."]
    else:
        parts = [f"Supports {_listed(sorted(set(delivery.supports) & layout.instances.keys()))}."]
    if delivery.why:
        parts.append(delivery.why)
    if before:
        parts.append(f"Begins after {_listed(before)}, on which it builds.")
    apart_from = [id_ for id_ in delivery.apart_from if layout.role_steps_of(id_)]
    if instance.place and apart_from:
        parts.append(f"Runs on another target than {_listed(apart_from)}.")
    if delivery.role and not instance.place:
        parts.append(f"People do it: role {delivery.role} is not for these targets, or not for these components.")
    return " ".join(parts)


def _bespoke_step(release: Release, item: BespokeItem, layout: Layout) -> PlanStep:
    required = {component for name in item.requires for component in release.members(name)}
    every = [instance for instances in layout.instances.values() for instance in instances]
    needed = [one for one in every if any(delivered.component in required for delivered in one.items)]
    reason = [f"Delivers the bespoke item {item.id}, made for this customer and answered for by {item.owner}."]
    if needed:
        deliveries = _listed(list(dict.fromkeys(one.delivery.id for one in needed)))
        reason.append(f"Begins after {deliveries}, which it cannot be delivered without.")
    return PlanStep(
        id=f"{_BESPOKE}{item.id}",
        kind=STEP_KIND_MANUAL,
        title=item.title,
        after=[one.step_id for one in needed],
        reason=" ".join(reason),
        accountable=item.owner,
        duration_minutes=_bespoke_minutes(item),
        instructions=item.description or item.title,  # so that it is taken back like everything else
        verification=f"{item.owner} confirms that it is done.",
        undo="A task to take it back follows when the contract ends.",
        bespoke_item=item.id,
    )


def _bespoke_minutes(item: BespokeItem) -> int:
    """Count a day of effort as eight hours, all work one after the other, rounded up."""
    days = sum((decimal_of(effort.days, where="effort.days") for effort in item.effort), Decimal(0))
    return int((days * _MINUTES_A_DAY).to_integral_value(ROUND_CEILING))


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
