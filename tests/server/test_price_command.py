"""`bid price`: what a design costs, and what it would on other terms, as `bidwright price` says without a server."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from bench.installations import Installation
from click.testing import CliRunner
from selling import agreed, delivered, signature
from small_release import SMALL_PORTFOLIO

from bidwright.server.main import bidwright
from bidwright.v1.order_pb2 import ORDER_STATE_COMPLETED

INDEX = """\
indices:
  - id: cpi
    title: Consumer prices
    values: {2025-01-01: "100"LATER}
    every_months: 12
    rise_at_most: "5"
"""


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small portfolio with an index."""
    copied = shutil.copytree(SMALL_PORTFOLIO, tmp_path_factory.mktemp("indexed") / "small")
    with (copied / "prices" / "DE.yaml").open("a") as file:
        file.write(INDEX.replace("LATER", ""))
    return copied


@pytest.fixture(scope="module")
def design(installation: Installation, portfolio: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A website on six servers from it."""
    assert installation.manage("portfolio", "publish", str(portfolio)).returncode == 0
    kept = tmp_path_factory.mktemp("design") / "design.json"
    options = ("--portfolio", "small", "--term", "24", "-n", "users=10", "-n", "site_title=Shop", "-o", str(kept))
    done = installation.bid("configure", "web_hosting", *options)
    assert done.returncode == 0, done.stderr
    return kept


def by_hand(portfolio: Path, design: Path, *options: str) -> Any:
    command = ["price", "--portfolio", str(portfolio), "--configuration", str(design), *options]
    done = CliRunner().invoke(bidwright, command)
    assert done.exit_code == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--terms", "12,36", "--discounts", "0,2.5"),
        ("--target-margin", "5"),
        ("--target-monthly", "20.5"),
        ("--target-value", "400"),
        ("--index", "cpi", "--indexed-on", "2029-01-01"),
    ],
)
def test_the_client_and_the_command_without_a_server_answer_alike(
    installation: Installation, portfolio: Path, design: Path, options: tuple[str, ...]
) -> None:
    told = installation.bid("price", str(design), *options, "--json")
    assert told.returncode == 0, told.stdout + told.stderr
    assert json.loads(told.stdout) == json.loads(by_hand(portfolio, design, *options, "--json"))
    if options:
        assert installation.bid("price", str(design), *options).stdout == by_hand(portfolio, design, *options)


def test_a_ramp_is_priced_and_quoted_alike(installation: Installation, portfolio: Path, design: Path) -> None:
    months = ("--free-months", "1", "--ramp", "7: compute.small=0 20%", "--ramp", "13:", "--present-value-rate", "6")
    told = installation.bid("price", str(design), *months, "--json")
    assert told.returncode == 0, told.stdout + told.stderr
    priced = json.loads(told.stdout)
    assert priced == json.loads(by_hand(portfolio, design, *months, "--json"))
    assert [(phase["first_month"], phase["months"]) for phase in priced["phases"]] == [(1, 6), (7, 6), (13, 12)]
    quoted = installation.bid("quote", "create", str(design), "--customer", "Example", *months, "--json")
    assert quoted.returncode == 0, quoted.stdout + quoted.stderr
    assert json.loads(quoted.stdout)["offer"]["price"]["totals"]["contract_value"] == priced["totals"]["contract_value"]
    text = installation.bid("price", str(design), *months).stdout
    assert "Ramp, months 7-12" in text
    assert "free for 1 month" in text
    refused = installation.bid("configure", "web_hosting", "--portfolio", "small", "--term", "24", "--ramp", "2:")
    assert "Configure without the ramp" in refused.stderr


def test_a_quote_is_compared_with_a_design(installation: Installation, design: Path) -> None:
    quote = made(installation, design)
    text = installation.bid("price", quote, "--term", "36", "--against", str(design)).stdout
    assert text.startswith("differences in EUR, 24 months became 36\n")
    assert "another rule: DE-list: term of 24 months -> DE-list: term of 36 months" in text
    assert "due 24 times became 36" in text


def test_a_quote_and_its_contract_keep_their_prices_and_follow_an_index_by_values_published_since(
    installation: Installation, portfolio: Path, design: Path
) -> None:
    quote = made(installation, design)
    price = json.loads(installation.bid("quote", "show", quote, "--json").stdout)["offer"]["price"]
    year = price["price_date"]["year"]
    settings = portfolio / "prices" / "DE.yaml"
    kept = settings.read_text()
    later = f', {year + 1}-01-01: "104", {year + 2}-01-01: "130"'
    settings.write_text(kept.replace('"100"}', f'"100"{later}}}').replace('rise_at_most: "5"', 'rise_at_most: "50"'))
    assert installation.manage("portfolio", "publish", str(portfolio)).returncode == 0
    settings.write_text(kept)
    assert json.loads(installation.bid("price", quote, "--json").stdout) == price
    options = ("--index", "cpi", "--indexed-on", f"{year + 2}-12-31")
    told = json.loads(installation.bid("price", quote, *options, "--json").stdout)
    # the limit of 5 % a year is that of the release the quote was made from
    assert [step["percent"]["value"] for step in told["steps"]] == ["4", "5"]
    assert told["old_monthly"] == price["totals"]["monthly"]
    assert told["index_release"] != price["release"]
    text = installation.bid("price", quote, *options).stdout
    assert "rises by 5 % at most" in text
    assert f"Consumer prices, 100 % of prices: 100 (2025-01-01) -> 130 ({year + 2}-01-01)" in text
    assert "average month: " in text
    with installation.client() as client:
        contract = client.quoting.SignQuote(signature(agreed(client, quote)))
        assert installation.bid("price", contract.name, *options).stdout == text
        assert delivered(client, contract.order).state == ORDER_STATE_COMPLETED


def made(installation: Installation, design: Path) -> str:
    done = installation.bid("quote", "create", str(design), "--customer", "Example GmbH", "--json")
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout)["name"])


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("nowhere",), 2, "write a file's name, quotes/ID or contracts/ID"),
        (("quotes/q-0",), 1, "quotes/q-0"),
        (("DESIGN", "--index", "cpi"), 2, "--index and --indexed-on are given together"),
        (("DESIGN", "--index", "ppi", "--indexed-on", "2029-01-01"), 1, "has no index 'ppi'"),
        (("DESIGN", "--terms", "12", "--against", "quotes/q-0"), 2, "not for several at once"),
        (("DESIGN", "--target-value", "0.0000000001"), 2, "9 after it"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    installation: Installation, design: Path, arguments: tuple[str, ...], status: int, said: str
) -> None:
    done = installation.bid("price", *(str(design) if one == "DESIGN" else one for one in arguments))
    assert done.returncode == status
    assert said in done.stderr
