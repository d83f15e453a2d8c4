"""Price and oracle agree on thousands of random price books."""

import datetime as dt
from fractions import Fraction
from random import Random

import pytest
from google.type.money_pb2 import Money
from oracle import Line, Oracle
from random_books import TODAY, random_case

from bidwright.pricing.price import price
from bidwright.v1.price_pb2 import PRICE_LINE_KIND_PACKAGE, PriceLine


def fraction(amount: Money) -> Fraction:
    return Fraction(amount.units) + Fraction(amount.nanos, 10**9)


def plain_line(line: PriceLine) -> Line:
    assert fraction(line.net) == Fraction(line.steps[-1].running.value)
    steps = [(step.kind, Fraction(step.amount.value)) for step in line.steps]
    return Line(
        kind=line.kind,
        subject=line.subject,
        charge=line.charge,
        quantity=line.quantity,
        steps=merged(steps) if line.kind == PRICE_LINE_KIND_PACKAGE else steps,
        cost=fraction(line.cost),
        centre=line.delivery_centre,
        free_months=line.free_months,
    )


def merged(steps: list[tuple[int, Fraction]]) -> list[tuple[int, Fraction]]:
    """One step for each kind: the oracle does not tell what all parts of a package have in common from the rest."""
    sums: dict[int, Fraction] = {}
    for kind, amount in steps:
        sums[kind] = sums.get(kind, Fraction(0)) + amount
    return [(kind, amount) for kind, amount in sums.items() if amount]


@pytest.mark.parametrize("block", range(8))
def test_every_price_agrees_with_the_oracle(block: int) -> None:
    for seed in range(block * 500, block * 500 + 500):
        case = random_case(seed)
        priced = price(case.release, case.configuration, case.terms, TODAY)
        oracle = Oracle(case.release, case.configuration, case.terms, TODAY)
        expected_lines = oracle.lines()
        for line in expected_lines:
            if line.kind == PRICE_LINE_KIND_PACKAGE:
                line.steps = merged(line.steps)
        assert [plain_line(line) for line in priced.lines] == expected_lines, seed
        expected = oracle.totals()
        margin = expected.pop("margin_percent")
        assert {name: fraction(getattr(priced.totals, name)) for name in expected} == expected, seed
        assert Fraction(priced.totals.margin_percent.value) == margin, seed
        day = priced.price_date
        assert dt.date(day.year, day.month, day.day) == oracle.date


def test_discounts_in_money_agree_with_the_oracle_and_are_shared_out_exactly() -> None:
    random, found = Random(0), 0  # noqa: S311  # test data, not a secret
    for seed in range(600):
        case = random_case(seed)
        totals = price(case.release, case.configuration, case.terms, TODAY).totals
        before = {"one_time": fraction(totals.one_time), "monthly": fraction(totals.billed_monthly)}
        for name, total in before.items():
            units = random.randint(0, max(0, int(total)))
            getattr(case.terms, f"{name}_discount").CopyFrom(
                Money(currency_code=totals.one_time.currency_code, units=units)
            )
        priced = price(case.release, case.configuration, case.terms, TODAY)
        assert before["one_time"] - fraction(priced.totals.one_time) == case.terms.one_time_discount.units
        assert before["monthly"] - fraction(priced.totals.billed_monthly) == case.terms.monthly_discount.units
        oracle = Oracle(case.release, case.configuration, case.terms, TODAY)
        expected = [(line.subject, line.charge, line.running) for line in oracle.lines()]
        assert [(line.subject, line.charge, fraction(line.net)) for line in priced.lines] == expected, seed
        assert all(
            fraction(line.net) >= 0 for line in priced.lines if line.kind != PRICE_LINE_KIND_PACKAGE and line.charge < 3
        )
        found += any(step.rule.endswith("allocated") for line in priced.lines for step in line.steps)
    assert found > 300


def test_the_random_books_reach_every_corner() -> None:
    kinds: dict[tuple[int, int], int] = {}
    for seed in range(2400):
        case = random_case(seed)
        for line in price(case.release, case.configuration, case.terms, TODAY).lines:
            for step in line.steps:
                kinds[line.kind, step.kind] = kinds.get((line.kind, step.kind), 0) + 1
    assert set(kinds) == {
        # component: list, volume, term, channel, discretionary, rounding, minimum, maximum, waiver,
        # promotion, contract, committed
        *((1, step) for step in (1, 3, 4, 5, 6, 7, 10, 11, 12, 14, 15, 16)),
        # package: package, term, channel, discretionary, rounding, promotion, contract, committed
        *((2, step) for step in (2, 4, 5, 6, 7, 14, 15, 16)),
        *((3, step) for step in (6, 7, 8, 9, 18)),  # bespoke: discretionary, rounding, cost, mark-up, contingency
        (4, 13),  # commitment
    }
    assert min(kinds.values()) > 3, kinds
