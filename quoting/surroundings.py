"""What quoting needs from around it. The server gives it; provisioning is a sibling that quoting does not know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from bidwright.catalog.model import Release
from bidwright.catalog.releases import FindRelease
from bidwright.core.clock import Clock
from bidwright.core.ids import IdSource
from bidwright.storage.changes import JobEntry, Put
from bidwright.storage.records import Store
from bidwright.v1.configuration_pb2 import Configuration
from bidwright.v1.order_pb2 import Order
from bidwright.v1.plan_pb2 import Plan
from bidwright.v1.quote_pb2 import Contract


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """How signed contracts are delivered.

    Attributes:
        plan: Plans the delivery of a checked configuration on the kinds of target there are; the same input gives the
            same plan.
        new_order: Makes the order of a contract from its signed offer and from nothing else, under an id, at a moment.
        put_order: Says how an order is stored over a version; 0 for a new one.
        order_job: Makes the job that carries an order out.
    """

    plan: Callable[[Release, Configuration], Plan]
    new_order: Callable[[Contract, str, dt.datetime], Order]
    put_order: Callable[[Order, int], Put]
    order_job: Callable[[Order], JobEntry]


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Everything quoting is given.

    Attributes:
        store: Keeps the records.
        clock: Tells the time.
        new_id: Makes ids, for example ``q`` -> ``q-7kdm2x9v3n``.
        find_release: Finds the release that a configuration names.
        delivery: How contracts are delivered.
    """

    store: Store
    clock: Clock
    new_id: IdSource
    find_release: FindRelease
    delivery: Delivery
