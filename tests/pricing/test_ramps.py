"""Ramps: each phase is a bid of its own, and a line is paid when its rhythm and the phase say so."""

import shutil
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from draws import drawn
from hypothesis import given, settings
from hypothesis import strategies as st
from random_books import TODAY as RANDOM_DAY
from random_books import Case
from random_months import random_term
from small_release import SMALL_PORTFOLIO, SMALL_TODAY, small_release
from term_examples import euros, flow, kinds, phase, phases, priced, release_of, row
from test_price_oracle import fraction

from bidwright.catalog.price_entry import Commitment, Tier
from bidwright.catalog.reader import read_portfolio
from bidwright.core.errors import InvalidInput
from bidwright.pricing.price import price
from bidwright.v1.configuration_pb2 import RampPhase
from bidwright.v1.price_pb2 import Price

D = Decimal
TIERS = (Tier(from_quantity=5, price=D(8)), Tier(from_quantity=10, price=D(6)))
GROWING = release_of(row("compute.small", "one_time", "45"), row("compute.small", "monthly", "10", *TIERS))
few = settings(max_examples=drawn(120))


def test_each_phase_has_its_own_tiers_and_what_is_due_once_is_due_for_all() -> None:
    ramp = [phase(1, compute_small=2), phase(4, compute_small=6), phase(7)]
    found = priced(GROWING, {"compute.small": 10}, term_months=12, ramp=ramp)
    assert phases(found) == [
        (1, 3, {"compute.small": "20.00"}),  # 2 at 10
        (4, 3, {"compute.small": "48.00"}),  # 6 at 8
        (7, 6, {"compute.small": "60.00"}),  # 10 at 6
    ]
    # 450 once for all 10; then 3 x 20 + 3 x 48 + 6 x 60
    assert euros(found.totals.contract_value) == "1014.00"
    assert flow(found) == [(1, 1, "470.00"), (2, 2, "20.00"), (4, 3, "48.00"), (7, 6, "60.00")]
    assert [euros(line.net) for line in found.lines] == ["450.00", "60.00"]  # the whole configuration
    assert (euros(found.totals.monthly), euros(found.totals.one_time)) == ("60.00", "450.00")


def test_months_before_the_first_phase_are_as_the_whole_configuration() -> None:
    found = priced(GROWING, {"compute.small": 4}, term_months=12, ramp=[phase(11, "50", compute_small=1)])
    assert phases(found) == [(1, 10, {"compute.small": "40.00"}), (11, 2, {"compute.small": "5.00"})]


def test_the_discount_of_a_phase_stands_between_term_and_what_the_seller_gives() -> None:
    items = {"compute.small": 1}
    discount = {"value": "2.5"}
    found = priced(
        small_release(), items, term_months=24, discretionary_discount_percent=discount, ramp=[phase(1, "20")]
    )
    (line,) = found.phases[0].lines
    assert kinds(line) == [
        ("LIST", "24"),
        ("TERM", "-0.72"),
        ("RAMP", "-4.656"),  # 20 % of 23.28
        ("DISCRETIONARY", "-0.4656"),
        ("ROUNDING", "0.0016"),
    ]
    assert line.steps[2].rule == "terms: ramp, months 1 to 24"
    assert "RAMP" not in {kind for one in found.lines for kind, _ in kinds(one)}
    assert euros(found.totals.one_time) == "43.88"  # what is due once has no ramp: 45 less 2.5 %


def test_prices_rise_by_a_discount_below_nothing() -> None:
    steady = release_of(row("compute.small", "monthly", "100000"))
    rises = [phase(13, "-3"), phase(25, "-6.09"), phase(37, "-9.2727"), phase(49, "-12.550881")]
    found = priced(steady, {"compute.small": 1}, term_months=60, ramp=rises)
    # 3 % more every year, to the cent: 112,550.881 in the last
    yearly = ["100000.00", "103000.00", "106090.00", "109272.70", "112550.88"]
    assert [lines["compute.small"] for _, _, lines in phases(found)] == yearly
    assert kinds(found.phases[1].lines[0]) == [("LIST", "100000"), ("RAMP", "3000")]


