"""Charges by hand: by the hour, quarter and year, waived, limited, and by usage."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from google.type.decimal_pb2 import Decimal as DecimalMessage
from google.type.money_pb2 import Money
from small_release import small_release

from bidwright.catalog.model import Release
from bidwright.catalog.price_charges import ChargeName
from bidwright.catalog.price_entry import Commitment, PriceEntry
from bidwright.core.errors import InvalidInput
from bidwright.pricing.amounts import amount_table
from bidwright.pricing.price import price
from bidwright.v1 import configuration_pb2 as pb
from bidwright.v1.price_pb2 import Price, PriceLine, PriceStepKind

TODAY = dt.date(2026, 11, 22)
D = Decimal


def row(component: str, charge: ChargeName, amount: str, **more: Any) -> PriceEntry:
    return PriceEntry(
        component=component,
        charge=charge,
        unit="piece",
        unit_cost=D("1.00"),
        price=D(amount),
        valid_from=dt.date(2026, 1, 1),
        valid_to=None,
        **more,
    )


def release(*rows: PriceEntry) -> Release:
    """The small release with these prices and no others; terms take off 0, 3 and 6 %, and 3 % for 14 months."""
    small = small_release()
    book = small.price_books["DE"]
    entries = {(entry.component, entry.charge): (entry,) for entry in rows}
    terms = {**book.terms, 14: D(3)}
    return replace(small, price_books={"DE": replace(book, entries=entries, terms=terms)}, packages={})


def priced(made: Release, items: dict[str, int], months: int, usage: dict[str, str] | None = None) -> Price:
    configuration = pb.Configuration(
        release=made.name,
        offering="business_application",
        market="DE",
        items=[pb.ConfigurationItem(component=id_, quantity=quantity) for id_, quantity in items.items()],
        usage=[
            pb.UsageEstimate(component=id_, quantity=DecimalMessage(value=units))
            for id_, units in (usage or {}).items()
        ],
    )
    return price(made, configuration, pb.CommercialTerms(term_months=months), TODAY)


def euros(amount: Money) -> str:
    return f"{Decimal(amount.units) + Decimal(amount.nanos).scaleb(-9):.2f}"


def steps(line: PriceLine) -> list[tuple[str, str]]:
    return [(PriceStepKind.Name(step.kind).removeprefix("PRICE_STEP_KIND_"), step.running.value) for step in line.steps]


def test_quarters_and_years_that_begin_within_the_term_are_due_in_full() -> None:
    made = release(
        row("os.debian", "monthly", "10.00"),
        row("os.debian", "quarterly", "31.00"),
        row("os.debian", "yearly", "100.00"),
    )
    totals = priced(made, {"os.debian": 1}, 14).totals
    assert euros(totals.billed_monthly) == "9.70"  # less 3 %
    assert euros(totals.billed_quarterly) == "30.07"
    assert euros(totals.billed_yearly) == "97.00"
    assert euros(totals.monthly) == "27.81"  # 9.70 + 10.0233 + 8.0833
    assert euros(totals.contract_value) == "480.15"  # 14 x 9.70 + 5 x 30.07 + 2 x 97.00
    assert euros(totals.first_year) == "333.68"  # 12 x 9.70 + 4 x 30.07 + 97.00
    assert euros(totals.contract_cost) == "21.00"  # 14 + 5 + 2 times 1.00


def test_an_hourly_price_is_due_every_month_and_says_its_hours() -> None:
    made = release(row("os.debian", "hourly", "0.0125"))
    (line,) = priced(made, {"os.debian": 3}, 12).lines
    assert line.charge == pb.CHARGE_MONTHLY
    assert line.hours.value == "730"
    assert steps(line) == [("LIST", "27.375"), ("ROUNDING", "27.38")]
    assert line.steps[0].rule == "DE-list: os.debian hourly from 2026-01-01, 730 hours"
    assert euros(line.cost) == "2190.00"  # 3 x 1.00 an hour


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        (24, [("LIST", "90")]),  # too short
        (36, [("LIST", "90"), ("WAIVER", "0")]),  # long enough
    ],
)
def test_a_long_term_waives_a_one_time_charge(months: int, expected: list[tuple[str, str]]) -> None:
    made = release(row("os.debian", "one_time", "45.00", waived_from=36))
    (line,) = priced(made, {"os.debian": 2}, months).lines
    assert steps(line) == expected
    table = amount_table(made, "DE", pb.CommercialTerms(term_months=months), today=TODAY)
    assert table.one_time["os.debian"][2] == (9000 if months == 24 else 0)


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        (1, [("LIST", "10"), ("TERM", "9.4"), ("MINIMUM", "25")]),  # after the discount of 6 %
        (3, [("LIST", "30"), ("TERM", "28.2")]),
        (9, [("LIST", "90"), ("TERM", "84.6"), ("MAXIMUM", "50.005"), ("ROUNDING", "50.01")]),
    ],
)
def test_a_line_comes_to_its_minimum_at_least_and_its_maximum_at_most(
    quantity: int, expected: list[tuple[str, str]]
) -> None:
    made = release(row("os.debian", "monthly", "10.00", minimum=D(25), maximum=D("50.005")))
    (line,) = priced(made, {"os.debian": quantity}, 36).lines
    assert steps(line) == expected


def test_usage_is_an_estimate_that_commits_nobody() -> None:
    made = release(row("os.debian", "monthly", "10.00"), row("os.debian", "usage", "0.50", included=D(20)))
    found = priced(made, {"os.debian": 2}, 36, {"os.debian": "120.5"})
    (monthly, usage) = found.lines
    assert (usage.charge, usage.quantity, usage.metered.value) == (pb.CHARGE_USAGE, 2, "120.5")
    assert steps(usage) == [("LIST", "50.25")]  # 100.5 x 0.50: the term discount does not touch usage
    assert usage.steps[0].rule == "DE-list: os.debian usage from 2026-01-01, 100.5 beyond 20 included"
    assert euros(monthly.net) == "18.80"
    totals = found.totals
    assert euros(totals.monthly) == "18.80"
    assert euros(totals.contract_value) == "676.80"  # 36 x 18.80
    assert (euros(totals.usage), euros(totals.usage_cost)) == ("50.25", "120.50")
    assert euros(totals.estimated_contract_value) == "2485.80"  # 676.80 + 36 x 50.25


def test_no_estimate_is_no_usage() -> None:
    (line,) = priced(release(row("os.debian", "usage", "0.50")), {"os.debian": 1}, 12).lines
    assert (line.metered.value, euros(line.net)) == ("0", "0.00")


def test_work_is_costed_once_however_many_recurring_charges_there_are() -> None:
    made = release(
        row("compute.small", "yearly", "900.00"),
        row("compute.small", "quarterly", "90.00"),
        row("compute.small", "usage", "1.00"),
    )
    lines = priced(made, {"compute.small": 1}, 12).lines
    assert [euros(line.cost) for line in lines] == ["29.50", "1.00", "0.00"]  # 3 months x 0.25 h x 38.00, and 1.00
    assert [line.delivery_centre for line in lines] == ["brno", "", ""]


@pytest.mark.parametrize(
    ("usage", "where", "what"),
    [
        ({"compute.small": "1"}, "usage[0].component", "'compute.small' is not a component of this configuration"),
        ({"web.nginx_site": "1"}, "usage[0].component", "web.nginx_site has no usage price"),
        ({"os.debian": "-1"}, "usage[0].quantity", "-1 is out of range"),
        ({"os.debian": "NaN"}, "usage[0].quantity", "'NaN' is not a plain decimal number"),
        ({"os.debian": "1.0000000001"}, "usage[0].quantity", "1.0000000001 is out of range"),
        ({"os.debian": "1000000000001"}, "usage[0].quantity", "is out of range"),
    ],
)
def test_usage_that_cannot_be_is_refused(usage: dict[str, str], where: str, what: str) -> None:
    made = release(row("os.debian", "usage", "1.00"), row("web.nginx_site", "monthly", "1.00"))
    with pytest.raises(InvalidInput) as refused:
        priced(made, {"os.debian": 1, "web.nginx_site": 1}, 12, usage)
    (fault,) = refused.value.faults
    assert fault.where == where
    assert what in fault.what


@pytest.mark.parametrize(
    ("quantity", "metered", "billed", "usage"),
    [
        (1, "0", "100.00", "0.00"),  # 80.60 are missing to 100.00
        (1, "50", "100.00", "0.00"),  # 25.00 of usage are paid by what is missing
        (1, "200", "100.00", "19.40"),  # 100.00 of usage, 80.60 of them paid so
        (6, "50", "116.40", "25.00"),  # the commitment is reached
    ],
)
def test_what_is_missing_to_a_commitment_is_a_line_and_pays_for_usage(
    quantity: int, metered: str, billed: str, usage: str
) -> None:
    made = release(row("os.debian", "monthly", "20.00"), row("os.debian", "usage", "0.50"))
    book = made.price_books["DE"]
    least = Commitment(id="least", title="Least", components=frozenset({"os.debian", "os.plan9"}), monthly=D(100))
    made = replace(made, price_books={"DE": replace(book, commitments={"least": least})})
    found = priced(made, {"os.debian": quantity}, 24, {"os.debian": metered})
    assert euros(found.totals.billed_monthly) == billed
    assert euros(found.totals.usage) == usage
    assert not priced(made, {}, 24).lines


def test_an_uplift_is_a_percentage_of_the_nets_of_some_lines_only() -> None:
    made = release(
        row("compute.small", "monthly", "24.00"),
        row("compute.large", "hourly", "0.10"),
        row("os.debian", "monthly", "7.00"),
        row("support.premium", "monthly", "15", model="percentage", of=frozenset({"compute.small", "compute.large"})),
    )
    found = priced(made, {"compute.small": 2, "compute.large": 1, "os.debian": 2, "support.premium": 1}, 36)
    uplift = found.lines[-1]
    assert [euros(line.net) for line in found.lines] == ["68.62", "45.12", "13.16", "17.06"]  # all less 6 %
    assert steps(uplift) == [("LIST", "17.061"), ("ROUNDING", "17.06")]  # 15 % of 68.62 + 45.12; no second discount
    assert uplift.steps[0].rule == "DE-list: support.premium monthly from 2026-01-01, 15 % of 113.74"
    without = priced(made, {"os.debian": 2, "support.premium": 1}, 36)
    assert euros(without.lines[-1].net) == "0.00"


def test_a_percentage_may_be_of_lines_that_are_due_at_other_times() -> None:
    of = frozenset({"compute.small", "compute.large"})
    made = release(
        row("compute.small", "one_time", "1000.00"),
        row("compute.small", "monthly", "24.00"),
        row("compute.large", "hourly", "0.10"),
        row("os.debian", "one_time", "150", model="percentage", of=of, of_charge="monthly"),
        row("support.premium", "yearly", "22", model="percentage", of=of, of_charge="one_time"),
        row("support.standard", "one_time", "10", model="percentage", of=frozenset({"os.debian"})),
    )
    items = {"compute.small": 2, "compute.large": 1, "os.debian": 1, "support.premium": 1, "support.standard": 1}
    found = {(line.subject, line.charge): line for line in priced(made, items, 36).lines}
    set_up, care = found["os.debian", pb.CHARGE_ONE_TIME], found["support.premium", pb.CHARGE_YEARLY]
    assert steps(set_up) == [("LIST", "170.61")]  # 150 % of 45.12 + 68.62, which are 48.00 and 73.00 less 6 %
    assert steps(found["support.standard", pb.CHARGE_ONE_TIME]) == [("LIST", "17.061"), ("ROUNDING", "17.06")]
    assert steps(care) == [("LIST", "440")]  # 22 % of 2000.00
    assert care.steps[0].rule == "DE-list: support.premium yearly from 2026-01-01, 22 % of 2000 one_time"
