"""The PricingService over a real gRPC connection."""

import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from typing import cast

import grpc
import pytest
import pytest_asyncio
from google.type.date_pb2 import Date
from google.type.decimal_pb2 import Decimal as DecimalMessage
from google.type.money_pb2 import Money
from small_release import small_release

from bidwright.catalog.model import Release
from bidwright.catalog.price_entry import IndexSeries
from bidwright.core.errors import InvalidInput, NotFound
from bidwright.pricing.comparison import compare_prices
from bidwright.pricing.grpc_api import PricingApi
from bidwright.pricing.indexed_prices import index_prices
from bidwright.pricing.price import price
from bidwright.pricing.pricer import Pricer
from bidwright.v1.configuration_pb2 import (
    CHARGE_MONTHLY,
    BespokeItem,
    CommercialTerms,
    Configuration,
    ConfigurationItem,
)
from bidwright.v1.price_pb2 import PRICE_STEP_KIND_DISCRETIONARY, PRICE_STEP_KIND_ROUNDING, PRICE_STEP_KIND_TERM
from bidwright.v1.pricing_pb2 import (
    ComparePricesRequest,
    FindDiscountRequest,
    IndexPriceRequest,
    IndexPriceResponse,
    PriceConfigurationRequest,
    PriceVariantsRequest,
)
from bidwright.v1.pricing_pb2_grpc import PricingServiceStub, add_PricingServiceServicer_to_server

# Already 23 November in Berlin, still the 22nd in UTC and London.
NOW = dt.datetime(2026, 11, 22, 23, 30, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 22)


OLD_INDEX = IndexSeries(
    id="cpi",
    title="Consumer prices",
    values=((dt.date(2025, 1, 1), Decimal(100)),),
    every_months=12,
    rise_at_most=Decimal(5),
)
NEW_INDEX = replace(
    OLD_INDEX,
    values=(*OLD_INDEX.values, (dt.date(2027, 1, 1), Decimal("103.5")), (dt.date(2028, 1, 1), Decimal(115))),
    rise_at_most=Decimal(9),
)


def with_book(release: Release, **changes: object) -> Release:
    return replace(release, price_books={**release.price_books, "GB": replace(release.price_books["GB"], **changes)})


RELEASE = with_book(small_release(), indices={"cpi": OLD_INDEX})
NEWER = replace(
    with_book(RELEASE, indices={"cpi": NEW_INDEX}, terms={12: Decimal(10), 24: Decimal(20)}), digest="e" * 64
)


async def find_release(name: str) -> Release:
    if name in {NEWER.name, "portfolios/small"}:
        return NEWER
    if name == RELEASE.name:
        return RELEASE
    raise NotFound(f"{name} does not exist", fix="Publish it.")


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


async def test_variants_are_priced_over_the_wire(stub: PricingServiceStub) -> None:
    single = request()
    asked = PriceVariantsRequest(
        configuration=single.configuration,
        terms=single.terms,
        term_months=[12, 13],
        discount_percents=[DecimalMessage(value="0"), DecimalMessage(value="5")],
    )
    rows = (await stub.PriceVariants(asked)).variants
    assert [(row.term_months, row.discount_percent.value, row.price_book) for row in rows] == [
        (12, "0", "GB-list"),
        (12, "5", "GB-list"),
        (13, "0", ""),
        (13, "5", ""),
    ]
    assert rows[1].totals == (await stub.PriceConfiguration(single)).totals
    assert "13 months is not a term of price book GB-list" in rows[2].refusal


async def test_a_discount_is_found_over_the_wire(stub: PricingServiceStub) -> None:
    single = request()
    asked = FindDiscountRequest(configuration=single.configuration, terms=single.terms)
    asked.monthly.CopyFrom(Money(currency_code="GBP", units=61, nanos=560_000_000))
    found = await stub.FindDiscount(asked)
    # 64.80 less 4.9923 % is 61.5649896; less 4.9922 % it is 61.5650544, which rounds to 61.57
    assert found.discount_percent.value == "4.9923"
    assert found.price.totals.monthly == asked.monthly


