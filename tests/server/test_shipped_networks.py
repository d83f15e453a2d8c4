"""The shipped portfolio with sites, as a newcomer tries it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from bench.installations import Installation
from click.testing import CliRunner

from bidwright.server.portfolio_analyze_command import portfolio_analyze

ROOT = Path(__file__).parents[2]
NETWORKS = ROOT / "portfolios" / "branch_networks"


def test_the_example_of_sites_becomes_a_proven_design_in_which_critical_sites_have_a_second_way(
    installation: Installation, tmp_path: Path
) -> None:
    assert installation.manage("portfolio", "publish", str(NETWORKS)).returncode == 0
    target = tmp_path / "design.json"
    asked = ("configure", "branch_network", "--portfolio", "branch_networks")
    sites = str(ROOT / "docs" / "examples" / "sites.csv")
    done = installation.bid(*asked, "--sites", sites, "--need", "support_hours=extended", "-o", str(target))
    assert done.returncode == 0, done.stderr
    assert "Proven: nothing valid is cheaper." in done.stdout
    placed = {
        site["id"]: Counter({item["component"]: item["quantity"] for item in site["items"]})
        for site in json.loads(target.read_text())["configuration"]["sites"]
    }
    assert [site for site, items in placed.items() if items["access.mobile_100"]] == ["berlin", "munich"]
    # 65 people need 130 Mbit/s of fixed lines, and the line of 100 was ruled out.
    assert placed["munich"]["access.dsl_50"] * 50 + placed["munich"]["access.fibre_250"] * 250 >= 130
    assert placed["halle"]["switch.ports_24"] == 1
    assert placed["cologne"] == placed["dresden"]
    assert installation.bid("check", str(target)).returncode == 0


def test_the_example_of_sites_has_alternatives_of_support_and_of_lines_within_a_budget(
    installation: Installation,
) -> None:
    assert installation.manage("portfolio", "publish", str(NETWORKS)).returncode == 0
    sites = str(ROOT / "docs" / "examples" / "sites.csv")
    asked = ("alternatives", "branch_network", "--portfolio", "branch_networks", "--sites", sites)
    told = json.loads(installation.bid(*asked, "--json").stdout)
    assert told["complete"] is True
    assert [one["qualities"][0]["value"]["value"] for one in told["alternatives"]] == ["45", "78", "168"]
    limited = ("--quality", "access_mbit", "--budget-monthly", "3000", "--json")
    first, *others = json.loads(installation.bid(*asked, *limited).stdout)["alternatives"]
    assert others
    for one in (first, *others):
        assert int(one["solution"]["totals"]["monthly"]["units"]) < 3000
        assert len(one["solution"]["configuration"]["sites"]) == 6
    assert int(first["qualities"][0]["value"]["value"]) < int(others[-1]["qualities"][0]["value"]["value"])


def test_a_budget_too_low_for_the_example_of_sites_is_explained_and_mended(installation: Installation) -> None:
    assert installation.manage("portfolio", "publish", str(NETWORKS)).returncode == 0
    sites = str(ROOT / "docs" / "examples" / "sites.csv")
    asked = ("branch_network", "--portfolio", "branch_networks", "--sites", sites, "--budget-monthly", "1000")
    done = installation.bid("explain", *asked, "--json")
    assert done.returncode == 3
    told = json.loads(done.stdout)
    limit = told["repairs"][0]["changes"][0]["limit"]
    assert limit == told["repairs"][0]["solution"]["totals"]["monthly"]
    assert len(told["repairs"][0]["solution"]["configuration"]["sites"]) == 6


def test_the_shipped_portfolio_with_sites_has_nothing_to_mend() -> None:
    found = CliRunner().invoke(portfolio_analyze, [str(NETWORKS), "--json", "--strict"])
    assert found.exit_code == 0, found.output
    (offering,) = json.loads(found.stdout)["offerings"].values()
    # Whether 200 sites are watched around the clock is nothing that one site shows.
    assert offering["redundant_rules"] == {}


def test_a_pin_of_the_bid_that_no_price_leads_a_site_to_is_met_as_if_the_site_had_it(
    installation: Installation, tmp_path: Path
) -> None:
    assert installation.manage("portfolio", "publish", str(NETWORKS)).returncode == 0
    plain, pinned = tmp_path / "plain.csv", tmp_path / "pinned.csv"
    plain.write_text("id,critical,wireless\na,yes,no\n")
    pinned.write_text("id,critical,wireless,pins\na,yes,no,access.fibre_1000=2\n")
    asked = ("configure", "branch_network", "--portfolio", "branch_networks", "--term", "12", "--json")
    without = ("--exclude", "switch.ports_8")
    of_bid = installation.bid(*asked, *without, "--sites", str(plain), "--pin", "access.fibre_1000=2")
    of_site = installation.bid(*asked, *without, "--sites", str(pinned))
    told, expected = json.loads(of_bid.stdout), json.loads(of_site.stdout)
    assert told["solution"]["totals"]["contract_value"] == expected["solution"]["totals"]["contract_value"]
    # Sites without wireless networks have no place for an access point.
    clash = installation.bid(*asked, "--sites", str(plain), "--pin", "wireless.standard", "--exclude", "wireless.dense")
    assert clash.returncode == 3
    assert "wireless.standard" in [member["id"] for member in json.loads(clash.stdout)["conflict"]["members"]]
