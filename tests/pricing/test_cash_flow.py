"""What is due in each month: free months, years, and what later payments are worth."""

from decimal import Decimal
from fractions import Fraction

import pytest
from draws import drawn
from hypothesis import given, settings
from hypothesis import strategies as st
from random_books import TODAY, Case
from random_months import random_term
from term_examples import costed, euros, flow, paid, priced, promotion, release_of, row
from test_price_oracle import fraction

from bidwright.catalog.price_entry import Commitment
from bidwright.pricing.present_value import present_value
from bidwright.pricing.price import price
from bidwright.pricing.schedule import due_lines
from bidwright.v1.price_pb2 import Price

D = Decimal
PLAIN = release_of(row("compute.small", "monthly", "100"), row("os.debian", "yearly", "600"))
ITEMS = {"compute.small": 1, "os.debian": 1}
few = settings(max_examples=drawn(120))


def test_free_months_move_the_payments_and_not_the_costs() -> None:
    found = priced(PLAIN, ITEMS, term_months=36, free_months=3)
    assert paid(found) == {**dict.fromkeys(range(4, 37), "100.00"), **dict.fromkeys((4, 16, 28), "700.00")}
    assert costed(found) == {**dict.fromkeys(range(1, 37), "1.00"), **dict.fromkeys((1, 13, 25), "2.00")}
    assert euros(found.totals.contract_value) == "5100.00"  # 33 x 100 + 3 x 600
    assert euros(found.totals.contract_cost) == "39.00"  # 36 + 3
    assert euros(found.totals.first_year) == "1500.00"  # 9 x 100 + 600
    assert euros(found.totals.monthly) == "150.00"  # an average month is as without
    assert [(year.year, euros(year.value), euros(year.cost), year.margin_percent.value) for year in found.years] == [
        (1, "1500.00", "13.00", "99.13"),
        (2, "1800.00", "13.00", "99.28"),
        (3, "1800.00", "13.00", "99.28"),
    ]
    assert {line.subject: line.free_months for line in found.lines} == {"compute.small": 3, "os.debian": 3}


def test_a_quarter_that_begins_in_a_free_month_is_moved_behind_it() -> None:
    release = release_of(row("compute.small", "quarterly", "90"))
    found = priced(release, {"compute.small": 1}, term_months=8, free_months=2)
    assert paid(found) == {3: "90.00", 6: "90.00"}
    assert costed(found) == {1: "1.00", 4: "1.00", 7: "1.00"}


def test_the_last_year_may_be_shorter_and_a_year_on_average_is_made_of_all_of_them() -> None:
    release = release_of(row("compute.small", "one_time", "50"), row("compute.small", "monthly", "10"))
    found = priced(release, {"compute.small": 1}, term_months=14, free_months=1)
    assert [(year.year, euros(year.value)) for year in found.years] == [(1, "160.00"), (2, "20.00")]
    # 13 x 10 in 14 months: 130 x 12 / 14 = 111.428...
    assert euros(found.totals.annual_contract_value) == "111.43"


@pytest.mark.parametrize(
    ("rate", "value", "cost"),
    [
        ("", None, None),  # no rate, no present value
        ("0", "228.00", "12.00"),  # the contract value itself
        ("12", "215.98", "11.37"),  # 1 % a month: 19 x 11.367628 and 1 x 11.367628, an annuity in advance of 12
        ("6", "221.86", "11.68"),  # 0.5 % a month: 19 x 11.677027
    ],
)
def test_a_present_value_discounts_each_month_from_the_second_on(
    rate: str, value: str | None, cost: str | None
) -> None:
    release = release_of(row("support.standard", "monthly", "19"))
    terms = {"present_value_rate_percent": {"value": rate}} if rate else {}
    totals = priced(release, {"support.standard": 1}, term_months=12, **terms).totals
    assert totals.HasField("net_present_value") == (value is not None)
    if value is not None:
        assert (euros(totals.net_present_value), euros(totals.net_present_cost)) == (value, cost)


def test_a_present_value_is_rounded_once_and_a_half_goes_away_from_zero() -> None:
    # 100 % a year: 13/12 a month; 13 in month 2 is worth 12, 6.5 in month 2 is worth 6
    assert present_value([0, 13], D(100)) == 12
    assert present_value([1, 13, 0, 0], D(100)) == 13
    # 0.5 and -0.5: 1 in a month at 1200 % a year, a growth of 2
    assert (present_value([0, 1], D(1200)), present_value([0, -1], D(1200))) == (1, -1)


