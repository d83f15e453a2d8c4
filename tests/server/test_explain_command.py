"""`bid explain`: from a request that nothing meets to a design that can be quoted."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from bench.installations import Installation

CONTRADICTORY = ("web_hosting", "--pin", "web.nginx_site=1", "--exclude", "web.nginx_site")


def test_a_refused_request_hints_at_its_explanation(installation: Installation) -> None:
    done = installation.bid("configure", *CONTRADICTORY)
    assert done.returncode == 3
    assert "`bid explain` with the same options says what would mend it." in done.stderr


def test_a_conflict_and_its_numbered_repairs_are_shown_and_one_is_kept(
    installation: Installation, tmp_path: Path
) -> None:
    shown = installation.bid("explain", *CONTRADICTORY)
    assert shown.returncode == 3
    assert "What cannot hold together" in shown.stdout
    assert "do not rule out" in shown.stdout
    assert "do not ask for exactly 1 unit of" in shown.stdout

    told = json.loads(installation.bid("explain", *CONTRADICTORY, "--json").stdout)
    assert told["complete"] is True
    first = told["repairs"][0]

    kept = tmp_path / "design.json"
    applied = installation.bid("explain", *CONTRADICTORY, "--apply", "1", "--output", str(kept))
    assert applied.returncode == 0, applied.stderr
    design = json.loads(kept.read_text())
    items = {item["component"] for item in design["configuration"]["items"]}
    assert items == {item["component"] for item in first["solution"]["configuration"]["items"]}
    assert installation.bid("check", str(kept)).returncode == 0


def test_a_possible_request_needs_no_repair_and_a_missing_one_is_refused(
    installation: Installation, tmp_path: Path
) -> None:
    assert "Nothing is wrong" in installation.bid("explain", "web_hosting").stdout
    missing = installation.bid("explain", *CONTRADICTORY, "--apply", "9", "--output", str(tmp_path / "design.json"))
    assert missing.returncode == 2
    assert "There is no repair 9" in missing.stderr
    assert installation.bid("explain", "web_hosting", "--apply", "1").returncode == 2


def test_what_mends_is_configured_by_the_objective_as_configure_does(installation: Installation) -> None:
    # Whoever asked `bid configure` for an objective gives `bid explain` "the same options".
    request = ("web_hosting", "-n", "users=5000", "--budget-monthly", "100", "--objective", "delivery_risk")
    told = json.loads(installation.bid("explain", *request, "--json").stdout)
    assert told["repairs"][0]["solution"]["proof"]["objective"] == "delivery risk"


def test_a_conflict_of_alternatives_hints_at_its_explanation(installation: Installation) -> None:
    done = installation.bid("alternatives", *CONTRADICTORY)
    assert done.returncode == 3
    assert "`bid explain` with the same options says what would mend it." in done.stderr


def test_a_figure_that_is_none_or_empty_is_refused_with_the_name_of_its_option(installation: Installation) -> None:
    # An empty budget is that of a shell variable that was never set: without a limit the answer would be another one.
    for option, figure in (("--budget-monthly", ""), ("--budget-total", "10 EUR"), ("--discount", "5%")):
        done = installation.bid("configure", "web_hosting", option, figure)
        assert done.returncode == 2
        assert f"Invalid value for '{option}': '{figure}' is not a plain decimal number" in done.stderr
    assert installation.bid("configure", "web_hosting", "--budget-total", "10,000.50").returncode == 0


def test_an_unknown_portfolio_or_market_is_told_with_those_that_there_are(installation: Installation) -> None:
    portfolio = installation.bid("explain", "web_hosting", "--portfolio", "managed_hostin")
    assert "Did you mean 'managed_hosting'?" in portfolio.stderr
    market = installation.bid("explain", "web_hosting", "--market", "FR")
    assert "Invalid value for '--market': There is no market FR; there are DE, GB, US." in market.stderr


def test_numbers_at_which_a_linear_solver_gives_up_are_no_fault_of_the_server(installation: Installation) -> None:
    # GLOP ends abnormally where the second change is configured: it is told by an exception.
    needs = ("-n", "users=30", "-n", "mail_system=exchange", "--pin", "migration.file_terabyte")
    terms = ("--market", "US", "--term", "12", "--budget-monthly", "1000", "--budget-one-time", "0")
    done = installation.bid("explain", "groupware", *needs, *terms, "--objective", "lead_time")
    assert done.returncode == 3, done.stderr
    assert "allow 2,066.90 USD once instead of 0.00 USD once" in done.stdout


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_design_is_kept_although_nobody_reads_what_is_shown_of_it(
    installation: Installation, tmp_path: Path, form: tuple[str, ...]
) -> None:
    kept, (reader, writer) = tmp_path / "design.json", os.pipe()
    os.close(reader)  # as in `bid configure ... | head -0`
    installation.bid("configure", "web_hosting", "--output", str(kept), *form, stdout=writer)
    os.close(writer)
    assert installation.bid("check", str(kept)).returncode == 0


def test_a_file_that_cannot_be_written_after_all_is_told(installation: Installation) -> None:
    done = installation.bid("configure", "web_hosting", "--output", "/proc/design.json")  # there, and takes no files
    assert done.returncode == 1
    assert "/proc/design.json could not be written" in done.stderr
    assert "contract value" in done.stdout
    assert "Traceback" not in done.stderr
