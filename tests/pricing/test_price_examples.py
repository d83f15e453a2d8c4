"""Prices computed by hand, from the price list of tests/small_release.py."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from google.type.date_pb2 import Date
from google.type.decimal_pb2 import Decimal as DecimalMessage
from google.type.money_pb2 import Money
from small_release import small_release

from bidwright.core.errors import InvalidInput
from bidwright.pricing.price import price
from bidwright.v1.configuration_pb2 import (
    CHARGE_MONTHLY,
    CHARGE_ONE_TIME,
    BespokeEffort,
    BespokeItem,
    CommercialTerms,
    Configuration,
    ConfigurationItem,
    NeedAnswer,
)
from bidwright.v1.price_pb2 import Price, PriceLine, PriceStepKind

TODAY = dt.date(2026, 11, 22)
RELEASE = small_release()


def configuration(
    items: dict[str, int], *bespoke_items: BespokeItem, market: str = "DE", residency: str = "any"
) -> Configuration:
    return Configuration(
        release=RELEASE.name,
        offering="business_application",
        market=market,
        needs=[NeedAnswer(name="data_residency", text=residency)],
        items=[ConfigurationItem(component=component, quantity=quantity) for component, quantity in items.items()],
        bespoke_items=bespoke_items,
    )


def terms(months: int = 12, discount: str = "0") -> CommercialTerms:
    return CommercialTerms(term_months=months, discretionary_discount_percent=DecimalMessage(value=discount))


def steps(line: PriceLine) -> list[tuple[str, str, str]]:
    """(kind, amount, running) of each step."""
    prefix = len("PRICE_STEP_KIND_")
    return [(PriceStepKind.Name(step.kind)[prefix:], step.amount.value, step.running.value) for step in line.steps]


def euros(amount: Money) -> str:
    assert amount.currency_code == "EUR"
    return f"{Decimal(amount.units) + Decimal(amount.nanos).scaleb(-9):.2f}"


def only(priced: Price, subject: str, charge: int = CHARGE_MONTHLY) -> PriceLine:
    (line,) = [line for line in priced.lines if line.subject == subject and line.charge == charge]
    return line


def test_a_component_at_list_price() -> None:
    priced = price(RELEASE, configuration({"web.nginx_site": 1}), terms(), TODAY)
    assert [(line.subject, line.charge, euros(line.net)) for line in priced.lines] == [
        ("web.nginx_site", CHARGE_ONE_TIME, "19.00"),
        ("web.nginx_site", CHARGE_MONTHLY, "8.00"),
    ]
    assert steps(priced.lines[1]) == [("LIST", "8", "8")]
    assert priced.lines[1].steps[0].rule == "DE-list: web.nginx_site monthly from 2026-01-01"


def test_volume_term_and_discretionary_discount_follow_one_another() -> None:
    priced = price(RELEASE, configuration({"compute.small": 6}), terms(24, "2.5"), TODAY)
    assert steps(only(priced, "compute.small")) == [
        ("LIST", "144", "144"),  # 6 x 24.00
        ("VOLUME", "-7.2", "136.8"),  # 22.80 from 5 units
        ("TERM", "-4.104", "132.696"),  # 3 %
        ("DISCRETIONARY", "-3.3174", "129.3786"),  # 2.5 %
        ("ROUNDING", "0.0014", "129.38"),
    ]
    assert euros(only(priced, "compute.small").net) == "129.38"
    # The term does not touch one-time charges: 6 x 45.00 less 2.5 %.
    assert steps(only(priced, "compute.small", CHARGE_ONE_TIME)) == [
        ("LIST", "270", "270"),
        ("DISCRETIONARY", "-6.75", "263.25"),
    ]


@pytest.mark.parametrize(
    ("quantity", "net"),
    [
        (4, "96.00"),  # below the first tier: 4 x 24.00
        (5, "114.00"),  # the first unit of a tier: 5 x 22.80
        (9, "205.20"),  # the last unit of a tier: 9 x 22.80
        (10, "215.50"),  # the next tier: 10 x 21.55
    ],
)
def test_all_units_pay_the_price_of_the_tier_reached(quantity: int, net: str) -> None:
    priced = price(RELEASE, configuration({"compute.small": quantity}), terms(), TODAY)
    assert euros(only(priced, "compute.small").net) == net


def test_a_package_is_a_line_of_its_own() -> None:
    priced = price(RELEASE, configuration({"compute.small": 3, "web.nginx_site": 1}), terms(24), TODAY)
    package = only(priced, "web_starter")
    assert (package.quantity, package.unit, package.title) == (1, "package", "Web starter")
    assert steps(package) == [
        ("PACKAGE", "-3", "-3"),  # 24.00 + 8.00 - 29.00
        ("TERM", "0.09", "-2.91"),
    ]
    assert euros(package.cost) == "0.00"
    # 3 x 24.00 x 0.97 = 69.84, 8.00 x 0.97 = 7.76, less 2.91
    assert euros(priced.totals.monthly) == "74.69"


def test_removing_a_line_removes_the_package_it_made_possible() -> None:
    priced = price(RELEASE, configuration({"compute.small": 3}), terms(24), TODAY)
    assert [line.subject for line in priced.lines] == ["compute.small", "compute.small"]
    assert euros(priced.totals.monthly) == "69.84"


def test_a_bespoke_item_is_cost_and_mark_up_without_term_discount() -> None:
    item = BespokeItem(
        id="till_interface",
        title="Till interface",
        owner="Ada",
        charge=CHARGE_ONE_TIME,
        effort=[
            BespokeEffort(role="engineer", days=DecimalMessage(value="2.5")),
            BespokeEffort(role="solution_architect", days=DecimalMessage(value="1")),
        ],
        material_cost=Money(currency_code="EUR", units=120, nanos=500_000_000),
    )
    line = only(price(RELEASE, configuration({}, item), terms(36, "10"), TODAY), "till_interface", CHARGE_ONE_TIME)
    assert steps(line) == [
        ("BESPOKE_COST", "1600", "1600"),  # 2.5 x 640.00
        ("BESPOKE_COST", "880", "2480"),
        ("BESPOKE_COST", "120.5", "2600.5"),
        ("MARKUP", "650.125", "3250.625"),  # 25 %
        ("DISCRETIONARY", "-325.0625", "2925.5625"),
        ("ROUNDING", "-0.0025", "2925.56"),
    ]
    assert (euros(line.net), euros(line.cost), line.quantity, line.unit) == ("2925.56", "2600.50", 1, "item")


def test_a_mark_up_that_is_set_but_empty_is_the_default() -> None:
    item = BespokeItem(id="care", title="Care", owner="Ada", charge=CHARGE_MONTHLY, markup_percent=DecimalMessage())
    item.material_cost.CopyFrom(Money(currency_code="EUR", units=10))
    line = only(price(RELEASE, configuration({}, item), terms(36), TODAY), "care")
    assert steps(line) == [("BESPOKE_COST", "10", "10"), ("MARKUP", "2.5", "12.5")]  # 25 %


def test_a_mark_up_of_zero_is_shown_and_a_monthly_item_gets_no_term_discount() -> None:
    item = BespokeItem(id="care", title="Care", owner="Ada", charge=CHARGE_MONTHLY)
    item.material_cost.CopyFrom(Money(currency_code="EUR", units=10))
    item.markup_percent.value = "0"
    line = only(price(RELEASE, configuration({}, item), terms(36), TODAY), "care")
    assert steps(line) == [("BESPOKE_COST", "10", "10"), ("MARKUP", "0", "10")]


def test_totals_cost_and_margin() -> None:
    priced = price(RELEASE, configuration({"compute.small": 2}), terms(36), TODAY)
    totals = priced.totals
    assert euros(totals.one_time) == "90.00"
    assert euros(totals.monthly) == "45.12"  # 48.00 less 6 %
    assert euros(totals.contract_value) == "1714.32"  # 90.00 + 36 x 45.12
    assert euros(totals.first_year) == "631.44"  # 90.00 + 12 x 45.12
    assert euros(totals.one_time_cost) == "134.00"  # 2 x (10.00 + 1.5 h x 38.00)
    assert euros(totals.monthly_cost) == "43.00"  # 2 x (12.00 + 0.25 h x 38.00)
    assert euros(totals.contract_cost) == "1682.00"
    assert totals.margin_percent.value == "1.89"  # 32.32 of 1714.32
    assert [(entry.charge, entry.kind, entry.amount.value) for entry in priced.waterfall] == [
        (CHARGE_ONE_TIME, PriceStepKind.PRICE_STEP_KIND_LIST, "90"),
        (CHARGE_MONTHLY, PriceStepKind.PRICE_STEP_KIND_LIST, "48"),
        (CHARGE_MONTHLY, PriceStepKind.PRICE_STEP_KIND_TERM, "-2.88"),
    ]


def test_an_empty_configuration_costs_nothing() -> None:
    priced = price(RELEASE, configuration({}), terms(), TODAY)
    assert not priced.lines
    assert euros(priced.totals.contract_value) == "0.00"
    assert priced.totals.margin_percent.value == "0"


@pytest.mark.parametrize(
    ("residency", "centre"),
    [
        ("any", "leeds"),  # 32.40 an hour against 34.20
        ("EU", "brno"),  # the customer's answer excludes Leeds
    ],
)
def test_work_is_costed_at_the_cheapest_centre_that_may_do_it(residency: str, centre: str) -> None:
    chosen = configuration({"compute.small": 1}, market="GB", residency=residency)
    priced = price(RELEASE, chosen, terms(), TODAY)
    assert {line.delivery_centre for line in priced.lines} == {centre}


def test_no_labour_means_no_delivery_centre() -> None:
    priced = price(RELEASE, configuration({"web.nginx_site": 1}), terms(), TODAY)
    assert {line.delivery_centre for line in priced.lines} == {""}


def test_residency_that_no_centre_of_the_market_meets_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        price(RELEASE, configuration({"compute.small": 1, "support.premium": 1}, residency="US"), terms(), TODAY)
    assert refused.value.reason == "NO_DELIVERY_CENTRE"
    assert [fault.where for fault in refused.value.faults] == ["compute.small", "support.premium"]


def test_no_price_for_a_date_is_an_error_and_names_every_component() -> None:
    early = terms()
    early.price_date.CopyFrom(Date(year=2025, month=12, day=31))
    with pytest.raises(InvalidInput) as refused:
        price(RELEASE, configuration({"os.debian": 1, "compute.small": 1}), early, TODAY)
    assert refused.value.reason == "PRICE_MISSING"
    assert refused.value.facts == {
        "component": "compute.small",
        "charge": "monthly",
        "market": "DE",
        "date": "2025-12-31",
    }
    assert [(fault.where, fault.what) for fault in refused.value.faults] == [
        ("compute.small", "no monthly price in market DE on 2025-12-31"),
        ("compute.small", "no one_time price in market DE on 2025-12-31"),
        ("os.debian", "no monthly price in market DE on 2025-12-31"),
    ]


def test_today_counts_where_no_price_date_is_given() -> None:
    priced = price(RELEASE, configuration({}), terms(), TODAY)
    assert (priced.price_date.year, priced.price_date.month, priced.price_date.day) == (2026, 11, 22)


@pytest.mark.parametrize(
    ("mode", "net"),
    [
        ("half_up", "0.13"),  # 0.125 away from zero
        ("half_even", "0.12"),  # 0.125 to the even neighbour
    ],
)
def test_a_half_is_rounded_as_the_price_book_says(mode: str, net: str) -> None:
    book = RELEASE.price_books["DE"]
    (entry,) = book.entries["os.debian", "monthly"]
    entries = {("os.debian", "monthly"): (replace(entry, price=Decimal("0.125")),)}
    release = replace(RELEASE, price_books={"DE": replace(book, rounding=mode, entries=entries)})
    assert euros(price(release, configuration({"os.debian": 1}), terms(), TODAY).totals.monthly) == net
