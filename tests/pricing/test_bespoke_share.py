"""The share of bespoke work in the value and in the effort of a contract, by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from google.type.decimal_pb2 import Decimal as DecimalMessage
from google.type.money_pb2 import Money
from small_release import small_release, web_hosting

from bidwright.catalog.model import Release
from bidwright.pricing.price import price
from bidwright.v1.configuration_pb2 import (
    CHARGE_MONTHLY,
    CHARGE_ONE_TIME,
    BespokeEffort,
    BespokeItem,
    Charge,
    CommercialTerms,
    RampPhase,
    RampQuantity,
)

TODAY = dt.date(2026, 11, 22)
RELEASE = small_release()


def item(id_: str, charge: Charge, days: str, material: int = 0) -> BespokeItem:
    """Its price is 640.00 a day and the material, and 25 %."""
    effort = [BespokeEffort(role="engineer", days=DecimalMessage(value=days))] if days else []
    return BespokeItem(
        id=id_,
        title=id_,
        owner="Ada",
        charge=charge,
        effort=effort,
        material_cost=Money(currency_code="EUR", units=material),
    )


def shares(
    items: dict[str, int], *bespoke: BespokeItem, release: Release = RELEASE, terms: CommercialTerms | None = None
) -> tuple[str, str]:
    """In value and in effort, over a year where the terms say nothing else."""
    configuration = web_hosting(release.name, items, bespoke_items=bespoke)
    totals = price(release, configuration, terms or CommercialTerms(term_months=12), TODAY).totals
    return totals.bespoke_value_percent.value, totals.bespoke_effort_percent.value


def test_the_small_portfolio_is_what_these_figures_were_made_from() -> None:
    component = RELEASE.components["compute.small"]
    assert (component.one_time_hours, component.monthly_hours) == (Decimal("1.5"), Decimal("0.25"))


@pytest.mark.parametrize(
    ("items", "bespoke", "expected"),
    [
        # nothing, nothing bespoke, nothing else
        ({}, (), ("0", "0")),
        ({"compute.small": 2}, (), ("0", "0")),
        ({}, (item("till", CHARGE_ONE_TIME, "1"),), ("100", "100")),
        # value: 800.00 of 800.00 + 45.00 + 12 x 24.00 = 1133.00; hours: 8 of 8 + 1.5 + 12 x 0.25 = 12.5
        ({"compute.small": 1}, (item("till", CHARGE_ONE_TIME, "1"),), ("70.61", "64")),
        # every month: 12 x 80.00 = 960.00 of 1293.00; hours: 12 x 0.8 = 9.6 of 14.1
        ({"compute.small": 1}, (item("care", CHARGE_MONTHLY, "0.1"),), ("74.25", "68.09")),
        # both: 1760.00 of 2093.00; 17.6 of 22.1
        (
            {"compute.small": 1},
            (item("care", CHARGE_MONTHLY, "0.1"), item("till", CHARGE_ONE_TIME, "1")),
            ("84.09", "79.64"),
        ),
        # material is value without effort: 125.00 of 458.00
        ({"compute.small": 1}, (item("licence", CHARGE_ONE_TIME, "", 100),), ("27.29", "0")),
        # two units: 800.00 of 800.00 + 90.00 + 576.00 = 1466.00; 8 of 17
        ({"compute.small": 2}, (item("till", CHARGE_ONE_TIME, "1"),), ("54.57", "47.06")),
    ],
)
def test_shares_are_those_of_the_whole_term(
    items: dict[str, int], bespoke: tuple[BespokeItem, ...], expected: tuple[str, str]
) -> None:
    assert shares(items, *bespoke) == expected


def test_a_day_has_the_hours_that_the_price_book_says() -> None:
    book = replace(RELEASE.price_books["DE"], hours_per_day=Decimal("7.5"))
    release = replace(RELEASE, price_books={**RELEASE.price_books, "DE": book})
    # 7.5 of 12 hours
    assert shares({"compute.small": 1}, item("till", CHARGE_ONE_TIME, "1"), release=release) == ("70.61", "62.5")


def test_in_a_ramp_the_months_with_fewer_units_hold_less_work() -> None:
    terms = CommercialTerms(term_months=12)
    terms.ramp.append(RampPhase(from_month=1, quantities=[RampQuantity(component="compute.small", quantity=1)]))
    terms.ramp.append(RampPhase(from_month=7))
    # value: 800.00 of 800.00 + 90.00 + 6 x 24.00 + 6 x 48.00 = 1322.00
    # hours: 8 of 8 + 2 x 1.5 + 6 x 0.25 + 6 x 0.50 = 15.5
    assert shares({"compute.small": 2}, item("till", CHARGE_ONE_TIME, "1"), terms=terms) == ("60.51", "51.61")
