"""Prices that follow an index, and prices that are scheduled."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from google.type.date_pb2 import Date
from hypothesis import given
from hypothesis import strategies as st
from small_release import SMALL_PORTFOLIO, SMALL_TODAY

from bidwright.catalog.price_entry import IndexSeries
from bidwright.catalog.reader import check_report, read_portfolio
from bidwright.core.errors import InvalidInput
from bidwright.pricing.indexation import index_price, moves, parts_between
from bidwright.pricing.price import price
from bidwright.v1.configuration_pb2 import CommercialTerms, Configuration, ConfigurationItem

INDICES = 'indices:\n  - {id: cpi, title: Prices, values: {2026-01-01: "122.8", 2025-01-01: "120.3"}}\n'
SERIES = IndexSeries(
    id="cpi",
    title="Prices",
    values=((dt.date(2025, 1, 1), Decimal("120.3")), (dt.date(2026, 1, 1), Decimal("122.8"))),
)
days = st.dates(dt.date(2025, 1, 1), dt.date(2030, 1, 1))


def with_settings(tmp_path: Path, text: str) -> Path:
    portfolio = shutil.copytree(SMALL_PORTFOLIO, tmp_path / "small")
    with (portfolio / "prices" / "DE.yaml").open("a") as file:
        file.write(text)
    return portfolio


def test_a_price_follows_the_last_value_published() -> None:
    assert index_price(Decimal("240.60"), SERIES, dt.date(2025, 6, 1), dt.date(2026, 3, 1)) == Fraction("245.6")
    assert index_price(Decimal("240.60"), SERIES, dt.date(2025, 1, 1), dt.date(2025, 12, 31)) == Fraction("240.6")
    assert index_price(Decimal("245.60"), SERIES, dt.date(2026, 1, 1), dt.date(2025, 1, 1)) == Fraction("240.6")


@given(st.decimals(0, 10**6, places=2), days, days, days)
def test_the_way_does_not_matter(old: Decimal, first: dt.date, second: dt.date, third: dt.date) -> None:
    step = index_price(old, SERIES, first, second)
    assert index_price(step, SERIES, second, third) == index_price(old, SERIES, first, third)
    assert index_price(old, SERIES, first, first) == Fraction(old)


YEARLY = IndexSeries(
    id="cpi",
    title="Prices",
    values=(
        (dt.date(2024, 1, 1), Decimal(100)),
        (dt.date(2025, 1, 1), Decimal("101.5")),
        (dt.date(2026, 1, 1), Decimal(104)),
        (dt.date(2027, 1, 1), Decimal(112)),
        (dt.date(2028, 1, 1), Decimal("106.4")),
        (dt.date(2029, 1, 1), Decimal("109.592")),
    ),
    every_months=12,
    threshold=Decimal(2),
    rise_at_most=Decimal(5),
)
FIRST = dt.date(2024, 3, 1)


@pytest.mark.parametrize(
    ("until", "price"),
    [
        (dt.date(2024, 3, 1), "200"),  # the day of the old prices
        (dt.date(2025, 3, 1), "200"),  # 1.5 % are below the threshold
        (dt.date(2026, 2, 28), "200"),  # not yet two years
        (dt.date(2026, 3, 1), "208"),  # 104 / 100: the 1.5 % count now
        (dt.date(2027, 3, 1), "218.40"),  # 112 / 104 is 7.69 %, and 5 % is the limit
        (dt.date(2028, 3, 1), "207.48"),  # 106.4 / 112: 5 % down; measured from 112, not from what prices came to
        (dt.date(2029, 3, 1), "213.7044"),  # 109.592 / 106.4: 3 % up
    ],
)
def test_prices_move_every_year_by_limits_and_from_a_threshold_on(until: dt.date, price: str) -> None:
    assert index_price(Decimal(200), YEARLY, FIRST, until) == Fraction(price)


def test_prices_that_never_fall_rise_from_where_the_index_is() -> None:
    series = replace(YEARLY, threshold=Decimal(0), fall_at_most=Decimal(0))
    found = moves(series, dt.date(2027, 3, 1), dt.date(2029, 12, 31))
    assert [(str(move.day), move.factor, move.why) for move in found] == [
        ("2028-03-01", 1, "falls by 0 % at most"),
        ("2029-03-01", Fraction("1.03"), "as the index"),
    ]


def test_a_month_without_the_day_has_its_last_one_and_the_end_of_time_is_no_fault() -> None:
    monthly = replace(YEARLY, every_months=1)
    days = [move.day for move in moves(monthly, dt.date(2027, 12, 31), dt.date(2028, 3, 31))]
    assert days == [dt.date(2028, 1, 31), dt.date(2028, 2, 29), dt.date(2028, 3, 31)]
    assert index_price(Decimal(1), replace(YEARLY, every_months=120), dt.date(2029, 3, 1), dt.date.max) == 1


def test_a_day_before_the_first_value_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        index_price(Decimal(1), SERIES, dt.date(2024, 12, 31), dt.date(2025, 1, 1))
    assert refused.value.reason == "INDEX_NOT_KNOWN"
    assert "no value for 2024-12-31; its first one is of 2025-01-01" in refused.value.message


WAGES = IndexSeries(
    id="wages",
    title="Wages",
    values=(
        (dt.date(2024, 1, 1), Decimal(100)),
        (dt.date(2025, 1, 1), Decimal(104)),
        (dt.date(2026, 1, 1), Decimal("106.08")),
    ),
)
ENERGY = IndexSeries(
    id="energy",
    title="Energy",
    values=(
        (dt.date(2024, 1, 1), Decimal(80)),
        (dt.date(2025, 1, 1), Decimal(92)),
        (dt.date(2026, 1, 1), Decimal(69)),
    ),
)
MIX = IndexSeries(
    id="mix", title="Mix", values=(), shares=((ENERGY, Decimal(30)), (WAGES, Decimal(50))), every_months=12
)


def test_a_share_of_a_price_follows_and_the_rest_is_fixed() -> None:
    seventy = replace(MIX, shares=((WAGES, Decimal(70)),), every_months=None)
    # 200 x (0.3 + 0.7 x 104 / 100)
    assert index_price(Decimal(200), seventy, FIRST, dt.date(2025, 6, 30)) == Fraction("205.6")
    third = replace(seventy, shares=((WAGES, Decimal("33.333333")),))
    assert index_price(Decimal(1), third, FIRST, dt.date(2025, 6, 30)) == Fraction("1.0133333332")


@pytest.mark.parametrize(
    ("series", "until", "price", "why"),
    [
        # 1000 x (0.2 + 0.5 x 104 / 100 + 0.3 x 92 / 80)
        (MIX, dt.date(2025, 3, 1), "1065", "as the formula"),
        # 1065 x (0.2 + 0.5 x 106.08 / 104 + 0.3 x 69 / 92)
        (MIX, dt.date(2026, 3, 1), "995.775", "as the formula"),
        # in one move: 1000 x (0.2 + 0.5 x 106.08 / 100 + 0.3 x 69 / 80)
        (replace(MIX, every_months=None), dt.date(2026, 3, 1), "989.15", "as the formula"),
        # limits are for the price, not for an index: energy alone rises by 15 %
        (replace(MIX, rise_at_most=Decimal(6)), dt.date(2025, 3, 1), "1060", "rises by 6 % at most"),
        (replace(MIX, rise_at_most=Decimal(7)), dt.date(2025, 3, 1), "1065", "as the formula"),
        (replace(MIX, fall_at_most=Decimal(0)), dt.date(2026, 3, 1), "1065", "falls by 0 % at most"),
        # 6.5 % are too little; then in one move from 2024
        (replace(MIX, threshold=Decimal(7)), dt.date(2025, 3, 1), "1000", "below 7 %: counts on the next day"),
        (replace(MIX, threshold=Decimal("6.5")), dt.date(2025, 3, 1), "1065", "as the formula"),
    ],
)
def test_a_mix_of_indices_moves_by_its_shares(series: IndexSeries, until: dt.date, price: str, why: str) -> None:
    assert index_price(Decimal(1000), series, FIRST, until) == Fraction(price)
    assert moves(series, FIRST, until)[-1].why == why


shares = st.lists(st.decimals(0, 50, places=2), min_size=2, max_size=2)


@given(shares, st.lists(st.integers(1, 10**6), min_size=4, max_size=4))
def test_a_formula_is_the_sum_of_what_its_shares_come_to(percents: list[Decimal], values: list[int]) -> None:
    series = [
        IndexSeries(
            id=id_,
            title=id_,
            values=((dt.date(2024, 1, 1), Decimal(values[at])), (dt.date(2025, 1, 1), Decimal(values[at + 1]))),
        )
        for id_, at in (("energy", 0), ("wages", 2))
    ]
    formula = IndexSeries(id="mix", title="Mix", values=(), shares=tuple(zip(series, percents, strict=True)))
    days = dt.date(2024, 1, 1), dt.date(2025, 1, 1)
    alone = sum(
        (index_price(share, one, *days) for share, one in zip(percents, series, strict=True)),
        100 - Fraction(sum(percents)),
    )
    assert index_price(Decimal(100), formula, *days) == alone


def test_a_value_is_used_until_the_next_one_should_have_been_published() -> None:
    monthly = replace(SERIES, published_every_months=14)
    assert index_price(Decimal("240.60"), monthly, dt.date(2025, 6, 1), dt.date(2027, 2, 28)) == Fraction("245.6")
    with pytest.raises(InvalidInput) as refused:
        index_price(Decimal(1), monthly, dt.date(2025, 6, 1), dt.date(2027, 3, 1))
    assert refused.value.reason == "INDEX_NOT_KNOWN"
    assert refused.value.message == (
        "The index cpi has no value for 2027-03-01; the last one is of 2026-01-01, "
        "and they are published every 14 months"
    )
    assert refused.value.fix.startswith("Choose a day before 2027-03-01, or add ")


def test_only_the_days_on_which_prices_move_need_a_recent_value() -> None:
    series = replace(SERIES, published_every_months=12, every_months=6)
    assert len(moves(series, dt.date(2026, 1, 15), dt.date(2026, 12, 31))) == 1
    (part,) = parts_between(series, dt.date(2026, 1, 15), dt.date(2027, 1, 14))
    assert part.new == (dt.date(2026, 1, 1), Decimal("122.8"))
    with pytest.raises(InvalidInput, match="no value for 2027-01-15"):
        moves(series, dt.date(2026, 1, 15), dt.date(2027, 1, 15))


FORMULA = """\
indices:
  - {id: mix, title: Mix, shares: {wages: "50", energy: "30"}, every_months: 12, threshold: "2", rise_at_most: 5}
  - {id: wages, title: Wages, values: {2024-01-01: "100", 2025-01-01: "104", 2026-01-01: "106.08"}}
  - {id: energy, title: Energy, published_every_months: 3, values: {2024-01-01: 80, 2025-01-01: "92", 2026-01-01: "69"}}
