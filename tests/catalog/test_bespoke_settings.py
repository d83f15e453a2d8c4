"""Rate cards and risk classes of a price book: what is read, what is inherited, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from breaking import copy_of_small
from small_release import SMALL_TODAY

from bidwright.catalog.model import DayRates, PriceBook, RiskClasses
from bidwright.catalog.reader import check_report, read_portfolio

D = Decimal
SETTINGS = """\
price_book: DE-list
market: DE
currency: EUR
rounding: half_up
terms: {12: "0"}
bespoke_rates:
  engineer: {default: "640.00", brno: "420.00"}
  tester: {leeds: 310, brno: "295.50"}
  solution_architect: "880.00"
bespoke_markup: {default: "25", minimum: "10"}
bespoke_risk: {default: low, classes: {low: "5", high: "30.5", none: 0}}
hours_per_day: "7.5"
"""
PARTNER = "price_book: DE-partner\nmarket: DE\ninherits: DE\nchannel: partner\n"


def written(tmp_path: Path, settings: str, partner: str = PARTNER) -> Path:
    portfolio = copy_of_small(tmp_path)
    (portfolio / "prices" / "DE.yaml").write_text(settings)
    (portfolio / "prices" / "DE_PARTNER.yaml").write_text(partner)
    return portfolio


def books(tmp_path: Path, partner: str = PARTNER) -> tuple[PriceBook, PriceBook]:
    release = read_portfolio(written(tmp_path, SETTINGS, partner), today=SMALL_TODAY)
    return release.price_books["DE"], release.special_books["DE"][0]


def test_a_role_has_one_rate_or_rates_by_delivery_centre(tmp_path: Path) -> None:
    book, _ = books(tmp_path)
    assert book.bespoke_rates == {
        "engineer": DayRates(general=D(640), by_centre={"brno": D(420)}),
        "solution_architect": DayRates(general=D(880)),
        "tester": DayRates(by_centre={"brno": D("295.5"), "leeds": D(310)}),
    }
    assert book.risk_classes == RiskClasses(default="low", percents={"high": D("30.5"), "low": D(5), "none": D(0)})
    assert book.hours_per_day == D("7.5")


def test_a_book_that_states_none_has_no_contingency_and_days_of_eight_hours(tmp_path: Path) -> None:
    book = read_portfolio(copy_of_small(tmp_path), today=SMALL_TODAY).price_books["DE"]
    assert (book.risk_classes, book.hours_per_day) == (None, D(8))


def test_rates_risk_classes_and_hours_are_inherited(tmp_path: Path) -> None:
    book, partner = books(tmp_path)
    assert partner.bespoke_rates == book.bespoke_rates
    assert partner.risk_classes == book.risk_classes
    assert partner.hours_per_day == D("7.5")


def test_what_a_book_states_replaces_the_inherited_setting_as_a_whole(tmp_path: Path) -> None:
    own = "bespoke_rates: {engineer: 700}\nbespoke_risk: {default: all, classes: {all: 12}}\nhours_per_day: 8\n"
    _, partner = books(tmp_path, PARTNER + own)
    assert partner.bespoke_rates == {"engineer": DayRates(general=D(700))}
    assert partner.risk_classes == RiskClasses(default="all", percents={"all": D(12)})
    assert partner.hours_per_day == D(8)


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        # a delivery centre that nobody has heard of
        ('brno: "420.00"', 'brnoo: "420.00"', 7, "there is no delivery centre 'brnoo'"),
        # a role without any rate
        ('tester: {leeds: 310, brno: "295.50"}', "tester: {}", 8, "is {}, which is not a mapping from delivery centre"),
        # a rate that is no amount
        ("leeds: 310", 'leeds: "-1"', 8, 'is "-1", which is not a number such as "12.50"'),
        ('architect: "880.00"', "architect: [880]", 9, "is [880], which is not a number such as"),
        # a default that is no class, a percentage beyond all, no class at all
        ("default: low", "default: mean", 11, "the default 'mean' is not one of the risk classes"),
        ('low: "5"', 'low: "100.5"', 11, 'is "100.5", which is not a percentage from 0 to 100'),
        ('{low: "5", high: "30.5", none: 0}', "{}", 11, "is {}, which is not a mapping from risk class"),
        # a day that is longer than a day
        ('hours_per_day: "7.5"', "hours_per_day: 25", 12, "is 25, which is not hours from 1 to 24"),
    ],
)
def test_a_wrong_setting_is_one_fault_at_its_line(tmp_path: Path, old: str, new: str, line: int, what: str) -> None:
    assert SETTINGS.count(old) == 1
    found = check_report(written(tmp_path, SETTINGS.replace(old, new)), today=SMALL_TODAY)
    assert [fault.where for fault in found] == [f"prices/DE.yaml:{line}"], found
    assert what in found[0].what
