"""Prices by tables and formulas: what is read, what they come to by hand, and every way to write them wrongly."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from breaking import copy_of_small
from small_release import SMALL_TODAY, web_hosting

from bidwright.catalog.price_formulas import amount_at, coefficients, read_formula
from bidwright.catalog.reader import check_report, read_portfolio
from bidwright.core.errors import InvalidInput
from bidwright.pricing.amounts import amount_table
from bidwright.pricing.price import price
from bidwright.v1.configuration_pb2 import CommercialTerms, Configuration, NeedAnswer

TODAY = dt.date(2026, 11, 22)
HEADER = "component,charge,unit,unit_cost,price,tiers,valid_from,valid_to,model,included,table,formula"
TABLE = """\
need.data_residency,component.ram_gib,price
EU,<=4,21.00
EU,*,60.00
*,<=4,19.50
any,<=64,55.00
"""


def with_rows(tmp_path: Path, *rows: str, table: str = TABLE) -> Path:
    """The small portfolio with other prices of some components, and without packages."""
    portfolio = copy_of_small(tmp_path)
    file = portfolio / "prices" / "DE.csv"
    replaced = {tuple(row.split(",")[:2]) for row in rows}
    kept = [line + ",,,," for line in file.read_text().splitlines()[1:] if tuple(line.split(",")[:2]) not in replaced]
    file.write_text("\n".join([HEADER, *rows, *kept]) + "\n")
    (portfolio / "packages.yaml").write_text("packages: []\n")
    (portfolio / "price_tables").mkdir()
    (portfolio / "price_tables" / "vm.csv").write_text(table)
    return portfolio


def by_table(component: str, included: str = "") -> str:
    return f"{component},monthly,server,10.00,,,2026-01-01,,table,{included},vm,"


def by_formula(formula: str) -> str:
    return f'support.standard,monthly,piece,5.00,,,2026-01-01,,formula,,,"{formula}"'


def configuration(release: str, items: dict[str, int], *answers: NeedAnswer) -> Configuration:
    return web_hosting(release, items, *answers)


def test_a_table_prices_by_answer_and_attribute(tmp_path: Path) -> None:
    portfolio = with_rows(tmp_path, by_table("compute.small", "1"), by_table("compute.large"))
    release = read_portfolio(portfolio, today=SMALL_TODAY)
    terms = CommercialTerms(term_months=12)
    items = {"compute.large": 2, "compute.small": 3}  # 16 GiB and 4 GiB
    anywhere = price(release, configuration(release.name, items), terms, TODAY)  # the default is any
    lines = [line for line in anywhere.lines if line.charge == 2]
    assert [(line.subject, line.net.units) for line in lines] == [("compute.large", 110), ("compute.small", 39)]
    assert lines[1].steps[0].rule == (
        "DE-list: compute.small monthly from 2026-01-01, 2 beyond 1 included, "
        "table vm: need.data_residency any, component.ram_gib 4, 19.5 each"
    )
    europe = NeedAnswer(name="data_residency", text="EU")
    nets = price(release, configuration(release.name, items, europe), terms, TODAY).lines
    assert [line.net.units for line in nets if line.charge == 2] == [120, 42]
    table = amount_table(release, "DE", terms, answers={"data_residency": "EU", "users": 1}, today=TODAY)
    assert table.monthly["compute.large"][:3] == (0, 6000, 12000)
    assert amount_table(release, "DE", terms, today=TODAY).monthly["compute.large"][2] == 0  # nobody knows where


def test_a_formula_prices_by_answer_and_quantity_and_never_below_nothing(tmp_path: Path) -> None:
    formula = "need.users * 0.125 + component.quantity * 3 - 2 * component.availability * (need.availability - 99)"
    release = read_portfolio(with_rows(tmp_path, by_formula(formula)), today=SMALL_TODAY)
    terms = CommercialTerms(term_months=12)
    users = NeedAnswer(name="users", integer=41)
    made = configuration(release.name, {"support.standard": 1}, users)
    (line,) = price(release, made, terms, TODAY).lines  # the default availability is 99.000
    assert [step.amount.value for step in line.steps] == ["8.125", "0.005"]  # 41 x 0.125 + 3
    assert line.steps[0].rule.endswith(
        f", {formula} with component.availability 99, need.availability 99, need.users 41"
    )
    made.needs.add(name="availability").decimal.value = "99.5"
    assert price(release, made, terms, TODAY).lines[0].net.units == 0


def test_a_formula_is_a_polynomial_in_the_quantity() -> None:
    formula, faults = read_formula("(component.quantity + 2) * (component.quantity - 3) * 0.5 + need.users")
    assert not faults
    polynomial = coefficients(formula.expression, lambda _: Decimal(7))
    assert polynomial == (Decimal("4.0"), Decimal("-0.5"), Decimal("0.5"))
    assert amount_at(polynomial, Decimal(10)) == 49  # 12 x 7 x 0.5 + 7
    assert amount_at((Decimal(2), Decimal(-1)), Decimal(3)) == 0


def test_an_answer_that_is_none_or_missing_is_refused(tmp_path: Path) -> None:
    portfolio = with_rows(tmp_path, by_formula("need.users * 2"))
    offering = portfolio / "offerings" / "web_hosting.yaml"
    offering.write_text(offering.read_text().replace("max: 5000, default: 100", "max: 5000"))
    release = read_portfolio(portfolio, today=SMALL_TODAY)
    terms = CommercialTerms(term_months=12)
    with pytest.raises(InvalidInput) as refused:
        price(release, configuration(release.name, {"support.standard": 1}), terms, TODAY)
    assert refused.value.reason == "CHARACTERISTIC_MISSING"
    assert refused.value.faults[0].what == "the monthly price depends on need.users, which is not known here"
    made = configuration(release.name, {"support.standard": 1}, NeedAnswer(name="users", integer=5001))
    with pytest.raises(InvalidInput) as refused:
        price(release, made, terms, TODAY)
    assert refused.value.faults[0].where == "needs.users"


@pytest.mark.parametrize(
    ("row", "table", "where", "what"),
    [
        # the table is not there, has another form, or cells that cannot be read
        (by_table("compute.small").replace(",vm,", ",vn,"), TABLE, "prices/DE.csv:2", "there is no price table 'vn'"),
        (by_table("compute.small"), "a,price\n1,2\n", "price_tables/vm.csv:1", "the header is a,price"),
        (by_table("compute.small"), TABLE.replace("<=4,21", "<4,21"), "price_tables/vm.csv:2", "'<4' cannot be read"),
        (by_table("compute.small"), TABLE.replace("21.00", "NaN"), "price_tables/vm.csv:2", "the price is 'NaN'"),
        (by_table("compute.small"), TABLE.replace("21.00", "-1"), "price_tables/vm.csv:2", "the price is '-1'"),
        # characteristics that the component or an offering does not have
        (
            by_table("compute.small"),
            TABLE.replace("ram_gib", "disk_gib"),
            "prices/DE.csv:2",
            "compute.small has no characteristic 'disk_gib'",
        ),
        (
            by_table("compute.small"),
            TABLE.replace("data_residency", "colour"),
            "prices/DE.csv:2",
            "which offering web_hosting does not ask",
        ),
        (
            by_table("compute.small"),
            TABLE.replace("data_residency", "site_title"),
            "prices/DE.csv:2",
            "which is a text in offering web_hosting",
        ),
        # cells that no answer meets
        (
            by_table("compute.small"),
            TABLE.replace("EU,*", "EUR,*"),
            "prices/DE.csv:2",
            "need.data_residency EUR, which",
        ),
        (by_table("compute.small"), TABLE.replace("EU,*", "EU,big"), "prices/DE.csv:2", "component.ram_gib big, which"),
        # a case without a price
        (
            by_table("compute.small"),
            TABLE.replace("*,<=4,19.50\nany,<=64", "any,<=3"),
            "prices/DE.csv:2",
            "price table vm has no price of compute.small for need.data_residency any, component.ram_gib 4",
        ),
        # the row names nothing, or what its model does not use
        (by_table("compute.small").replace(",vm,", ",,"), TABLE, "prices/DE.csv:2", "a table price needs its table"),
        (by_formula(""), TABLE, "prices/DE.csv:2", "a formula price needs its formula"),
        (by_formula("1").replace(",5.00,,", ",5.00,9,"), TABLE, "prices/DE.csv:2", "price is '9', which means nothing"),
        # formulas
        (by_formula("need.users / 2"), TABLE, "prices/DE.csv:2", "formula, column 1: the operator"),
        (by_formula("need.users > 2"), TABLE, "prices/DE.csv:2", "formula, column 1: this is not part of a formula"),
        (by_formula("quote.monthly"), TABLE, "prices/DE.csv:2", "this is not part of a formula"),
        (by_formula("component.colour * 2"), TABLE, "prices/DE.csv:2", "has no characteristic 'colour'"),
        (by_formula("need.data_residency * 2"), TABLE, "prices/DE.csv:2", "which is a choice in offering"),
        (by_formula("2" + " * 2" * 11), TABLE, "prices/DE.csv:2", "the formula has 11 products"),
    ],
)
def test_a_table_or_formula_that_cannot_be_is_a_fault_at_its_line(
    tmp_path: Path, row: str, table: str, where: str, what: str
) -> None:
    faults = check_report(with_rows(tmp_path, row, table=table), today=SMALL_TODAY)
    assert any(fault.where == where and what in fault.what for fault in faults), faults


def test_a_rule_cannot_speak_of_the_component_of_a_price(tmp_path: Path) -> None:
    portfolio = copy_of_small(tmp_path)
    rules = portfolio / "rules.yaml"
    rule = "rules:\n  - {id: wrong, rule: component.ram_gib > 1, because: It cannot be.}\n"
    rules.write_text(rule)
    assert any(
        "component.ram_gib has no meaning here" in one.what for one in check_report(portfolio, today=SMALL_TODAY)
    )
