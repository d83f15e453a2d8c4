"""The guide over a real connection, with the real pricing behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest
import pytest_asyncio
from small_release import small_release

from bidwright.catalog.model import Release
from bidwright.configurator.grpc_api import ConfiguratorService
from bidwright.pricing.amounts import AmountTables
from bidwright.pricing.price import price
from bidwright.v1 import configurator_pb2 as configurator
from bidwright.v1 import configurator_pb2_grpc
from bidwright.v1.configuration_pb2 import CommercialTerms, NeedAnswer

Stub = configurator_pb2_grpc.ConfiguratorServiceStub
NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)


async def _find_release(_name: str) -> Release:
    return small_release()


@pytest_asyncio.fixture
async def service(tmp_path: Path) -> AsyncIterator[Stub]:
    servicer = ConfiguratorService(_find_release, AmountTables(), price, clock=lambda: NOW)
    server = grpc.aio.server()
    configurator_pb2_grpc.add_ConfiguratorServiceServicer_to_server(servicer, server)
    server.add_insecure_port(f"unix:{tmp_path}/s")
    await server.start()
    async with grpc.aio.insecure_channel(f"unix:{tmp_path}/s") as channel:
        yield configurator_pb2_grpc.ConfiguratorServiceStub(channel)
    await server.stop(grace=None)
    servicer.close()


def _request(*needs: NeedAnswer, **more: object) -> configurator.GuideConfigurationRequest:
    asked = configurator.ConfigureRequest(
        portfolio="portfolios/small",
        offering="web_hosting",
        market="DE",
        needs=needs,
        terms=CommercialTerms(term_months=24),
    )
    return configurator.GuideConfigurationRequest(request=asked, **more)  # type: ignore[arg-type]  # of many types


def _of(response: configurator.GuideConfigurationResponse, component: str) -> configurator.GuidedOption:
    (found,) = [guided for guided in response.options if guided.option.component == component]
    return found


async def test_options_come_with_states_reasons_price_differences_and_ranges(service: Stub) -> None:
    large = configurator.Option(component="compute.large")
    small = configurator.Option(component="compute.small")
    request = _request(explain=[small, large], price=[large], ranges=True)
    request.request.exclusions.append("compute.small")
    response = await service.GuideConfiguration(request)
    assert not response.HasField("conflict")
    components = [guided.option.component for guided in response.options if guided.option.component]
    assert components == sorted(components)
    assert _of(response, "compute.small").state == configurator.OPTION_STATE_EXCLUDED
    assert [reason.id for reason in _of(response, "compute.small").reasons] == ["compute.small"]
    forced = _of(response, "compute.large")
    assert forced.state == configurator.OPTION_STATE_FORCED
    assert forced.reasons
    assert not forced.HasField("price_difference")
    assert (forced.least_quantity, forced.most_quantity) == (1, 20)
    (users,) = [found for found in response.ranges if found.need == "users"]
    assert users.least.value == "1"


async def test_the_same_question_has_the_same_bytes_whatever_was_asked_between(service: Stub) -> None:
    first = await service.GuideConfiguration(_request(ranges=True))
    await service.GuideConfiguration(_request(NeedAnswer(name="users", integer=900)))
    again = await service.GuideConfiguration(_request(ranges=True))
    assert first.SerializeToString(deterministic=True) == again.SerializeToString(deterministic=True)


async def test_a_choice_that_nothing_completes_is_a_conflict(service: Stub) -> None:
    request = _request(NeedAnswer(name="users", integer=1500))
    request.request.exclusions.extend(["compute.large", "compute.small"])
    response = await service.GuideConfiguration(request)
    assert not response.options
    assert {member.id for member in response.conflict.members} >= {"compute.large", "compute.small"}


async def test_options_that_the_offering_does_not_have_are_refused(service: Stub) -> None:
    unknown = configurator.Option(answer=NeedAnswer(name="users", integer=3))
    request = _request(explain=[configurator.Option(component="compute.huge"), unknown])
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await service.GuideConfiguration(request)
    assert "compute.huge is not offered" in (refusal.value.details() or "")
    assert "3 is no answer to users" in (refusal.value.details() or "")
