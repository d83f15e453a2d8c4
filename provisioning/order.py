"""Makes the order that delivers a contract, and asks what an order can do next. Plain functions, no storage."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from google.protobuf.timestamp_pb2 import Timestamp

from bidwright.core.errors import Conflicting
from bidwright.core.resource_names import resource_name
from bidwright.provisioning.inventory import Inventory
from bidwright.provisioning.order_records import id_of
from bidwright.provisioning.states import DONE
from bidwright.storage.messages import message_digest
from bidwright.v1.order_pb2 import (
    ORDER_KIND_PROVISION,
    ORDER_STATE_ACKNOWLEDGED,
    STEP_STATE_FAILED,
    STEP_STATE_PENDING,
    STEP_STATE_WAITING,
    Order,
    OrderStep,
)
from bidwright.v1.plan_pb2 import PlanStep
from bidwright.v1.quote_pb2 import Contract

_MINUTES_A_DAY = 8 * 60
_FRIDAY = 4


def new_order(contract: Contract, order_id: str, *, inventory: Inventory, now: dt.datetime) -> Order:
    """Make the order of a contract that is being signed: acknowledged, all steps pending.

    Args:
        contract: As it is signed; the order follows its plan and nothing else.
        order_id: Of the new order.
        inventory: The targets are chosen from it.
        now: Present moment.

    Raises:
        Unavailable: There are too few targets of the plan's kind.
    """
    return Order(
        name=resource_name("orders", order_id),
        contract=contract.name,
        kind=ORDER_KIND_PROVISION,
        state=ORDER_STATE_ACKNOWLEDGED,
        steps=pending(contract.offer.plan.steps),
        create_time=timestamp(now),
        update_time=timestamp(now),
        targets=inventory.choose(contract.offer.plan, id_of(contract.name)),
        signed_digest=contract.signed_digest,
    )


def pending(steps: Iterable[PlanStep]) -> list[OrderStep]:
    """Make steps that were not begun."""
    return [OrderStep(plan_step=step, state=STEP_STATE_PENDING) for step in steps]


def check_signed(order: Order, contract: Contract) -> None:
    """Return if the order delivers exactly what was signed.

    Raises:
        Conflicting: The offer is not the one whose digest was signed, or the steps are not those of its plan.
    """
    differs = ""
    if not message_digest(contract.offer) == contract.signed_digest == order.signed_digest:
        differs = "the offer's digest is not the one that was signed"
    elif [step.plan_step for step in order.steps] != list(contract.offer.plan.steps):
        differs = "its steps are not those of the signed plan"
    elif len(set(order.targets)) != contract.offer.plan.places or len(order.targets) != contract.offer.plan.places:
        differs = "it has not one target for each place of the signed plan"
    if differs:
        raise Conflicting(
            f"{order.name} is not what was signed in {contract.name}: {differs}.",
            fix="Do not resume it. Find out who changed the records; the signed documents show what holds.",
            reason="NOT_AS_SIGNED",
        )


def check_targets(order: Order, made: Order) -> None:
    """Return if an order delivers where the order that the contract was signed with delivered.

    Raises:
        Conflicting: It has other targets.
    """
    if order.targets != made.targets:
        raise Conflicting(
            f"{order.name} has not the targets of {made.name}, whose delivery it repeats.",
            fix="Find out who changed the records.",
            reason="NOT_AS_SIGNED",
        )


def ready_steps(order: Order) -> list[OrderStep]:
    """Return pending steps whose predecessors are all done, in the order of the plan."""
    done = {step.plan_step.id for step in order.steps if step.state in DONE}
    return [step for step in order.steps if step.state == STEP_STATE_PENDING and done.issuperset(step.plan_step.after)]


def conclusion(order: Order) -> str:
    """Say which move ends the work on an order that has no running step: complete, fail or hold.

    Returns:
        The move; empty while steps are ready. A failure counts more than a task that waits.
    """
    states = {step.state for step in order.steps}
    if ready_steps(order):
        return ""
    if states <= DONE:
        return "complete"
    if STEP_STATE_FAILED in states:
        return "fail"
    return "hold" if STEP_STATE_WAITING in states else ""


def step_of(order: Order, step_id: str) -> OrderStep | None:
    """Return a step of an order by id."""
    return next((step for step in order.steps if step.plan_step.id == step_id), None)


def target_of(order: Order, step: OrderStep) -> str:
    """Name the target of a step; empty for people's steps."""
    place = step.plan_step.place
    return order.targets[place - 1] if place else ""


def due_time(ready: dt.datetime, minutes: int) -> dt.datetime:
    """Day by which people are expected to be done: working days of eight hours, weekends left out.

    Args:
        ready: When they may begin.
        minutes: Expected duration; each begun eight hours take a day, at least one.
    """
    days_left, due = max(1, -(-minutes // _MINUTES_A_DAY)), ready
    while days_left:
        due += dt.timedelta(days=1)
        days_left -= due.weekday() <= _FRIDAY
    return due


def timestamp(moment: dt.datetime) -> Timestamp:
    """Write a moment as records hold it."""
    written = Timestamp()
    written.FromDatetime(moment)
    return written
