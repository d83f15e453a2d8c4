"""Prices by hand through a partner's price book, a promotion, an agreement, commitment bands and bid discounts."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from google.protobuf import json_format
from google.type.money_pb2 import Money
from hypothesis import given
from hypothesis import strategies as st
from small_release import SMALL_PORTFOLIO, SMALL_TODAY, small_release

from bidwright.catalog.model import Release
from bidwright.catalog.reader import read_portfolio, read_release
from bidwright.catalog.release import pack
from bidwright.core.errors import InvalidInput
from bidwright.pricing.allocation import shares
from bidwright.pricing.amounts import amount_table
from bidwright.pricing.discounts import discount_percent
from bidwright.pricing.price import price
from bidwright.v1.configuration_pb2 import CommercialTerms, Configuration, ConfigurationItem
from bidwright.v1.price_pb2 import PRICE_BASIS_BASE, Price, PriceLine, PriceStepKind

BOOK = """\
price_book: DE-partner
market: DE
inherits: DE
channel: partner
adjust: [{percent: "-12"}, {components: [os.debian], percent: "5"}]
"""
COARSE = 'price_book: DE-kiosk\nmarket: DE\ninherits: DE\nchannel: kiosk\nrounding_to: "0.05"\n'
COMMITMENT = """\
commitments:
  - {id: compute, title: Compute, components: ["compute.*"], monthly: "50", bands: [{from: "100", percent: "4"}]}
"""
PROMOTIONS = """\
promotions:
  - {id: a, title: A, components: [web.nginx_site], charges: [monthly], amounts: {DE: "0.50"}, valid_from: 2026-01-01}
  - id: b
    title: B
    components: ["web.*"]
    charges: [monthly, one_time]
    percent: "10"
    code: TEN
    from_quantity: 2
    channels: [partner]
    valid_from: 2026-01-01
    valid_to: 2027-01-01
"""
AGREEMENT = """\
agreement: acme
title: ACME
market: DE
valid_from: 2026-01-01
valid_to: 2027-06-01
prices:
  - {components: [compute.large], charges: [monthly], price: "70.00"}
  - {components: [support.premium], charges: [monthly], percent: "20"}
