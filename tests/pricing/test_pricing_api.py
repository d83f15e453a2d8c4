"""The PricingService over a real gRPC connection."""

import datetime as dt
from collections.abc import AsyncIterator
from typing import cast

import grpc
import pytest
import pytest_asyncio
from google.type.decimal_pb2 import Decimal as DecimalMessage
from small_release import small_release

from bidwright.catalog.model import Release
from bidwright.core.errors import InvalidInput, NotFound
from bidwright.pricing.grpc_api import PricingApi
from bidwright.pricing.price import price
from bidwright.v1.configuration_pb2 import BespokeItem, CommercialTerms, Configuration, ConfigurationItem
from bidwright.v1.pricing_pb2 import PriceConfigurationRequest
from bidwright.v1.pricing_pb2_grpc import PricingServiceStub, add_PricingServiceServicer_to_server

RELEASE = small_release()
# Already 23 November in Berlin, still the 22nd in UTC and London.
NOW = dt.datetime(2026, 11, 22, 23, 30, tzinfo=dt.UTC)


async def find_release(name: str) -> Release:
    if name != RELEASE.name:
        raise NotFound(f"{name} does not exist", fix="Publish it.")
    return RELEASE


def request(*bespoke_items: BespokeItem) -> PriceConfigurationRequest:
    return PriceConfigurationRequest(
        configuration=Configuration(
            release=RELEASE.name,
            offering="web_hosting",
            market="GB",
            items=[ConfigurationItem(component="compute.small", quantity=3)],
            bespoke_items=bespoke_items,
        ),
        terms=CommercialTerms(term_months=12, discretionary_discount_percent=DecimalMessage(value="5")),
    )


@pytest_asyncio.fixture
async def stub() -> AsyncIterator[PricingServiceStub]:
    server = grpc.aio.server()
    add_PricingServiceServicer_to_server(PricingApi(find_release, lambda: NOW), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield PricingServiceStub(channel)
    await server.stop(None)


async def test_a_configuration_is_priced_over_the_wire_with_the_prices_of_today_in_its_market(
    stub: PricingServiceStub,
) -> None:
    in_germany = request()
    in_germany.configuration.market = "DE"
    assert (await stub.PriceConfiguration(in_germany)).price_date.day == 23
    answer = await stub.PriceConfiguration(request())
    assert answer.totals.monthly.currency_code == "GBP"
    assert (answer.totals.monthly.units, answer.totals.monthly.nanos) == (61, 560_000_000)  # 3 x 21.60 less 5 %
    assert (answer.price_date.year, answer.price_date.month, answer.price_date.day) == (2026, 11, 22)


async def test_a_large_bid_priced_in_a_thread_is_the_same_price(stub: PricingServiceStub) -> None:
    items = [BespokeItem(id=f"item_{n}", title="Item", owner="Ada", charge=1) for n in range(120)]
    answer = await stub.PriceConfiguration(request(*items))
    assert len(answer.lines) == 122
    assert answer == price(RELEASE, request(*items).configuration, request().terms, dt.date(2026, 11, 22))


@pytest.mark.parametrize(
    "release",
    [
        f"portfolios/small/releases/{'0' * 64}",  # no such release
        f"portfolios/other/releases/{RELEASE.digest}",  # a release of another portfolio
    ],
)
async def test_an_unknown_release_is_not_found(release: str) -> None:
    unknown = request()
    unknown.configuration.release = release
    with pytest.raises(NotFound):
        await PricingApi(find_release, lambda: NOW).PriceConfiguration(unknown, _no_context())


async def test_wrong_input_raises_invalid_input() -> None:
    wrong = request()
    wrong.terms.term_months = 13
    with pytest.raises(InvalidInput):
        await PricingApi(find_release, lambda: NOW).PriceConfiguration(wrong, _no_context())


def _no_context() -> grpc.aio.ServicerContext:
    return cast("grpc.aio.ServicerContext", None)  # the method does not use it