def test_packages_are_those_of_a_phase_and_are_reduced_like_their_parts() -> None:
    ramp = [phase(1, web_nginx_site=0), phase(3, "50")]
    found = priced(small_release(), {"compute.small": 2, "web.nginx_site": 1}, term_months=12, ramp=ramp)
    # 24 + 8 - 29 saves 3; half of that with 50 % off
    assert phases(found) == [
        (1, 2, {"compute.small": "48.00"}),
        (3, 10, {"compute.small": "24.00", "web.nginx_site": "4.00", "web_starter": "-1.50"}),
    ]
    assert kinds(found.phases[1].lines[-1]) == [("PACKAGE", "-3"), ("RAMP", "1.5")]


def test_a_commitment_is_filled_up_in_each_phase() -> None:
    least = Commitment(id="least", title="Least", components=frozenset({"compute.small"}), monthly=D(30))
    release = release_of(row("compute.small", "monthly", "10"), commitments={"least": least})
    found = priced(release, {"compute.small": 3}, term_months=4, ramp=[phase(1, compute_small=1), phase(3)])
    assert phases(found) == [(1, 2, {"compute.small": "10.00", "least": "20.00"}), (3, 2, {"compute.small": "30.00"})]
    assert euros(found.totals.contract_value) == "120.00"


def test_a_yearly_line_keeps_its_rhythm_and_costs_what_the_phase_says_in_which_it_falls_due() -> None:
    release = release_of(row("compute.small", "yearly", "600"), row("os.debian", "quarterly", "30"))
    ramp = [phase(1, compute_small=0), phase(4, compute_small=1), phase(20)]
    found = priced(release, {"compute.small": 2, "os.debian": 1}, term_months=36, ramp=ramp)
    months = [euros(run.value) for run in found.cash_flow for _ in range(run.months)]
    # the first server comes in month 4: months 4 and 16 with 1 of them, 28 with 2; Debian from month 1 on, every third
    due = {1: "30.00", 4: "630.00", 16: "630.00", 28: "1230.00"}
    quarterly = dict.fromkeys(range(1, 37, 3), "30.00")
    assert months == [({**quarterly, **due}).get(month, "0.00") for month in range(1, 37)]
    assert euros(found.totals.contract_value) == "2760.00"  # 12 x 30 + 600 + 600 + 1200


def test_usage_of_a_component_that_is_not_there_yet_is_none() -> None:
    release = release_of(row("compute.small", "monthly", "10"), row("os.debian", "usage", "0.5"))
    configuration = {"compute.small": 1, "os.debian": 1}
    found = priced(release, configuration, term_months=3, ramp=[phase(1, os_debian=0), phase(3)])
    assert [len(one.lines) for one in found.phases] == [1, 2]


def test_a_discount_in_money_is_that_of_each_phase_and_may_be_too_large_for_one() -> None:
    euro = {"currency_code": "EUR", "units": "15"}
    found = priced(GROWING, {"compute.small": 4}, term_months=3, monthly_discount=euro, ramp=[phase(1), phase(2)])
    assert [nets for _, _, nets in phases(found)] == [{"compute.small": "25.00"}] * 2
    ramp = [phase(2, compute_small=1)]
    with pytest.raises(InvalidInput, match="In months 2 to 3 of the ramp") as caught:
        priced(GROWING, {"compute.small": 4}, term_months=3, monthly_discount=euro, ramp=ramp)
    assert caught.value.reason == "DISCOUNT_TOO_LARGE"
    assert caught.value.faults[0].what == (
        "in months 2 to 3 of the ramp, the discount 15 EUR is above the 10 of all monthly lines"
    )


def test_everything_wrong_with_a_ramp_is_told_at_once() -> None:
    ramp = [phase(3, compute_small=5), phase(3), phase(13, "101"), phase(14, web_nginx_site=1)]
    ramp[0]["quantities"] = [{"component": "compute.small", "quantity": n} for n in (5, 1)]
    rate = {"value": "-1"}
    with pytest.raises(InvalidInput) as caught:
        priced(
            GROWING, {"compute.small": 4}, term_months=12, free_months=13, ramp=ramp, present_value_rate_percent=rate
        )
    assert [fault.where for fault in caught.value.faults] == [
        "terms.free_months",
        "terms.ramp[0].quantities[0].quantity",
        "terms.ramp[0].quantities[1].component",
        "terms.ramp[1].from_month",
        "terms.ramp[2].from_month",
        "terms.ramp[2].discount_percent",
        "terms.ramp[3].from_month",
        "terms.ramp[3].quantities[0].component",
        "terms.present_value_rate_percent",
    ]