"""


def test_formulas_stand_in_the_price_book_too(tmp_path: Path) -> None:
    found = read_portfolio(with_settings(tmp_path, FORMULA), today=SMALL_TODAY).price_books["DE"].indices
    energy = replace(ENERGY, published_every_months=3)
    assert found["wages"] == WAGES
    assert found["mix"] == replace(
        MIX, shares=((energy, Decimal(30)), (WAGES, Decimal(50))), threshold=Decimal(2), rise_at_most=Decimal(5)
    )


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('energy: "30"', 'enery: "30"', "there is no index in price book of market DE, prices/DE.yaml 'enery'"),
        ('energy: "30"', 'energy: "50.000001"', "the shares come to 100.000001 %"),
        ('energy: "30"', 'mix: "30"', "'mix' is a formula itself"),
        (
            'values: {2024-01-01: 80, 2025-01-01: "92", 2026-01-01: "69"}',
            'shares: {mix: "1"}',
            "which is not a formula",
        ),
        ('energy: "30"}', 'energy: "30"}, values: {2024-01-01: "80"}', "which is not a formula of shares, which has"),
        ('shares: {wages: "50", energy: "30"}, ', "", "lacks the key 'values'"),
        ('{wages: "50", energy: "30"}', "{}", "is {}, which is not a mapping from the id of an index"),
        ('wages: "50"', 'wages: "-50"', "which is not a percentage"),
        ("published_every_months: 3", "published_every_months: 0", "a whole number of months from 1 to 120"),
    ],
)
def test_a_formula_that_cannot_be_is_told(tmp_path: Path, old: str, new: str, what: str) -> None:
    assert old in FORMULA
    faults = check_report(with_settings(tmp_path, FORMULA.replace(old, new)), today=SMALL_TODAY)
    assert any(what in f"{fault.what}. {fault.fix}" for fault in faults), faults
    assert all(fault.where.startswith("prices/DE.yaml:") for fault in faults)


def test_formulas_of_each_other_are_faults_at_each_name(tmp_path: Path) -> None:
    text = """\
