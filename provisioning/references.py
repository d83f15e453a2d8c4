"""Gives references of a plan their values: where other steps answer, and the addresses of their targets."""

from __future__ import annotations

from bidwright.core.errors import InvalidInput
from bidwright.provisioning.ansible_run import Data
from bidwright.provisioning.inventory import Inventory
from bidwright.provisioning.order import step_of, target_of
from bidwright.v1.order_pb2 import STEP_STATE_SUCCEEDED, Endpoint, Order, OrderStep
from bidwright.v1.plan_pb2 import (
    REFERENCE_KIND_ADDRESS,
    REFERENCE_KIND_ADDRESSES,
    REFERENCE_KIND_ENDPOINT,
    REFERENCE_KIND_ENDPOINTS,
    Reference,
)


def referred(order: Order, reference: Reference, inventory: Inventory) -> Data:
    """Look up what a step takes from others.

    Args:
        order: Its journal has the endpoints.
        reference: What is taken from which steps.
        inventory: Has the addresses.

    Returns:
        An endpoint as a mapping (``scheme``, ``host``, ``port``, ``path``, ``user`` and its facts), an address as text,
        or a list of such.

    Raises:
        InvalidInput: A step has told no endpoint.
        Unavailable: The inventory does not have the target of a step any more.
    """
    steps = [_step(order, id_) for id_ in reference.steps]
    match reference.kind:
        case kind if kind == REFERENCE_KIND_ENDPOINT:
            return _endpoint(steps[0])
        case kind if kind == REFERENCE_KIND_ENDPOINTS:
            return [_endpoint(step) for step in steps]
        case kind if kind == REFERENCE_KIND_ADDRESS:
            return _address(order, steps[0], inventory)
        case kind if kind == REFERENCE_KIND_ADDRESSES:
            return list(dict.fromkeys(_address(order, step, inventory) for step in steps))
    raise ValueError(f"{order.name} has a reference of kind {reference.kind}")


def _endpoint(step: OrderStep) -> dict[str, Data]:
    if step.state != STEP_STATE_SUCCEEDED or not step.HasField("endpoint"):
        id_ = step.plan_step.id
        raise InvalidInput(
            f"The step {id_} has not told where it answers.",
            fix=f"Let role {step.plan_step.role} set delivery_endpoint, or refer to the address of the step.",
            reason="ENDPOINT_UNKNOWN",
            facts={"step": id_},
        )
    found: Endpoint = step.endpoint
    # The contract's own fields win: a fact must not say that a service answers elsewhere.
    return {
        **found.facts,
        "scheme": found.scheme,
        "host": found.host,
        "port": found.port,
        "path": found.path,
        "user": found.user,
    }


def _address(order: Order, step: OrderStep, inventory: Inventory) -> str:
    return inventory.place(target_of(order, step)).target.address


def _step(order: Order, id_: str) -> OrderStep:
    step = step_of(order, id_)
    if step is None:
        raise ValueError(f"{order.name} has no step {id_}")
    return step
