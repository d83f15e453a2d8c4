"""The guide of bids with sites over a real connection, with the portfolio of branch offices."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest
import pytest_asyncio
from branch_bids import branches, request, site
from google.type.money_pb2 import Money

from bidwright.catalog.model import Release
from bidwright.configurator.grpc_api import ConfiguratorService
from bidwright.pricing.amounts import AmountTables
from bidwright.pricing.price import price
from bidwright.v1 import configurator_pb2 as configurator
from bidwright.v1 import configurator_pb2_grpc
from bidwright.v1.configuration_pb2 import Budget, NeedAnswer

Stub = configurator_pb2_grpc.ConfiguratorServiceStub
NOW = dt.datetime(2026, 7, 1, 12, 0, tzinfo=dt.UTC)
OPEN, FORCED, EXCLUDED = (
    configurator.OPTION_STATE_OPEN,
    configurator.OPTION_STATE_FORCED,
    configurator.OPTION_STATE_EXCLUDED,
)


async def _find_release(_name: str) -> Release:
    return branches()


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


def _asked(sites: list[configurator.Site], at: str = "", **more: object) -> configurator.GuideConfigurationRequest:
    components = more.pop("explain", [])
    return configurator.GuideConfigurationRequest(
        request=request(**more),
        sites=sites,
        site=at,
        explain=[configurator.Option(component=component) for component in components],  # type: ignore[attr-defined]  # a list
    )


def _of(response: configurator.GuideConfigurationResponse, component: str) -> configurator.GuidedOption:
    (found,) = [guided for guided in response.options if guided.option.component == component]
    return found


async def test_of_a_site_its_own_components_and_answers_are_told(service: Stub) -> None:
    response = await service.GuideConfiguration(_asked([site("a", users=10), configurator.Site(id="b")], "b"))
    families = {guided.option.component.partition(".")[0] for guided in response.options if guided.option.component}
    assert families == {"access", "router", "switch", "wifi"}
    answers = {guided.option.answer.name: guided.state for guided in response.options if not guided.option.component}
    assert answers == {"wireless": OPEN, "critical": OPEN}  # a need without an answer is open, whatever its default is
    assert _of(response, "router.small").state == OPEN


async def test_what_the_site_rules_out_is_told_with_the_site(service: Stub) -> None:
    asked = _asked([site("a"), site("b", exclusions=["router.small"])], "b", explain=["router.small"])
    told = _of(await service.GuideConfiguration(asked), "router.small")
    assert told.state == EXCLUDED
    assert [(reason.id, reason.site) for reason in told.reasons] == [("router.small", "b")]


async def test_what_the_bid_rules_out_at_a_site_is_told_of_the_bid(service: Stub) -> None:
    asked = _asked([site("a"), site("b")], "b", exclusions=["router.small"], explain=["router.small"])
    told = _of(await service.GuideConfiguration(asked), "router.small")
    assert told.state == EXCLUDED
    assert [(reason.id, reason.site) for reason in told.reasons] == [("router.small", "")]


async def test_what_is_scarce_between_sites_is_excluded_by_what_the_others_have(service: Stub) -> None:
    sites = [site("a", pins=[configurator.Pin(component="router.large", quantity=1)]), site("b")]
    pins = [configurator.Pin(component="router.large", quantity=1)]
    asked = _asked(sites, "b", pins=pins, explain=["router.large"])
    told = _of(await service.GuideConfiguration(asked), "router.large")
    assert told.state == EXCLUDED
    # site b could have it, were there not one in all, which site a has
    assert [(reason.id, reason.site) for reason in told.reasons] == [("router.large", "")]


async def test_of_the_bid_a_component_of_sites_is_forced_where_one_site_has_it(service: Stub) -> None:
    sites = [site("a", pins=[configurator.Pin(component="router.large")]), site("b")]
    told = _of(await service.GuideConfiguration(_asked(sites, explain=["router.large"])), "router.large")
    assert told.state == FORCED
    assert [(reason.id, reason.site) for reason in told.reasons] == [("router.large", "a")]


async def test_a_budget_that_no_bid_meets_is_a_conflict_of_the_bid(service: Stub) -> None:
    budget = Budget(monthly=Money(currency_code="EUR", units=500))
    response = await service.GuideConfiguration(_asked([site("a"), site("b")], "a", budget=budget))
    assert not response.options
    assert "each of them could have it by itself" in response.conflict.summary
    assert response.conflict.minimal


async def test_what_one_site_cannot_have_is_a_conflict_of_that_site(service: Stub) -> None:
    impossible = site("b", exclusions=["router.small", "router.medium", "router.large"])
    response = await service.GuideConfiguration(_asked([site("a"), impossible], "a"))
    assert response.conflict.summary.startswith("At site b: ")
    assert {member.site for member in response.conflict.members} == {"b"}


async def test_five_hundred_sites_of_which_some_are_alike_are_guided(service: Stub) -> None:
    sites = [site(f"s{n:03}", users=5 + n % 3) for n in range(500)]
    response = await service.GuideConfiguration(_asked(sites, "s007"), timeout=60)
    assert OPEN in {guided.state for guided in response.options}
    assert configurator.OPTION_STATE_UNSPECIFIED not in {guided.state for guided in response.options}


async def test_the_same_question_has_the_same_bytes(service: Stub) -> None:
    asked = _asked([site("a"), configurator.Site(id="b"), configurator.Site(id="c")], "b")
    asked.ranges = True
    first = await service.GuideConfiguration(asked)
    await service.GuideConfiguration(_asked([site("a", users=900)]))
    again = await service.GuideConfiguration(asked)
    assert first.SerializeToString(deterministic=True) == again.SerializeToString(deterministic=True)


@pytest.mark.parametrize(
    ("sites", "at", "told"),
    [
        # a site that the bid does not have, but for a slip of the pen
        ([site("berlin")], "berlni", "'berlni' is not a site of the bid"),
        # a site of a bid without sites
        ([], "a", "'a' is not a site of the bid"),
        # two of one name
        ([site("a"), site("a")], "a", "'a' is given twice"),
        # too many
        ([site(f"s{n}") for n in range(501)], "s1", "there are 501 sites"),
    ],
)
async def test_what_is_no_site_is_refused(service: Stub, sites: list[configurator.Site], at: str, told: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await service.GuideConfiguration(_asked(sites, at))
    assert told in (refusal.value.details() or "")


async def test_options_that_only_the_bid_has_are_refused_at_a_site(service: Stub) -> None:
    asked = _asked([site("a")], "a", explain=["firewall.central_100"])
    asked.price.append(configurator.Option(answer=NeedAnswer(name="round_the_clock", boolean=True)))
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await service.GuideConfiguration(asked)
    assert "firewall.central_100 is not offered" in (refusal.value.details() or "")
    assert "no answer to round_the_clock" in (refusal.value.details() or "")
