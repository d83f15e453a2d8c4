"""Composes every step into the services of one server: the only place that knows them all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import grpc

from bidwright.catalog.grpc_api import CatalogApi
from bidwright.catalog.releases import Releases
from bidwright.configurator.grpc_api import ConfiguratorService
from bidwright.core.caller import Caller
from bidwright.core.clock import Clock
from bidwright.core.ids import IdSource
from bidwright.pricing.amounts import AmountTables
from bidwright.pricing.grpc_api import PricingApi
from bidwright.pricing.price import price
from bidwright.provisioning.credentials import CredentialCipher
from bidwright.provisioning.grpc_api import ProvisioningApi
from bidwright.provisioning.inventory import Inventory
from bidwright.provisioning.order import new_order
from bidwright.provisioning.order_records import order_job, order_put
from bidwright.provisioning.plan import plan
from bidwright.quoting.expiry import Expiry
from bidwright.quoting.grpc_api import QuotingApi
from bidwright.quoting.surroundings import Delivery, Surroundings
from bidwright.server.api_keys import ApiKeys
from bidwright.server.grpc_api import AccessApi
from bidwright.storage.connection import Engine
from bidwright.storage.events import Events
from bidwright.storage.records import Store
from bidwright.v1 import access_pb2, catalog_pb2, configurator_pb2, pricing_pb2, provisioning_pb2, quoting_pb2
from bidwright.v1.access_pb2_grpc import add_AccessServiceServicer_to_server
from bidwright.v1.catalog_pb2_grpc import add_CatalogServiceServicer_to_server
from bidwright.v1.configurator_pb2_grpc import add_ConfiguratorServiceServicer_to_server
from bidwright.v1.pricing_pb2_grpc import add_PricingServiceServicer_to_server
from bidwright.v1.provisioning_pb2_grpc import add_ProvisioningServiceServicer_to_server
from bidwright.v1.quoting_pb2_grpc import add_QuotingServiceServicer_to_server

CONTRACTS = (access_pb2, catalog_pb2, configurator_pb2, pricing_pb2, provisioning_pb2, quoting_pb2)
"""The files of the contract that declare services."""


class Services:
    """All services over one engine."""

    def __init__(self, engine: Engine, inventory: Inventory, *, clock: Clock, new_id: IdSource, key: Path) -> None:
        """Compose.

        Args:
            engine: Keeps everything.
            inventory: Where services can run.
            clock: Tells the time.
            new_id: Makes ids.
            key: File of the key that encrypts generated credentials.
        """
        self._clock = clock
        store = Store(engine)
        self._releases = Releases(store, clock=clock)
        self._keys = ApiKeys(store, clock)
        self._expiry = Expiry(store)
        self._catalog = CatalogApi(self._releases, clock)
        self._configurator = ConfiguratorService(self._releases.named, AmountTables(), price, clock=clock)
        self._pricing = PricingApi(self._releases.named, clock)
        self._quoting = QuotingApi(self._surroundings(store, inventory, new_id), self._expiry, Events(engine))
        self._provisioning = ProvisioningApi(store, CredentialCipher.from_file(key), clock)

    def add_to(self, server: grpc.aio.Server) -> Sequence[str]:
        """Register the services; their full names."""
        add_AccessServiceServicer_to_server(AccessApi(), server)
        add_CatalogServiceServicer_to_server(self._catalog, server)
        add_ConfiguratorServiceServicer_to_server(self._configurator, server)
        add_PricingServiceServicer_to_server(self._pricing, server)
        add_QuotingServiceServicer_to_server(self._quoting, server)
        add_ProvisioningServiceServicer_to_server(self._provisioning, server)
        return [service.full_name for file in CONTRACTS for service in file.DESCRIPTOR.services_by_name.values()]

    async def authenticate(self, authorization: str) -> Caller:
        """The caller behind an ``authorization`` value; raises ``Unauthenticated``."""
        return await self._keys.authenticate(authorization)

    async def expire_quotes(self, now: dt.datetime) -> int:
        """Write which offered quotes have expired; how many there were."""
        return await self._expiry.expire_due(now)

    def _surroundings(self, store: Store, inventory: Inventory, new_id: IdSource) -> Surroundings:
        delivery = Delivery(
            plan=lambda release, configuration: plan(release, configuration, inventory.kinds),
            new_order=lambda contract, order_id, now: new_order(contract, order_id, inventory=inventory, now=now),
            put_order=order_put,
            order_job=order_job,
        )
        return Surroundings(
            store=store, clock=self._clock, new_id=new_id, find_release=self._releases.named, delivery=delivery
        )
