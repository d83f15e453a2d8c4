"""Wrong input is refused with every fault at once, each with its place."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from google.type.date_pb2 import Date
from google.type.decimal_pb2 import Decimal as DecimalMessage
from google.type.money_pb2 import Money
from small_release import small_release

from bidwright.catalog.price_entry import Band
from bidwright.core.errors import InvalidInput
from bidwright.pricing.amounts import amount_table
from bidwright.pricing.price import price
from bidwright.v1.configuration_pb2 import (
    BespokeEffort,
    BespokeItem,
    CommercialTerms,
    Configuration,
    ConfigurationItem,
)

TODAY = dt.date(2026, 11, 22)
RELEASE = small_release()
Spoil = Callable[[Configuration, CommercialTerms], object]


def sound() -> tuple[Configuration, CommercialTerms]:
    configuration = Configuration(
        release=RELEASE.name,
        offering="web_hosting",
        market="DE",
        items=[ConfigurationItem(component="os.debian", quantity=1)],
        bespoke_items=[
            BespokeItem(
                id="survey",
                title="Survey",
                owner="Ada",
                charge=1,
                effort=[BespokeEffort(role="engineer", days=DecimalMessage(value="1"))],
                material_cost=Money(currency_code="EUR", units=1),
                markup_percent=DecimalMessage(value="20"),
            )
        ],
    )
    return configuration, CommercialTerms(term_months=12)


def discount(value: str) -> Spoil:
    return lambda _, terms: terms.discretionary_discount_percent.CopyFrom(DecimalMessage(value=value))


def days(value: str) -> Spoil:
    return lambda made, _: made.bespoke_items[0].effort[0].days.CopyFrom(DecimalMessage(value=value))


def markup(value: str) -> Spoil:
    return lambda made, _: made.bespoke_items[0].markup_percent.CopyFrom(DecimalMessage(value=value))


def material(**fields: object) -> Spoil:
    return lambda made, _: made.bespoke_items[0].material_cost.MergeFrom(Money(**fields))  # type: ignore[arg-type]  # any


@pytest.mark.parametrize(
    ("spoil", "where", "what"),
    [
        # what is named does not exist
        (lambda made, _: setattr(made, "release", "portfolios/x/releases/" + "0" * 64), "release", "is not"),
        (lambda made, _: setattr(made, "market", "FR"), "market", "'FR' is not a market"),
        (lambda made, _: setattr(made, "offering", "mail"), "offering", "'mail' is not an offering"),
        (lambda made, _: setattr(made.items[0], "component", "os.plan9"), "items[0].component", "'os.plan9' is not"),
        (
            lambda made, _: setattr(made.bespoke_items[0].effort[0], "role", "chef"),
            "bespoke_items[0].effort[0].role",
            "'chef' has no rate",
        ),
        (lambda _, terms: setattr(terms, "term_months", 13), "terms.term_months", "13 months is not a term"),
        # given twice
        (lambda made, _: made.items.append(made.items[0]), "items[1].component", "os.debian is given twice"),
        (
            lambda made, _: made.bespoke_items.append(made.bespoke_items[0]),
            "bespoke_items[1].id",
            "survey is given twice",
        ),
        # out of range
        (lambda made, _: setattr(made.items[0], "quantity", 0), "items[0].quantity", "0 is below 1"),
        (lambda made, _: setattr(made.items[0], "quantity", -3), "items[0].quantity", "-3 is below 1"),
        (lambda made, _: setattr(made.bespoke_items[0], "charge", 0), "bespoke_items[0].charge", "not stated"),
        (discount("100.0001"), "terms.discretionary_discount_percent", "100.0001 is out of range"),
        (discount("-1"), "terms.discretionary_discount_percent", "-1 is out of range"),
        (discount("1.00001"), "terms.discretionary_discount_percent", "1.00001 is out of range"),
        (days("-1"), "bespoke_items[0].effort[0].days", "-1 is out of range"),
        (days("100000.1"), "bespoke_items[0].effort[0].days", "100000.1 is out of range"),
        (markup("-0.1"), "bespoke_items[0].markup_percent", "-0.1 is out of range"),
        (markup("1001"), "bespoke_items[0].markup_percent", "1001 is out of range"),
        (material(units=10**12 + 1), "bespoke_items[0].material_cost", "1000000000001 is out of range"),
        (material(units=-1), "bespoke_items[0].material_cost", "-1 is out of range"),
        # not a number, not a day, another currency
        (discount("NaN"), "terms.discretionary_discount_percent", "'NaN' is not a plain decimal number"),
        (discount("1e1"), "terms.discretionary_discount_percent", "'1e1' is not a plain decimal number"),
        (days("Infinity"), "bespoke_items[0].effort[0].days", "'Infinity' is not a plain decimal number"),
        (markup("{{ 7*7 }}"), "bespoke_items[0].markup_percent", "'{{ 7*7 }}' is not a plain decimal number"),
        (material(currency_code="USD"), "bespoke_items[0].material_cost.currency_code", "USD is not the currency"),
        (material(nanos=-5), "bespoke_items[0].material_cost", "different signs"),
        (
            lambda _, terms: terms.price_date.CopyFrom(Date(year=2026, month=2, day=30)),
            "terms.price_date",
            "2026-2-30 is not a day",
        ),
        (lambda _, terms: terms.price_date.CopyFrom(Date(year=2026)), "terms.price_date", "2026-0-0 is not a day"),
    ],
)
def test_each_fault_is_refused_with_its_place(spoil: Spoil, where: str, what: str) -> None:
    configuration, terms = sound()
    price(RELEASE, configuration, terms, TODAY)
    spoil(configuration, terms)
    with pytest.raises(InvalidInput) as refused:
        price(RELEASE, configuration, terms, TODAY)
    (fault,) = refused.value.faults
    assert fault.where == where
    assert what in fault.what


def test_all_faults_are_reported_at_once() -> None:
    configuration, terms = sound()
    terms.term_months = 7
    terms.discretionary_discount_percent.value = "200"
    configuration.items.append(ConfigurationItem(component="os.plan9", quantity=1))
    configuration.bespoke_items[0].effort[0].role = "chef"
    configuration.offering = "mail"
    with pytest.raises(InvalidInput) as refused:
        price(RELEASE, configuration, terms, TODAY)
    assert [fault.where for fault in refused.value.faults] == [
        "terms.discretionary_discount_percent",
        "terms.term_months",
        "items[1].component",
        "offering",
        "bespoke_items[0].effort[0].role",
    ]
    assert "Choose one of these terms in months: 12, 24, 36." in refused.value.fix


def test_amount_tables_refuse_the_same() -> None:
    with pytest.raises(InvalidInput) as refused:
        amount_table(RELEASE, "FR", CommercialTerms(term_months=12), today=TODAY)
    assert refused.value.faults[0].where == "market"
    with pytest.raises(InvalidInput) as refused:
        amount_table(RELEASE, "DE", CommercialTerms(term_months=12), today=dt.date(2025, 1, 1))
    assert refused.value.reason == "PRICE_MISSING"


@pytest.mark.parametrize(
    "spoil",
    [
        days("100000"),  # the greatest effort
        markup("1000.0000"),  # the greatest mark-up, with trailing zeros
        material(units=10**12),  # the greatest material cost
        discount("100"),  # given away
        discount("0.0001"),  # the smallest discount
        discount("5.000000"),  # digits that say nothing
        lambda made, _: setattr(made.items[0], "quantity", 100_000),  # whether it is valid is not judged here
    ],
)
def test_the_extremes_that_are_allowed_are_priced(spoil: Spoil) -> None:
    configuration, terms = sound()
    spoil(configuration, terms)
    assert price(RELEASE, configuration, terms, TODAY).lines


def test_units_beyond_the_last_tier_are_an_error_never_dropped() -> None:
    book = RELEASE.price_books["DE"]
    closed = tuple(Band(up_to=Decimal(end), price=Decimal(price), fee=Decimal(0)) for end, price in ((10, 5), (40, 4)))
    entries = dict(book.entries)
    for component in ("os.debian", "web.nginx_site"):
        (entry,) = entries[component, "monthly"]
        entries[component, "monthly"] = (
            replace(entry, model="graduated", price=Decimal(0), bands=closed, included=Decimal(2)),
        )
    release = replace(RELEASE, price_books={"DE": replace(book, entries=entries)}, packages={})
    configuration, terms = sound()
    configuration.items.append(ConfigurationItem(component="web.nginx_site", quantity=43))
    configuration.items[0].quantity = 42
    with pytest.raises(InvalidInput) as refused:
        price(release, configuration, terms, TODAY)
    assert refused.value.reason == "QUANTITY_NOT_PRICED"
    assert [(fault.where, fault.what) for fault in refused.value.faults] == [
        ("web.nginx_site", "the monthly tiers end at 42 piece, 43 have no price")
    ]
    configuration.items[1].quantity = 42
    assert price(release, configuration, terms, TODAY).lines[2].net.units == 170  # 10 x 5.00 + 30 x 4.00
