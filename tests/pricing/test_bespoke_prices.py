"""Bespoke items by hand: rates of delivery centres, contingency, and where work may be done."""

from __future__ import annotations

import datetime as dt
import shutil
from decimal import Decimal

import pytest
from google.type.decimal_pb2 import Decimal as DecimalMessage
from google.type.money_pb2 import Money
from small_release import SMALL_PORTFOLIO, SMALL_TODAY

from bidwright.catalog.model import Release
from bidwright.catalog.reader import read_portfolio
from bidwright.core.errors import InvalidInput
from bidwright.pricing.amounts import amount_table
from bidwright.pricing.cost_amounts import cost_table
from bidwright.pricing.price import price
from bidwright.v1.configuration_pb2 import (
    CHARGE_MONTHLY,
    CHARGE_ONE_TIME,
    BespokeEffort,
    BespokeItem,
    Charge,
    CommercialTerms,
    Configuration,
    ConfigurationItem,
    NeedAnswer,
)
from bidwright.v1.price_pb2 import Price, PriceLine, PriceStepKind

TODAY = dt.date(2026, 11, 22)
BESPOKE = """\
bespoke_rates:
  engineer: {default: "640.00", brno: "420.00", leeds: "500.00"}
  solution_architect: "880.00"
  tester: {brno: "310.00"}
bespoke_markup: {default: "25", minimum: "10"}
bespoke_risk: {default: medium, classes: {none: "0", low: "5", medium: "15"}}
"""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The small portfolio with rate cards and risk classes."""
    portfolio = shutil.copytree(SMALL_PORTFOLIO, tmp_path_factory.mktemp("bespoke") / "small")
    for market in ("DE", "GB"):
        settings = portfolio / "prices" / f"{market}.yaml"
        head = settings.read_text().partition("bespoke_rates:")[0]
        settings.write_text(head + BESPOKE)
    return read_portfolio(portfolio, today=SMALL_TODAY)


def effort(role: str, days: str, centre: str = "") -> BespokeEffort:
    return BespokeEffort(role=role, days=DecimalMessage(value=days), delivery_centre=centre)


def item(*parts: BespokeEffort, risk: str = "", charge: Charge = CHARGE_ONE_TIME) -> BespokeItem:
    return BespokeItem(id="till", title="Till interface", owner="Ada", charge=charge, effort=parts, risk_class=risk)


def priced(
    release: Release, *items: BespokeItem, market: str = "DE", residency: str = "any", months: int = 12
) -> Price:
    return price(release, configuration(release, *items, market=market, residency=residency), terms(months), TODAY)


def configuration(
    release: Release, *items: BespokeItem, market: str = "DE", residency: str = "any", units: int = 0
) -> Configuration:
    return Configuration(
        release=release.name,
        offering="business_application",
        market=market,
        needs=[NeedAnswer(name="data_residency", text=residency)],
        items=[ConfigurationItem(component="web.nginx_site", quantity=units)] if units else [],
        bespoke_items=items,
    )


def terms(months: int = 12, discount: str = "0") -> CommercialTerms:
    return CommercialTerms(term_months=months, discretionary_discount_percent=DecimalMessage(value=discount))


def steps(line: PriceLine) -> list[tuple[str, str, str]]:
    """(kind, amount, running) of each step."""
    prefix = len("PRICE_STEP_KIND_")
    return [(PriceStepKind.Name(step.kind)[prefix:], step.amount.value, step.running.value) for step in line.steps]


def amount(money: Money) -> Decimal:
    return Decimal(money.units) + Decimal(money.nanos).scaleb(-9)


def test_each_effort_has_the_rate_of_its_centre_and_the_contingency_follows_all_costs(release: Release) -> None:
    made = item(effort("engineer", "2.5", "brno"), effort("solution_architect", "1"))
    made.material_cost.CopyFrom(Money(currency_code="EUR", units=120, nanos=500_000_000))
    whole = price(release, configuration(release, made), terms(36, "10"), TODAY)
    (line,) = whole.lines
    assert steps(line) == [
        ("BESPOKE_COST", "1050", "1050"),  # 2.5 x 420.00
        ("BESPOKE_COST", "880", "1930"),
        ("BESPOKE_COST", "120.5", "2050.5"),
        ("CONTINGENCY", "307.575", "2358.075"),  # 15 % of all of it
        ("MARKUP", "589.51875", "2947.59375"),  # 25 % of cost and contingency
        ("DISCRETIONARY", "-294.759375", "2652.834375"),
        ("ROUNDING", "-0.004375", "2652.83"),
    ]
    assert [step.rule for step in line.steps[:4]] == [
        "DE-list: 2.5 days of engineer in brno at 420",
        "DE-list: 1 days of solution_architect at 880",
        "bespoke item till: material",
        "DE-list: risk class medium",
    ]
    assert line.steps[3].percent.value == "15"
    assert amount(line.cost) == Decimal("2358.08")  # cost and contingency, rounded once


@pytest.mark.parametrize(
    ("made", "costs", "contingency"),
    [
        # no centre: the general rate; the default class
        (item(effort("engineer", "1")), ["640"], ["96"]),
        (item(effort("engineer", "1"), risk="low"), ["640"], ["32"]),
        # a class of 0 % is no step
        (item(effort("engineer", "1"), risk="none"), ["640"], []),
        # a role whose rates are by centre only
        (item(effort("tester", "2", "brno"), risk="low"), ["620"], ["31"]),
        # nothing at all costs nothing, whatever its risk
        (item(), ["0"], ["0"]),
    ],
)
def test_the_risk_class_says_what_is_added(
    release: Release, made: BespokeItem, costs: list[str], contingency: list[str]
) -> None:
    found = steps(priced(release, made).lines[0])
    assert [amount for kind, amount, _ in found if kind == "BESPOKE_COST"] == costs
    assert [amount for kind, amount, _ in found if kind == "CONTINGENCY"] == contingency


def test_the_configurator_counts_the_same_cost_and_price(release: Release) -> None:
    items = [item(effort("engineer", "1.5", "brno"), risk="low", charge=CHARGE_MONTHLY)]
    # 1.5 x 420.00 = 630.00, 5 % of it 31.50; 25 % of that 165.375
    (line,) = priced(release, *items).lines
    assert (amount(line.cost), amount(line.net)) == (Decimal("661.50"), Decimal("826.88"))
    table = amount_table(release, "DE", terms(), bespoke_items=items, today=TODAY)
    assert table.bespoke_monthly == 82688
    costs = cost_table(release, configuration(release, *items), terms(), TODAY)
    assert (costs.bespoke_one_time, costs.bespoke_monthly) == (0, 66150)


@pytest.mark.parametrize(
    ("made", "where", "what", "fix"),
    [
        # a centre without a rate for the role
        (
            item(effort("engineer", "1", "porto")),
            "effort[0].delivery_centre",
            "price book DE-list has no rate of engineer in 'porto'",
            "Choose one of: brno, leeds or leave it out.",
        ),
        (
            item(effort("engineer", "1"), effort("solution_architect", "1", "brno")),
            "effort[1].delivery_centre",
            "price book DE-list has no rate of solution_architect in 'brno'",
            "Leave it out.",
        ),
        # a role without a general rate
        (
            item(effort("tester", "1")),
            "effort[0].delivery_centre",
            "price book DE-list has no rate of tester without a delivery centre",
            "Choose one of: brno.",
        ),
        # a centre outside the regions of the market
        (
            item(effort("engineer", "1", "leeds")),
            "effort[0].delivery_centre",
            "leeds lies in UK, outside the regions allowed (EU)",
            "Choose one of: brno.",
        ),
        (
            item(risk="wild"),
            "risk_class",
            "'wild' is not a risk class of price book DE-list",
            "Choose one of: low, medium, none.",
        ),
    ],
)
def test_what_the_rate_card_does_not_have_is_refused_with_the_choices(
    release: Release, made: BespokeItem, where: str, what: str, fix: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        priced(release, made)
    (fault,) = refused.value.faults
    assert (fault.where, fault.what) == (f"bespoke_items[0].{where}", what)
    assert fault.fix == fix


def test_work_is_done_only_where_the_customer_allows_it(release: Release) -> None:
    made = item(effort("engineer", "2", "leeds"))
    (line,) = priced(release, made, market="GB").lines
    assert steps(line)[0] == ("BESPOKE_COST", "1000", "1000")
    with pytest.raises(InvalidInput) as refused:
        priced(release, made, market="GB", residency="EU")
    assert refused.value.faults[0].what == "leeds lies in UK, outside the regions allowed (EU)"


def test_a_book_without_risk_classes_knows_none() -> None:
    plain = read_portfolio(SMALL_PORTFOLIO, today=SMALL_TODAY)
    with pytest.raises(InvalidInput) as refused:
        priced(plain, item(effort("engineer", "1"), risk="low"))
    (fault,) = refused.value.faults
    assert (fault.where, fault.fix) == ("bespoke_items[0].risk_class", "Leave it out.")
    (line,) = priced(plain, item(effort("engineer", "1"))).lines
    assert [kind for kind, _, _ in steps(line)] == ["BESPOKE_COST", "MARKUP"]
