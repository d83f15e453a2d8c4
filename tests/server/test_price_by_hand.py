"""`bidwright price` prices from files alone and says everything that is wrong with them at once."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from small_release import SMALL_PORTFOLIO, small_release

from bidwright.server.main import bidwright

HAND = """\
offering: web_hosting
market: DE
term_months: 24
discount_percent: "2.5"
price_date: 2026-11-22
needs: {users: 10, availability: "99.5"}
components:
  compute.small: 6
"""
DESIGN = {
    "customer": {"display_name": "Example"},
    "configuration": {
        "release": "portfolios/small/releases/" + "0" * 64,
        "offering": "web_hosting",
        "market": "DE",
        "items": [{"component": "compute.small", "quantity": 6}],
    },
    "terms": {"term_months": 24, "discretionary_discount_percent": {"value": "2.5"}},
}


def run(tmp_path: Path, content: str, *options: str) -> Result:
    file = tmp_path / "configuration.yaml"
    file.write_text(content)
    return CliRunner().invoke(
        bidwright, ["price", "--portfolio", str(SMALL_PORTFOLIO), "--configuration", str(file), *options]
    )


@pytest.mark.parametrize("content", [HAND, json.dumps(DESIGN)])
def test_a_file_by_hand_and_a_kept_design_have_the_same_price(tmp_path: Path, content: str) -> None:
    priced = json.loads(run(tmp_path, content, "--json").stdout)
    assert priced["release"] == small_release().name
    assert [
        (line["subject"], line["charge"], line["net"]["units"], line["net"]["nanos"]) for line in priced["lines"]
    ] == [
        ("compute.small", "CHARGE_ONE_TIME", "263", 250_000_000),
        ("compute.small", "CHARGE_MONTHLY", "129", 380_000_000),
    ]
    assert [step["running"]["value"] for step in priced["lines"][1]["steps"]] == [
        "144",
        "136.8",
        "132.696",
        "129.3786",
        "129.38",
    ]


def test_the_text_shows_lines_steps_waterfall_and_totals(tmp_path: Path) -> None:
    lines = [" ".join(line.split()) for line in run(tmp_path, HAND).stdout.splitlines()]
    assert lines[0] == "DE-list on 2026-11-22: 24 months, amounts in EUR, net of tax"
    assert "compute.small, 6 piece, a month: 129.38 (cost 129.00, margin 0.29 %)" in lines
    assert "volume -7.2 136.8 DE-list: compute.small monthly from 2026-01-01, 5 units or more" in lines
    assert "term -3 % -4.104 132.696 DE-list: term of 24 months" in lines
    assert "a month list 144" in lines
    assert "contract value 3368.37 cost 3498.00" in lines  # 263.25 + 24 x 129.38


def test_options_take_the_place_of_what_the_file_says(tmp_path: Path) -> None:
    options = ("--term", "12", "--discount", "0", "--date", "2026-02-01", "--json")
    priced = json.loads(run(tmp_path, HAND, *options).stdout)
    assert priced["term_months"] == 12
    assert priced["price_date"] == {"year": 2026, "month": 2, "day": 1}
    assert priced["totals"]["monthly"]["units"] == "136"  # 6 x 22.80, no term discount


def test_a_file_with_a_wrong_shape_is_told_with_all_its_lines(tmp_path: Path) -> None:
    result = run(tmp_path, "market: DE\ncomponent: {}\ncomponents:\n  compute.small: NaN\n  os.debian: 0\n")
    assert result.exit_code == 1
    assert "configuration.yaml:2: the file has no key 'component'" in result.stderr
    assert "configuration.yaml:4: 'components', 'compute.small' is \"NaN\"" in result.stderr
    assert "configuration.yaml:5: 'components', 'os.debian' is 0" in result.stderr


def test_a_wrong_shape_does_not_hide_wrong_names(tmp_path: Path) -> None:
    content = "market: FR\nprice_date: 2026-13-01\ncomponents: {compute.smal: NaN, os.debian: 1}\nterm_months: 0\n"
    found = run(tmp_path, content)
    assert found.exit_code == 1
    for line, said in [(1, "no market 'FR'"), (2, "no day 2026-13-01"), (3, "'compute.smal' is not"), (4, "term")]:
        assert re.search(rf"yaml:{line}: .*{re.escape(said)}", found.stderr)
    assert found.stderr.count("yaml:") == 5  # NaN, too


def test_another_day_asks_for_prices_of_what_is_priced_alone(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        "offering: web_hosting\nmarket: DE\nterm_months: 12\ncomponents: {os.debian: 1}\n",
        "--date",
        "2019-01-01",
    )
    assert found.exit_code == 1
    assert "no monthly price in market DE on 2019-01-01" in found.stderr
    assert "compute" not in found.stderr


def test_what_cannot_be_priced_is_told_with_its_line_all_at_once(tmp_path: Path) -> None:
    result = run(
        tmp_path, "offering: web_hosting\nmarket: DE\nterm_months: 13\ncomponents:\n  os.plan9: 1\n  os.beos: 2\n"
    )
    assert result.exit_code == 1
    assert "terms.term_months: 13 months is not a term of price book DE-list" in result.stderr
    assert "configuration.yaml:5: 'os.plan9' is not a component" in result.stderr
    assert "configuration.yaml:6: 'os.beos' is not a component" in result.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        # nothing to choose from is guessed
        ("components: {os.debian: 1}", "the offering is not stated"),
        ("market: FR\ncomponents: {os.debian: 1}", "there is no market 'FR'"),
        # answers fit their needs
        (
            "offering: web_hosting\nmarket: DE\ncomponents: {}\nneeds: {users: many}",
            "users: 'many' is not a whole number",
        ),
        ("offering: web_hosting\nmarket: DE\ncomponents: {}\nneeds: {user: 1}", "web_hosting has no need 'user'"),
        # a day that does not exist
        ("offering: web_hosting\nmarket: DE\ncomponents: {}\nprice_date: 2026-02-30", "there is no day 2026-02-30"),
        # neither form
        ('{"configuration": {"itmes": []}}', 'no field named "itmes"'),
        ("- 1", "the file is [1]"),
    ],
)
def test_a_file_that_says_too_little_or_nonsense_is_refused(tmp_path: Path, content: str, said: str) -> None:
    result = run(tmp_path, content)
    assert result.exit_code == 1
    assert said in result.stderr


def test_metered_units_are_told_with_their_line_where_they_are_wrong(tmp_path: Path) -> None:
    head = "offering: web_hosting\nmarket: DE\nterm_months: 12\ncomponents: {os.debian: 1}\nusage:\n"
    shape = run(tmp_path, head + '  os.debian: -1\n  web.nginx_site: "1.0123456789"\n')
    assert "configuration.yaml:6: 'usage', 'os.debian' is -1" in shape.stderr
    assert "configuration.yaml:7: 'usage', 'web.nginx_site' is \"1.0123456789\"" in shape.stderr
    sense = run(tmp_path, head + '  os.debian: "1.012345678"\n  web.nginx_site: 2\n')
    assert sense.exit_code == 1
    assert "configuration.yaml:6: os.debian has no usage price in price book DE-list" in sense.stderr
    assert "configuration.yaml:7: 'web.nginx_site' is not a component of this configuration" in sense.stderr


def test_a_discount_that_is_no_number_is_refused(tmp_path: Path) -> None:
    result = run(tmp_path, HAND, "--discount", "NaN")
    assert result.exit_code == 1
    assert "'NaN' is not a plain decimal number" in result.stderr


PARTNER = """\
price_book: DE-partner
market: DE
inherits: DE
channel: partner
adjust: [{percent: -10}]
commitments:
  - {id: least, title: Least, components: [compute.small], monthly: "50", bands: [{from: "200", percent: "5"}]}
