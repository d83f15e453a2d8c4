"""What people type at `bid` becomes exact messages, or an error that says what to type."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from bidwright.clients.cli.answers import bespoke_items, money, need_answers, pins, read_design
from bidwright.v1 import catalog_pb2 as catalog
from bidwright.v1 import configuration_pb2 as configuration

OFFERING = catalog.Offering(
    needs=[
        catalog.Need(name="users", type=catalog.NEED_TYPE_INTEGER),
        catalog.Need(name="availability", type=catalog.NEED_TYPE_DECIMAL),
        catalog.Need(name="encrypted", type=catalog.NEED_TYPE_BOOLEAN),
        catalog.Need(name="residency", type=catalog.NEED_TYPE_CHOICE),
        catalog.Need(name="title", type=catalog.NEED_TYPE_TEXT),
    ]
)


@pytest.mark.parametrize(
    ("typed", "field", "value"),
    [
        ("users=5,000", "integer", 5000),  # as people write thousands
        ("encrypted=no", "boolean", False),
        ("residency=EU", "text", "EU"),
        ("title=a=b", "text", "a=b"),  # only the first = divides
        ("title=", "text", ""),
    ],
)
def test_an_answer_is_read_by_the_type_of_its_need(typed: str, field: str, value: object) -> None:
    (answer,) = need_answers([typed], OFFERING)
    assert getattr(answer, field) == value


@pytest.mark.parametrize("digits", ["99.950", "0.0000001", "0.00000000"])
def test_a_decimal_keeps_its_digits(digits: str) -> None:
    (answer,) = need_answers([f"availability={digits}"], OFFERING)
    assert answer.decimal.value == digits


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("users", "write name=value"),  # no value
        ("unknown=1", "Use one of: availability, encrypted, residency, title, users."),  # no such need, nor one near
        ("usres=1", "there is no need 'usres'. Did you mean 'users'?"),
        ("users=1,5", "not a plain decimal number"),  # a comma that sets no thousands off may be a decimal point
        ("users=1.234,50", "not a plain decimal number"),
        ("availability=99,5", "not a plain decimal number"),
        ("users=many", "not a plain decimal number"),
        ("users=1.5", "whole number"),
        ("users=99999999999999999999", "whole number"),  # does not fit the contract
        ("availability=1e3", "not a plain decimal number"),
        ("availability=NaN", "not a plain decimal number"),
        ("encrypted=maybe", "yes or no"),
    ],
)
def test_an_answer_of_another_type_is_refused_with_what_to_type(typed: str, said: str) -> None:
    with pytest.raises(click.BadParameter, match=said):
        need_answers([typed], OFFERING)


def test_a_pin_without_a_number_means_at_least_one() -> None:
    at_least, exactly = pins(["web.nginx_site", "compute.small=3"])
    assert (at_least.component, at_least.quantity) == ("web.nginx_site", 0)
    assert (exactly.component, exactly.quantity) == ("compute.small", 3)
    with pytest.raises(click.BadParameter, match="component=quantity"):
        pins(["compute.small=three"])


def test_a_pin_of_none_is_refused_since_it_would_mean_at_least_one() -> None:
    with pytest.raises(click.BadParameter, match=r"rule out compute\.small instead"):
        pins(["compute.small=0"])


@pytest.mark.parametrize(
    ("typed", "units", "nanos"),
    [
        ("1234.50", 1234, 500_000_000),
        ("1,234.50", 1234, 500_000_000),
        ("12,345,678", 12_345_678, 0),
        ("-0.01", 0, -10_000_000),
        ("7", 7, 0),
    ],
)
def test_money_is_exact(typed: str, units: int, nanos: int) -> None:
    amount = money(typed, "EUR")
    assert (amount.units, amount.nanos, amount.currency_code) == (units, nanos, "EUR")


@pytest.mark.parametrize(
    ("typed", "currency", "said"),
    [
        ("1.234,50", "EUR", "not a plain decimal number"),  # never 1.23
        ("1.234", "EUR", "EUR has 2 digits after the point"),  # a thousand to a German, and nothing to be cut off
        ("12,34", "EUR", "not a plain decimal number"),
        ("1.5", "JPY", "JPY has 0 digits after the point"),
        ("1000000000000000000", "EUR", "more than 18 digits before the point"),  # what a message cannot hold
    ],
)
def test_an_amount_that_can_be_misread_or_is_too_large_is_refused(typed: str, currency: str, said: str) -> None:
    with pytest.raises(click.BadParameter, match=said):
        money(typed, currency)


def test_bespoke_items_are_read_from_yaml(tmp_path: Path) -> None:
    file = tmp_path / "bespoke.yaml"
    file.write_text(
        "- {id: interface, title: Interface, owner: Ada, charge: one_time,\n"
        '   effort: {engineer: "2.5"}, material_cost: "10"}\n'
    )
    (item,) = bespoke_items(file, "EUR")
    assert item.charge == configuration.CHARGE_ONE_TIME
    assert (item.effort[0].role, item.effort[0].days.value) == ("engineer", "2.5")
    assert (item.material_cost.units, item.material_cost.currency_code) == (10, "EUR")
    assert not item.HasField("markup_percent")


def test_texts_and_figures_of_a_bespoke_item_are_as_they_are_written(tmp_path: Path) -> None:
    file = tmp_path / "bespoke.yaml"
    file.write_text(
        "- {id: till, title: 007, owner: no, charge: monthly, effort: {engineer: 0.00001}, material_cost: 1.10,\n"
        "   requires: , forbids: [a, b]}\n"
    )
    (item,) = bespoke_items(file, "EUR")
    assert (item.title, item.owner, item.effort[0].days.value) == ("007", "no", "0.00001")
    assert (item.material_cost.units, item.material_cost.nanos) == (1, 100_000_000)
    assert (list(item.requires), list(item.forbids)) == ([], ["a", "b"])


def test_effort_names_its_delivery_centre_and_an_item_its_risk(tmp_path: Path) -> None:
    file = tmp_path / "bespoke.yaml"
    file.write_text(
        "- {id: till, title: Till, owner: Ada, charge: monthly, risk_class: high,\n"
        '   effort: {engineer: {default: "2.5", brno: 4}, tester: 1}}\n'
    )
    (item,) = bespoke_items(file, "EUR")
    assert item.risk_class == "high"
    assert [(part.role, part.delivery_centre, part.days.value) for part in item.effort] == [
        ("engineer", "", "2.5"),
        ("engineer", "brno", "4"),
        ("tester", "", "1"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id: x", "write a list"),
        ("- {id: x}", "title"),  # what must be given
        ("- {id: x, title: X, owner: A, charge: weekly}", "CHARGE_WEEKLY"),
        ("- {id: x, price: 5}", "only the keys"),
        ("- {id: x, title: X, owner: A, charge: monthly, requires: gateway}", r"write requires as a list: \[gateway\]"),
        ("- [", "bespoke.yaml"),
    ],
)
def test_a_wrong_bespoke_file_is_refused_with_its_item(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "bespoke.yaml"
    file.write_text(text)
    with pytest.raises(click.BadParameter, match=said):
        bespoke_items(file, "EUR")


def test_a_file_that_is_no_design_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "design.json"
    file.write_text('{"nonsense": 1}')
    with pytest.raises(click.BadParameter, match="bid configure --output"):
        read_design(file)


def test_a_design_that_states_a_field_in_both_its_names_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "design.json"
    file.write_text('{"terms": {"term_months": 12, "termMonths": 36}}')
    with pytest.raises(click.BadParameter, match="term_months is stated twice"):
        read_design(file)
