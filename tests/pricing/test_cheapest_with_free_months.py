"""The configurator optimizes the contract value that is quoted with free months, of terms and of promotions."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from google.type.money_pb2 import Money
from random_books import TODAY, Case
from random_months import random_term, two_packages
from small_release import small_release
from test_cheapest_by_model import ANSWERS, MOST_COMBINATIONS, every_price, minor, offered, space, totals

from bidwright.catalog.answers import answers_to_proto
from bidwright.catalog.model import Package
from bidwright.catalog.price_offers import Period, Promotion
from bidwright.configurator.answers import Answers
from bidwright.configurator.configure import Solution, configure
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.objectives import CHEAPEST, Objective
from bidwright.configurator.request import Requirements
from bidwright.core.errors import InvalidInput
from bidwright.pricing.amounts import AmountTables, amount_table
from bidwright.pricing.price import price
from bidwright.v1.configuration_pb2 import CommercialTerms, RampPhase
from bidwright.v1.configurator_pb2 import ConfigureRequest

CASES = {
    seed: case
    for seed in range(20_000, 20_200)
    if (case := random_term(seed, with_ramp=False)).release.promotions and space(case) <= MOST_COMBINATIONS // 2
} | {
    seed: case
    for seed in range(21_000, 21_060)
    if (case := two_packages(seed)) is not None and space(case) <= MOST_COMBINATIONS // 2
}
FIRST_YEAR = Objective(measure="first_year")


def asked(case: Case, seed: int) -> Requirements:
    release = offered(case, 1 + seed % 7)
    offering, market = release.offerings["offer"], release.markets["XX"]
    return Requirements(release=release, offering=offering, market=market, answers=ANSWERS)


@pytest.mark.parametrize("seed", list(CASES))
def test_the_cheapest_configuration_has_the_least_price_with_its_free_months(seed: int) -> None:
    case = CASES[seed]
    requirements = asked(case, seed)
    release = requirements.release
    possible = {tuple(items.items()): found for items, found in every_price(case, release, 1 + seed % 7)}
    table = amount_table(release, "XX", case.terms, answers=ANSWERS, today=TODAY)
    outcome = configure(requirements, table, Deadline(20))
    if not possible:
        assert not isinstance(outcome, Solution)
        return
    assert isinstance(outcome, Solution)
    assert outcome.amounts.contract_value == min(minor(case, "contract_value", of) for of in possible.values())
    quoted = possible[tuple(outcome.items.items())]
    for name in ("one_time", "contract_value", *(["monthly"] if table.package_months is not None else [])):
        assert getattr(outcome.amounts, name) == minor(case, name, quoted), name
    if table.package_months is not None:
        soon = configure(replace(requirements, objectives=(FIRST_YEAR, CHEAPEST)), table, Deadline(20))
        assert isinstance(soon, Solution)
        least = min(minor(case, "first_year", of) for of in possible.values())
        assert soon.reached[0].value == least
        assert minor(case, "first_year", totals(case, release, dict(soon.items))) == least


def test_the_cases_hold_all_that_free_months_change() -> None:
    tables = [amount_table(offered(case, 1), "XX", case.terms, answers=ANSWERS, today=TODAY) for case in CASES.values()]
    assert sum(table.free_months > 0 for table in tables) > 10
    assert sum(bool(table.spared) for table in tables) > 10
    assert sum(bool(table.spared and table.commitments) for table in tables) > 3
    assert sum(any(p.free_months > table.free_months for p in table.percentages) for table in tables) > 0
    assert sum(any(p.free_months > table.free_months for p in table.packages.values()) for table in tables) > 3
    assert sum(table.package_months is None for table in tables) > 3


def test_what_is_asked_about_single_months_is_refused_where_packages_save_in_different_ones() -> None:
    tables = {
        seed: amount_table(offered(case, 1), "XX", case.terms, answers=ANSWERS, today=TODAY)
        for seed, case in CASES.items()
    }
    case = CASES[next(seed for seed, table in tables.items() if table.package_months is None)]
    release = offered(case, 1)
    asked_for = ConfigureRequest(
        portfolio="portfolios/small",
        offering="offer",
        market="XX",
        terms=case.terms,
        needs=answers_to_proto({**ANSWERS, "availability": Decimal(99)}),
    )
    answers = Answers(AmountTables(), price, lambda: dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC))
    found = answers.configure(answers.question(asked_for, release), Deadline(20)).solution
    assert found.proof.is_optimal  # the contract value is exact, and pricing says what an average month is
    asked_for.budget.monthly.CopyFrom(Money(currency_code=release.markets["XX"].currency, units=10**6))
    with pytest.raises(InvalidInput, match="a monthly budget cannot be held to") as caught:
        answers.question(asked_for, release)
    assert caught.value.reason == "PACKAGES_NOT_CONFIGURED"


def test_packages_of_other_offerings_are_in_the_way_of_no_budget() -> None:
    small = small_release()
    always = Period(valid_from=dt.date(2026, 1, 1), valid_to=None)
    parts = {"cache.valkey_small": 1, "database.postgresql_small": 1}
    elsewhere = Package(id="elsewhere", title="P", components=parts, monthly={"DE": Decimal(50)}, because="")
    free = Promotion(
        id="free",
        title="Free",
        components=frozenset({"cache.valkey_small"}),
        charges=frozenset({"monthly"}),
        free_months=2,
        markets=frozenset({"DE"}),
        period=always,
    )
    release = replace(small, packages={**small.packages, "elsewhere": elsewhere}, promotions={"free": free})
    asked_for = ConfigureRequest(
        portfolio="portfolios/small", offering="web_hosting", market="DE", terms=CommercialTerms(term_months=24)
    )
    asked_for.budget.monthly.CopyFrom(Money(currency_code="EUR", units=100))
    answers = Answers(AmountTables(), price, lambda: dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC))
    assert answers.configure(answers.question(asked_for, release), Deadline(20)).HasField("solution")
    asked_for.offering = "business_application"  # it has both packages, which save in different months
    asked_for.budget.monthly.units = 1000
    with pytest.raises(InvalidInput, match="a monthly budget cannot be held to"):
        answers.question(asked_for, release)


def test_a_ramp_is_not_configured() -> None:
    case = next(iter(CASES.values()))
    terms = CommercialTerms(term_months=case.terms.term_months, ramp=[RampPhase(from_month=2)])
    with pytest.raises(InvalidInput, match="there must be one first") as caught:
        amount_table(case.release, "XX", terms, today=TODAY)
    assert caught.value.reason == "RAMP_NOT_CONFIGURED"


def test_a_monthly_discount_in_money_is_not_configured_with_free_months() -> None:
    case = next(iter(CASES.values()))
    currency = case.release.markets["XX"].currency
    terms = CommercialTerms(term_months=case.terms.term_months, free_months=1)
    terms.monthly_discount.CopyFrom(Money(currency_code=currency, units=1))
    with pytest.raises(InvalidInput, match="as the terms have free months") as caught:
        amount_table(case.release, "XX", terms, today=TODAY)
    assert caught.value.reason == "DISCOUNT_NOT_CONFIGURED"
