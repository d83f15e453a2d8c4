"""Repeats the delivery of a contract: the same steps on the same targets, and people are not asked again."""

from __future__ import annotations

import datetime as dt

from bidwright.core.enum_words import spoken
from bidwright.core.errors import NotAllowedNow
from bidwright.core.resource_names import resource_name
from bidwright.provisioning.order import pending, timestamp
from bidwright.provisioning.order_records import ORDER_KIND, Stored, decoded, id_of, read
from bidwright.provisioning.states import ENDED
from bidwright.storage.pages import PageRequest
from bidwright.storage.records import Store
from bidwright.v1.order_pb2 import (
    ORDER_KIND_PROVISION,
    ORDER_STATE_ACKNOWLEDGED,
    ORDER_STATE_COMPLETED,
    Order,
    OrderState,
)
from bidwright.v1.plan_pb2 import STEP_KIND_MANUAL
from bidwright.v1.quote_pb2 import CONTRACT_STATE_ACTIVE, Contract


async def newest_delivery(store: Store, account: str, contract: Contract) -> Stored[Order]:
    """Read the order that delivered a contract last: the one it was signed with, or its newest repetition.

    Raises:
        NotFound: The contract has no order.
    """
    # Of all orders of a contract only the newest one can be its withdrawal.
    page = await store.list(account, ORDER_KIND, index=f"contract={id_of(contract.name)}", page=PageRequest(2))
    orders = [decoded(record, Order) for record in page.records]
    deliveries = [stored for stored in orders if stored.value.kind == ORDER_KIND_PROVISION]
    return deliveries[0] if deliveries else await read(store, account, Order, contract.order)


def next_reapplication_id(contract: Contract, newest: Order) -> str:
    """Name the repetition that comes after the newest delivery; two that are asked for at once get one id.

    Who writes on condition that there is no such order knows that nobody has repeated the delivery meanwhile.
    """
    number = 0 if newest.name == contract.order else int(newest.name.rpartition("-")[2])
    return f"{id_of(contract.name)}-reapply-{number + 1}"


def demand_repeatable(contract: Contract, made: Order, newest: Order) -> None:
    """Return if the delivery of a contract can be repeated now.

    Args:
        contract: As it stands.
        made: The order it was signed with.
        newest: The order that delivered it last.

    Raises:
        NotAllowedNow: The contract was withdrawn, was never delivered completely, or is just being delivered.
    """
    if contract.state != CONTRACT_STATE_ACTIVE:
        raise NotAllowedNow(
            f"{contract.name} was withdrawn: its delivery cannot be repeated.",
            fix="Make and sign a new quote for what the customer needs.",
            reason="CONTRACT_TERMINATED",
        )
    if newest.state not in ENDED:
        raise NotAllowedNow(
            f"{contract.name} cannot be reapplied while {newest.name} is {spoken(OrderState, newest.state)}.",
            fix="Wait until it has ended, or cancel it.",
            reason="ORDER_IN_PROGRESS",
            facts={"order": newest.name},
        )
    if made.state != ORDER_STATE_COMPLETED:
        raise NotAllowedNow(
            f"{contract.name} cannot be reapplied: {made.name} is {spoken(OrderState, made.state)}, not completed.",
            fix=f"Resume {made.name}: it carries out what is missing.",
            reason="ORDER_NOT_COMPLETED",
            facts={"order": made.name},
        )


def reapplication(made: Order, order_id: str, now: dt.datetime) -> Order:
    """Make the order that repeats a completed delivery.

    Steps with a role are pending again; what people completed stays completed, by whom and when they did it.

    Args:
        made: The order the contract was signed with, completed.
        order_id: Of the new order.
        now: Present moment.
    """
    order = Order(
        name=resource_name("orders", order_id),
        contract=made.contract,
        kind=ORDER_KIND_PROVISION,
        state=ORDER_STATE_ACKNOWLEDGED,
        steps=pending(step.plan_step for step in made.steps),
        create_time=timestamp(now),
        update_time=timestamp(now),
        targets=made.targets,
        signed_digest=made.signed_digest,
    )
    for step, before in zip(order.steps, made.steps, strict=True):
        if before.plan_step.kind == STEP_KIND_MANUAL:
            step.CopyFrom(before)
    return order
