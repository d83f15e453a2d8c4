"""How orders, services and their credentials are stored: kinds, ids, named lists, bodies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from bidwright.core.errors import NotFound
from bidwright.core.resource_names import resource_ids
from bidwright.storage.changes import JobEntry, Put
from bidwright.storage.messages import encoded
from bidwright.storage.records import Record, Store
from bidwright.v1.order_pb2 import ORDER_STATE_ACKNOWLEDGED, ORDER_STATE_IN_PROGRESS, Order, Service
from bidwright.v1.quote_pb2 import Contract

ORDER_KIND = "order"
SERVICE_KIND = "service"
CREDENTIAL_KIND = "credential"
CERTIFICATE_KIND = "certificate"
"""Certificate and key of a service, encrypted; not among its credentials, which customers may read."""
CONTRACT_KIND = "contract"
OPEN = "open"
"""Named list of the orders that a worker has or ought to have."""

ORDER_JOB = "order"
"""Kind of the job that carries out an order; its subject is the order's id."""

_OPEN_STATES = (ORDER_STATE_ACKNOWLEDGED, ORDER_STATE_IN_PROGRESS)

M = TypeVar("M", Order, Service, Contract)
_COLLECTIONS = {
    Order: ("orders", ORDER_KIND),
    Service: ("services", SERVICE_KIND),
    Contract: ("contracts", CONTRACT_KIND),
}


@dataclass(frozen=True)
class Stored(Generic[M]):
    """A message as it was read.

    Attributes:
        value: The message; changing it changes nothing stored.
        version: For ``Put.expected_version``; 0 where nothing is stored yet.
    """

    value: M
    version: int


async def read(store: Store, account: str, message: type[M], name: str) -> Stored[M]:
    """Read an order, service or contract by its resource name.

    Raises:
        NotFound: The account has none of this name.
    """
    collection, kind = _COLLECTIONS[message]
    record = await store.get(account, kind, resource_ids(name, collection)[0])
    if record is None:
        raise NotFound(
            f"There is no {name}.",
            fix=f"List {collection} to see which there are.",
            reason=f"{kind.upper()}_NOT_FOUND",
            facts={"name": name},
        )
    return decoded(record, message)


def decoded(record: Record, message: type[M]) -> Stored[M]:
    """Read a message from its record; those with an etag get the record's version as etag."""
    value = message.FromString(record.body)
    if not isinstance(value, Service):
        value.etag = str(record.version)
    return Stored(value, record.version)


def order_put(order: Order, expected_version: int) -> Put:
    """Write an order; it is listed by its contract, and as open. An etag is not stored: it is the record's version."""
    body = Order()
    body.CopyFrom(order)
    body.ClearField("etag")
    indexes = {f"contract={id_of(order.contract)}"}
    if order.state in _OPEN_STATES:
        indexes.add(OPEN)
    return Put(ORDER_KIND, id_of(order.name), encoded(body), expected_version, frozenset(indexes))


def contract_put(contract: Stored[Contract]) -> Put:
    """Write a contract that was read and changed; it is on no named list."""
    contract.value.etag = str(contract.version + 1)
    return Put(CONTRACT_KIND, id_of(contract.value.name), encoded(contract.value), contract.version)


def order_job(order: Order) -> JobEntry:
    """Make the job that carries out an order."""
    return JobEntry(ORDER_JOB, id_of(order.name))


def service_put(service: Service, expected_version: int) -> Put:
    """Write a service; it is listed by its contract."""
    indexes = frozenset({f"contract={id_of(service.contract)}"})
    return Put(SERVICE_KIND, id_of(service.name), encoded(service), expected_version, indexes)


def service_id(contract: str, step_id: str) -> str:
    """Name the one service that a step of a contract makes; repeating the step cannot make a second one."""
    return f"{id_of(contract)}-{step_id}"


def id_of(name: str) -> str:
    """Return the id in a resource name of one collection."""
    return name.partition("/")[2]
