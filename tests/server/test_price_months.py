"""`bidwright price` takes ramps, free months and a rate from the file or from options, and shows when what is paid."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from small_release import SMALL_PORTFOLIO

from bidwright.core.command_line.month_options import put_months
from bidwright.server.main import bidwright
from bidwright.v1.configuration_pb2 import CommercialTerms

ITEMS = "term_months: 12\noffering: web_hosting\nmarket: DE\nprice_date: 2026-11-22\n"
ITEMS += "components: {compute.small: 4, support.standard: 1}\n"
MONTHS = """\
free_months: 2
present_value_rate: "6"
ramp:
  - {from_month: 1, quantities: {compute.small: 2}, discount_percent: "20"}
  - {from_month: 7}
"""
OPTIONS = ("--free-months", "2", "--present-value-rate", "6", "--ramp", "1: compute.small=2 20%", "--ramp", "7:")


def run(tmp_path: Path, content: str, *options: str) -> Result:
    file = tmp_path / "configuration.yaml"
    file.write_text(content)
    command = ["price", "--portfolio", str(SMALL_PORTFOLIO), "--configuration", str(file), *options]
    return CliRunner().invoke(bidwright, command)


def record(tmp_path: Path, content: str, *options: str) -> dict[str, Any]:
    found = run(tmp_path, content, *options, "--json")
    assert found.exit_code == 0, found.output
    answer: dict[str, Any] = json.loads(found.stdout)
    return answer


def test_a_file_and_options_say_the_same(tmp_path: Path) -> None:
    by_file = record(tmp_path, ITEMS + MONTHS)
    assert record(tmp_path, ITEMS, *OPTIONS) == by_file
    assert [(phase["first_month"], phase["months"]) for phase in by_file["phases"]] == [(1, 6), (7, 6)]
    # 180 once; 2 x 24 and 19 less 20 %, 38.40 and 15.20, in months 3 to 6; 96 and 19 from month 7 on
    assert [(run["first_month"], run["months"], run["value"]["units"]) for run in by_file["cash_flow"]] == [
        (1, 1, "180"),
        (2, 1, "0"),
        (3, 4, "53"),
        (7, 6, "115"),
    ]
    assert by_file["totals"]["contract_value"]["units"] == "1084"


def test_an_option_takes_the_place_of_what_the_file_says(tmp_path: Path) -> None:
    found = record(tmp_path, ITEMS + MONTHS, "--free-months", "0", "--ramp", "1:")
    assert found["totals"]["contract_value"]["units"] == "1560"  # 180 + 12 x 115
    assert "net_present_value" in found["totals"]


def test_the_text_shows_free_months_phases_years_and_what_is_due_when(tmp_path: Path) -> None:
    text = run(tmp_path, ITEMS + MONTHS).stdout
    assert "support.standard, 1 piece, a month: 19.00 (cost " in text
    assert ", free for 2 months" in text
    assert "Ramp, months 1-6" in text
    assert [line.split()[:3] for line in text.splitlines() if line.strip().startswith("ramp ")] == [
        ["ramp", "-20", "%"]
    ] * 2
    term = text.partition("Term\n")[2].partition("\n\nTotals")[0].splitlines()
    assert [" ".join(line.split(" cost ")[0].split()) for line in term] == [
        "year 1 1084.40",  # 180 + 4 x 53.60 + 6 x 115
        "month 1 180.00",
        "month 2 0.00",
        "months 3-6, each 53.60",
        "months 7-12, each 115.00",
    ]
    assert "net present value" in text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("free_months: 2", "free_months: 85"), "free months at the start of the term, from 0 to 84"),
        (("from_month: 7", "month: 7"), "from_month"),
        (("compute.small: 2", "compute.small: -2"), "a whole number from 0 to 100000"),
        (("compute.small: 2", "compute.small: 5"), "is not between 0 and the 4 of the configuration"),
        (("from_month: 7", "from_month: 13"), "phases ascend, within the term"),
        (('rate: "6"', 'rate: "101"'), "percent"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    assert change[0] in MONTHS
    found = run(tmp_path, ITEMS + MONTHS.replace(*change))
    assert found.exit_code == 1
    assert said in found.output + found.stderr


@pytest.mark.parametrize(
    "text", ["compute.small=2", "x: compute.small=2", "4: compute.small", "4: 20% 30%", "4: -5%", ":"]
)
def test_a_phase_that_cannot_be_read_is_told_with_its_form(tmp_path: Path, text: str) -> None:
    found = run(tmp_path, ITEMS, "--ramp", text)
    assert found.exit_code == 2
    assert "write MONTH: COMPONENT=UNITS ... PERCENT%" in " ".join(found.stderr.split())


def test_an_increase_is_written_with_a_plus() -> None:
    terms = CommercialTerms()
    put_months(terms, {"ramp": ("13: +5%", "25: +10.25%")})
    assert [phase.discount_percent.value for phase in terms.ramp] == ["-5", "-10.25"]


def test_options_that_were_not_given_leave_the_terms_alone() -> None:
    terms = CommercialTerms(free_months=3)
    put_months(terms, {"free_months": None, "ramp": (), "present_value_rate": None})
    assert terms == CommercialTerms(free_months=3)


@pytest.mark.parametrize(
    "phase",
    [
        "99999999999: 5%",  # no number that a message holds
        "\u0664: 5%",  # a digit, but none of ours
        "4: compute.small=\u0662",
        "4: %",  # a percentage without a number
    ],
)
def test_a_phase_that_is_no_phase_is_refused_in_words(tmp_path: Path, phase: str) -> None:
    found = run(tmp_path, ITEMS, "--ramp", phase)
    assert (found.exit_code, type(found.exception)) == (2, SystemExit)
    assert "write MONTH: COMPONENT=UNITS ... PERCENT%" in " ".join(found.stderr.split())


def test_a_rate_without_a_number_is_refused(tmp_path: Path) -> None:
    found = run(tmp_path, ITEMS, "--present-value-rate", "")
    assert found.exit_code == 2
    assert "--present-value-rate has no number" in found.stderr