def test_a_promotion_makes_months_free_for_its_lines_alone_and_the_greatest_number_counts() -> None:
    compute = frozenset({"compute.small"})
    release = release_of(
        row("compute.small", "monthly", "100"),
        row("compute.small", "quarterly", "30"),
        row("os.debian", "monthly", "7"),
        promotions=(
            promotion(id="two", components=compute, free_months=2),
            promotion(id="four", components=compute, free_months=4, from_quantity=2),
            promotion(id="long", components=compute, free_months=9, term_from=24),
        ),
    )
    one, two = (priced(release, {"compute.small": n, "os.debian": 1}, term_months=12) for n in (1, 2))
    long = priced(release, {"compute.small": 1, "os.debian": 1}, term_months=24, free_months=10)
    told = [[(line.subject, line.charge, line.free_months) for line in found.lines] for found in (one, two, long)]
    assert told == [
        [("compute.small", 2, 2), ("compute.small", 3, 0), ("os.debian", 2, 0)],
        [("compute.small", 2, 4), ("compute.small", 3, 0), ("os.debian", 2, 0)],
        [("compute.small", 2, 10), ("compute.small", 3, 10), ("os.debian", 2, 10)],
    ]
    assert euros(one.totals.contract_value) == "1204.00"  # 10 x 100 + 4 x 30 + 12 x 7


def test_usage_is_paid_in_free_months_as_no_commitment_is() -> None:
    least = Commitment(id="least", title="Least", components=frozenset({"os.debian"}), monthly=D(50))
    release = release_of(row("os.debian", "usage", "0.5"), commitments={"least": least})
    found = priced(release, {"os.debian": 1}, term_months=6, free_months=2)
    assert {(line.subject, line.charge): line.free_months for line in found.lines} == {
        ("os.debian", 5): 0,
        ("least", 2): 2,
    }
    assert euros(found.totals.contract_value) == "200.00"  # 4 x 50


def test_a_share_of_a_discount_in_money_is_given_whenever_its_line_is_due() -> None:
    release = release_of(
        row("compute.small", "monthly", "75"),
        row("os.debian", "monthly", "25"),
        promotions=(promotion(components=frozenset({"os.debian"}), free_months=3),),
    )
    discount = {"currency_code": "EUR", "units": "40"}
    found = priced(release, ITEMS, term_months=4, monthly_discount=discount)
    assert flow(found) == [(1, 3, "45.00"), (4, 1, "60.00")]  # 75 - 30, and from month 4 on 25 - 10


cases = st.integers(0, 10**9).map(random_term)


def priced_case(case: Case) -> Price:
    return price(case.release, case.configuration, case.terms, TODAY)


@few
@given(cases)
def test_years_and_months_add_up_to_the_contract(case: Case) -> None:
    found = priced_case(case)
    value, cost = fraction(found.totals.contract_value), fraction(found.totals.contract_cost)
    assert sum(fraction(year.value) for year in found.years) == value
    assert sum(fraction(year.cost) for year in found.years) == cost
    assert sum(run.months * fraction(run.value) for run in found.cash_flow) == value
    assert sum(run.months * fraction(run.cost) for run in found.cash_flow) == cost
    starts = [run.first_month for run in found.cash_flow]
    assert starts == [1 + sum(run.months for run in found.cash_flow[:n]) for n in range(len(starts))]
    assert sum(run.months for run in found.cash_flow) == found.term_months
    assert len(found.years) == -(-found.term_months // 12)
    assert fraction(found.years[0].value) == fraction(found.totals.first_year)


@few
@given(cases)
def test_the_lines_of_a_price_say_when_they_are_due(case: Case) -> None:
    found = priced_case(case)
    due = [one for one in due_lines(found) if one.line.charge != 5]
    assert sum((len(one.paid) * fraction(one.line.net) for one in due), Fraction(0)) == fraction(
        found.totals.contract_value
    )
    assert sum((len(one.costed) * fraction(one.line.cost) for one in due), Fraction(0)) == fraction(
        found.totals.contract_cost
    )


@few
@given(cases, st.integers(0, 84))
def test_more_free_months_never_raise_what_is_paid_where_nothing_is_paid_back(case: Case, more: int) -> None:
    before = priced_case(case)
    lines = [*before.lines, *(line for phase in before.phases for line in phase.lines)]
    if any(fraction(line.net) < 0 for line in lines):
        return
    case.terms.free_months = min(case.terms.term_months, case.terms.free_months + more)
    after = priced_case(case)
    assert fraction(after.totals.contract_value) <= fraction(before.totals.contract_value)
    assert after.totals.contract_cost == before.totals.contract_cost
    assert [line.net for line in after.lines] == [line.net for line in before.lines]
