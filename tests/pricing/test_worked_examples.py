"""Prices that others publish, modelled in tests/portfolios/worked_examples and computed through the real reader.

The figures are quoted from the source named beside each; a month has 730 hours.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from google.type.date_pb2 import Date
from google.type.decimal_pb2 import Decimal as DecimalMessage
from google.type.money_pb2 import Money

from bidwright.catalog.model import Release
from bidwright.catalog.reader import read_portfolio
from bidwright.pricing.indexed_prices import index_prices
from bidwright.pricing.price import price
from bidwright.pricing.pricer import Pricer
from bidwright.v1.configuration_pb2 import CommercialTerms, Configuration, ConfigurationItem, RampPhase, UsageEstimate
from bidwright.v1.price_pb2 import Price
from bidwright.v1.pricing_pb2 import IndexPriceRequest

TODAY = dt.date(2026, 11, 22)
EXAMPLES = Path(__file__).parents[1] / "portfolios" / "worked_examples"


@cache
def release() -> Release:
    return read_portfolio(EXAMPLES, today=TODAY)


def configured(items: dict[str, int], usage: dict[str, str] | None = None) -> Configuration:
    return Configuration(
        release=release().name,
        offering="published",
        market="GB",
        items=[ConfigurationItem(component=id_, quantity=quantity) for id_, quantity in items.items()],
        usage=[
            UsageEstimate(component=id_, quantity=DecimalMessage(value=units)) for id_, units in (usage or {}).items()
        ],
    )


def priced(items: dict[str, int], usage: dict[str, str] | None = None, terms: CommercialTerms | None = None) -> Price:
    return price(release(), configured(items, usage), terms or CommercialTerms(term_months=1), TODAY)


def pounds(amount: Money) -> Decimal:
    assert amount.currency_code == "GBP"
    return Decimal(amount.units) + Decimal(amount.nanos).scaleb(-9)


def sums(found: Price, *parts: str) -> Decimal:
    """What the lines of some components come to."""
    return sum((pounds(line.net) for line in found.lines if line.subject in parts), Decimal(0))


def test_ukcloud_vmware_example_1() -> None:
    # UKCloud/documentation articles/vmware/vmw-ref-pricing.md Example 1: 60 of 100 GiB are included
    found = priced(
        {
            "vmware.vm_hour": 1,
            "vmware.protection_hour": 1,
            "vmware.licence_hour": 1,
            "vmware.storage": 100,
            "vmware.storage_protection": 100,
        }
    )
    assert sums(found, "vmware.vm_hour", "vmware.protection_hour", "vmware.licence_hour") == Decimal("102.20")
    assert sums(found, "vmware.storage", "vmware.storage_protection") == Decimal("8.00")
    assert pounds(found.totals.monthly) == Decimal("110.20")
    assert [line.hours.value for line in found.lines if line.HasField("hours")] == ["730", "730", "730"]


def test_ukcloud_azure_stack() -> None:
    # articles/azure/azs-ref-pricing.md: 2 vCPU and 4 GiB with a licence for each vCPU, 100 GiB of storage
    machine = ("azure.vcpu", "azure.memory", "azure.licence")
    found = priced({"azure.vcpu": 2, "azure.memory": 4, "azure.licence": 2, "azure.storage": 100})
    assert sums(found, *machine) == Decimal("132.86")
    assert sums(found, *machine) / 730 == Decimal("0.182")  # an hour
    assert sums(found, "azure.storage") == Decimal("10.00")
    assert pounds(found.totals.monthly) == Decimal("142.86")


def test_ukcloud_openshift_example_2() -> None:
    # the OpenShift price document, Example 2
    found = priced(
        {
            "openshift.control_plane": 1,
            "openshift.infra_node": 2,
            "openshift.app_node": 2,
            "openshift.large_app_node": 1,
            "openshift.storage": 60,
            "openshift.fast_storage": 40,
        }
    )
    assert sums(found, "openshift.infra_node") == Decimal(230)
    assert sums(found, "openshift.app_node", "openshift.large_app_node") == Decimal(857)
    assert sums(found, "openshift.storage", "openshift.fast_storage") == Decimal("16.00")
    assert pounds(found.totals.monthly) == Decimal("1515.00")


def test_ukcloud_cross_domain_security_zone() -> None:
    # articles/security/cdsz-ref-pricing.md: a monthly fee, an hourly machine, 20 GiB beyond the allowance
    found = priced(
        {
            "cross_domain.zone": 1,
            "cross_domain.vm_hour": 1,
            "cross_domain.protection_hour": 1,
            "cross_domain.storage": 20,
            "cross_domain.storage_protection": 20,
        }
    )
    assert sums(found, "cross_domain.vm_hour", "cross_domain.protection_hour") == Decimal("197.10")
    assert sums(found, "cross_domain.storage", "cross_domain.storage_protection") == Decimal("4.00")
    assert pounds(found.totals.monthly) == Decimal("701.10")


@pytest.mark.parametrize(
    ("component", "metered", "expected"),
    [
        # getlago/lago-api spec/services/charge_models/graduated_service_spec.rb
        ("lago.graduated", "0", "2"),
        ("lago.graduated", "1", "12"),
        ("lago.graduated", "10", "102"),
        ("lago.graduated", "11", "110"),
        ("lago.graduated", "12", "115"),
        ("lago.graduated", "21", "163"),
        # package_service_spec.rb: blocks that are begun are paid, without and with free units
        ("lago.package", "121", "1300"),
        ("lago.package_free", "121", "1200"),
        # openmeterio/openmeter openmeter/billing/rating/service/rate/tieredvolume_test.go
        ("openmeter.volume", "0", "100"),
        ("openmeter.volume", "3", "100"),
        ("openmeter.volume", "5", "100"),
        ("openmeter.volume", "14", "140"),
        ("openmeter.volume", "15", "150"),
        ("openmeter.volume", "16", "80"),
        ("openmeter.volume", "100", "500"),
        # the same with a least amount of 150
        ("openmeter.volume_minimum", "0", "150"),
        ("openmeter.volume_minimum", "5", "150"),
        # package_test.go
        ("openmeter.package", "0", "0"),
        ("openmeter.package", "10", "15"),
        # getlago/lago-api graduated_percentage_service_spec.rb: rates of 1, 2 and 3 %; no fee where nothing is used
        ("lago.graduated_percentage", "0", "0"),
        ("lago.graduated_percentage", "1", "200.01"),
        ("lago.graduated_percentage", "10", "200.1"),
        ("lago.graduated_percentage", "11", "500.12"),
        ("lago.graduated_percentage", "12", "500.14"),
        ("lago.graduated_percentage", "21", "900.33"),
        # volume_service_spec.rb
        ("lago.volume", "0", "10"),
        ("lago.volume", "1", "12"),
        ("lago.volume", "100", "210"),
        ("lago.volume", "100.5", "100.5"),
        ("lago.volume", "101", "101"),
        ("lago.volume", "200", "200"),
        ("lago.volume", "300", "200"),
        # openmeter tieredgraduated_test.go: 100 + 50 + 5 x 5 + 7 x 1, and with a greatest amount of 170
        ("openmeter.graduated", "0", "100"),
        ("openmeter.graduated", "22", "182"),
        ("openmeter.graduated_maximum", "22", "170"),
        # dynamic_test.go: a multiple of 1.33333
        ("openmeter.dynamic", "10", "13.33"),
        ("openmeter.dynamic", "50", "66.67"),
        # unit_test.go: least and greatest amount of 100; tokens in millions that are begun
        ("openmeter.unit", "0", "100"),
        ("openmeter.unit", "12", "100"),
        ("openmeter.converted", "1500001", "20"),
        # tieredgraduated_test.go with a unit config: 8 millions are begun, 5 at 10 and 3 at 8
        ("openmeter.converted_graduated", "7500001", "74"),
        # aws.amazon.com/s3/pricing: the first 50 TB, the next 450 TB and more: 1,177.60 + 10,137.60 + 2,150.40
        ("aws.storage", "614400", "13465.6"),
        # devnotes.tech, understanding-aws-s3-pricing: 15 TB of transfer are 921.60 + 435.20
        ("aws.transfer", "15360", "1356.8"),
        # zuplo.com/docs/articles/monetization/pricing-models: 100 + 450 + 50, and all at the last price
        ("billing.graduated", "15000", "600"),
        ("billing.volume", "15000", "150"),
        # getlago.com/docs, charge-models/volume: 65,000 x 0.0006 + 10
        ("billing.fixed_fee", "65000", "49"),
        # docs.stigg.io, overages: 300 MB beyond 500 in blocks of 100
        ("billing.bandwidth", "800", "6"),
        # docs.oracle.com, Banking Virtual Account, examples for tier based amount: a count of 1000
        ("bank.slab_once", "1000", "60"),
        ("bank.slab_unit", "1000", "2250"),
        ("bank.variable_once", "1000", "30"),
        ("bank.variable_unit", "1000", "3000"),
        # docs.zuora.com, tiered pricing mode with overage: 100 x 0 + 30 x 2
        ("plan.overage", "130", "60"),
        # chargebee.com/docs, package pricing: whole packages of a million tokens, at least one
        ("plan.tokens", "10", "1.25"),
        ("plan.tokens", "1000000", "1.25"),
        ("plan.tokens", "1500000", "2.50"),
        # docs.useautumn.com, graduated pricing: 10 + 72 + 25
        ("plan.autumn", "15000", "107"),
        # getlago.com/docs, charge-models/package: 100 free, 5 for each 100 begun
        ("plan.lago_package", "201", "10"),
        # docs.flexprice.io, tiered: 4,500 calls are 5 packages of the first tier
        ("plan.flexprice", "4500", "5"),
    ],
)
def test_metered_prices_of_rating_engines(component: str, metered: str, expected: str) -> None:
    found = priced({component: 1}, {component: metered})
    assert pounds(found.totals.usage) == Decimal(expected)
    assert pounds(found.totals.estimated_contract_value) - pounds(found.totals.contract_value) == Decimal(expected)


def test_a_percentage_of_transactions_with_a_fee_each() -> None:
    # getlago/lago-api percentage_service_spec.rb: 1.3 % of 800 beyond 250, and 2.0 for 2 of 4 transactions
    found = priced(
        {"lago.transaction_value": 1, "lago.transaction": 1},
        {"lago.transaction_value": "800", "lago.transaction": "4"},
    )
    assert sums(found, "lago.transaction_value") == Decimal("7.15")
    assert pounds(found.totals.usage) == Decimal("11.15")


def test_prices_of_a_millionth_are_exact() -> None:
    # AWS Lambda pricing, the example of 3 million requests a month of 120 ms with 1,536 MB, free tier
    # taken off: 540,000 - 400,000 GB-seconds at 0.0000166667, and 2 million requests at 0.0000002
    found = priced(
        {"cloud.function_seconds": 1, "cloud.function_requests": 1},
        {"cloud.function_seconds": "540000", "cloud.function_requests": "3000000"},
    )
    assert sums(found, "cloud.function_seconds") == Decimal("2.33")
    assert sums(found, "cloud.function_requests") == Decimal("0.40")


def test_ukcloud_oracle_software() -> None:
    # articles/oracle/orcl-ref-pricing.md: 2 cores and 4 GiB, 100 GiB of storage
    found = priced({"oracle.core": 2, "oracle.memory": 4, "oracle.storage": 100})
    assert sums(found, "oracle.core", "oracle.memory") == Decimal("153.30")
    assert pounds(found.totals.monthly) == Decimal("163.30")


@pytest.mark.parametrize(("quantity", "expected"), [(1, "12"), (10, "102"), (11, "110"), (12, "115"), (21, "163")])
def test_a_model_makes_the_same_of_units_that_are_chosen(quantity: int, expected: str) -> None:
    assert pounds(priced({"lago.graduated": quantity}).totals.monthly) == Decimal(expected)


def test_each_tier_that_is_reached_is_a_step_with_its_figures() -> None:
    (monthly, _) = priced({"lago.graduated": 12}).lines
    assert [(step.rule.partition(", ")[2], step.amount.value) for step in monthly.steps] == [
        ("tier up to 10: 10 at 10 + 2", "102"),
        ("tier up to 20: 2 at 5 + 3", "13"),
    ]


@pytest.mark.parametrize(
    ("thousands", "expected"),
    [
        (1, "100"),  # 10 % of 1,000 is the least fee
        (10, "1000"),
        (85, "6150"),  # the published example: 1,000 + 4,900 + 250
        (300, "15900"),  # 1,000 + 4,900 + 8,500 + 3 % of 50,000
    ],
)
def test_support_at_a_percentage_that_falls_with_the_bill(thousands: int, expected: str) -> None:
    # aws.amazon.com/premiumsupport/pricing, business support: 10, 7, 5 and 3 % up to 10,000, 80,000, 250,000 and above
    tiers = ["first_tier", "second_tier", "third_tier", "last_tier"]
    found = priced({"aws.bill": thousands} | {f"aws_support.{tier}": 1 for tier in tiers})
    assert pounds(found.totals.monthly) - 1000 * thousands == Decimal(expected)


@pytest.mark.parametrize(
    ("offer", "months", "expected"), [("aws.database_1_year", 12, "3658.84"), ("aws.database_3_years", 36, "7364.20")]
)
def test_reserved_machines_of_which_part_is_paid_at_once(offer: str, months: int, expected: str) -> None:
    # geekcafe.com, rds-reserved-instances: db.m5.2xlarge, 1,828 and 0.209 an hour; 3,685 and 0.14 an hour
    found = priced({offer: 1}, terms=CommercialTerms(term_months=months))
    assert pounds(found.totals.contract_value) == Decimal(expected)


@pytest.mark.parametrize(("used", "expected"), [("900", "1000"), ("1000", "1000"), ("1250", "1250")])
def test_usage_counts_towards_a_least_fee(used: str, expected: str) -> None:
    # docs.monetizenow.io, minimum commitment in arrears: 900 used of 1,000 leave a fee of 100
    found = priced({"billing.storage": 1}, {"billing.storage": used})
    assert pounds(found.totals.monthly) + pounds(found.totals.usage) == Decimal(expected)


def test_discounts_that_are_stacked_and_one_after_the_other() -> None:
    # docs.zuora.com, stacked discounts: 5, 10 and 15 % of 100; together 30 %, or 100 x 0.95 x 0.9 x 0.85 = 72.675
    found = priced({"billing.stacked": 1, "billing.one_by_one": 1})
    assert (sums(found, "billing.stacked"), sums(found, "billing.one_by_one")) == (Decimal("70.00"), Decimal("72.68"))


def test_a_discount_in_the_first_months() -> None:
    # docs.zuora.com, charge segments: 10 a month with 10 % off for 3 of 12 months, and 5 once: 27 + 90 + 5
    ramp = [RampPhase(from_month=1, discount_percent=DecimalMessage(value="10")), RampPhase(from_month=4)]
    found = priced({"billing.subscription": 1}, terms=CommercialTerms(term_months=12, ramp=ramp))
    assert [(part.first_month, pounds(part.lines[0].net)) for part in found.phases] == [
        (1, Decimal(9)),
        (4, Decimal(10)),
    ]
    assert pounds(found.totals.contract_value) == Decimal(122)


@pytest.mark.parametrize(
    ("servers", "transfer", "expected"),
    [
        (2, "1600", "0"),  # 1,500 of one and 100 of the other are within what both have together
        (2, "3000", "10"),  # 1,000 beyond
        (1, "3000", "20"),
    ],
)
def test_traffic_is_free_for_each_server(servers: int, transfer: str, expected: str) -> None:
    # digitalocean.com/community/tutorials/digitalocean-bandwidth-billing-faq: 1,000 GB a server, 0.01 beyond
    found = priced({"server.droplet": servers}, {"server.droplet": transfer})
    assert pounds(found.totals.usage) == Decimal(expected)
    assert pounds(found.totals.monthly) == 5 * servers


@pytest.mark.parametrize(
    ("items", "monthly", "setting_up"),
    [
        # a law firm, and a school at 6 locations
        ({"msp.employee": 70, "msp.site": 1, "msp.server_care": 5, "msp.backup": 1}, "11875", "16625"),
        ({"msp.employee": 37, "msp.site": 6}, "6865", "9611"),
    ],
)
def test_setting_up_is_a_percentage_of_a_month(items: dict[str, int], monthly: str, setting_up: str) -> None:
    # technoirsolutions.com/services/msp_pricing-examples: the fee comes to 1.4 months
    found = priced({**items, "msp.onboarding": 1, "msp.compliance": 1})
    assert pounds(found.totals.monthly) == Decimal(monthly)
    assert sums(found, "msp.onboarding") == Decimal(setting_up)
    assert pounds(found.totals.one_time) == Decimal(setting_up) + 8750  # 25,375 for the law firm


def test_yearly_maintenance_is_a_percentage_of_a_licence_paid_once() -> None:
    # dbamanufacturing.com/pricing/maintenance: 15 % of the software price are 89.85 per user
    found = priced({"software.licence": 2, "software.maintenance": 1}, terms=CommercialTerms(term_months=36))
    assert sums(found, "software.maintenance") == Decimal("179.70")
    assert pounds(found.totals.contract_value) == 2 * 599 + 3 * Decimal("179.70")


@pytest.mark.parametrize(("rate", "expected"), [("100", "119"), ("101", "129"), ("1000", "9119")])
def test_a_committed_rate_with_bursts(rate: str, expected: str) -> None:
    # webhostingtalk.com/showthread.php?t=1036916: 100 Mbit/s for 119 a month, 10 for each beyond
    found = priced({"network.port": 1}, {"network.port": rate})
    assert pounds(found.totals.monthly) + pounds(found.totals.usage) == Decimal(expected)


def test_a_price_below_the_list_over_the_term() -> None:
    # docs.zuora.com, order metrics, part 1: 10 units sold at 5.00 where the list says 8.00, for a year
    sold = priced({"software.seat": 10}, terms=CommercialTerms(term_months=12, agreement="subscription"))
    listed = priced({"software.seat": 10}, terms=CommercialTerms(term_months=12))
    assert (pounds(sold.totals.monthly), pounds(sold.totals.contract_value)) == (50, 600)
    assert pounds(listed.totals.contract_value) == 960


def test_a_price_for_each_year() -> None:
    # techcommunity.microsoft.com, multiyear contract with increasing pricing: 100, 120 and 150
    ramp = [
        RampPhase(from_month=month, discount_percent=DecimalMessage(value=less))
        for month, less in [(13, "-20"), (25, "-50")]
    ]
    found = priced({"software.contract": 1}, terms=CommercialTerms(term_months=36, ramp=ramp))
    assert [pounds(year.value) for year in found.years] == [100, 120, 150]
    assert pounds(found.totals.contract_value) == 370


def test_a_term_of_one_month_costs_more() -> None:
    # pei.com/billing-licensing-faqs: a premium of 20 % where the commitment is for a month
    found = priced({"software.seat": 10}, terms=CommercialTerms(term_months=1, channel="monthly"))
    assert pounds(found.totals.monthly) == 96


def test_fee_and_usage_together_reach_a_least_invoice() -> None:
    # getlago/lago-api pull request 1787: 50 + 3 x 10 = 80, and a true-up of 20
    found = priced({"plan.fee": 1, "plan.calls": 1}, {"plan.calls": "3"})
    assert (sums(found, "plan.fee"), sums(found, "plan.calls")) == (50, 30)
    assert pounds(found.totals.monthly) + pounds(found.totals.usage) == 100


def test_what_is_used_beyond_a_prepayment() -> None:
    # docs.zuora.com, prepaid commitment, overage handling: 300 used, 200 of them prepaid
    found = priced({"plan.prepaid": 1}, {"plan.prepaid": "300"})
    assert (pounds(found.totals.monthly), pounds(found.totals.usage)) == (200, 100)


def test_a_bundle_has_a_price_of_its_own() -> None:
    # ibm.com/docs, Sterling, pricing bundles: 2,800 for what is 3,050 piece by piece
    pieces = {"seating.sofa": 1, "seating.chair": 1, "seating.ottoman": 1, "seating.table": 1}
    found = priced(pieces)
    assert (sums(found, *pieces), sums(found, "living_room"), pounds(found.totals.monthly)) == (3050, -250, 2800)


@pytest.mark.parametrize(("series", "expected"), [("cpi", "1046.96"), ("cpi_told", "1047.00")])
def test_a_price_follows_consumer_prices(series: str, expected: str) -> None:
    # lawinsider.com, calculation of CPI adjustment: 129.9 became 136.0, which the clause rounds to 4.7 %;
    # to follow it to the cent, the series holds what the clause makes of the index
    request = IndexPriceRequest(
        configuration=configured({"aws.bill": 1}),
        terms=CommercialTerms(term_months=12),
        index=series,
        indexed_on=Date(year=2027, month=11, day=22),
    )
    (line,) = index_prices(request, Pricer(release=release(), today=TODAY), release()).lines
    assert (pounds(line.old_net), pounds(line.new_net)) == (1000, Decimal(expected))