async def test_a_configuration_is_compared_with_itself_in_another_release(stub: PricingServiceStub) -> None:
    base, other = request(), request()
    other.configuration.release = NEWER.name
    found = await stub.ComparePrices(ComparePricesRequest(base=base, other=other))
    assert (found.base.release, found.other.release) == (RELEASE.name, NEWER.name)
    (line,) = found.lines  # only the term discount, on what recurs
    assert [(step.kind, step.why, step.amount.value) for step in line.steps] == [
        (PRICE_STEP_KIND_TERM, "added", "-6.48"),
        (PRICE_STEP_KIND_DISCRETIONARY, "the same percentage of another amount", "0.324"),
        (PRICE_STEP_KIND_ROUNDING, "added", "-0.004"),
    ]
    # 12 x (55.40 - 61.56)
    assert (found.contract_value.units, found.contract_value.nanos) == (-73, -920_000_000)


def test_each_fault_of_a_comparison_says_on_which_side_it_is() -> None:
    wrong, pricer = request(), Pricer(release=RELEASE, today=TODAY)
    wrong.terms.term_months = 13
    with pytest.raises(InvalidInput) as refused:
        compare_prices(ComparePricesRequest(base=request(), other=wrong), base=pricer, other=pricer)
    assert [fault.where for fault in refused.value.faults] == ["other.terms.term_months"]


async def test_prices_of_a_contract_follow_an_index_as_it_was_agreed_by_values_known_later(
    stub: PricingServiceStub,
) -> None:
    item = BespokeItem(id="care", title="Care", owner="Ada", charge=CHARGE_MONTHLY)
    item.material_cost.CopyFrom(Money(currency_code="GBP", units=80))
    single = request(item)
    asked = IndexPriceRequest(
        configuration=single.configuration,
        terms=single.terms,
        index="cpi",
        indexed_on=Date(year=2028, month=12, day=31),
    )
    found = await stub.IndexPrice(asked)
    assert (found.old_index.value, found.new_index.value, found.index_release) == ("100", "115", NEWER.name)
    # 115 / 103.5 is 11.1 %, and the contract was made when 5 % were the limit
    assert [(step.day, step.old_index.value, step.new_index.value, step.percent.value) for step in found.steps] == [
        (Date(year=2027, month=11, day=22), "100", "103.5", "3.5"),
        (Date(year=2028, month=11, day=22), "103.5", "115", "5"),
    ]
    assert [step.why for step in found.steps] == ["as the index", "rises by 5 % at most"]
    (part,) = found.parts
    assert (part.index, part.title, part.percent.value) == ("cpi", "Consumer prices", "100")
    assert (part.old_from, part.new_from) == (Date(year=2025, month=1, day=1), Date(year=2028, month=1, day=1))
    # 61.56 x 1.08675 = 66.90033; 80 and 25 % less 5 % are 95.00, x 1.08675 = 103.24125
    assert [(line.subject, line.old_net, line.new_net) for line in found.lines] == [
        ("compute.small", pounds(61, 56), pounds(66, 90)),
        ("care", pounds(95, 0), pounds(103, 24)),
    ]
    assert (found.old_monthly, found.new_monthly) == (pounds(156, 56), pounds(170, 14))


WAGES = replace(OLD_INDEX, id="wages", title="Wages", rise_at_most=None)
ENERGY = replace(WAGES, id="energy", title="Energy")
MIX = IndexSeries(id="mix", title="Mix", values=(), shares=((ENERGY, Decimal(30)), (WAGES, Decimal(50))))
LATER = (*OLD_INDEX.values, (dt.date(2027, 1, 1), Decimal(110)))


def mixed(newer: dict[str, IndexSeries], day: Date) -> IndexPriceResponse:
    """The small bid by the formula that it was sold with, and by indices of a newer release."""
    sold = with_book(RELEASE, indices={"energy": ENERGY, "mix": MIX, "wages": WAGES})
    single = request()
    asked = IndexPriceRequest(configuration=single.configuration, terms=single.terms, index="mix", indexed_on=day)
    return index_prices(asked, Pricer(release=sold, today=TODAY), with_book(NEWER, indices=newer))


