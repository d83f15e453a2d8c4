"""The discount that keeps a margin or meets a budget: by hand, and against trying every discount of a window."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from draws import drawn
from google.type.decimal_pb2 import Decimal as DecimalMessage
from google.type.money_pb2 import Money
from hypothesis import given, settings
from hypothesis import strategies as st
from random_books import TODAY, Case, random_case
from random_months import random_term
from small_release import SMALL_TODAY, small_release, web_hosting

from bidwright.catalog.model import Release
from bidwright.catalog.price_entry import Commitment
from bidwright.catalog.price_offers import Period, Promotion
from bidwright.core.errors import InvalidInput
from bidwright.core.money import MINOR_UNITS
from bidwright.pricing.discount_search import WHOLE, DiscountSearch, SumName
from bidwright.pricing.package_savings import free_months_of
from bidwright.pricing.price import price
from bidwright.pricing.pricer import Pricer
from bidwright.pricing.targets import TargetName, find_discount
from bidwright.v1.configuration_pb2 import CommercialTerms, Configuration
from bidwright.v1.price_pb2 import Price
from bidwright.v1.pricing_pb2 import FindDiscountRequest, FindDiscountResponse

RELEASE = small_release()
STEP = Decimal("0.0001")
seeds = st.integers(0, 10**9)
few = settings(max_examples=drawn(30))


def configuration(items: dict[str, int]) -> Configuration:
    return web_hosting(RELEASE.name, items)


WEBSITES = configuration({"web.nginx_site": 3, "os.debian": 1})
"""Over 12 months 57 once, 12 x 24 and 12 x 3.15: 382.80, of which 99 is cost."""


def reached(
    name: TargetName, figure: str, *, items: Configuration = WEBSITES, release: Release = RELEASE, **terms: Money
) -> FindDiscountResponse:
    stated = CommercialTerms(term_months=12, discretionary_discount_percent=DecimalMessage(value="7"), **terms)
    return find_discount(asked(name, figure, items, stated), Pricer(release=release, today=SMALL_TODAY))


def asked(
    name: TargetName, figure: str, items: Configuration, terms: CommercialTerms, currency: str = "EUR"
) -> FindDiscountRequest:
    request = FindDiscountRequest(configuration=items, terms=terms)
    if name == "margin_percent":
        request.margin_percent.value = figure
    else:
        nanos = int(Fraction(figure) * 10**9)
        sign = -1 if nanos < 0 else 1
        target = request.monthly if name == "monthly" else request.contract_value
        target.currency_code = currency
        target.units, target.nanos = sign * (abs(nanos) // 10**9), sign * (abs(nanos) % 10**9)
    return request


def fraction(amount: Money) -> Fraction:
    return Fraction(amount.units) + Fraction(amount.nanos, 10**9)


def case_of(seed: int) -> Case:
    """Every other one has free months, and maybe a ramp."""
    return random_term(seed) if seed % 2 else random_case(seed)


def with_discount(case: Case, percent: Decimal) -> Price:
    case.terms.discretionary_discount_percent.value = f"{percent:f}"
    return price(case.release, case.configuration, case.terms, TODAY)


@pytest.mark.parametrize(
    ("name", "figure", "discount", "value"),
    [
        # 60 % of margin is a value of 247.50. 24 x 0.646459 is still 15.52 a month; at 0.646458 it is 15.51,
        # and 36.85 + 12 x (15.51 + 2.04) are only 247.45
        ("margin_percent", "60", "35.3541", "247.57"),
        # met as it is
        ("contract_value", "382.80", "0", "382.80"),
        # 24 x 0.920208 is still 22.08, at 0.920209 it is 22.09; both times 2.90 are left of 3.15
        ("monthly", "24.98", "7.9792", "352.21"),
        # 57 x 0.000087 rounds to nothing, 57 x 0.000088 to a cent
        ("contract_value", "0", "99.9913", "0.00"),
    ],
)
def test_a_target_is_reached_to_the_last_digit(name: TargetName, figure: str, discount: str, value: str) -> None:
    found = reached(name, figure)
    assert found.discount_percent.value == discount
    assert fraction(found.price.totals.contract_value) == Fraction(value)


def test_where_no_discount_reaches_a_target_it_says_how_near_one_comes() -> None:
    with pytest.raises(InvalidInput) as refused:
        reached("margin_percent", "74.2")
    assert refused.value.reason == "TARGET_NOT_REACHED"
    assert refused.value.message == (
        "No discretionary discount from 0 to 100 % comes to a margin of at least 74.2 %: at 0 % the margin is 74.14 %"
    )


@pytest.mark.parametrize(("name", "figure"), [("margin_percent", "100"), ("margin_percent", "-1"), ("monthly", "-1")])
def test_a_target_that_cannot_be_is_refused(name: TargetName, figure: str) -> None:
    with pytest.raises(InvalidInput, match="cannot be a target") as refused:
        reached(name, figure)
    assert [fault.where for fault in refused.value.faults] == [name]


def test_an_amount_in_another_currency_or_no_target_at_all_is_refused() -> None:
    terms, by = CommercialTerms(term_months=12), Pricer(release=RELEASE, today=SMALL_TODAY)
    with pytest.raises(InvalidInput, match="GBP is not the currency of this market"):
        find_discount(asked("monthly", "10", WEBSITES, terms, "GBP"), by)
    with pytest.raises(InvalidInput, match="There is no target"):
        find_discount(FindDiscountRequest(configuration=WEBSITES, terms=terms), by)


COMMITTED = Commitment(
    id="least",
    title="Least",
    components=frozenset({"compute.small", "web.nginx_site"}),
    monthly=Decimal(20),
)
"""Holds a server and a website, 24 + 8 a month, at 20; the 3 that they save as a package are taken off all the same."""


@pytest.mark.parametrize(
    ("figure", "discount"),
    [
        # 15.31 + 5.10 - 1.91; 24 x 0.638125 is 15.32, 8 x 0.638125 is 5.11
        ("18.50", "36.1876"),
        # 15.00 + 5.00 - 1.88; 24 x 0.625209 is 15.01, and from 0.624999 on the package saves 1.87 and less
        ("18.12", "37.4792"),
    ],
)
def test_a_budget_that_neither_no_discount_nor_the_greatest_meets_is_met_between(figure: str, discount: str) -> None:
    book = replace(RELEASE.price_books["DE"], commitments={"least": COMMITTED})
    release = replace(RELEASE, price_books={**RELEASE.price_books, "DE": book})
    items = configuration({"compute.small": 1, "web.nginx_site": 1})
    ends = [
        price(
            release,
            items,
            CommercialTerms(term_months=12, discretionary_discount_percent=DecimalMessage(value=percent)),
            SMALL_TODAY,
        )
        for percent in ("0", "100")
    ]
    assert [fraction(one.totals.monthly) for one in ends] == [29, 20]
    found = reached("monthly", figure, items=items, release=release)
    assert (found.discount_percent.value, fraction(found.price.totals.monthly)) == (discount, Fraction(figure))
    with pytest.raises(InvalidInput, match=r"an average month of at most 18.11 EUR: at 100 % it is 20 EUR"):
        reached("monthly", "18.11", items=items, release=release)


def test_a_budget_is_met_between_where_a_commitment_is_due_in_the_free_months_of_a_line() -> None:
    least = replace(COMMITTED, components=frozenset({"compute.small"}), monthly=Decimal(10))
    book = replace(RELEASE.price_books["DE"], commitments={"least": least})
    half = Promotion(
        id="half",
        title="Half a year",
        components=frozenset({"compute.small"}),
        charges=frozenset({"monthly"}),
        free_months=6,
        markets=frozenset({"DE"}),
        period=Period(valid_from=dt.date(2000, 1, 1)),
    )
    release = replace(RELEASE, price_books={**RELEASE.price_books, "DE": book}, promotions={"half": half})
    items = configuration({"compute.small": 1})
    # 45 once, and 6 x 24 a month; below 10 a month the 12 x 10 of the commitment, less 6 x net: all is 120 at 100 %
    for figure, discount in [
        # 23.82 + 6 x 12.70; 24 x 0.529375 is still 12.705, rounded to 12.71
        ("100.02", "47.0626"),
        # 18.74 + 6 x 10.00, the least there is: 45 x 0.416556 is still 18.75, and from 24 x 0.416458 on it is 9.99
        ("78.74", "58.3445"),
    ]:
        found = reached("contract_value", figure, items=items, release=release)
        value = fraction(found.price.totals.contract_value)
        assert (found.discount_percent.value, value) == (discount, Fraction(figure))
    with pytest.raises(InvalidInput, match=r"a contract value of at most 78.73 EUR: at 100 % it is 120 EUR"):
        reached("contract_value", "78.73", items=items, release=release)


def test_a_discount_in_money_bounds_the_discounts_that_are_looked_at() -> None:
    off = Money(currency_code="EUR", units=27)
    # 24 x 0.994791 and 3.15 x 0.994791 are 23.87 + 3.13; at 0.994792 it is 23.88. Below 0.994375 it is 23.86: too
    # little to take 27.00 off, and 57 x 0.994375 is still 56.68
    found = reached("monthly", "0", monthly_discount=off)
    assert (found.discount_percent.value, fraction(found.price.totals.monthly)) == ("0.5209", 0)
    with pytest.raises(InvalidInput) as refused:
        reached("contract_value", "56", monthly_discount=off)
    assert refused.value.reason == "TARGET_NOT_REACHED"


@few
@given(seeds, st.integers(0, 90), st.sampled_from(["margin_percent", "monthly", "contract_value"]))
def test_a_target_is_tight_and_no_whole_percent_does_better(seed: int, figure: int, name: TargetName) -> None:
    case = case_of(seed)
    case.terms.ClearField("one_time_discount")
    case.terms.ClearField("monthly_discount")
    start = with_discount(case, Decimal(0))
    wanted = Decimal(figure)
    if name != "margin_percent":
        top = start.totals.monthly if name == "monthly" else start.totals.contract_value
        wanted = (Decimal(top.units) * figure / 100).quantize(Decimal(1))

    def is_as_wanted(percent: Decimal) -> bool:
        totals = with_discount(case, percent).totals
        if name == "margin_percent":
            value, cost = fraction(totals.contract_value), fraction(totals.contract_cost)
            return value > 0 and (value - cost) / value * 100 >= figure
        return fraction(totals.monthly if name == "monthly" else totals.contract_value) <= Fraction(wanted)

    currency = start.currency
    is_greatest = name == "margin_percent"
    whole = [percent for percent in range(101) if is_as_wanted(Decimal(percent))]
    try:
        request = asked(name, f"{wanted:f}", case.configuration, case.terms, currency)
        found = find_discount(request, Pricer(release=case.release, today=TODAY))
    except InvalidInput as refusal:
        found, reason = None, refusal.reason
    if found is None:
        assert (reason, whole) == ("TARGET_NOT_REACHED", [])
        return
    percent = Decimal(found.discount_percent.value)
    assert is_as_wanted(percent)
    assert found.price == with_discount(case, percent)
    beyond = percent + STEP if is_greatest else percent - STEP
    assert not 0 <= beyond <= 100 or not is_as_wanted(beyond)
    assert not [one for one in whole if (one > percent if is_greatest else one < percent)]


@few
@given(
    seeds,
    st.integers(0, WHOLE - 80),
    st.sampled_from(["contract_value", "monthly"]),
    st.tuples(st.integers(0, 79), st.integers(-1, 1)),
)
def test_the_search_finds_what_trying_every_discount_finds(
    seed: int, start: int, name: SumName, chosen: tuple[int, int]
) -> None:
    case = case_of(seed)
    case.terms.ClearField("one_time_discount")
    case.terms.ClearField("monthly_discount")

    def total(discount: int) -> int:
        priced = with_discount(case, Decimal(discount) * STEP)
        sum_ = priced.totals.monthly if name == "monthly" else priced.totals.contract_value
        return int(fraction(sum_) * 10 ** MINOR_UNITS[priced.currency])

    window = range(start, start + 80)
    totals = {discount: total(discount) for discount in window}
    wanted = totals[start + chosen[0]] + chosen[1]
    free_months = free_months_of(Pricer(release=case.release, today=TODAY), case.configuration, case.terms)
    search = DiscountSearch(lambda percent: with_discount(case, percent), name, free_months=free_months)
    smallest = search.first(window[0], window[-1], is_reached=lambda minor: minor <= wanted)
    greatest = search.first(window[-1], window[0], is_reached=lambda minor: minor >= wanted)
    assert smallest == min((one for one in window if totals[one] <= wanted), default=None)
    assert greatest == max((one for one in window if totals[one] >= wanted), default=None)


def test_a_search_that_would_take_too_many_prices_is_given_up() -> None:
    search = DiscountSearch(
        lambda percent: price(
            RELEASE,
            WEBSITES,
            CommercialTerms(
                term_months=12, discretionary_discount_percent=DecimalMessage(value=f"{percent.normalize():f}")
            ),
            SMALL_TODAY,
        ),
        "monthly",
        free_months=free_months_of(
            Pricer(release=RELEASE, today=SMALL_TODAY), WEBSITES, CommercialTerms(term_months=12)
        ),
        most_prices=5,
    )
    with pytest.raises(InvalidInput) as refused:
        search.first(0, WHOLE, is_reached=lambda minor: minor <= 2000)
    assert refused.value.reason == "TARGET_UNDECIDED"
