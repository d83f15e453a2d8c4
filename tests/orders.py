"""A place to deliver to, contracts to deliver, and workers, for tests of provisioning. Engine and roles are real."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from google.type.decimal_pb2 import Decimal as DecimalMessage
from small_release import small_release

from bidwright.catalog.model import Release
from bidwright.core.caller import Caller
from bidwright.core.clock import utc_now
from bidwright.provisioning.commands import Commands
from bidwright.provisioning.credentials import CredentialCipher
from bidwright.provisioning.directory_target import DirectoryTarget
from bidwright.provisioning.equipment import Workshop
from bidwright.provisioning.inventory import Place, inventory_of
from bidwright.provisioning.order import new_order
from bidwright.provisioning.order_records import order_job, order_put, read
from bidwright.provisioning.plan import plan
from bidwright.provisioning.ports import Ports
from bidwright.provisioning.service_certificates import Certificates
from bidwright.provisioning.states import ENDED
from bidwright.provisioning.worker import Worker, WorkerSettings, WorkerStorage
from bidwright.storage.allocation import Pools
from bidwright.storage.changes import Change, Put
from bidwright.storage.connection import Engine
from bidwright.storage.events import Events
from bidwright.storage.leases import Leases
from bidwright.storage.messages import message_digest
from bidwright.storage.queue import Queue
from bidwright.storage.records import Store
from bidwright.v1.configuration_pb2 import (
    CHARGE_ONE_TIME,
    BespokeEffort,
    BespokeItem,
    Configuration,
    ConfigurationItem,
    NeedAnswer,
)
from bidwright.v1.event_pb2 import Event
from bidwright.v1.order_pb2 import ORDER_STATE_HELD, Order, Service
from bidwright.v1.quote_pb2 import CONTRACT_STATE_ACTIVE, Contract, Offer

ACCOUNT = "acme"
ADA = Caller(account=ACCOUNT, principal="ada", roles=frozenset({"delivery", "operator"}))
HEARTBEAT_S = 0.4
PORTS = range(23400, 23500)


@dataclass(frozen=True)
class Site:
    """One engine, one directory target, and what workers need."""

    engine: Engine
    storage: WorkerStorage
    workshop: Workshop
    place: Place

    @property
    def store(self) -> Store:
        return self.storage.store

    @property
    def commands(self) -> Commands:
        return Commands(self.store, utc_now)

    def worker(self, name: str = "w-1") -> Worker:
        queue = Queue(self.engine, heartbeat_s=HEARTBEAT_S)
        settings = WorkerSettings(name=name, reconcile_s=1.0)
        return Worker(replace(self.storage, queue=queue), self.workshop, settings)

    async def order(self, name: str = "orders/o-1") -> Order:
        return (await read(self.store, ACCOUNT, Order, name)).value

    async def services(self) -> list[Service]:
        page = await self.store.list(ACCOUNT, "service")
        return sorted((Service.FromString(one.body) for one in page.records), key=lambda one: one.name)

    async def event_types(self) -> list[str]:
        stored = await Events(self.engine).read(ACCOUNT, limit=1000)
        return [Event.FromString(one.body).type for one in stored]

    async def sign(self, contract: Contract) -> Order:
        """Write contract, order and job, as the signature of a quote does."""
        order_id = contract.order.removeprefix("orders/")
        order = new_order(contract, order_id, inventory=self.workshop.inventory, now=utc_now())
        put = Put("contract", contract.name.removeprefix("contracts/"), contract.SerializeToString(), 0)
        await self.store.commit(ACCOUNT, Change((put, order_put(order, 0)), jobs=(order_job(order),)))
        return order

    async def work(self, name: str = "orders/o-1", *, timeout_s: float = 90) -> Order:
        """Let one worker work until the order has ended or is held."""

        async def rested() -> bool:
            return rests(await self.order(name))

        await self.work_until(rested, timeout_s=timeout_s)
        return await self.order(name)

    async def work_until(self, is_reached: Callable[[], Awaitable[bool]], *, timeout_s: float = 90) -> None:
        """Let one worker work until something holds, then stop it."""
        stop = asyncio.Event()
        working = asyncio.create_task(self.worker().run(stop))
        try:
            async with asyncio.timeout(timeout_s):
                while not await is_reached():
                    assert not working.done(), working.exception()
                    await asyncio.sleep(0.05)
        finally:
            stop.set()
            await working


async def until(is_reached: Callable[[], Awaitable[bool]], *, timeout_s: float = 60) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(timeout_s):
        while True:
            if await is_reached():
                return
            await asyncio.sleep(0.03)


def rests(order: Order) -> bool:
    """Whether nothing more happens to an order by itself."""
    return order.state in ENDED or order.state == ORDER_STATE_HELD


@pytest.fixture
async def site(engine: Engine, store: Store, tmp_path: Path) -> AsyncIterator[Site]:
    """A directory target in a directory of its own; its supervisor is ended after the test."""
    place = Place("local", DirectoryTarget(path=tmp_path / "target"), PORTS)
    cipher = CredentialCipher.from_file(tmp_path / "credentials.key")
    workshop = Workshop(
        inventory=inventory_of([place]),
        ports=Ports(Pools(engine)),
        cipher=cipher,
        runs=tmp_path / "runs",
        certificates=Certificates(tmp_path, cipher),
        retry_pauses_s=(0.1, 0.1),
    )
    storage = WorkerStorage(store, Queue(engine, heartbeat_s=HEARTBEAT_S), Leases(engine))
    yield Site(engine, storage, workshop, place)
    await asyncio.to_thread(place.target.stop)


def configuration(
    *components: str, title: str = "Welcome", quantity: int = 1, bespoke: tuple[BespokeItem, ...] = ()
) -> Configuration:
    """A configuration of the small release."""
    return Configuration(
        release=small_release().name,
        offering="business_application",
        market="DE",
        needs=[NeedAnswer(name="site_title", text=title)],
        items=[ConfigurationItem(component=name, quantity=quantity) for name in sorted(components)],
        bespoke_items=bespoke,
    )


def bespoke(id_: str, *requires: str, days: str = "2.5") -> BespokeItem:
    """A bespoke item of one engineer."""
    return BespokeItem(
        id=id_,
        title=f"Make {id_}",
        description="Make it.",
        owner="Grace Hopper",
        charge=CHARGE_ONE_TIME,
        effort=[BespokeEffort(role="engineer", days=DecimalMessage(value=days))],
        requires=requires,
    )


def contract(
    configured: Configuration, *, id_: str = "c-1", order: str = "o-1", release: Release | None = None
) -> Contract:
    """A signed contract; of the small release where no other is given."""
    offer = Offer(configuration=configured, plan=plan(release or small_release(), configured))
    signed = Contract(
        name=f"contracts/{id_}",
        quote="quotes/q-1",
        quote_revision=1,
        offer=offer,
        signed_digest=message_digest(offer),
        state=CONTRACT_STATE_ACTIVE,
        order=f"orders/{order}",
    )
    signed.sign_time.FromDatetime(dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC))
    return signed
