"""Amount tables: the figures the configurator optimizes with."""

import datetime as dt
from decimal import Decimal

import pytest
from google.type.decimal_pb2 import Decimal as DecimalMessage
from google.type.money_pb2 import Money
from hypothesis import given
from hypothesis import strategies as st
from small_release import small_release

from bidwright.core.money import ROUNDING_MODES, rounded, to_minor
from bidwright.pricing.amounts import AmountTables, amount_table
from bidwright.pricing.multiples import rounded_multiples
from bidwright.v1.configuration_pb2 import CHARGE_MONTHLY, CHARGE_ONE_TIME, BespokeItem, CommercialTerms

TODAY = dt.date(2026, 11, 22)
RELEASE = small_release()
TERMS = CommercialTerms(term_months=24, discretionary_discount_percent=DecimalMessage(value="2.5"))


def test_a_table_holds_every_quantity_in_cents() -> None:
    table = amount_table(RELEASE, "DE", TERMS, today=TODAY)
    assert (table.currency, table.term_months) == ("EUR", 24)
    assert table.monthly["web.nginx_site"] == (0, 757)  # 8.00 less 3 %, less 2.5 %: 7.566
    assert table.monthly["compute.small"][:7] == (0, 2270, 4540, 6809, 9079, 10782, 12938)  # tier from 5 units
    assert table.one_time["compute.small"][:3] == (0, 4388, 8775)  # 45.00 less 2.5 %: 43.875
    assert table.one_time["os.debian"] == (0,) * 41  # no one-time charge
    assert table.packages["web_starter"].monthly == (0, -284)  # 3.00 less 3 %, less 2.5 %: 2.83725
    assert table.packages["web_starter"].components == {"compute.small": 1, "web.nginx_site": 1}


def test_bespoke_items_are_summed_by_charge() -> None:
    items = [
        BespokeItem(
            id=f"item{number}",
            title="Item",
            owner="Ada",
            charge=charge,
            material_cost=Money(currency_code="EUR", units=100),
        )
        for number, charge in enumerate([CHARGE_ONE_TIME, CHARGE_MONTHLY, CHARGE_MONTHLY])
    ]
    table = AmountTables().amount_table(RELEASE, "DE", TERMS, bespoke_items=items, today=TODAY)
    assert (table.bespoke_one_time, table.bespoke_monthly) == (12188, 24376)  # 125.00 less 2.5 %: 121.875


@given(
    st.decimals(-(10**6), 10**6, places=8, allow_nan=False),
    st.integers(0, 600),
    st.sampled_from(ROUNDING_MODES),
)
def test_whole_number_rounding_is_money_rounding(one: Decimal, count: int, mode: str) -> None:
    (multiple,) = rounded_multiples(one, range(count, count + 1), mode)
    assert multiple == to_minor(rounded(one * count, "JPY", mode), "JPY")


@pytest.mark.parametrize(
    ("mode", "multiples"),
    [
        ("half_up", [0, 1, 1, 2, 2, 3]),  # halves away from zero
        ("half_even", [0, 0, 1, 2, 2, 2]),  # halves to even
    ],
)
def test_multiples_of_a_half(mode: str, multiples: list[int]) -> None:
    assert rounded_multiples(Decimal("0.5"), range(6), mode) == multiples
    assert rounded_multiples(Decimal("-0.5"), range(6), mode) == [-one for one in multiples]


def test_tables_are_kept_by_release_market_terms_and_day() -> None:
    tables = AmountTables(capacity=2)
    first = tables.amount_table(RELEASE, "DE", TERMS, today=TODAY)
    assert tables.amount_table(RELEASE, "DE", TERMS, today=TODAY) is first
    assert tables.amount_table(RELEASE, "GB", TERMS, today=TODAY).currency == "GBP"
    other_terms = CommercialTerms(term_months=12)
    assert tables.amount_table(RELEASE, "DE", other_terms, today=TODAY).term_months == 12
    assert tables.amount_table(RELEASE, "DE", TERMS, today=TODAY) is not first  # the capacity is 2
    assert tables.amount_table(RELEASE, "DE", TERMS, today=TODAY) == first
