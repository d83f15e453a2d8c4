"""The configurator optimizes the very number that is quoted, whatever the price models: all combinations are tried."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from itertools import product
from math import prod

import pytest
from random_books import TODAY, Case, random_case

from bidwright.catalog.answers import answers_to_proto
from bidwright.catalog.model import Answer, Attribute, Family, Offering, Release, Rule, Slot
from bidwright.catalog.rule_language import Comparison, Constant, Sum
from bidwright.configurator.configure import Solution, configure
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.request import Requirements
from bidwright.core.money import to_minor
from bidwright.pricing.amounts import amount_table
from bidwright.pricing.price import price
from bidwright.v1.configuration_pb2 import Configuration, ConfigurationItem
from bidwright.v1.price_pb2 import PriceTotals

MOST_COMBINATIONS = 500
ANSWERS: dict[str, Answer] = {"users": 40, "data_residency": "EU"}


def offered(case: Case, size: int) -> Release:
    """The release with one offering that asks for units of a total size; component n has the place n + 1."""
    components = {
        id_: replace(component, attributes={**component.attributes, "place": Decimal(1 + index)})
        for index, (id_, component) in enumerate(sorted(case.release.components.items()))
    }
    enough = Comparison(">=", Sum("total", "place", ""), Constant(Fraction(size)))
    families = sorted({component.family for component in components.values()})
    offering = Offering(
        id="offer",
        title="Offer",
        description="",
        approach="configured",
        residency_need="",
        needs=case.release.offerings["web_hosting"].needs,
        slots={family: Slot(family=family, minimum=0, maximum=9) for family in families},
        rules=(Rule(id="enough", source="", because="", expression=enough),),
    )
    release = replace(
        case.release,
        components=components,
        families={family: Family(id=family, title=family, unit="piece") for family in families},
        attributes={id_: Attribute(id=id_, title=id_, unit="u") for id_ in ("size", "place")},
        offerings={"offer": offering},
        rules=(),
    )
    return replace(release, digest=sha256(repr(release).encode()).hexdigest())


def every_price(case: Case, release: Release, size: int) -> Iterator[tuple[dict[str, int], PriceTotals]]:
    components = list(release.components.values())
    for quantities in product(*(range(component.max_quantity + 1) for component in components)):
        if sum(quantity * (1 + index) for index, quantity in enumerate(quantities)) >= size:
            items = {c.id: quantity for c, quantity in zip(components, quantities, strict=True) if quantity}
            yield items, totals(case, release, items)


def totals(case: Case, release: Release, items: dict[str, int]) -> PriceTotals:
    configuration = Configuration(
        release=release.name,
        offering="offer",
        market="XX",
        needs=answers_to_proto(ANSWERS),
        items=[ConfigurationItem(component=id_, quantity=quantity) for id_, quantity in items.items()],
    )
    return price(release, configuration, case.terms, TODAY).totals


def minor(case: Case, name: str, of: PriceTotals) -> int:
    amount = getattr(of, name)
    currency = case.release.markets["XX"].currency
    return to_minor(Decimal(amount.units) + Decimal(amount.nanos).scaleb(-9), currency)


def space(case: Case) -> int:
    return prod(component.max_quantity + 1 for component in case.release.components.values())


CASES = {seed: case for seed in range(10_000, 10_150) if space(case := random_case(seed)) <= MOST_COMBINATIONS}


@pytest.mark.parametrize("seed", list(CASES))
def test_the_cheapest_configuration_is_the_one_with_the_least_price(seed: int) -> None:
    case = CASES[seed]
    size = 1 + seed % 7
    release = offered(case, size)
    possible = {tuple(items.items()): found for items, found in every_price(case, release, size)}
    requirements = Requirements(
        release=release, offering=release.offerings["offer"], market=release.markets["XX"], answers=ANSWERS
    )
    table = amount_table(release, "XX", case.terms, answers=ANSWERS, today=TODAY)
    outcome = configure(requirements, table, Deadline(20))
    if not possible:
        assert not isinstance(outcome, Solution)
        return
    assert isinstance(outcome, Solution)
    assert outcome.amounts.contract_value == min(minor(case, "contract_value", of) for of in possible.values())
    quoted = possible[tuple(outcome.items.items())]
    for name in ("one_time", "monthly", "contract_value"):
        assert getattr(outcome.amounts, name) == minor(case, name, quoted), name


def test_the_cases_hold_every_model() -> None:
    day = dt.date(2026, 6, 15)
    models = {
        entry.model + (" up to" if entry.bands else "")
        for case in CASES.values()
        for entries in case.release.price_books["XX"].entries.values()
        for entry in entries
        if entry.valid_from <= day
    }
    assert models == {
        "per_unit",
        "volume",
        "flat",
        "volume up to",
        "graduated up to",
        "stairstep up to",
        "block",
        "percentage",
        "table",
        "formula",
    }
