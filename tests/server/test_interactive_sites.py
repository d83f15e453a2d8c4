"""``bid configure --interactive --sites`` against a running installation."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from bench.installations import Installation

ROOT = Path(__file__).parents[2]
SITES = """id,title,users,wireless,pins
berlin,Berlin,120,,
halle,Warehouse Halle,8,no,
cologne,Cologne,,,
"""


@pytest.fixture
def sites(installation: Installation, tmp_path: Path) -> Path:
    """A file of three sites, of which the last says nothing."""
    assert installation.manage("portfolio", "publish", str(ROOT / "portfolios" / "branch_networks")).returncode == 0
    (tmp_path / "sites.csv").write_text(SITES)
    return tmp_path / "sites.csv"


def _command(sites: Path, *options: str) -> list[str]:
    asked = ["configure", "branch_network", "--portfolio", "branch_networks", "--interactive", "--sites", str(sites)]
    return [sys.executable, "-m", "bidwright.clients.cli.main", *asked, *options]


def _walk(installation: Installation, sites: Path, lines: str, *options: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"BIDWRIGHT_CONFIG": str(installation.state.client_settings)}
    command = _command(sites, *options)
    return subprocess.run(
        command, check=False, text=True, capture_output=True, input=lines, env=environment, timeout=120
    )


def test_a_walk_asks_for_the_bid_then_for_one_site_and_ends_in_a_design_with_its_sites(
    installation: Installation, sites: Path, tmp_path: Path
) -> None:
    said = "office\n20\nsite berlin\ncritical=yes\nwhy access.mobile_100\nlist router\nsite\nshow\ndone\n"
    done = _walk(installation, sites, said, "--output", str(tmp_path / "design.json"))
    assert done.returncode == 0, done.stderr
    assert "When do you need support? (support_hours)" in done.stdout
    assert "Every site that says nothing of its own: How many people work at the site? (users)" in done.stdout
    assert "Site berlin: Does the site need a wireless network? (wireless)" in done.stdout
    assert "now forced: access.mobile_100" in done.stdout
    assert "access.mobile_100 is forced." in done.stdout
    assert "A line over the air does not fail with the cable in the street." in done.stdout
    assert "Proven: nothing valid is cheaper." in done.stdout
    design = json.loads((tmp_path / "design.json").read_text())["configuration"]
    placed = {site["id"]: {item["component"] for item in site["items"]} for site in design["sites"]}
    assert [site for site in placed if "access.mobile_100" in placed[site]] == ["berlin"]
    answers = {site["id"]: {need["name"]: need for need in site["needs"]} for site in design["sites"]}
    assert {site: needs["users"]["integer"] for site, needs in answers.items()} == {
        "berlin": "120",
        "cologne": "20",
        "halle": "8",
    }


def test_a_clash_at_a_site_is_undone_or_repaired_and_who_ends_is_told_what_was_said_of_it(
    installation: Installation, sites: Path
) -> None:
    lines = "site halle\ntake wireless.standard\n\ntake wireless.standard\n1\nundo\ntake router.large\nsites\nquit\n"
    done = _walk(installation, sites, lines)
    assert done.returncode == 3
    assert done.stdout.count("That does not go together.") == 2
    assert "At site Warehouse Halle (halle): " in done.stdout
    assert "at site Warehouse Halle (halle): " in done.stdout  # a repair
    assert "Ended without `done`: nothing was configured." in done.stderr
    assert "have in the file of sites: halle: users=8, wireless=no, take router.large" in done.stderr


def test_sites_that_there_are_not_are_told(installation: Installation, sites: Path) -> None:
    done = _walk(installation, sites, "site hale\nsite halle\ntake firewall.central_600\nusers=9000\nundo\nquit\n")
    assert "There is no site 'hale'. Did you mean 'halle'?" in done.stderr
    assert "is not chosen for each site" in done.stderr
    assert "There is nothing to undo." in done.stderr
    assert "To go on from here" not in done.stderr
    twice = sites.with_name("twice.csv")
    twice.write_text("id,users\nberlin,5\nberlin,6\n")
    assert "'berlin' is given twice" in _walk(installation, twice, "quit\n").stderr
    none = sites.with_name("none.csv")
    none.write_text("id,users\n")
    assert "has no sites" in _walk(installation, none, "quit\n").stderr


def test_at_a_terminal_the_tabulator_completes_the_names_of_sites(installation: Installation, sites: Path) -> None:
    keyboard, screen = os.openpty()
    environment = os.environ | {"BIDWRIGHT_CONFIG": str(installation.state.client_settings), "TERM": "dumb"}
    with subprocess.Popen(
        _command(sites), stdin=screen, stdout=screen, stderr=screen, env=environment, start_new_session=True
    ) as walk:
        os.close(screen)
        seen = ""
        for awaited, typed in (("(support_hours)", "site ber\t\r"), ("Site berlin: ", "quit\r")):
            while awaited not in seen or not seen.endswith("> "):
                seen += os.read(keyboard, 4096).decode()
            os.write(keyboard, typed.encode())
            seen = ""
        assert walk.wait(timeout=60) == 3
    os.close(keyboard)
