"""What an hour costs at a delivery centre may change on a day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from breaking import copy_of_small, edit
from small_release import SMALL_TODAY

from bidwright.catalog.reader import check_report, read_portfolio

DATED = 'unix: {EUR: [{rate: "38.00"}, {from: 2027-01-01, rate: "39.50"}, {from: 2028-01-01, rate: "41"}], GBP: "34.2"}'


def _with_rates(directory: Path, rates: str) -> Path:
    portfolio = copy_of_small(directory)
    edit(portfolio, "delivery_centres.yaml", 'unix: {EUR: "38.00", GBP: "34.200"}', rates)
    return portfolio


@pytest.mark.parametrize(
    ("day", "rate"),
    [
        (dt.date(2020, 1, 1), "38.00"),  # the first rate holds until the second does
        (dt.date(2026, 12, 31), "38.00"),
        (dt.date(2027, 1, 1), "39.50"),  # the day itself
        (dt.date(2027, 12, 31), "39.50"),
        (dt.date(2031, 5, 5), "41"),
    ],
)
def test_the_rate_of_a_day_is_the_last_one_that_has_begun(tmp_path: Path, day: dt.date, rate: str) -> None:
    brno = read_portfolio(_with_rates(tmp_path, DATED), today=SMALL_TODAY).centres["brno"]
    assert brno.rate("unix", "EUR", day) == Decimal(rate)
    assert brno.rate("unix", "GBP", day) == Decimal("34.200")


@pytest.mark.parametrize(
    ("rates", "what"),
    [
        ('[{rate: "38"}, {from: 2028-01-01, rate: "39"}, {from: 2027-01-01, rate: "40"}]', "does not come after"),
        ('[{rate: "38"}, {from: 2028-01-01, rate: "39"}, {from: 2028-01-01, rate: "40"}]', "does not come after"),
        ('[{rate: "38"}, {from: 2028-02-30, rate: "39"}]', "there is no day 2028-02-30"),
        ('[{from: 2026-01-01, rate: "38"}, {from: 2028-01-01, rate: "39"}]', "the cost of one hour"),
        ('[{rate: "38"}]', "the cost of one hour"),  # one rate is written without a list
        ('[{rate: "38"}, {rate: "39"}]', "the cost of one hour"),
    ],
)
def test_rates_that_leave_open_what_holds_when_are_refused(tmp_path: Path, rates: str, what: str) -> None:
    portfolio = _with_rates(tmp_path, f'unix: {{EUR: {rates}, GBP: "34.200"}}')
    (fault,) = check_report(portfolio, today=SMALL_TODAY)
    assert fault.where == "delivery_centres.yaml:9"
    assert what in fault.what or what in fault.fix
