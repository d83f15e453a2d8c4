"""Decides on the orders that people ask for a whole contract: to repeat its delivery, and to take it back."""

from __future__ import annotations

import datetime as dt

from bidwright.core.caller import Caller
from bidwright.core.enum_words import spoken
from bidwright.core.errors import NotAllowedNow
from bidwright.provisioning.order import timestamp
from bidwright.provisioning.order_events import event
from bidwright.provisioning.order_records import (
    CONTRACT_KIND,
    ORDER_KIND,
    contract_put,
    decoded,
    id_of,
    order_job,
    order_put,
    read,
)
from bidwright.provisioning.reapplication import (
    demand_repeatable,
    newest_delivery,
    next_reapplication_id,
    reapplication,
)
from bidwright.provisioning.states import DONE, ENDED, move_order, move_step
from bidwright.provisioning.withdrawal import withdrawal, withdrawal_id
from bidwright.storage.changes import Guard
from bidwright.storage.records import Store
from bidwright.storage.writes import Outcome
from bidwright.v1.order_pb2 import ORDER_KIND_WITHDRAW, ORDER_STATE_HELD, Order, OrderState
from bidwright.v1.quote_pb2 import CONTRACT_STATE_ACTIVE, CONTRACT_STATE_TERMINATED, Contract


async def reapplied(store: Store, caller: Caller, name: str, now: dt.datetime) -> Outcome[Order]:
    """Decide to repeat the delivery of a contract.

    Raises:
        NotFound: There is no such contract.
        NotAllowedNow: It was withdrawn, was never delivered completely, or is just being delivered.
    """
    contract = await read(store, caller.account, Contract, name)
    made = await read(store, caller.account, Order, contract.value.order)
    newest = await newest_delivery(store, caller.account, contract.value)
    demand_repeatable(contract.value, made.value, newest.value)
    order = reapplication(made.value, next_reapplication_id(contract.value, newest.value), now)
    order.etag = "1"
    return Outcome(
        order,
        (order_put(order, 0),),
        # Neither withdrawn nor resumed meanwhile.
        (
            Guard(CONTRACT_KIND, id_of(name), contract.version),
            Guard(ORDER_KIND, id_of(newest.value.name), newest.version),
        ),
        (event("contract.reapply_requested", name, now, actor=caller.name, order=order.name),),
        (order_job(order),),
    )


async def withdrawn(store: Store, caller: Caller, name: str, now: dt.datetime) -> Outcome[Order]:
    """Decide to terminate a contract and take back all it made; one that was withdrawn before has its order.

    Raises:
        NotFound: There is no such contract.
        NotAllowedNow: It is just being delivered.
    """
    contract = await read(store, caller.account, Contract, name)
    existing = await store.get(caller.account, ORDER_KIND, withdrawal_id(id_of(name)))
    if existing is not None:
        return Outcome(decoded(existing, Order).value)
    made = await read(store, caller.account, Order, contract.value.order)
    newest = await newest_delivery(store, caller.account, contract.value)
    _demand_rest(contract.value, newest.value)
    taking_back = withdrawal(made.value, now)
    taking_back.etag = "1"
    # Both end for good, so that neither can be resumed; they are one where the delivery was never repeated.
    deliveries = {stored.value.name: stored for stored in (made, newest)}.values()
    for stored in deliveries:
        _give_up(stored.value, now)
    contract.value.state = CONTRACT_STATE_TERMINATED
    return Outcome(
        taking_back,
        (
            contract_put(contract),
            *(order_put(stored.value, stored.version) for stored in deliveries),
            order_put(taking_back, 0),
        ),
        (_not_repeated(contract.value, newest.value),),
        (event("contract.terminated", name, now, actor=caller.name, order=taking_back.name),),
        (order_job(taking_back),),
    )


async def demand_purpose(store: Store, caller: Caller, order: Order) -> tuple[Guard, ...]:
    """Refuse to go on with an order that nobody needs any more; return what must hold when it goes on.

    Raises:
        NotAllowedNow: It provisions for a contract that was withdrawn, or a newer order repeats the delivery.
    """
    if order.kind == ORDER_KIND_WITHDRAW:
        return ()
    contract = (await read(store, caller.account, Contract, order.contract)).value
    if contract.state != CONTRACT_STATE_ACTIVE:
        raise NotAllowedNow(
            f"{order.name} cannot be resumed: {contract.name} was withdrawn.",
            fix=f"Watch orders/{withdrawal_id(id_of(contract.name))}, which takes it back.",
            reason="CONTRACT_TERMINATED",
        )
    newest = (await newest_delivery(store, caller.account, contract)).value
    if newest.name != order.name:
        raise NotAllowedNow(
            f"{order.name} cannot be resumed: {newest.name} has repeated the delivery since.",
            fix=f"Go on with {newest.name}, or reapply {contract.name} again.",
            reason="ORDER_SUPERSEDED",
            facts={"order": newest.name},
        )
    return (_not_repeated(contract, newest),)


def _not_repeated(contract: Contract, newest: Order) -> Guard:
    """Demand that nobody has ordered another repetition meanwhile."""
    return Guard(ORDER_KIND, next_reapplication_id(contract, newest), 0)


def _demand_rest(contract: Contract, newest: Order) -> None:
    if newest.state not in ENDED and newest.state != ORDER_STATE_HELD:
        raise NotAllowedNow(
            f"{contract.name} cannot be withdrawn while {newest.name} is {spoken(OrderState, newest.state)}.",
            fix="Cancel the order first, or wait until it has ended.",
            reason="ORDER_IN_PROGRESS",
            facts={"order": newest.name},
        )


def _give_up(order: Order, now: dt.datetime) -> None:
    """End an order for good: steps that are not done are not needed any more."""
    if order.state == ORDER_STATE_HELD:
        move_order(order, "cancel")
        order.end_time.CopyFrom(timestamp(now))
    for step in order.steps:
        if step.state not in DONE:
            move_step(step, "skip")
    order.update_time.CopyFrom(timestamp(now))