def test_the_shares_are_those_of_the_contract_and_the_values_those_known_now() -> None:
    wages = replace(WAGES, values=LATER)
    shares = ((ENERGY, Decimal(30)), (wages, Decimal(70)))
    found = mixed(
        {"energy": ENERGY, "mix": replace(MIX, shares=shares), "wages": wages}, Date(year=2028, month=3, day=1)
    )
    assert not found.HasField("old_index")
    assert not found.HasField("new_index")
    (step,) = found.steps
    assert (step.percent.value, step.why, step.HasField("new_index")) == ("5", "as the formula", False)
    told = [(part.index, part.percent.value, part.old_index.value, part.new_index.value) for part in step.parts]
    assert told == [("energy", "30", "100", "100"), ("wages", "50", "100", "110")]
    # energy has had no new value since 2025: its day says so
    assert [part.new_from.year for part in found.parts] == [2025, 2027]
    # 61.56 x (0.2 + 0.3 + 0.5 x 1.1) = 64.638
    assert found.lines[0].new_net == pounds(64, 64)


def test_a_formula_outlives_its_entry_but_not_its_series() -> None:
    assert mixed({"energy": ENERGY, "wages": WAGES}, Date(year=2027, month=1, day=1)).index_release == NEWER.name
    for newer in ({"wages": WAGES}, {"wages": WAGES, "energy": replace(MIX, id="energy")}):
        with pytest.raises(InvalidInput, match="has no index 'energy'") as refused:
            mixed(newer, Date(year=2027, month=1, day=1))
        assert refused.value.reason == "INDEX_NOT_KNOWN"


def test_a_value_that_is_older_than_it_may_be_is_refused() -> None:
    newer = {"energy": replace(ENERGY, published_every_months=26), "wages": WAGES}
    assert mixed(newer, Date(year=2027, month=2, day=28)).new_monthly == pounds(61, 56)
    with pytest.raises(InvalidInput, match="energy has no value for 2027-03-01; the last one is of 2025-01-01"):
        mixed(newer, Date(year=2027, month=3, day=1))


@pytest.mark.parametrize(
    ("index", "day", "reason", "said"),
    [
        ("ppi", Date(year=2027, month=1, day=1), "INDEX_NOT_KNOWN", "GB-list of .* has no index 'ppi'"),
        ("cpi", Date(year=2026, month=11, day=21), "INVALID_INPUT", "2026-11-21 is before 2026-11-22"),
        ("cpi", Date(year=2127, month=1, day=1), "INVALID_INPUT", "more than 100 years after it"),
        ("cpi", Date(year=2027, month=2, day=29), "INVALID_INPUT", "2027-2-29 is not a day"),
    ],
)
def test_an_index_or_day_that_cannot_be_is_refused(index: str, day: Date, reason: str, said: str) -> None:
    asked = IndexPriceRequest(configuration=request().configuration, terms=request().terms, index=index, indexed_on=day)
    with pytest.raises(InvalidInput, match=said) as refused:
        index_prices(asked, Pricer(release=RELEASE, today=TODAY), NEWER)
    assert refused.value.reason == reason
    assert [fault.where for fault in refused.value.faults] == ["index" if index == "ppi" else "indexed_on"]


@pytest.mark.parametrize(
    ("rounding", "place", "index", "net"),
    [
        ("half_up", 1, "218.7", (21, 87)),  # 21.60 x 218.7 / 216
        ("half_up", 5, "218.7", (21, 85)),
        ("half_up", 20, "217", (21, 80)),  # 21.70 is half way
        ("half_even", 20, "217", (21, 60)),  # 108 times 0.20, not 109 times
    ],
)
def test_new_prices_are_rounded_as_the_price_book_rounds(
    rounding: str, place: int, index: str, net: tuple[int, int]
) -> None:
    values = ((dt.date(2026, 1, 1), Decimal(216)), (dt.date(2027, 1, 1), Decimal(index)))
    series = IndexSeries(id="cpi", title="Prices", values=values)
    release = with_book(RELEASE, indices={"cpi": series}, rounding=rounding, rounding_to=place)
    single = request()
    single.configuration.items[0].quantity = 1
    single.terms.ClearField("discretionary_discount_percent")
    asked = IndexPriceRequest(
        configuration=single.configuration,
        terms=single.terms,
        index="cpi",
        indexed_on=Date(year=2027, month=1, day=1),
    )
    (line,) = index_prices(asked, Pricer(release=release, today=TODAY), release).lines
    assert line.new_net == pounds(*net)


def pounds(units: int, pence: int) -> Money:
    return Money(currency_code="GBP", units=units, nanos=pence * 10**7)


def _no_context() -> grpc.aio.ServicerContext:
    return cast("grpc.aio.ServicerContext", None)  # the method does not use it