"""
PROMOTIONS = """\
promotions:
  - id: spring
    title: Spring
    components: [compute.small]
    charges: [one_time]
    percent: "100"
    code: SETUP
    valid_from: 2026-01-01
"""
ALL_TERMS = (
    HAND
    + """\
line_discounts: {compute.small: "4"}
monthly_discount: "10.00"
one_time_discount: "0"
commitments: {least: "200"}
"""
)


def test_every_term_can_be_stated_in_the_file_or_as_an_option(tmp_path: Path) -> None:
    portfolio = shutil.copytree(SMALL_PORTFOLIO, tmp_path / "portfolio")
    (portfolio / "prices" / "DE_PARTNER.yaml").write_text(PARTNER)
    (portfolio / "promotions.yaml").write_text(PROMOTIONS)
    file = tmp_path / "all.yaml"
    command = ["price", "--portfolio", str(portfolio), "--configuration", str(file), "--json"]
    file.write_text(ALL_TERMS + "channel: partner\npromotion_codes: [SETUP]\n")
    stated = CliRunner().invoke(bidwright, command)
    file.write_text(ALL_TERMS)
    as_options = CliRunner().invoke(bidwright, [*command, "--channel", "partner", "--promotion", "SETUP"])
    assert stated.exit_code == 0, stated.output
    assert as_options.stdout == stated.stdout
    once, monthly, commitment = json.loads(stated.stdout)["lines"]
    assert once["net"]["units"] == "0"
    # 6 x 22.80 less 3 % (term), 5 % (committed), 10 % (partner), 4 % and 2.5 %: 106.18; 10.00 are shared out
    assert [step["amount"]["value"] for step in monthly["steps"]][:5] == [
        "144",
        "-7.2",
        "-4.104",
        "-6.6348",
        "-12.60612",
    ]
    assert (monthly["net"]["units"], commitment["subject"]) == ("100", "least")
    assert int(monthly["net"]["units"]) + int(commitment["net"]["units"]) == 189


def test_terms_that_cannot_be_name_their_place(tmp_path: Path) -> None:
    result = run(tmp_path, HAND, "--channel", "partner", "--agreement", "acme")
    assert result.exit_code == 1
    assert "no price book is for channel 'partner'" in result.output


def test_a_grid_of_terms_and_discounts_has_a_row_each(tmp_path: Path) -> None:
    options = ("--terms", "24,36", "--discounts", "0, 2.5")
    lines = [line.split() for line in run(tmp_path, HAND, *options).stdout.splitlines()]
    assert lines[2] == ["-", "24", "2.5", "%", "263.25", "129.38", "3368.37", "3498.00", "-3.85", "%"]
    rows = json.loads(run(tmp_path, HAND, *options, "--json").stdout)["variants"]
    assert [(row["term_months"], row["discount_percent"]["value"]) for row in rows] == [
        (24, "0"),
        (24, "2.5"),
        (36, "0"),
        (36, "2.5"),
    ]
    assert rows[1]["totals"]["margin_percent"] == {"value": "-3.85"}
    refused = run(tmp_path, HAND, "--terms", "12", "--channels", ",partner").stdout.splitlines()
    assert "no price book is for channel 'partner'" in refused[2]


def test_a_target_prints_the_discount_and_the_price_with_it(tmp_path: Path) -> None:
    # 132.696 x 0.753639 is 100.00, a step less of discount leaves 100.01
    text = run(tmp_path, HAND, "--target-monthly", "100").stdout
    assert text.startswith("discretionary discount: 24.6361 %\n")
    answer = json.loads(run(tmp_path, HAND, "--target-monthly", "100", "--json").stdout)
    assert answer["discount_percent"] == {"value": "24.6361"}
    assert answer["price"]["totals"]["monthly"] == {"currency_code": "EUR", "units": "100", "nanos": 0}
    refused = run(tmp_path, HAND, "--target-margin", "18")
    assert refused.exit_code == 1
    assert "at 0 % the margin is -1.25 %" in refused.stderr


def test_another_file_is_compared_on_its_own_terms(tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(HAND.replace("small: 6", "small: 2\n  os.debian: 2").replace('"2.5"', '"5"'))
    options = ("--against", str(other), "--term", "12")
    lines = [" ".join(line.split()) for line in run(tmp_path, HAND, *options).stdout.splitlines()]
    assert lines[0] == "differences in EUR, 24 months became 12"
    assert "list +96 2 units became 6: DE-list: compute.small monthly from 2026-01-01" in lines
    # 263.25 + 12 x 133.38 less 85.50 + 24 x (44.23 + 5.81)
    assert "contract value: +577.35 (1286.46 -> 1863.81)" in lines
    record = json.loads(run(tmp_path, HAND, *options, "--json").stdout)
    assert record["contract_value"] == {"currency_code": "EUR", "units": "577", "nanos": 350_000_000}
    assert [line["subject"] for line in record["lines"]] == ["compute.small", "compute.small", "os.debian"]
    other.write_text(HAND.replace("compute.small", "os.beos"))
    assert "other.yaml:8: 'os.beos' is not a component" in run(tmp_path, HAND, *options).stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--terms", "12", "--target-margin", "1"), "not for several at once"),
        (("--target-value", "1", "--target-margin", "1"), "not for several at once"),
        (("--terms", "12,x"), "'x' is not a valid integer"),
        (("--discounts", "NaN"), "'NaN' is not a plain decimal number"),
    ],
)
def test_what_if_options_that_make_no_sense_are_refused(tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    result = run(tmp_path, HAND, *options)
    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.parametrize("opening", ["[", '{"configuration":', "a: ["])
def test_brackets_within_brackets_are_refused_at_once(tmp_path: Path, opening: str) -> None:
    found = run(tmp_path, opening * 20_000)
    assert (found.exit_code, type(found.exception)) == (1, SystemExit)
    assert "lies more than 12 levels deep" in found.stderr


def test_a_key_that_a_design_has_twice_is_refused(tmp_path: Path) -> None:
    content = json.dumps(DESIGN).replace('"term_months": 24', '"term_months": 24, "term_months": 12')
    found = run(tmp_path, content)
    assert found.exit_code == 1
    assert "duplicate key term_months" in found.stderr


def test_a_field_that_a_design_states_in_both_its_names_is_refused(tmp_path: Path) -> None:
    content = json.dumps(DESIGN).replace('"term_months": 24', '"term_months": 24, "termMonths": 12')
    found = run(tmp_path, content)
    assert found.exit_code == 1
    assert "term_months is stated twice" in found.stderr


def test_a_design_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    assert run(tmp_path, "\ufeff" + json.dumps(DESIGN)).exit_code == 0


def test_each_fault_is_told_once(tmp_path: Path) -> None:
    found = run(tmp_path, HAND.replace("compute.small: 6", "compute.small: 0"))
    assert found.stderr.count("which is not a whole number") == 1
