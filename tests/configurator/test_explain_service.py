"""ExplainConfiguration over a real connection, with the real pricing behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest
import pytest_asyncio
from google.type.money_pb2 import Money
from small_release import small_release

from bidwright.catalog.model import Release
from bidwright.configurator.grpc_api import ConfiguratorService
from bidwright.configurator.repair_messages import weights_of
from bidwright.configurator.request import requirements_of
from bidwright.core.errors import InvalidInput
from bidwright.pricing.amounts import AmountTables
from bidwright.pricing.price import price
from bidwright.v1 import configurator_pb2_grpc
from bidwright.v1.configuration_pb2 import (
    CHARGE_MONTHLY,
    CONFLICT_KIND_BESPOKE,
    CONFLICT_KIND_EXCLUSION,
    CONFLICT_KIND_NEED,
    CONFLICT_KIND_PIN,
    CONFLICT_KIND_RULE,
    BespokeItem,
    Budget,
    CommercialTerms,
    NeedAnswer,
)
from bidwright.v1.configurator_pb2 import (
    ChangeWeight,
    CheckConfigurationRequest,
    ConfigureRequest,
    ExplainConfigurationRequest,
    ExplainConfigurationResponse,
    GuideConfigurationRequest,
    Pin,
)

Stub = configurator_pb2_grpc.ConfiguratorServiceStub
NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)


async def _find_release(_name: str) -> Release:
    return small_release()


@pytest_asyncio.fixture
async def service(tmp_path: Path) -> AsyncIterator[Stub]:
    servicer = ConfiguratorService(_find_release, AmountTables(), price, clock=lambda: NOW)
    server = grpc.aio.server()
    configurator_pb2_grpc.add_ConfiguratorServiceServicer_to_server(servicer, server)
    address = f"unix:{tmp_path}/s"
    server.add_insecure_port(address)
    await server.start()
    async with grpc.aio.insecure_channel(address) as channel:
        yield Stub(channel)
    await server.stop(None)
    servicer.close()


def _request(**more: object) -> ConfigureRequest:
    values: dict[str, object] = {
        "portfolio": "portfolios/small",
        "offering": "web_hosting",
        "market": "DE",
        "terms": CommercialTerms(term_months=24),
    }
    return ConfigureRequest(**(values | more))  # type: ignore[arg-type]  # values of one dict have many types


def _euros(units: int, nanos: int = 0) -> Money:
    return Money(currency_code="EUR", units=units, nanos=nanos)


def _told(response: ExplainConfigurationResponse) -> list[tuple[int, list[str]]]:
    return [(repair.weight, [change.text for change in repair.changes]) for repair in response.repairs]


async def test_a_request_that_is_possible_has_neither_conflict_nor_repairs(service: Stub) -> None:
    response = await service.ExplainConfiguration(ExplainConfigurationRequest(request=_request()))
    assert response == ExplainConfigurationResponse(complete=True)


async def test_too_many_users_for_a_budget_become_fewer_or_the_budget_grows(service: Stub) -> None:
    request = _request(needs=[NeedAnswer(name="users", integer=2000)], budget=Budget(monthly=_euros(100)))
    response = await service.ExplainConfiguration(ExplainConfigurationRequest(request=request))
    assert response.complete
    assert [member.id for member in response.conflict.members] == ["users", "monthly", "enough_memory"]
    assert [weight for weight, _ in _told(response)] == [1, 1]
    fewer, dearer = response.repairs
    assert fewer.changes[0].answer.name == "users"
    assert 0 < fewer.changes[0].answer.integer < 2000
    assert dearer.changes[0].limit == dearer.solution.totals.monthly
    for repair in response.repairs:
        checked = await service.CheckConfiguration(
            CheckConfigurationRequest(configuration=repair.solution.configuration)
        )
        assert checked.valid
        assert repair.solution.proof.is_optimal


async def test_the_fewer_users_are_as_many_as_the_budget_bears(service: Stub) -> None:
    request = _request(needs=[NeedAnswer(name="users", integer=2000)], budget=Budget(monthly=_euros(100)))
    response = await service.ExplainConfiguration(ExplainConfigurationRequest(request=request))
    users = response.repairs[0].changes[0].answer.integer
    for asked, outcome in ((users, "solution"), (users + 1, "conflict")):
        again = _request(needs=[NeedAnswer(name="users", integer=asked)], budget=Budget(monthly=_euros(100)))
        assert (await service.Configure(again)).WhichOneof("outcome") == outcome


async def test_what_is_unwelcome_comes_last(service: Stub) -> None:
    request = _request(pins=[Pin(component="os.debian")], exclusions=["os.debian"])
    weights = [ChangeWeight(kind=CONFLICT_KIND_PIN, weight=3), ChangeWeight(kind=CONFLICT_KIND_NEED, weight=9)]
    response = await service.ExplainConfiguration(ExplainConfigurationRequest(request=request, weights=weights))
    assert _told(response) == [(1, ["do not rule out os debian (os.debian)"])]


async def test_a_bespoke_item_that_is_left_out_is_not_paid_for(service: Stub) -> None:
    item = BespokeItem(
        id="till",
        title="Till",
        owner="ada",
        charge=CHARGE_MONTHLY,
        material_cost=_euros(50),
        requires=["support.premium"],
    )
    request = _request(bespoke_items=[item], exclusions=["support.premium"])
    weights = [ChangeWeight(kind=CONFLICT_KIND_EXCLUSION, id="support.premium", weight=2)]
    response = await service.ExplainConfiguration(ExplainConfigurationRequest(request=request, weights=weights))
    assert _told(response)[0] == (1, ['leave out the bespoke item "Till"'])
    without, with_ = response.repairs
    assert not without.solution.configuration.bespoke_items
    assert list(with_.solution.configuration.bespoke_items) == [item]
    plain = await service.Configure(_request())
    assert without.solution.totals.contract_value == plain.solution.totals.contract_value


def _item(id_: str, material_euros: int) -> BespokeItem:
    """An item that means nothing for components; only its price counts."""
    cost = _euros(material_euros)
    return BespokeItem(id=id_, title=id_.title(), owner="ada", charge=CHARGE_MONTHLY, material_cost=cost)


async def test_an_item_whose_price_breaks_a_budget_is_blamed_and_can_be_left_out(service: Stub) -> None:
    cheapest = (await service.Configure(_request())).solution.totals.monthly
    # Ten euros more than it costs without items: the sign for one euro is not in the way, the till for fifty is.
    budget = Budget(monthly=_euros(cheapest.units + 10, cheapest.nanos))
    request = _request(bespoke_items=[_item("sign", 1), _item("till", 50)], budget=budget)
    response = await service.ExplainConfiguration(ExplainConfigurationRequest(request=request))
    assert response.conflict.minimal
    assert [m.id for m in response.conflict.members if m.kind == CONFLICT_KIND_BESPOKE] == ["till"]
    assert 'the bespoke item "Till" costs ' in response.conflict.summary
    assert _told(response)[0] == (1, ['leave out the bespoke item "Till"'])
    assert [item.id for item in response.repairs[0].solution.configuration.bespoke_items] == ["sign"]
    configured = await service.Configure(request)
    assert configured.conflict.members == response.conflict.members
    guided = await service.GuideConfiguration(GuideConfigurationRequest(request=request))
    assert [m.id for m in guided.conflict.members if m.kind == CONFLICT_KIND_BESPOKE] == ["till"]


async def test_an_item_that_is_blamed_for_its_price_stands_for_what_it_requires_as_well(service: Stub) -> None:
    # Either item would fit, were it only for its 8.75 EUR; the support that the till requires costs 245.
    till = _item("till", 7)
    till.requires.append("support.premium")
    request = _request(bespoke_items=[_item("sign", 7), till], budget=Budget(monthly=_euros(12)))
    conflict = (await service.Configure(request)).conflict
    assert conflict.minimal
    assert [member.id for member in conflict.members] == ["monthly", "till"]


async def test_only_as_many_repairs_are_told_as_are_wanted(service: Stub) -> None:
    request = _request(pins=[Pin(component="web.apache_site", quantity=1), Pin(component="web.nginx_site", quantity=1)])
    response = await service.ExplainConfiguration(ExplainConfigurationRequest(request=request, max_repairs=1))
    # 8.00 for nginx less 3.00 of a package are less than 7.50 for Apache, which is given up.
    assert [change.member.id for change in response.repairs[0].changes] == ["web.apache_site"]
    assert len(response.repairs) == 1


def test_weights_of_what_nobody_said_are_faults() -> None:
    request = _request(pins=[Pin(component="os.debian")])
    weights = [
        ChangeWeight(kind=CONFLICT_KIND_RULE, weight=1),
        ChangeWeight(kind=CONFLICT_KIND_PIN, id="os.debain", weight=1),
        ChangeWeight(kind=CONFLICT_KIND_PIN, weight=1),
        ChangeWeight(kind=CONFLICT_KIND_PIN, weight=2),
    ]
    with pytest.raises(InvalidInput) as refused:
        weights_of(weights, requirements_of(request, small_release()))
    kinds = "NEED, CONFLICT_KIND_BUDGET, CONFLICT_KIND_PIN, CONFLICT_KIND_EXCLUSION, CONFLICT_KIND_BESPOKE"
    assert [(fault.where, fault.fix) for fault in refused.value.faults] == [
        ("weights[0].kind", f"Use one of CONFLICT_KIND_{kinds}."),
        ("weights[1].id", "Did you mean 'os.debian'?"),
        ("weights[3]", "Give each weight once."),
    ]
