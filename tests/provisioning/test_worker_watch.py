"""What callers of the service see: lists, single records, credentials, and an order as it proceeds."""

from __future__ import annotations

import asyncio

import pytest
from orders import ADA, Site, configuration, contract, site

from bidwright.core.caller import Caller, serve_for
from bidwright.core.clock import utc_now
from bidwright.core.errors import NotFound
from bidwright.provisioning.grpc_api import ProvisioningApi
from bidwright.v1 import provisioning_pb2 as api
from bidwright.v1.order_pb2 import (
    ORDER_STATE_ACKNOWLEDGED,
    ORDER_STATE_COMPLETED,
    ORDER_STATE_HELD,
    Order,
)

__all__ = ["site"]

EVE = Caller(account="other", principal="eve", roles=ADA.roles)


@pytest.fixture
def service(site: Site) -> ProvisioningApi:
    serve_for(ADA)
    return ProvisioningApi(site.store, site.workshop.cipher, utc_now)


async def watched(service: ProvisioningApi, name: str) -> list[Order]:
    return [reply.order async for reply in service.WatchOrder(api.WatchOrderRequest(name=name), None)]


async def test_a_watcher_sees_each_change_until_the_end(site: Site, service: ProvisioningApi) -> None:
    serve_for(ADA)
    await site.sign(contract(configuration("web.nginx_site")))
    watching = asyncio.create_task(watched(service, "orders/o-1"))
    await asyncio.sleep(0.1)
    await site.work()
    seen = await watching
    assert seen[0].state == ORDER_STATE_ACKNOWLEDGED
    assert seen[-1].state == ORDER_STATE_COMPLETED
    assert len({order.etag for order in seen}) == len(seen)
    assert len({order.steps[0].current_task for order in seen if order.steps[0].current_task}) >= 2
    assert seen[-1].steps[0].current_task == ""


async def test_a_watcher_of_a_held_order_is_told_so_and_let_go(site: Site, service: ProvisioningApi) -> None:
    serve_for(ADA)
    await site.sign(contract(configuration("support.standard")))
    await site.work()
    assert [order.state for order in await watched(service, "orders/o-1")] == [ORDER_STATE_HELD]


async def test_orders_are_listed_newest_first_in_pages_and_by_contract(site: Site, service: ProvisioningApi) -> None:
    serve_for(ADA)
    for number in (1, 2, 3):
        await site.sign(contract(configuration("support.standard"), id_=f"c-{number}", order=f"o-{number}"))
    first = await service.ListOrders(api.ListOrdersRequest(page_size=2), None)
    assert [order.name for order in first.orders] == ["orders/o-3", "orders/o-2"]
    second = await service.ListOrders(api.ListOrdersRequest(page_size=2, page_token=first.next_page_token), None)
    assert [order.name for order in second.orders] == ["orders/o-1"]
    assert second.next_page_token == ""
    of_one = await service.ListOrders(api.ListOrdersRequest(contract="contracts/c-2"), None)
    assert [order.name for order in of_one.orders] == ["orders/o-2"]
    assert of_one.orders[0].etag == "1"


async def test_services_and_credentials_belong_to_their_account(site: Site, service: ProvisioningApi) -> None:
    serve_for(ADA)
    await site.sign(contract(configuration("cache.valkey_small", "compute.small")))
    await site.work()
    listed = await service.ListServices(api.ListServicesRequest(contract="contracts/c-1"), None)
    assert [(one.name, one.has_credentials) for one in listed.services] == [
        ("services/c-1-valkey_cache", True),
        ("services/c-1-server", False),
    ]
    assert await service.GetService(api.GetServiceRequest(name="services/c-1-server"), None) == listed.services[1]
    with pytest.raises(NotFound, match="has no credentials"):
        await service.GetServiceCredentials(api.GetServiceCredentialsRequest(name="services/c-1-server"), None)
    wanted = api.GetServiceCredentialsRequest(name="services/c-1-valkey_cache")
    assert (await service.GetServiceCredentials(wanted, None)).user == "cache"

    serve_for(EVE)
    with pytest.raises(NotFound, match=r"There is no services/c-1-valkey_cache"):
        await service.GetServiceCredentials(wanted, None)
    with pytest.raises(NotFound):
        await service.GetOrder(api.GetOrderRequest(name="orders/o-1"), None)
    assert list((await service.ListServices(api.ListServicesRequest(), None)).services) == []
