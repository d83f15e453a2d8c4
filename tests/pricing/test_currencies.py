"""Whole prices in a currency without minor units, and in one with thousandths, by hand."""

from __future__ import annotations

import datetime as dt
import shutil
from decimal import Decimal

import pytest
from google.type.decimal_pb2 import Decimal as DecimalMessage
from google.type.money_pb2 import Money
from small_release import SMALL_PORTFOLIO, SMALL_TODAY, web_hosting

from bidwright.catalog.model import Release
from bidwright.catalog.reader import read_portfolio
from bidwright.core.errors import InvalidInput
from bidwright.pricing.amounts import amount_table
from bidwright.pricing.price import price
from bidwright.v1.configuration_pb2 import (
    CHARGE_MONTHLY,
    CHARGE_ONE_TIME,
    BespokeEffort,
    BespokeItem,
    CommercialTerms,
)
from bidwright.v1.price_pb2 import Price, PriceStepKind

TODAY = dt.date(2026, 11, 22)


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Release]:
    """The small portfolio in yen and in dinars, with the same figures, and a package of 28.55 in place of 29.00."""
    found = {}
    for currency in ("JPY", "KWD"):
        portfolio = shutil.copytree(SMALL_PORTFOLIO, tmp_path_factory.mktemp(currency) / "small")
        for name in ("portfolio.yaml", "prices/DE.yaml", "delivery_centres.yaml", "packages.yaml"):
            file = portfolio / name
            file.write_text(file.read_text().replace("EUR", currency).replace('DE: "29.00"', 'DE: "28.55"'))
        found[currency] = read_portfolio(portfolio, today=SMALL_TODAY)
    return found


def priced(release: Release, items: dict[str, int], *bespoke: BespokeItem, **discounts: Money) -> Price:
    """For 24 months, which take 3 % off."""
    configuration = web_hosting(release.name, items, bespoke_items=bespoke)
    terms = CommercialTerms(term_months=24)
    for name, amount in discounts.items():
        getattr(terms, name).CopyFrom(amount)
    return price(release, configuration, terms, TODAY)


def number(money: Money) -> Decimal:
    return Decimal(money.units) + Decimal(money.nanos).scaleb(-9)


def nets(found: Price) -> list[tuple[str, int, str, str]]:
    """(subject, charge, net, cost) of each line."""
    return [(line.subject, line.charge, text(line.net), text(line.cost)) for line in found.lines]


def text(money: Money) -> str:
    return f"{number(money).normalize():f} {money.currency_code}"


ITEMS = {"compute.small": 3, "web.nginx_site": 2}


def less_100_once_and_10_a_month(release: Release, currency: str) -> Price:
    once, monthly = (Money(currency_code=currency, units=units) for units in (100, 10))
    return priced(release, ITEMS, one_time_discount=once, monthly_discount=monthly)


def test_a_price_in_yen_has_no_fractions(releases: dict[str, Release]) -> None:
    found = less_100_once_and_10_a_month(releases["JPY"], "JPY")
    assert nets(found) == [
        # 3 x 45.00 = 135 less 78 of the discount, whose shares are 78.03 and 21.97; 3 x (10.00 + 1.5 x 38.00)
        ("compute.small", CHARGE_ONE_TIME, "57 JPY", "201 JPY"),
        # 3 x 24.00 less 3 % is 69.84, less 8 (8.14); 3 x 21.50 = 64.5
        ("compute.small", CHARGE_MONTHLY, "62 JPY", "65 JPY"),
        # 2 x 19.00 = 38 less 22
        ("web.nginx_site", CHARGE_ONE_TIME, "16 JPY", "10 JPY"),
        # 2 x 8.00 less 3 % is 15.52, less 2 (1.86)
        ("web.nginx_site", CHARGE_MONTHLY, "14 JPY", "4 JPY"),
        # 24.00 + 8.00 - 28.55 less 3 % is 3.3465, rounded once an application: twice 3
        ("web_starter", CHARGE_MONTHLY, "-6 JPY", "0 JPY"),
    ]
    totals = found.totals
    assert (text(totals.one_time), text(totals.monthly), text(totals.contract_value)) == (
        "73 JPY",
        "70 JPY",
        "1753 JPY",
    )
    assert (text(totals.contract_cost), totals.margin_percent.value) == ("1867 JPY", "-6.5")


def test_a_price_in_dinars_has_thousandths(releases: dict[str, Release]) -> None:
    found = less_100_once_and_10_a_month(releases["KWD"], "KWD")
    assert nets(found) == [
        # 135 less 78.035: the thousandth that is missing goes to the larger remainder of 78.034682 and 21.965318
        ("compute.small", CHARGE_ONE_TIME, "56.965 KWD", "201 KWD"),
        # 69.84 less 8.182, of 8.181818 and 1.818182
        ("compute.small", CHARGE_MONTHLY, "61.658 KWD", "64.5 KWD"),
        ("web.nginx_site", CHARGE_ONE_TIME, "16.035 KWD", "10 KWD"),
        ("web.nginx_site", CHARGE_MONTHLY, "13.702 KWD", "4 KWD"),
        # 3.3465 becomes 3.347, twice
        ("web_starter", CHARGE_MONTHLY, "-6.694 KWD", "0 KWD"),
    ]
    steps = [(PriceStepKind.Name(step.kind)[16:], step.amount.value) for step in found.lines[4].steps]
    assert steps == [("PACKAGE", "-6.9"), ("TERM", "0.207"), ("ROUNDING", "-0.001")]
    totals = found.totals
    assert (text(totals.one_time), text(totals.monthly)) == ("73 KWD", "68.666 KWD")
    assert (text(totals.contract_value), text(totals.contract_cost)) == ("1720.984 KWD", "1855 KWD")
    assert totals.margin_percent.value == "-7.79"


@pytest.mark.parametrize(
    ("currency", "net", "cost", "minor"),
    [
        # 0.31 x 640.00 = 198.4, with 10 % 218.24
        ("JPY", "218 JPY", "198 JPY", 218),
        ("KWD", "218.24 KWD", "198.4 KWD", 218_240),
    ],
)
def test_the_configurator_counts_in_minor_units(
    releases: dict[str, Release], currency: str, net: str, cost: str, minor: int
) -> None:
    work = BespokeItem(
        id="till",
        charge=CHARGE_ONE_TIME,
        effort=[BespokeEffort(role="engineer", days=DecimalMessage(value="0.31"))],
        markup_percent=DecimalMessage(value="10"),
    )
    release = releases[currency]
    assert nets(priced(release, {}, work)) == [("till", CHARGE_ONE_TIME, net, cost)]
    table = amount_table(release, "DE", CommercialTerms(term_months=24), bespoke_items=[work], today=TODAY)
    assert table.bespoke_one_time == minor
    # 3 x 24.00 less 3 %
    assert table.monthly["compute.small"][3] == {"JPY": 70, "KWD": 69_840}[currency]


@pytest.mark.parametrize(
    ("currency", "nanos"),
    [
        ("JPY", 500_000_000),  # half a yen
        ("KWD", 500_000),  # half a thousandth
    ],
)
def test_a_discount_of_less_than_a_minor_unit_is_refused(
    releases: dict[str, Release], currency: str, nanos: int
) -> None:
    discount = Money(currency_code=currency, units=1, nanos=nanos)
    with pytest.raises(InvalidInput) as refused:
        priced(releases[currency], ITEMS, one_time_discount=discount)
    (fault,) = refused.value.faults
    assert fault.where == "terms.one_time_discount"
    assert f"whole minor units of {currency}" in fault.fix
