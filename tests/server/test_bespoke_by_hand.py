"""`bidwright price` prices bespoke items of a file by hand, by rate cards and risk classes of the portfolio."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from small_release import SMALL_PORTFOLIO

from bidwright.server.main import bidwright

HAND = """\
offering: web_hosting
market: DE
term_months: 12
components: {}
bespoke:
  - id: till
    title: Till interface
    charge: one_time
    effort: {engineer: {default: "2.5", brno: 4}, solution_architect: "1"}
    material_cost: "120.50"
    markup_percent: "20"
    risk_class: high
  - {id: care, charge: monthly, effort: {engineer: "0.25"}}
"""


def run(tmp_path: Path, content: str, *options: str) -> Result:
    portfolio = shutil.copytree(SMALL_PORTFOLIO, tmp_path / "small")
    settings = portfolio / "prices" / "DE.yaml"
    text = settings.read_text().replace('engineer: "640.00"', 'engineer: {default: "640.00", brno: "420.00"}')
    settings.write_text(text + 'bespoke_risk: {default: none, classes: {none: 0, high: "30"}}\n')
    file = tmp_path / "configuration.yaml"
    file.write_text(content)
    return CliRunner().invoke(
        bidwright, ["price", "--portfolio", str(portfolio), "--configuration", str(file), *options]
    )


def test_bespoke_items_are_priced_from_data_alone(tmp_path: Path) -> None:
    priced = json.loads(run(tmp_path, HAND, "--json").stdout)
    care, till = priced["lines"]
    assert (till["title"], care["title"]) == ("Till interface", "care")
    assert [(step["kind"].removeprefix("PRICE_STEP_KIND_"), step["running"]["value"]) for step in till["steps"]] == [
        ("BESPOKE_COST", "1600"),  # 2.5 x 640.00
        ("BESPOKE_COST", "3280"),  # 4 x 420.00
        ("BESPOKE_COST", "4160"),  # 1 x 880.00
        ("BESPOKE_COST", "4280.5"),
        ("CONTINGENCY", "5564.65"),  # 30 %
        ("MARKUP", "6677.58"),  # 20 %
    ]
    assert till["cost"] == {"currency_code": "EUR", "units": "5564", "nanos": 650_000_000}
    # 0.25 x 640.00 and the 25 % of the price book
    assert care["net"] == {"currency_code": "EUR", "units": "200", "nanos": 0}
    assert priced["totals"]["contract_value"] == {"currency_code": "EUR", "units": "9077", "nanos": 580_000_000}


def test_the_text_shows_the_contingency(tmp_path: Path) -> None:
    lines = [" ".join(line.split()) for line in run(tmp_path, HAND).stdout.splitlines()]
    assert "contingency 30 % 1284.15 5564.65 DE-list: risk class high" in lines
    assert "once bespoke cost 4280.5" in lines
    assert "contingency 1284.15" in lines


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        # wrong shapes
        ("    charge: one_time\n", "", "configuration.yaml:6: 'bespoke', item 1 lacks the key 'charge'"),
        ("charge: monthly", "charge: weekly", "configuration.yaml:13: 'bespoke', item 2, 'charge' is \"weekly\""),
        (
            '{engineer: "0.25"}',
            "{engineer: -1}",
            "configuration.yaml:13: 'bespoke', item 2, 'effort', 'engineer' is -1",
        ),
        ("brno: 4", "brno: x", "configuration.yaml:9: 'bespoke', item 1, 'effort', 'engineer', 'brno' is \"x\""),
        # what the price book does not have
        ("brno: 4", "leeds: 4", "configuration.yaml:6: price book DE-list has no rate of engineer in 'leeds'"),
        ("risk_class: high", "risk_class: wild", "configuration.yaml:6: 'wild' is not a risk class"),
        ("id: care", "id: till", "configuration.yaml:13: till is given twice"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert HAND.count(old) == 1
    result = run(tmp_path, HAND.replace(old, new))
    assert result.exit_code == 1
    assert said in result.stderr
