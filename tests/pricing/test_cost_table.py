"""Cost tables against the costs of prices."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from google.type.decimal_pb2 import Decimal
from small_release import SMALL_TODAY, small_release, web_hosting

from bidwright.core.amount_table import CostTable
from bidwright.pricing.cost_amounts import cost_table
from bidwright.pricing.price import price
from bidwright.v1.configuration_pb2 import (
    CHARGE_MONTHLY,
    BespokeEffort,
    BespokeItem,
    CommercialTerms,
    Configuration,
    NeedAnswer,
)

TERMS = CommercialTerms(term_months=24, discretionary_discount_percent=Decimal(value="5"))
BESPOKE = BespokeItem(
    id="care",
    title="Care",
    owner="ada",
    charge=CHARGE_MONTHLY,
    effort=[BespokeEffort(role="engineer", days=Decimal(value="0.25"))],
)


def _configuration(items: Mapping[str, int], residency: str) -> Configuration:
    return web_hosting(
        small_release().name,
        items,
        NeedAnswer(name="data_residency", text=residency),
        market="GB",
        bespoke_items=[BESPOKE],
    )


def _sum(table: CostTable, items: Mapping[str, int], charge: str) -> int:
    columns = table.charges[charge]
    return sum(columns[component][units] for component, units in items.items() if component in columns)


@pytest.mark.parametrize("residency", ["any", "EU"])
@pytest.mark.parametrize(
    "items",
    [
        # nothing but the bespoke layer
        {},
        # one of each kind of charge
        {"compute.large": 3, "os.debian": 7, "web.nginx_site": 1},
        # a package applies; it changes no cost
        {"compute.small": 20, "os.debian": 40, "web.nginx_site": 1, "support.premium": 1},
    ],
)
def test_a_cost_table_adds_up_to_the_cost_of_the_price(items: dict[str, int], residency: str) -> None:
    configuration = _configuration(items, residency)
    table = cost_table(small_release(), configuration, TERMS, SMALL_TODAY)
    totals = price(small_release(), configuration, TERMS, SMALL_TODAY).totals
    once = _sum(table, items, "one_time") + table.bespoke_one_time
    monthly = _sum(table, items, "monthly") + table.bespoke_monthly
    for cents, told in (
        (once, totals.one_time_cost),
        (monthly, totals.monthly_cost),
        (once + 24 * monthly, totals.contract_cost),
    ):
        assert cents == told.units * 100 + told.nanos // 10_000_000


def test_one_quarter_of_an_engineers_day_and_one_server_cost_what_the_price_book_says() -> None:
    table = cost_table(small_release(), _configuration({}, "any"), TERMS, SMALL_TODAY)
    # 10.80 and a quarter of an hour in Leeds at 32.40; a quarter of a day at 640.00
    assert table.charges["monthly"]["compute.small"][:3] == (0, 1890, 3780)
    assert (table.bespoke_one_time, table.bespoke_monthly) == (0, 16000)