def test_a_ramp_of_more_lines_than_a_price_can_hold_is_refused() -> None:
    components = [row(f"compute.c{n}", "monthly", "1") for n in range(200)]
    names = {f"compute.c{n}": 1 for n in range(200)}
    release = release_of(*components)
    small = release.components["compute.small"]
    release = replace(release, components={name: replace(small, id=name) for name in names})
    assert len(priced(release, names, term_months=60, ramp=[phase(m) for m in range(1, 51)]).phases) == 50
    with pytest.raises(InvalidInput) as caught:
        priced(release, names, term_months=60, ramp=[phase(m) for m in range(1, 52)])
    assert [(fault.where, fault.what) for fault in caught.value.faults] == [
        ("terms.ramp", "51 phases of 200 components are more than 10000 lines")
    ]


def test_terms_that_are_no_terms_are_told_as_ranges() -> None:
    with pytest.raises(InvalidInput) as caught:
        priced(GROWING, {"compute.small": 4}, term_months=85)
    assert caught.value.faults[0].fix == "Choose one of these terms in months: 1-84."


def test_the_first_three_months_are_free_with_a_term_of_24_months_from_data_alone(tmp_path: Path) -> None:
    portfolio = Path(shutil.copytree(SMALL_PORTFOLIO, tmp_path / "small"))
    (portfolio / "promotions.yaml").write_text(
        "promotions:\n"
        "  - id: three_months_free\n"
        "    title: First 3 months free with 24 months\n"
        "    components: [support.standard]\n"
        "    charges: [monthly]\n"
        "    free_months: 3\n"
        "    term_from: 24\n"
        "    valid_from: 2026-01-01\n"
    )
    release = read_portfolio(portfolio, today=SMALL_TODAY)
    items = {"compute.small": 1, "support.standard": 1}
    long, short = (priced(release, items, term_months=months) for months in (24, 12))
    # 24 months: 24 and 19 less 3 %, 23.28 and 18.43; support in 21 of them; 45 once
    assert euros(long.totals.contract_value) == "990.75"
    assert flow(long) == [(1, 1, "68.28"), (2, 2, "23.28"), (4, 21, "41.71")]
    assert [line.free_months for line in long.lines] == [0, 0, 3]
    assert euros(short.totals.contract_value) == "561.00"  # 12 x 43 + 45


def priced_case(case: Case) -> Price:
    return price(case.release, case.configuration, case.terms, RANDOM_DAY)


cases = st.integers(0, 10**9).map(random_term)


@few
@given(cases)
def test_phases_tile_the_term_and_their_waterfalls_add_up_to_their_lines(case: Case) -> None:
    found = priced_case(case)
    months = [month for one in found.phases for month in range(one.first_month, one.first_month + one.months)]
    assert months == (list(range(1, found.term_months + 1)) if case.terms.ramp else [])
    for one in found.phases:
        assert one.months > 0
        assert all(line.charge != 1 for line in one.lines)
        nets = sum((fraction(line.net) for line in one.lines), Fraction(0))
        assert sum((Fraction(entry.amount.value) for entry in one.waterfall), Fraction(0)) == nets


@few
@given(cases)
def test_a_ramp_that_states_nothing_changes_nothing(case: Case) -> None:
    del case.terms.ramp[:]
    without = priced_case(case)
    case.terms.ramp.append(RampPhase(from_month=1))
    with_one = priced_case(case)
    (only,) = with_one.phases
    assert list(only.lines) == [line for line in without.lines if line.charge != 1]
    with_one.ClearField("phases")
    assert with_one.SerializeToString(deterministic=True) == without.SerializeToString(deterministic=True)
