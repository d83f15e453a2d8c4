"""Price and oracle agree, month by month, on random price books with ramps and free months."""

from fractions import Fraction

import pytest
from oracle_months import TermOracle
from random_books import TODAY
from random_months import random_term
from test_price_oracle import fraction, merged, plain_line

from bidwright.pricing.price import price
from bidwright.v1.price_pb2 import PRICE_LINE_KIND_PACKAGE


@pytest.mark.parametrize("block", range(5))
def test_every_term_agrees_with_the_oracle_month_by_month(block: int) -> None:
    ramps = free = 0
    for seed in range(block * 200, block * 200 + 200):
        case = random_term(seed)
        priced = price(case.release, case.configuration, case.terms, TODAY)
        oracle = TermOracle(case.release, case.configuration, case.terms, TODAY)
        phases = oracle.phases()
        for lines in (oracle.lines, *(lines for _, _, lines in phases)):
            for line in lines:
                if line.kind == PRICE_LINE_KIND_PACKAGE:
                    line.steps = merged(line.steps)
        assert [plain_line(line) for line in priced.lines] == oracle.lines, seed
        found = [(one.first_month, one.months, [plain_line(line) for line in one.lines]) for one in priced.phases]
        assert found == phases, seed
        expected = oracle.totals()
        margin = expected.pop("margin_percent")
        assert {name: fraction(getattr(priced.totals, name)) for name in expected} == expected, seed
        assert Fraction(priced.totals.margin_percent.value) == margin, seed
        found_percents = priced.totals.bespoke_value_percent, priced.totals.bespoke_effort_percent
        expected_percents = [round(percent, 2) for percent in oracle.bespoke_percents()]
        assert [Fraction(percent.value) for percent in found_percents] == expected_percents, seed
        assert priced.totals.HasField("net_present_value") == bool(case.terms.present_value_rate_percent.value)
        run = [(fraction(one.value), fraction(one.cost)) for one in priced.cash_flow for _ in range(one.months)]
        assert run == [(month.value, month.cost) for month in oracle.months], seed
        ramps += len(phases) > 1
        free += any(line.free_months for line in priced.lines)
    assert min(ramps, free) > 50