indices:
  - {id: one, title: One, shares: {other: "50"}}
  - {id: other, title: Other, shares: {one: "50"}}
"""
    faults = check_report(with_settings(tmp_path, text), today=SMALL_TODAY)
    assert [fault.what for fault in faults] == ["'other' is a formula itself", "'one' is a formula itself"]


def test_series_stand_in_the_price_book(tmp_path: Path) -> None:
    release = read_portfolio(with_settings(tmp_path, INDICES), today=SMALL_TODAY)
    assert release.price_books["DE"].indices == {"cpi": SERIES}


def test_limits_stand_in_the_price_book(tmp_path: Path) -> None:
    limits = 'every_months: 12, threshold: "2", rise_at_most: 5, fall_at_most: "0"}'
    release = read_portfolio(
        with_settings(tmp_path, INDICES.replace('"120.3"}}', f'"120.3"}}, {limits}')), today=SMALL_TODAY
    )
    assert release.price_books["DE"].indices["cpi"] == replace(
        SERIES, threshold=Decimal(2), rise_at_most=Decimal(5), fall_at_most=Decimal(0), every_months=12
    )


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("2026-01-01", "2026-02-30", "there is no day 2026-02-30"),
        ("122.8", "0", "is not a number above 0"),
        ("122.8", "-3", "is not a number above 0"),
        ("122.8", "NaN", "is not a number above 0"),
        ("2026-01-01", "January", "is not a date"),
    ],
)
def test_a_series_that_cannot_be_is_one_fault(tmp_path: Path, old: str, new: str, what: str) -> None:
    (fault,) = check_report(with_settings(tmp_path, INDICES.replace(old, new)), today=SMALL_TODAY)
    assert what in fault.what


def test_a_price_date_in_the_future_has_the_scheduled_price(tmp_path: Path) -> None:
    portfolio = shutil.copytree(SMALL_PORTFOLIO, tmp_path / "small")
    file = portfolio / "prices" / "DE.csv"
    row = "os.debian,monthly,piece,1.00,3.15,10:2.85,2026-01-01,"
    assert row in file.read_text()
    file.write_text(file.read_text().replace(row, f"{row}2027-01-01\nos.debian,monthly,piece,1.00,3.40,,2027-01-01,"))
    release = read_portfolio(portfolio, today=SMALL_TODAY)
    configuration = Configuration(
        release=release.name,
        offering="web_hosting",
        market="DE",
        items=[ConfigurationItem(component="os.debian", quantity=10)],
    )
    for year, month, day, cents in ((2026, 12, 31, 2850), (2027, 1, 1, 3400)):
        terms = CommercialTerms(term_months=12, price_date=Date(year=year, month=month, day=day))
        (line,) = price(release, configuration, terms, SMALL_TODAY).lines
        assert line.net.units * 100 + line.net.nanos // 10**7 == cents
