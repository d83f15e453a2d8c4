"""Grids and comparisons of prices: by hand, and the laws that they hold for every price book."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from draws import drawn
from google.type.decimal_pb2 import Decimal as DecimalMessage
from google.type.money_pb2 import Money
from hypothesis import given, settings
from hypothesis import strategies as st
from random_books import TODAY, random_case
from random_months import random_term
from small_release import SMALL_TODAY, small_release, web_hosting

from bidwright.core.errors import InvalidInput, Unavailable
from bidwright.pricing.comparison import compare
from bidwright.pricing.price import price
from bidwright.pricing.pricer import Pricer
from bidwright.pricing.what_if import price_variants
from bidwright.v1.configuration_pb2 import CHARGE_MONTHLY, CommercialTerms, Configuration
from bidwright.v1.price_pb2 import Price, PriceStepKind
from bidwright.v1.pricing_pb2 import PriceLineDifference, PriceVariant, PriceVariantsRequest

RELEASE = small_release()
PRICED = Pricer(release=RELEASE, today=SMALL_TODAY)
seeds = st.integers(0, 10**9)
few = settings(max_examples=drawn(60))


def configuration(items: dict[str, int], market: str = "DE") -> Configuration:
    return web_hosting(RELEASE.name, items, market=market)


def priced(items: dict[str, int], months: int, discount: str, market: str = "DE") -> Price:
    terms = CommercialTerms(term_months=months, discretionary_discount_percent=DecimalMessage(value=discount))
    return price(RELEASE, configuration(items, market), terms, SMALL_TODAY)


def grid(
    configured: Configuration, terms: CommercialTerms, priced_by: Pricer = PRICED, **lists: Sequence[object]
) -> Sequence[PriceVariant]:
    discounts = [DecimalMessage(value=str(one)) for one in lists.pop("discounts", ())]
    request = PriceVariantsRequest(configuration=configured, terms=terms, discount_percents=discounts, **lists)
    return price_variants(request, priced_by).variants


def fraction(amount: Money) -> Fraction:
    return Fraction(amount.units) + Fraction(amount.nanos, 10**9)


def net(line: PriceLineDifference) -> Fraction:
    return fraction(line.other_net) - fraction(line.base_net)


def test_a_grid_has_a_row_with_its_sums_for_each_variant_and_says_which_has_no_price() -> None:
    rows = grid(
        configuration({"compute.small": 6}),
        CommercialTerms(term_months=12),
        term_months=[24, 13],
        discounts=["0", "2.50"],
    )
    assert [(row.term_months, row.discount_percent.value, row.totals.margin_percent.value) for row in rows] == [
        (24, "0", "-1.25"),
        (24, "2.5", "-3.85"),
        (13, "0", ""),
        (13, "2.5", ""),
    ]
    # 270 + 24 x 132.70 and 263.25 + 24 x 129.38
    assert [fraction(row.totals.contract_value) for row in rows[:2]] == [Fraction("3454.80"), Fraction("3368.37")]
    assert [row.price_book for row in rows] == ["DE-list", "DE-list", "", ""]
    assert "13 months is not a term" in rows[2].refusal
    assert not rows[2].HasField("totals")


def test_a_grid_without_any_price_is_refused() -> None:
    with pytest.raises(InvalidInput, match="13 months is not a term"):
        grid(configuration({"compute.small": 6}), CommercialTerms(term_months=13), discounts=[0, 1])


def test_a_grid_that_is_too_large_or_has_discounts_that_cannot_be_names_each_place() -> None:
    with pytest.raises(InvalidInput) as refused:
        grid(
            configuration({"compute.small": 6}),
            CommercialTerms(term_months=12),
            term_months=range(1, 101),
            discounts=["0", "NaN", "100.1", *range(8)],
        )
    assert [(fault.where, fault.what) for fault in refused.value.faults] == [
        ("discount_percents[1]", "'NaN' is not a plain decimal number such as 12.50"),
        ("discount_percents[2]", "100.1 is out of range"),
        ("term_months", "1100 combinations are more than 1000"),
    ]


def test_no_further_price_is_begun_after_the_deadline() -> None:
    with pytest.raises(Unavailable) as refused:
        grid(configuration({"compute.small": 6}), CommercialTerms(term_months=12), replace(PRICED, until=0.0))
    assert refused.value.reason == "PRICING_TIMED_OUT"


def test_a_comparison_names_each_step_that_differs_with_its_reason() -> None:
    base, other = priced({"compute.small": 2, "os.debian": 2}, 12, "5"), priced({"compute.small": 6}, 24, "2.5")
    found = compare(base, other)
    assert (found.base, found.other) == (base, other)
    assert fraction(found.contract_value) == Fraction("2663.79")
    assert [(line.subject, net(line), fraction(line.contract_value)) for line in found.lines] == [
        ("compute.small", Fraction("177.75"), Fraction("177.75")),  # 263.25 - 85.50
        ("compute.small", Fraction("83.78"), Fraction("2557.92")),  # 24 x 129.38 - 12 x 45.60
        ("os.debian", Fraction("-5.99"), Fraction("-71.88")),  # -12 x 5.99
    ]
    monthly = found.lines[1]
    assert [
        (PriceStepKind.Name(step.kind).removeprefix("PRICE_STEP_KIND_"), step.amount.value, step.why)
        for step in monthly.steps
    ] == [
        ("LIST", "96", "2 units became 6"),
        ("VOLUME", "-7.2", "added"),
        ("TERM", "-4.104", "added"),
        ("DISCRETIONARY", "-0.9174", "-5 % became -2.5 %"),
        ("ROUNDING", "0.0014", "added"),
    ]
    assert (monthly.steps[2].base_rule, monthly.steps[2].other_rule) == ("", "DE-list: term of 24 months")
    assert (monthly.base_quantity, monthly.other_quantity) == (2, 6)
    assert (monthly.base_times, monthly.other_times) == (12, 24)
    assert (monthly.first_month, monthly.months) == (0, 0)


def test_a_ramp_is_compared_in_each_part_of_the_term_that_differs() -> None:
    terms = CommercialTerms(term_months=12)
    base = PRICED(configuration({"compute.small": 6}), terms)
    phase = terms.ramp.add(from_month=1)
    phase.quantities.add(component="compute.small", quantity=2)
    terms.ramp.add(from_month=7)
    found = compare(base, PRICED(configuration({"compute.small": 6}), terms))
    (line,) = found.lines  # the same from month 7 on, and once
    assert (line.first_month, line.months, line.base_quantity, line.other_quantity) == (1, 6, 6, 2)
    assert (net(line), line.base_times, line.other_times) == (Fraction("-88.80"), 6, 6)  # 48.00 - 136.80
    assert [(step.amount.value, step.why) for step in line.steps] == [("-96", "6 units became 2"), ("7.2", "left out")]
    assert fraction(found.contract_value) == Fraction("-532.80")


def test_free_months_are_a_difference_of_times_alone() -> None:
    base = PRICED(configuration({"compute.small": 2}), CommercialTerms(term_months=12))
    other = PRICED(configuration({"compute.small": 2}), CommercialTerms(term_months=24, free_months=3))
    (line,) = [line for line in compare(base, other).lines if line.charge == CHARGE_MONTHLY]
    assert (line.base_times, line.other_times) == (12, 21)
    # 21 x 46.56 - 12 x 48.00, of which 12 x -1.44 by the term discount
    assert fraction(line.contract_value) == Fraction("401.76")
    assert [(step.amount.value, step.why) for step in line.steps] == [("-1.44", "added")]


def test_another_rule_and_another_amount_under_the_same_percentage_are_told_apart() -> None:
    before, after = priced({"compute.small": 1}, 24, "10"), priced({"compute.small": 1}, 36, "10")
    (monthly,) = [line for line in compare(before, after).lines if line.charge == CHARGE_MONTHLY]
    assert [(step.why, step.base_rule, step.other_rule) for step in monthly.steps[:2]] == [
        ("another rule", "DE-list: term of 24 months", "DE-list: term of 36 months"),
        ("the same percentage of another amount", "terms: discretionary discount", "terms: discretionary discount"),
    ]


def test_prices_in_different_currencies_are_not_compared() -> None:
    with pytest.raises(InvalidInput, match="A price in EUR cannot be compared with one in GBP"):
        compare(priced({"compute.small": 1}, 12, "0"), priced({"compute.small": 1}, 12, "0", market="GB"))


@few
@given(seeds, st.lists(st.integers(0, 100), max_size=2), st.lists(st.sampled_from([6, 12, 37]), max_size=2))
def test_a_row_of_a_grid_is_the_price_on_its_terms(seed: int, discounts: list[int], months: list[int]) -> None:
    case = random_case(seed)
    case.terms.ClearField("one_time_discount")
    case.terms.ClearField("monthly_discount")
    kept = case.terms.SerializeToString(deterministic=True)
    channels = ["", "partner"] if case.release.special_books else []
    by = Pricer(release=case.release, today=TODAY)
    rows = grid(case.configuration, case.terms, by, term_months=months, discounts=discounts, channels=channels)
    assert len(rows) == max(len(discounts), 1) * max(len(months), 1) * max(len(channels), 1)
    assert case.terms.SerializeToString(deterministic=True) == kept
    for row in rows:
        case.terms.channel, case.terms.term_months = row.channel, row.term_months
        case.terms.discretionary_discount_percent.CopyFrom(row.discount_percent)
        if row.refusal:
            with pytest.raises(InvalidInput, match=re.escape(row.refusal)):
                by(case.configuration, case.terms)
            continue
        single = by(case.configuration, case.terms)
        assert (row.price_book, row.totals) == (single.price_book, single.totals)


@few
@given(seeds, seeds)
def test_the_differences_of_ramps_and_free_months_add_up_in_the_parts_common_to_both(
    seed: int, another_seed: int
) -> None:
    case, another = random_term(seed), random_term(another_seed)
    terms = [case.terms, CommercialTerms()]
    terms[1].CopyFrom(case.terms)
    for name in ("one_time_discount", "monthly_discount"):
        terms[0].ClearField(name)
        terms[1].ClearField(name)
    terms[1].term_months, terms[1].free_months = another.terms.term_months, another.terms.free_months
    del terms[1].ramp[:]
    for phase in another.terms.ramp:
        terms[1].ramp.add(from_month=phase.from_month, discount_percent=phase.discount_percent)
    base, other = (price(case.release, case.configuration, one, TODAY) for one in terms)
    found = compare(base, other)
    value = fraction(other.totals.contract_value) - fraction(base.totals.contract_value)
    assert sum((fraction(line.contract_value) for line in found.lines), Fraction(0)) == value
    covered = {(line.first_month, line.months) for line in found.lines if line.months}
    assert not covered or base.phases or other.phases
    for line in found.lines:
        assert sum((Fraction(step.amount.value) for step in line.steps), Fraction(0)) == net(line)
        paid = fraction(line.other_net) * line.other_times - fraction(line.base_net) * line.base_times
        assert paid == fraction(line.contract_value)


@few
@given(seeds, st.sampled_from([6, 12, 24, 37]), st.integers(0, 100), st.integers(1, 4))
def test_the_differences_add_up_to_those_of_the_totals(seed: int, months: int, percent: int, quantity: int) -> None:
    case = random_case(seed)
    case.terms.ClearField("one_time_discount")
    case.terms.ClearField("monthly_discount")
    before = price(case.release, case.configuration, case.terms, TODAY)
    case.terms.term_months = months
    case.terms.discretionary_discount_percent.value = str(percent)
    if case.configuration.items:
        first = case.configuration.items[0]
        first.quantity = min(quantity, case.release.components[first.component].max_quantity)
    after = price(case.release, case.configuration, case.terms, TODAY)
    assert not compare(before, before).lines
    found = compare(before, after)
    names = ("one_time", "billed_monthly", "billed_quarterly", "billed_yearly", "usage")
    for charge, name in enumerate(names, start=1):
        nets = sum((net(line) for line in found.lines if line.charge == charge), Fraction(0))
        assert nets == fraction(getattr(after.totals, name)) - fraction(getattr(before.totals, name))
    value = fraction(after.totals.contract_value) - fraction(before.totals.contract_value)
    assert sum((fraction(line.contract_value) for line in found.lines), Fraction(0)) == value
    assert fraction(found.contract_value) == value
    for line in found.lines:
        assert sum((Fraction(step.amount.value) for step in line.steps), Fraction(0)) == net(line)
        by_price, by_times = net(line) * line.base_times, line.other_times - line.base_times
        assert by_price + fraction(line.other_net) * by_times == fraction(line.contract_value)
        assert all(Decimal(step.amount.value) and step.why for step in line.steps)
