"""Price and oracle agree on thousands of random price books."""

import datetime as dt
from fractions import Fraction

import pytest
from google.type.money_pb2 import Money
from oracle import Line, Oracle
from random_books import TODAY, random_case

from bidwright.pricing.price import price
from bidwright.v1.price_pb2 import PriceLine


def fraction(amount: Money) -> Fraction:
    return Fraction(amount.units) + Fraction(amount.nanos, 10**9)


def plain_line(line: PriceLine) -> Line:
    assert fraction(line.net) == Fraction(line.steps[-1].running.value)
    return Line(
        kind=line.kind,
        subject=line.subject,
        charge=line.charge,
        quantity=line.quantity,
        steps=[(step.kind, Fraction(step.amount.value)) for step in line.steps],
        cost=fraction(line.cost),
        centre=line.delivery_centre,
    )


@pytest.mark.parametrize("block", range(8))
def test_every_price_agrees_with_the_oracle(block: int) -> None:
    for seed in range(block * 500, block * 500 + 500):
        case = random_case(seed)
        priced = price(case.release, case.configuration, case.terms, TODAY)
        oracle = Oracle(case.release, case.configuration, case.terms, TODAY)
        assert [plain_line(line) for line in priced.lines] == oracle.lines(), seed
        expected = oracle.totals()
        margin = expected.pop("margin_percent")
        assert {name: fraction(getattr(priced.totals, name)) for name in expected} == expected, seed
        assert Fraction(priced.totals.margin_percent.value) == margin, seed
        day = priced.price_date
        assert dt.date(day.year, day.month, day.day) == oracle.date


def test_the_random_books_reach_every_corner() -> None:
    kinds: dict[tuple[int, int], int] = {}
    for seed in range(1000):
        case = random_case(seed)
        for line in price(case.release, case.configuration, case.terms, TODAY).lines:
            for step in line.steps:
                kinds[line.kind, step.kind] = kinds.get((line.kind, step.kind), 0) + 1
    assert set(kinds) == {
        # component: list, volume, term, discretionary, rounding, minimum, maximum, waiver
        *((1, step) for step in (1, 3, 4, 6, 7, 10, 11, 12)),
        *((2, step) for step in (2, 4, 6, 7)),  # package: package, term, discretionary, rounding
        *((3, step) for step in (6, 7, 8, 9)),  # bespoke: discretionary, rounding, cost, mark-up
        (4, 13),  # commitment
    }
    assert min(kinds.values()) > 10
