"""`bid change`: from what is installed to a design with new needs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bench.installations import Installation


@pytest.fixture(scope="module")
def installed(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The design of a website for 100 people."""
    design = tmp_path_factory.mktemp("installed") / "design.json"
    done = installation.bid("configure", "web_hosting", "--term", "24", "--output", str(design))
    assert done.returncode == 0, done.stderr
    return design


def test_a_change_is_shown_with_prices_before_and_after_and_its_design_is_kept(
    installation: Installation, installed: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "new.json"
    arguments = ("change", "--installed", str(installed), "-n", "content_gib=400", "--output", str(kept))
    done = installation.bid(*arguments)
    assert done.returncode == 0, done.stderr
    assert "components stay as they are" in done.stdout
    assert "before" in done.stdout
    assert "proven: nothing valid disturbs less" in done.stdout
    design = json.loads(kept.read_text())
    needs = {need["name"]: need for need in design["configuration"]["needs"]}
    assert needs["content_gib"]["integer"] == "400"
    assert design["terms"]["term_months"] == 24
    assert installation.bid("check", str(kept)).returncode == 0


def test_nothing_changes_where_the_needs_are_the_same(installation: Installation, installed: Path) -> None:
    told = json.loads(installation.bid("change", "--installed", str(installed), "--json").stdout)
    assert {one["action"] for one in told["change"]["changes"]} == {"ITEM_ACTION_KEEP"}
    assert told["change"]["disruption"]["is_optimal"] is True


def test_a_frozen_component_in_the_way_is_named(installation: Installation, installed: Path) -> None:
    items = json.loads(installed.read_text())["configuration"]["items"]
    frozen = ",".join(item["component"] for item in items)
    done = installation.bid("change", "--installed", str(installed), "--frozen", frozen, "-n", "availability=99.9")
    assert done.returncode == 3
    assert "is frozen with its installed 1 unit" in done.stdout


def test_what_is_installed_is_read_from_a_quote(installation: Installation, installed: Path) -> None:
    made = json.loads(
        installation.bid("quote", "create", str(installed), "--customer", "Example GmbH", "--json").stdout
    )
    done = installation.bid("change", "--installed", made["name"], "-n", "users=500")
    assert done.returncode == 0, done.stderr
    assert installation.bid("change", "--installed", "nowhere").returncode == 2


def test_a_frozen_name_that_is_empty_or_nearly_right_is_told(installation: Installation, installed: Path) -> None:
    change = ("change", "--installed", str(installed))
    empty = installation.bid(*change, "--frozen", "")  # a shell variable that was never set
    assert empty.returncode == 2
    assert "Nothing is named: leave --frozen and --freeze-site out where nothing is frozen." in empty.stderr
    nearly = installation.bid(*change, "--frozen", "dns.zon")
    assert "dns.zon is not installed. Did you mean 'dns.zone'?" in nearly.stderr
    assert installation.bid(*change, "--frozen", "dns.zone,").returncode == 0


def test_prices_of_terms_of_different_length_are_told_apart(installation: Installation, installed: Path) -> None:
    change = ("change", "--installed", str(installed))
    longer = installation.bid(*change, "--term", "36").stdout
    row = next(line for line in longer.splitlines() if line.startswith("months of the term"))
    assert row.split()[-2:] == ["24", "36"]
    assert "months of the term" not in installation.bid(*change).stdout


def test_what_would_mend_an_impossible_change_is_shown_and_one_of_it_is_taken(
    installation: Installation, installed: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "mended.json"
    change = ("change", "--installed", str(installed), "-n", "users=500", "--budget-monthly", "1")
    told = installation.bid(*change)
    assert told.returncode == 3
    assert "What would mend it" in told.stdout
    assert "instead of 1.00 EUR a month" in told.stdout
    without_file = installation.bid(*change, "--apply", "1")
    assert without_file.returncode == 2
    assert "Give --output FILE with --apply N." in without_file.stderr
    taken = installation.bid(*change, "--apply", "1", "--output", str(kept))
    assert taken.returncode == 0, taken.stderr
    assert "proven: nothing valid disturbs less" in taken.stdout
    assert installation.bid("check", str(kept)).returncode == 0
    too_many = installation.bid(*change, "--apply", "9", "--output", str(kept))
    assert too_many.returncode == 2
    assert "There is no repair 9" in too_many.stderr


def test_repairs_of_a_change_are_records(installation: Installation, installed: Path) -> None:
    change = ("change", "--installed", str(installed), "--budget-monthly", "1", "--repairs", "1", "--json")
    told = json.loads(installation.bid(*change).stdout)
    (repair,) = told["repairs"]
    assert [one["member"]["id"] for one in repair["changes"]] == ["monthly"]
    assert repair["change"]["disruption"]["is_optimal"] is True
    assert told["repairs_complete"] is True
