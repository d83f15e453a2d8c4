"""Plans how what a contract provisioned is taken back: in reverse, and only what was begun."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from bidwright.core.resource_names import resource_name
from bidwright.provisioning.order import pending, timestamp
from bidwright.provisioning.order_records import id_of
from bidwright.provisioning.plan import in_order
from bidwright.v1.order_pb2 import (
    ORDER_KIND_WITHDRAW,
    ORDER_STATE_ACKNOWLEDGED,
    STEP_STATE_SUCCEEDED,
    Order,
    OrderStep,
)
from bidwright.v1.plan_pb2 import STEP_KIND_MANUAL, STEP_KIND_ROLE, PlanStep


def withdrawal_id(contract_id: str) -> str:
    """Name the one order that withdraws a contract, so that it is found by whoever asks again."""
    return f"{contract_id}-withdraw"


def withdrawal(order: Order, now: dt.datetime) -> Order:
    """Make the order that takes back what an order has done so far; the same steps for the same order.

    Steps with a role are withdrawn where the role was begun even once, each after all that were built on it. People are
    given a task to take back what they completed, where the delivery has instructions; such tasks hold up no role.

    Args:
        order: The order that provisioned the contract. Nobody works on it any more.
        now: Present moment.
    """
    return Order(
        name=resource_name("orders", withdrawal_id(id_of(order.contract))),
        contract=order.contract,
        kind=ORDER_KIND_WITHDRAW,
        state=ORDER_STATE_ACKNOWLEDGED,
        steps=pending(withdrawal_steps(order)),
        create_time=timestamp(now),
        update_time=timestamp(now),
        targets=order.targets,
        signed_digest=order.signed_digest,
    )


def withdrawal_steps(order: Order) -> list[PlanStep]:
    """Plan the steps that take an order back."""
    roles = [step for step in order.steps if step.plan_step.kind == STEP_KIND_ROLE and step.attempts > 0]
    before_of = _all_before(order)
    steps = [_role_step(step, roles, before_of) for step in roles]
    return in_order([*steps, *(_task(step) for step in order.steps if _needs_task(step))])


def _all_before(order: Order) -> Mapping[str, frozenset[str]]:
    """Everything each step was built on, also by way of other steps. A plan lists a step after those before it."""
    before_of: dict[str, frozenset[str]] = {}
    for step in order.steps:
        direct = step.plan_step.after
        before_of[step.plan_step.id] = frozenset(direct).union(*(before_of[id_] for id_ in direct))
    return before_of


def _role_step(step: OrderStep, roles: list[OrderStep], before_of: Mapping[str, frozenset[str]]) -> PlanStep:
    signed = step.plan_step
    built_on_it = sorted(other.plan_step.id for other in roles if signed.id in before_of[other.plan_step.id])
    taken_back = PlanStep()
    taken_back.CopyFrom(signed)
    for field in ("after", "undo", "instructions", "variables"):
        taken_back.ClearField(field)
    taken_back.title = f"Take back: {signed.title}"
    taken_back.reason = f"Was begun for {_delivered(step)} and the contract ends."
    taken_back.verification = signed.undo
    taken_back.after.extend(built_on_it)
    if built_on_it:
        taken_back.reason += f" Comes after {', '.join(built_on_it)}, built on it."
    return taken_back


def _delivered(step: OrderStep) -> str:
    """Say what a step delivered, as ``1 x web.nginx_site``, or its title where it supported others."""
    return ", ".join(f"{item.quantity} x {item.component}" for item in step.plan_step.items) or step.plan_step.title


def _needs_task(step: OrderStep) -> bool:
    signed = step.plan_step
    return signed.kind == STEP_KIND_MANUAL and step.state == STEP_STATE_SUCCEEDED and bool(signed.instructions)


def _task(step: OrderStep) -> PlanStep:
    signed = step.plan_step
    task = PlanStep()
    task.CopyFrom(signed)
    for field in ("after", "undo"):
        task.ClearField(field)
    task.title = f"Take back: {signed.title}"
    task.reason = "People completed this task and the contract ends."
    task.instructions = f"Take back what was done by these instructions:\n\n{signed.instructions}"
    return task
