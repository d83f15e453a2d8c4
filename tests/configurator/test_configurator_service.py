"""The service over a real connection, with the real pricing behind it."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import grpc
import pytest
import pytest_asyncio
from google.type.money_pb2 import Money
from small_release import small_release

from bidwright.catalog.model import Answer, Release
from bidwright.configurator import grpc_api
from bidwright.configurator.grpc_api import ConfiguratorService
from bidwright.configurator.request import requirements_of
from bidwright.core.amount_table import AmountTable
from bidwright.core.errors import InvalidInput, NotFound
from bidwright.pricing.amounts import AmountTables, amount_table
from bidwright.pricing.price import price
from bidwright.v1 import configurator_pb2_grpc
from bidwright.v1.configuration_pb2 import (
    CHARGE_MONTHLY,
    BespokeItem,
    Budget,
    CommercialTerms,
    Configuration,
    ConfigurationItem,
    NeedAnswer,
)
from bidwright.v1.configurator_pb2 import CheckConfigurationRequest, ConfigureRequest, Pin
from bidwright.v1.price_pb2 import Price as PriceRecord

Stub = configurator_pb2_grpc.ConfiguratorServiceStub
NOW = dt.datetime(2026, 11, 22, 22, 59, tzinfo=dt.UTC)  # one minute before midnight in Germany
NAME = small_release().name


async def _find_release(name: str) -> Release:
    if name not in {"portfolios/small", NAME}:
        raise NotFound(f"{name} does not exist", fix="List them.")
    return small_release()


class _Midnight:
    """Pricing during which a day ends; remembers for which days it is asked."""

    def __init__(self) -> None:
        self.days: list[dt.date] = []
        self._moments = iter([NOW, NOW + dt.timedelta(minutes=2)])

    def now(self) -> dt.datetime:
        return next(self._moments)

    def amount_table(
        self,
        release: Release,
        market_id: str,
        terms: CommercialTerms,
        *,
        bespoke_items: Sequence[BespokeItem],
        answers: Mapping[str, Answer],
        today: dt.date,
    ) -> AmountTable:
        self.days.append(today)
        return amount_table(release, market_id, terms, bespoke_items=bespoke_items, answers=answers, today=today)

    def price(
        self, release: Release, configuration: Configuration, terms: CommercialTerms, today: dt.date
    ) -> PriceRecord:
        self.days.append(today)
        return price(release, configuration, terms, today)


@pytest_asyncio.fixture
async def service(tmp_path: Path) -> AsyncIterator[Stub]:
    async with _served(ConfiguratorService(_find_release, AmountTables(), price, clock=lambda: NOW), tmp_path) as stub:
        yield stub


@asynccontextmanager
async def _served(servicer: ConfiguratorService, tmp_path: Path) -> AsyncIterator[Stub]:
    server = grpc.aio.server()
    configurator_pb2_grpc.add_ConfiguratorServiceServicer_to_server(servicer, server)
    address = f"unix:{tmp_path}/s"
    server.add_insecure_port(address)
    await server.start()
    async with grpc.aio.insecure_channel(address) as channel:
        yield configurator_pb2_grpc.ConfiguratorServiceStub(channel)
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


async def test_a_solution_costs_what_pricing_says_and_passes_the_check(service: Stub) -> None:
    bespoke = BespokeItem(
        id="till", title="Till", owner="ada", charge=CHARGE_MONTHLY, material_cost=Money(currency_code="EUR", units=8)
    )
    response = await service.Configure(
        _request(
            needs=[NeedAnswer(name="users", integer=1500)],
            pins=[Pin(component="compute.small")],
            bespoke_items=[bespoke],
        )
    )
    solution = response.solution
    assert solution.configuration.release == NAME
    assert [need.name for need in solution.configuration.needs] == [
        "availability",
        "data_residency",
        "site_title",
        "users",
    ]
    assert list(solution.configuration.bespoke_items) == [bespoke]
    assert solution.totals.contract_value == solution.proof.value == solution.proof.bound
    checked = await service.CheckConfiguration(CheckConfigurationRequest(configuration=solution.configuration))
    assert checked.valid
    assert not checked.violations


async def test_a_budget_that_cannot_be_kept_is_a_conflict(service: Stub) -> None:
    budget = Budget(monthly=Money(currency_code="EUR", units=10))
    response = await service.Configure(_request(portfolio=NAME, budget=budget))
    assert response.WhichOneof("outcome") == "conflict"
    assert "the budget allows at most 10.00 EUR a month" in response.conflict.summary


async def test_a_caller_who_leaves_no_time_for_a_search_gets_a_valid_configuration_and_its_gap(
    service: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grpc_api, "_ANSWER_S", 60)  # what is kept back of the caller's time
    solution = (await service.Configure(_request(), timeout=60)).solution
    assert not solution.proof.is_optimal
    assert float(solution.proof.gap_percent.value) > 0
    checked = await service.CheckConfiguration(CheckConfigurationRequest(configuration=solution.configuration))
    assert checked.valid


async def test_a_caller_who_does_not_wait_gets_a_deadline_and_others_an_answer(service: Stub) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await service.Configure(_request(), timeout=0.000_1)
    assert refused.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    answers = await asyncio.gather(*(service.Configure(_request()) for _ in range(5)))
    assert all(answer.HasField("solution") for answer in answers)


async def test_a_configuration_is_costed_and_priced_for_one_day_of_its_market_though_midnight_passes(
    tmp_path: Path,
) -> None:
    pricing = _Midnight()
    servicer = ConfiguratorService(_find_release, pricing, pricing.price, clock=pricing.now)
    async with _served(servicer, tmp_path) as stub:
        assert (await stub.Configure(_request())).HasField("solution")
    assert pricing.days == [dt.date(2026, 11, 22), dt.date(2026, 11, 22)]


async def test_violations_are_told(service: Stub) -> None:
    configuration = Configuration(
        release=NAME, offering="web_hosting", market="DE", items=[ConfigurationItem(component="os.debian", quantity=1)]
    )
    checked = await service.CheckConfiguration(CheckConfigurationRequest(configuration=configuration))
    assert not checked.valid
    assert [violation.id for violation in checked.violations] == [
        "compute",
        "support",
        "web",
        "debian_on_every_server",
        "enough_memory",
        "support_meets_availability",
    ]


def test_every_fault_of_a_request_is_told_at_once() -> None:
    request = _request(
        needs=[NeedAnswer(name="users", integer=0), NeedAnswer(name="colour", text="red")],
        pins=[Pin(component="compute.tiny"), Pin(component="compute.small", quantity=21)],
        exclusions=["mail.platform"],
        bespoke_items=[
            BespokeItem(id="a", title="A", requires=["databank"]),
            BespokeItem(id="a", title="B", forbids=["web.iis"]),
        ],
        budget=Budget(
            monthly=Money(currency_code="USD", units=1),
            one_time=Money(currency_code="EUR", units=-1),
            contract_value=Money(currency_code="EUR", units=2**63 - 1),
        ),
    )
    with pytest.raises(InvalidInput) as refused:
        requirements_of(request, small_release())
    assert [fault.where for fault in refused.value.faults] == [
        "pins[0].component",
        "pins[1].quantity",
        "exclusions[0]",
        "bespoke_items[0].requires[0]",
        "bespoke_items[1].id",
        "bespoke_items[1].forbids[0]",
        "budget.monthly.currency_code",
        "budget.one_time",
        "budget.contract_value",
        "needs.colour",
        "needs.users",
    ]


def test_unknown_places_are_faults_with_what_there_is() -> None:
    with pytest.raises(InvalidInput) as refused:
        requirements_of(_request(offering="mail", market="FR"), small_release())
    assert [(fault.where, fault.fix) for fault in refused.value.faults] == [
        ("offering", "Use one of: business_application, web_hosting."),
        ("market", "Use one of: DE, GB."),
    ]
