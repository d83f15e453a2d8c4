"""What a finished step leaves behind in the records: a service, or the end of one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from bidwright.core.resource_names import resource_name
from bidwright.provisioning.ansible_run import Data
from bidwright.provisioning.journal import Writes
from bidwright.provisioning.order import step_of, target_of
from bidwright.provisioning.order_events import event, step_event
from bidwright.provisioning.order_records import (
    CERTIFICATE_KIND,
    CREDENTIAL_KIND,
    SERVICE_KIND,
    Stored,
    decoded,
    service_id,
    service_put,
)
from bidwright.storage.changes import Put
from bidwright.storage.records import Store
from bidwright.v1.order_pb2 import (
    SERVICE_STATE_ACTIVE,
    SERVICE_STATE_TERMINATED,
    Endpoint,
    Order,
    OrderStep,
    Service,
)


def endpoint_of(facts: Mapping[str, Data]) -> Endpoint:
    """Write down where a role says that its service answers; a database's name is its path."""
    more = facts.get("facts", {})
    return Endpoint(
        scheme=str(facts.get("scheme", "")),
        host=str(facts.get("host", "")),
        port=int(str(facts.get("port", 0))),
        path=str(facts.get("path", facts.get("database", ""))),
        user=str(facts.get("user", "")),
        facts={str(name): str(fact) for name, fact in (more.items() if isinstance(more, Mapping) else ())},
    )


async def activation(store: Store, account: str, order: Order, step: OrderStep) -> Writes:
    """Make the writes that go with a step that provisioned: its one service, and the events."""
    id_ = service_id(order.contract, step.plan_step.id)
    stored = await _stored(store, account, id_)
    credential = await store.get(account, CREDENTIAL_KIND, id_)
    service, now = stored.value, step.end_time
    moment = now.ToDatetime(dt.UTC)
    events = [step_event("step.succeeded", order, step.plan_step.id, moment, changed_tasks=str(step.changed_tasks))]
    if service.state != SERVICE_STATE_ACTIVE:
        service.create_time.CopyFrom(now)
        service.ClearField("terminate_time")
        service.order = order.name  # a repetition did not make it
        events.append(event("service.activated", service.name, moment, contract=order.contract, order=order.name))
    service.contract, service.step = order.contract, step.plan_step.id
    service.title, service.state = step.plan_step.title, SERVICE_STATE_ACTIVE
    service.target = target_of(order, step)
    del service.items[:]
    service.items.extend(step.plan_step.items)
    if step.HasField("endpoint"):
        service.endpoint.CopyFrom(step.endpoint)
    service.has_credentials = credential is not None and credential.body != b""
    return Writes((service_put(service, stored.version),), tuple(events))


async def termination(store: Store, account: str, order: Order, step: OrderStep) -> Writes:
    """Make the writes that go with a step that took back: the service's end, its credentials' end, and the events."""
    id_ = service_id(order.contract, step.plan_step.id)
    stored = await _stored(store, account, id_)
    moment = step.end_time.ToDatetime(dt.UTC)
    events = [step_event("step.succeeded", order, step.plan_step.id, moment, changed_tasks=str(step.changed_tasks))]
    puts: list[Put] = []
    service = stored.value
    if stored.version and service.state != SERVICE_STATE_TERMINATED:
        service.state, service.has_credentials = SERVICE_STATE_TERMINATED, False
        service.terminate_time.CopyFrom(step.end_time)
        puts.append(service_put(service, stored.version))
        events.append(event("service.terminated", service.name, moment, contract=order.contract, order=order.name))
    puts += await _erasure(store, account, id_)
    for owner in {one.step for one in step.plan_step.secrets}:
        if step_of(order, owner) is None:  # its secrets were made for this step, and it was never begun itself
            puts += await _erasure(store, account, service_id(order.contract, owner))
    return Writes(tuple(puts), tuple(events))


async def _erasure(store: Store, account: str, id_: str) -> list[Put]:
    """Overwrite the credentials and the certificate of a service, if there are any."""
    found = {kind: await store.get(account, kind, id_) for kind in (CREDENTIAL_KIND, CERTIFICATE_KIND)}
    return [Put(kind, id_, b"", record.version) for kind, record in found.items() if record is not None and record.body]


async def _stored(store: Store, account: str, id_: str) -> Stored[Service]:
    record = await store.get(account, SERVICE_KIND, id_)
    return Stored(Service(name=resource_name("services", id_)), 0) if record is None else decoded(record, Service)
