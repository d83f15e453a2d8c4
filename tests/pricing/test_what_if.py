"""Grids and comparisons of prices: by hand, and the laws that they hold for every price book."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

import pytest
from google.type.decimal_pb2 import Decimal as DecimalMessage
from google.type.money_pb2 import Money
from hypothesis import given, settings
from hypothesis import strategies as st
from random_books import TODAY, Case, random_case
from small_release import SMALL_TODAY, small_release

from bidwright.core.errors import InvalidInput
from bidwright.pricing.comparison import compare
from bidwright.pricing.price import price
from bidwright.pricing.what_if import Variants, price_grid
from bidwright.v1.configuration_pb2 import CHARGE_MONTHLY, CommercialTerms, Configuration, ConfigurationItem
from bidwright.v1.price_pb2 import Price, PriceStepKind

RELEASE = small_release()
cases = st.integers(0, 10**9).map(random_case)
few = settings(max_examples=60, deadline=None)


def configuration(items: dict[str, int], market: str = "DE") -> Configuration:
    return Configuration(
        release=RELEASE.name,
        offering="web_hosting",
        market=market,
        items=[ConfigurationItem(component=id_, quantity=quantity) for id_, quantity in items.items()],
    )


def priced(items: dict[str, int], months: int, discount: str, market: str = "DE") -> Price:
    terms = CommercialTerms(term_months=months, discretionary_discount_percent=DecimalMessage(value=discount))
    return price(RELEASE, configuration(items, market), terms, SMALL_TODAY)


def fraction(amount: Money) -> Fraction:
    return Fraction(amount.units) + Fraction(amount.nanos, 10**9)


def test_a_grid_has_a_row_with_its_sums_for_each_variant_and_says_which_has_no_price() -> None:
    rows = price_grid(
        RELEASE,
        configuration({"compute.small": 6}),
        CommercialTerms(term_months=12),
        variants=Variants(term_months=[24, 13], discounts=[Decimal(0), Decimal("2.5")]),
        today=SMALL_TODAY,
    )
    assert [
        (row.terms.term_months, row.terms.discretionary_discount_percent.value, row.totals.margin_percent.value)
        for row in rows
    ] == [(24, "0", "-1.25"), (24, "2.5", "-3.85"), (13, "0", ""), (13, "2.5", "")]
    # 270 + 24 x 132.70 and 263.25 + 24 x 129.38
    assert [fraction(row.totals.contract_value) for row in rows[:2]] == [Fraction("3454.80"), Fraction("3368.37")]
    assert [row.price_book for row in rows] == ["DE-list", "DE-list", "", ""]
    assert rows[2].refusal is not None
    assert "13 months is not a term" in str(rows[2].refusal)


def test_a_grid_without_any_price_is_refused() -> None:
    with pytest.raises(InvalidInput, match="13 months is not a term"):
        price_grid(
            RELEASE,
            configuration({"compute.small": 6}),
            CommercialTerms(term_months=13),
            variants=Variants(discounts=[Decimal(0), Decimal(1)]),
            today=SMALL_TODAY,
        )


def test_a_comparison_names_each_step_that_differs_with_its_reason() -> None:
    lines = compare(priced({"compute.small": 2, "os.debian": 2}, 12, "5"), priced({"compute.small": 6}, 24, "2.5"))
    assert [(line.subject, line.net, line.contract_value) for line in lines] == [
        ("compute.small", Decimal("177.75"), Decimal("177.75")),  # 263.25 - 85.50
        ("compute.small", Decimal("83.78"), Decimal("2557.92")),  # 24 x 129.38 - 12 x 45.60
        ("os.debian", Decimal("-5.99"), Decimal("-71.88")),  # -12 x 5.99
    ]
    monthly = lines[1]
    assert [
        (PriceStepKind.Name(step.kind).removeprefix("PRICE_STEP_KIND_"), str(step.amount), step.why)
        for step in monthly.steps
    ] == [
        ("LIST", "96", "2 units became 6"),
        ("VOLUME", "-7.2", "added"),
        ("TERM", "-4.104", "added"),
        ("DISCRETIONARY", "-0.9174", "-5 % became -2.5 %"),
        ("ROUNDING", "0.0014", "added"),
    ]
    assert (monthly.steps[2].before, monthly.steps[2].after) == ("", "DE-list: term of 24 months")
    assert monthly.by_price == Decimal("1005.36")  # 12 x 83.78
    assert monthly.by_term == Decimal("1552.56")  # 12 x 129.38


def test_another_rule_and_another_amount_under_the_same_percentage_are_told_apart() -> None:
    before, after = priced({"compute.small": 1}, 24, "10"), priced({"compute.small": 1}, 36, "10")
    (monthly,) = [line for line in compare(before, after) if line.charge == CHARGE_MONTHLY]
    assert [(step.why, step.before, step.after) for step in monthly.steps[:2]] == [
        ("another rule", "DE-list: term of 24 months", "DE-list: term of 36 months"),
        ("the same percentage of another amount", "terms: discretionary discount", "terms: discretionary discount"),
    ]


def test_prices_in_different_currencies_are_not_compared() -> None:
    with pytest.raises(InvalidInput, match="A price in EUR cannot be compared with one in GBP"):
        compare(priced({"compute.small": 1}, 12, "0"), priced({"compute.small": 1}, 12, "0", market="GB"))


@few
@given(cases, st.lists(st.integers(0, 100), max_size=2), st.lists(st.sampled_from([6, 12, 37]), max_size=2))
def test_a_row_of_a_grid_is_the_price_on_its_terms(case: Case, discounts: list[int], months: list[int]) -> None:
    case.terms.ClearField("one_time_discount")
    case.terms.ClearField("monthly_discount")
    kept = case.terms.SerializeToString(deterministic=True)
    channels = ["", "partner"] if case.release.special_books else []
    variants = Variants(term_months=months, discounts=[Decimal(one) for one in discounts], channels=channels)
    rows = price_grid(case.release, case.configuration, case.terms, variants=variants, today=TODAY)
    assert len(rows) == max(len(discounts), 1) * max(len(months), 1) * max(len(channels), 1)
    assert case.terms.SerializeToString(deterministic=True) == kept
    for row in rows:
        if row.refusal is not None:
            with pytest.raises(InvalidInput, match=re.escape(str(row.refusal))):
                price(case.release, case.configuration, row.terms, TODAY)
            continue
        single = price(case.release, case.configuration, row.terms, TODAY)
        assert (row.price_book, row.totals) == (single.price_book, single.totals)


@few
@given(cases, st.sampled_from([6, 12, 24, 37]), st.integers(0, 100), st.integers(1, 4))
def test_the_differences_add_up_to_those_of_the_totals(case: Case, months: int, percent: int, quantity: int) -> None:
    case.terms.ClearField("one_time_discount")
    case.terms.ClearField("monthly_discount")
    before = price(case.release, case.configuration, case.terms, TODAY)
    case.terms.term_months = months
    case.terms.discretionary_discount_percent.value = str(percent)
    if case.configuration.items:
        first = case.configuration.items[0]
        first.quantity = min(quantity, case.release.components[first.component].max_quantity)
    after = price(case.release, case.configuration, case.terms, TODAY)
    assert compare(before, before) == ()
    lines = compare(before, after)
    names = ("one_time", "billed_monthly", "billed_quarterly", "billed_yearly", "usage")
    for charge, name in enumerate(names, start=1):
        net = sum((Fraction(line.net) for line in lines if line.charge == charge), Fraction(0))
        assert net == fraction(getattr(after.totals, name)) - fraction(getattr(before.totals, name))
    value = fraction(after.totals.contract_value) - fraction(before.totals.contract_value)
    assert sum((Fraction(line.contract_value) for line in lines), Fraction(0)) == value
    for line in lines:
        assert sum((Fraction(step.amount) for step in line.steps), Fraction(0)) == Fraction(line.net)
        assert line.by_price + line.by_term == line.contract_value
        assert all(step.amount and step.why for step in line.steps)
