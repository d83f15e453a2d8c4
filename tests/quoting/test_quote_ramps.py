"""A ramp and free months go with a quote into its contract, and approvals look at what they give."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as Number

import pytest
from google.type.decimal_pb2 import Decimal
from google.type.money_pb2 import Money
from quoting_desk import SALLY, Desk, terms, website

from bidwright.pricing.discounts import discount_percent
from bidwright.v1.configuration_pb2 import CommercialTerms, RampPhase, RampQuantity
from bidwright.v1.quoting_pb2 import CompareQuotesRequest


def growing(*, percent: str = "", free_months: int = 0) -> CommercialTerms:
    """A website without its support in the first 6 of 12 months."""
    without = RampPhase(from_month=1, quantities=[RampQuantity(component="support.standard", quantity=0)])
    if percent:
        without.discount_percent.value = percent
    stated = terms(months=12)
    stated.free_months = free_months
    stated.ramp.extend([without, RampPhase(from_month=7)])
    stated.present_value_rate_percent.value = "6.0"
    return stated


def cents(amount: Money) -> int:
    return amount.units * 100 + amount.nanos // 10_000_000


async def test_a_contract_has_the_ramp_of_its_quote_with_every_phase(desk: Desk) -> None:
    quote = await desk.create(commercial=growing())
    for move in ("submit", "offer", "accept"):
        await desk.make(move, quote.name)
    contract = await desk.sign(quote.name)
    offer = contract.offer
    assert [phase.from_month for phase in offer.terms.ramp] == [1, 7]
    assert offer.terms.present_value_rate_percent.value == "6"
    assert [(phase.first_month, phase.months) for phase in offer.price.phases] == [(1, 6), (7, 6)]
    # server 24, Debian 3.15, site 8, package -3; support 19 from month 7 on; 45 and 19 once
    assert [run.months for run in offer.price.cash_flow] == [1, 5, 6]
    assert [cents(run.value) for run in offer.price.cash_flow] == [9615, 3215, 5115]
    assert cents(offer.price.totals.contract_value) == 6400 + 6 * 3215 + 6 * 5115


async def test_a_comparison_names_what_differs_in_the_months(desk: Desk) -> None:
    quote = await desk.create(commercial=terms(months=12))
    await desk.revise(quote.name, commercial=growing(percent="20.0", free_months=2))
    request = CompareQuotesRequest(base=f"{quote.name}/revisions/1", other=quote.name)
    found = (await desk.reading.comparison(SALLY, request)).differences
    told = {one.path: (one.base_value, one.other_value) for one in found}
    assert told["terms.free_months"] == ("", "2")
    assert told["terms.present_value_rate_percent"] == ("", "6")
    assert told["terms.ramp.1.support.standard"] == ("", "0")
    assert told["terms.ramp.1.discount_percent"] == ("", "20")
    assert told["totals.net_present_value"][0] == ""
    assert "totals.annual_contract_value" in told


async def test_the_usage_that_was_estimated_goes_with_a_quote_into_every_phase(desk: Desk) -> None:
    book = desk.release.price_books["DE"]
    (site,) = book.entries["web.nginx_site", "monthly"]
    metered = replace(site, charge="usage", price=Number("0.5"), unit="GB")
    book = replace(book, entries={**book.entries, ("web.nginx_site", "usage"): (metered,)})
    desk.release = replace(desk.release, price_books={**desk.release.price_books, "DE": book})
    configuration = website()
    configuration.usage.add(component="web.nginx_site").quantity.value = "40.0"
    offer = (await desk.create(configuration=configuration, commercial=growing())).offer
    assert [(one.component, one.quantity.value) for one in offer.configuration.usage] == [("web.nginx_site", "40")]
    totals = offer.price.totals
    assert cents(totals.usage) == 2000
    assert cents(totals.estimated_contract_value) == cents(totals.contract_value) + 12 * 2000


@pytest.mark.parametrize(
    ("stated", "percent"),
    [
        (terms(months=12), "0"),
        # fewer units are no discount
        (growing(), "0"),
        # 10 % of 32.15 in each of 6 months is 19.29 of 563.80 with what is due once: (64 + 6 x 32.15 + 6 x 51.15)
        (growing(percent="10"), "3.42"),
        # 3 of 12 months: 3 x 51.15 of 64 + 12 x 51.15
        (CommercialTerms(term_months=12, free_months=3), "22.64"),
        # all of it 30 % off: 19.20 once, 15.345 in 9 months, and 3 months of 51.155 of 677.86
        (CommercialTerms(term_months=12, free_months=3, discretionary_discount_percent=Decimal(value="30")), "45.85"),
    ],
)
async def test_approvals_look_at_what_ramps_and_free_months_give(
    desk: Desk, stated: CommercialTerms, percent: str
) -> None:
    offer = (await desk.create(commercial=stated)).offer
    assert float(discount_percent(stated, offer.price)) == pytest.approx(float(percent), abs=0.0051)