"""
TODAY = dt.date(2026, 11, 22)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    portfolio = shutil.copytree(SMALL_PORTFOLIO, tmp_path_factory.mktemp("channels") / "small")
    (portfolio / "prices" / "DE_PARTNER.yaml").write_text(BOOK)
    (portfolio / "prices" / "DE_KIOSK.yaml").write_text(COARSE)
    with (portfolio / "prices" / "DE.yaml").open("a") as settings:
        settings.write(COMMITMENT)
    (portfolio / "promotions.yaml").write_text(PROMOTIONS)
    (portfolio / "agreements").mkdir()
    (portfolio / "agreements" / "acme.yaml").write_text(AGREEMENT)
    return read_portfolio(portfolio, today=SMALL_TODAY)


def priced(release: Release, items: dict[str, int], terms: dict[str, object]) -> Price:
    configuration = Configuration(
        release=release.name,
        offering="business_application",
        market="DE",
        items=[ConfigurationItem(component=component, quantity=quantity) for component, quantity in items.items()],
    )
    return price(release, configuration, made_of(terms), TODAY)


def made_of(terms: dict[str, object]) -> CommercialTerms:
    return json_format.ParseDict({"term_months": 12, **terms}, CommercialTerms())


def steps(line: PriceLine) -> list[tuple[str, str, str]]:
    """(kind, amount, running) of each step."""
    prefix = len("PRICE_STEP_KIND_")
    return [(PriceStepKind.Name(step.kind)[prefix:], step.amount.value, step.running.value) for step in line.steps]


def monthly(found: Price, subject: str) -> PriceLine:
    (line,) = [line for line in found.lines if line.subject == subject and line.charge == 2]
    return line


def amount(money: Money) -> str:
    return f"{Decimal(money.units) + Decimal(money.nanos).scaleb(-9):.2f}"


def test_a_partner_sees_list_term_and_his_reduction(release: Release) -> None:
    found = priced(release, {"cache.valkey_small": 3, "os.debian": 2}, {"term_months": 24, "channel": "partner"})
    line = monthly(found, "cache.valkey_small")
    assert found.price_book == "DE-partner"
    assert steps(line) == [
        ("LIST", "29.7", "29.7"),  # 3 x 9.90
        ("TERM", "-0.891", "28.809"),  # 3 %
        ("CHANNEL", "-3.45708", "25.35192"),  # 12 %
        ("ROUNDING", "-0.00192", "25.35"),
    ]
    assert [step.rule for step in line.steps] == [
        "DE-list: cache.valkey_small monthly from 2026-01-01",
        "DE-partner: term of 24 months",
        "DE-partner: -12 % on everything",
        "DE-partner: rounding half_up",
    ]
    assert line.steps[2].percent.value == "-12"
    # 2 x 3.15 less 3 %, and 5 % more: 6.41655
    assert steps(monthly(found, "os.debian"))[2:] == [
        ("CHANNEL", "0.30555", "6.41655"),
        ("ROUNDING", "0.00345", "6.42"),
    ]


def test_promotions_apply_one_after_the_other_and_those_with_a_code_to_who_has_it(release: Release) -> None:
    items = {"web.nginx_site": 2}
    assert steps(monthly(priced(release, items, {}), "web.nginx_site")) == [
        ("LIST", "16", "16"),
        ("PROMOTION", "-1", "15"),  # 0.50 off each
    ]
    with_code = {"channel": "partner", "promotion_codes": ["TEN"]}
    assert steps(monthly(priced(release, items, with_code), "web.nginx_site")) == [
        ("LIST", "16", "16"),
        ("CHANNEL", "-1.92", "14.08"),
        ("PROMOTION", "-1", "13.08"),
        ("PROMOTION", "-1.308", "11.772"),
        ("ROUNDING", "-0.002", "11.77"),
    ]
    single = priced(release, {"web.nginx_site": 1}, with_code)  # b is from 2 units on
    assert amount(monthly(single, "web.nginx_site").net) == "6.54"  # 8.00 less 12 %, less 0.50


def test_a_percentage_may_be_one_of_the_list_amount(tmp_path: Path) -> None:
    portfolio = shutil.copytree(SMALL_PORTFOLIO, tmp_path / "small")
    (portfolio / "prices" / "DE_PARTNER.yaml").write_text(BOOK)
    of_list = PROMOTIONS.replace('percent: "10"', 'percent: "10"\n    percent_of: list')
    (portfolio / "promotions.yaml").write_text(of_list)
    (portfolio / "agreements").mkdir()
    half = AGREEMENT.replace('percent: "20"', 'percent: "99", percent_of: list')
    (portfolio / "agreements" / "acme.yaml").write_text(half)
    release = read_portfolio(portfolio, today=SMALL_TODAY)
    terms: dict[str, object] = {"term_months": 24, "channel": "partner", "promotion_codes": ["TEN"]}
    line = monthly(priced(release, {"web.nginx_site": 2}, terms), "web.nginx_site")
    assert steps(line)[2:] == [
        ("CHANNEL", "-1.8624", "13.6576"),  # 12 % of 16.00 less 3 %
        ("PROMOTION", "-1", "12.6576"),
        ("PROMOTION", "-1.6", "11.0576"),  # 10 % of 16.00
        ("ROUNDING", "0.0024", "11.06"),
    ]
    assert line.steps[4].basis == PRICE_BASIS_BASE
    # 99 % of the list amount is more than is left after 3 % and 12 %: nothing is left, and nothing is given back.
    agreed = monthly(priced(release, {"support.premium": 1}, {**terms, "agreement": "acme"}), "support.premium")
    assert (agreed.steps[-1].running.value, amount(agreed.net)) == ("0", "0.00")


def test_an_agreed_price_replaces_all_before_it_and_a_percentage_follows(release: Release) -> None:
    terms = {"term_months": 36, "agreement": "acme", "discretionary_discount_percent": {"value": "10"}}
    found = priced(release, {"compute.large": 5, "support.premium": 1}, terms)
    assert steps(monthly(found, "compute.large")) == [
        ("LIST", "440", "440"),
        ("VOLUME", "-20", "420"),
        ("TERM", "-25.2", "394.8"),  # 6 %
        ("CONTRACT", "-44.8", "350"),  # 5 x 70.00
        ("DISCRETIONARY", "-35", "315"),
    ]
    assert steps(monthly(found, "support.premium"))[1:3] == [
        ("TERM", "-14.7", "230.3"),
        ("CONTRACT", "-46.06", "184.24"),  # 20 %
    ]
    assert monthly(found, "compute.large").steps[3].rule == "agreement acme, 70 each"


def test_who_commits_to_more_pays_less_and_what_is_missing(release: Release) -> None:
    committed = {"commitments": [{"commitment": "compute", "monthly": {"currency_code": "EUR", "units": "100"}}]}
    found = priced(release, {"compute.small": 2}, committed)
    assert steps(monthly(found, "compute.small")) == [("LIST", "48", "48"), ("COMMITTED", "-1.92", "46.08")]  # 4 %
    assert steps(monthly(found, "compute")) == [("COMMITMENT", "53.92", "53.92")]  # 100.00 - 46.08
    plain = priced(release, {"compute.small": 2}, {})
    assert [amount(line.net) for line in plain.lines if line.charge == 2] == ["48.00", "2.00"]


def test_a_package_saves_against_what_its_parts_cost_as_lines(release: Release) -> None:
    # list: 24.00 + 8.00 - 29.00 saves 3.00; the promotion of 0.50 leaves 2.50
    found = priced(release, {"compute.small": 1, "web.nginx_site": 1}, {})
    assert steps(monthly(found, "web_starter")) == [("PACKAGE", "-3", "-3"), ("PROMOTION", "0.5", "-2.5")]
    # a partner pays 21.12 and 6.54, after 0.50 off, or 25.52 for both together
    partner = priced(release, {"compute.small": 1, "web.nginx_site": 1}, {"channel": "partner"})
    assert steps(monthly(partner, "web_starter")) == [
        ("PACKAGE", "-3", "-3"),
        ("CHANNEL", "0.36", "-2.64"),
        ("PROMOTION", "0.5", "-2.14"),
    ]


def test_net_prices_are_multiples_of_the_place_and_costs_of_the_cent(release: Release) -> None:
    found = priced(release, {"os.debian": 3, "compute.small": 5}, {"term_months": 24, "channel": "kiosk"})
    assert steps(monthly(found, "os.debian")) == [
        ("LIST", "9.45", "9.45"),
        ("TERM", "-0.2835", "9.1665"),
        ("ROUNDING", "-0.0165", "9.15"),
    ]
    assert monthly(found, "os.debian").steps[2].rule == "DE-kiosk: rounding half_up to 0.05"
    assert amount(monthly(found, "compute.small").net) == "110.60"  # 110.58


def test_line_discounts_come_before_the_one_on_every_line(release: Release) -> None:
    terms = {
        "line_discounts": [{"component": "cache.valkey_small", "percent": {"value": "10"}}],
        "discretionary_discount_percent": {"value": "5"},
    }
    found = priced(release, {"cache.valkey_small": 10, "support.standard": 1}, terms)
    assert steps(monthly(found, "cache.valkey_small"))[1:3] == [
        ("DISCRETIONARY", "-9.9", "89.1"),
        ("DISCRETIONARY", "-4.455", "84.645"),
    ]
    assert discount_percent(made_of(terms), found) == Decimal("14.5")


def test_a_discount_in_money_is_shared_out_to_the_cent(release: Release) -> None:
    terms = {"monthly_discount": {"currency_code": "EUR", "units": "10"}}
    found = priced(release, {"cache.valkey_small": 1, "support.standard": 1, "web.apache_site": 1}, terms)
    # 9.90 + 19.00 + 7.50 = 36.40; 10.00 is 2.7197.., 5.2197.., 2.0604..: two cents are missing, for the first two
    assert [(line.subject, amount(line.net)) for line in found.lines if line.charge == 2] == [
        ("cache.valkey_small", "7.18"),
        ("support.standard", "13.78"),
        ("web.apache_site", "5.44"),
    ]
    assert monthly(found, "support.standard").steps[-1].rule == (
        "terms: monthly discount of 10 on the whole bid, allocated"
    )
    assert discount_percent(made_of(terms), found) == Decimal("27.47")


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=30), st.integers(0, 10**9))
def test_shares_add_up_and_none_is_above_its_weight_or_off_by_one(weights: list[int], number: int) -> None:
    total = number % (sum(weights) + 1)
    found = shares(weights, total)
    assert sum(found) == total
    assert all(0 <= share <= weight for share, weight in zip(found, weights, strict=True))
    assert all(
        abs(share * sum(weights) - weight * total) < sum(weights)
        for share, weight in zip(found, weights, strict=True)
        if total
    )


@pytest.mark.parametrize(
    ("terms", "where", "what"),
    [
        ({"channel": "partners"}, "terms.channel", "no price book is for channel 'partners'"),
        ({"segment": "public"}, "terms.segment", "no price book is for segment 'public'"),
        ({"agreement": "acm"}, "terms.agreement", "'acm' is not an agreement"),
        (
            {"agreement": "acme", "price_date": {"year": 2027, "month": 6, "day": 1}},
            "terms.agreement",
            "agreement acme holds from 2026-01-01 until before 2027-06-01, not on 2027-06-01",
        ),
        ({"promotion_codes": ["TWENTY"]}, "terms.promotion_codes[0]", "there is no promotion with the code TWENTY"),
        ({"promotion_codes": ["TEN"]}, "terms.promotion_codes[0]", "the code TEN holds for the channel partner"),
        (
            {"promotion_codes": ["TEN"], "channel": "partner", "price_date": {"year": 2027, "month": 1, "day": 1}},
            "terms.promotion_codes[0]",
            "the code TEN holds from 2026-01-01 until before 2027-01-01",
        ),
        (
            {"promotion_codes": ["TEN", "TEN"], "channel": "partner"},
            "terms.promotion_codes[1]",
            "the code TEN is given twice",
        ),
        (
            {"line_discounts": [{"component": "os.plan9", "percent": {"value": "1"}}]},
            "terms.line_discounts[0].component",
            "'os.plan9' is not a component",
        ),
        (
            {"line_discounts": [{"component": "os.debian", "percent": {"value": "101"}}]},
            "terms.line_discounts[0].percent",
            "101 is out of range",
        ),
        (
            {"line_discounts": [{"component": "os.debian", "percent": {"value": "1"}}] * 2},
            "terms.line_discounts[1].component",
            "os.debian is given twice",
        ),
        (
            {"monthly_discount": {"currency_code": "USD", "units": "1"}},
            "terms.monthly_discount.currency_code",
            "USD is not the currency",
        ),
        (
            {"one_time_discount": {"currency_code": "EUR", "nanos": 1_000_000}},
            "terms.one_time_discount",
            "0.001 EUR cannot be a discount",
        ),
        (
            {"monthly_discount": {"currency_code": "EUR", "units": "-1"}},
            "terms.monthly_discount",
            "-1 EUR cannot be a discount",
        ),
        (
            {"commitments": [{"commitment": "compute", "monthly": {"currency_code": "EUR", "units": "49"}}]},
            "terms.commitments[0].monthly",
            "49 is below the 50 of commitment compute",
        ),
        (
            {"commitments": [{"commitment": "storage", "monthly": {"currency_code": "EUR", "units": "49"}}]},
            "terms.commitments[0].commitment",
            "'storage' is not a commitment",
        ),
        ({"term_months": 13, "channel": "partner"}, "terms.term_months", "not a term of price book DE-partner"),
    ],
)
def test_terms_that_cannot_be_are_refused_with_their_place(
    release: Release, terms: dict[str, object], where: str, what: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        priced(release, {"os.debian": 1}, terms)
    (fault,) = refused.value.faults
    assert fault.where == where
    assert what in fault.what


def test_a_discount_above_what_it_is_taken_off_is_refused(release: Release) -> None:
    terms = {
        "monthly_discount": {"currency_code": "EUR", "units": "4"},
        "one_time_discount": {"currency_code": "EUR", "units": "1"},
    }
    with pytest.raises(InvalidInput) as refused:
        priced(release, {"os.debian": 1}, terms)
    assert refused.value.reason == "DISCOUNT_TOO_LARGE"
    assert [(fault.where, fault.what) for fault in refused.value.faults] == [
        ("terms.one_time_discount", "the discount 1 EUR is above the 0 of all one_time lines"),
        ("terms.monthly_discount", "the discount 4 EUR is above the 3.15 of all monthly lines"),
    ]


def test_a_price_stays_what_it_was_before_there_were_channels_and_on_its_pinned_release() -> None:
    release = small_release()
    again = read_release(pack(SMALL_PORTFOLIO), digest=release.digest)
    items = {"compute.small": 12, "web.nginx_site": 3, "os.debian": 15, "support.premium": 1}
    terms: dict[str, object] = {"term_months": 24, "discretionary_discount_percent": {"value": "2.5"}}
    first, second = (priced(one, items, terms) for one in (release, again))
    assert first.SerializeToString(deterministic=True) == second.SerializeToString(deterministic=True)
    for later in ("release", "years", "cash_flow"):
        first.ClearField(later)
    for line in first.lines:
        line.ClearField("margin_percent")
    for later in ("annual_contract_value", "bespoke_value_percent", "bespoke_effort_percent"):
        first.totals.ClearField(later)
    found = hashlib.sha256(first.SerializeToString(deterministic=True)).hexdigest()
    assert found == "e25e00b7dd39557027bb22188a4fa90348c92866b30f8d7369aaf98df81a8a71"


def test_the_configurator_takes_discounts_in_money_off_the_whole(release: Release) -> None:
    terms = made_of({"channel": "partner", "monthly_discount": {"currency_code": "EUR", "units": "10"}})
    table = amount_table(release, "DE", terms, today=TODAY)
    assert (table.bespoke_one_time, table.bespoke_monthly) == (0, -1000)
    assert table.monthly["cache.valkey_small"][:3] == (0, 871, 1742)[: len(table.monthly["cache.valkey_small"])]
    kiosk = amount_table(release, "DE", made_of({"channel": "kiosk", "term_months": 24}), today=TODAY)
    assert kiosk.monthly["os.debian"][:4] == (0, 305, 610, 915)  # 3.0555, 6.111 and 9.1665, to 0.05
