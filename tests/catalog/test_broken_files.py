"""Files that are missing, or that cannot be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from breaking import copy_of_small, shown
from draws import drawn
from hypothesis import given, settings
from hypothesis import strategies as st
from small_release import SMALL_PORTFOLIO, SMALL_TODAY

from bidwright.catalog.reader import check_report, read_files
from bidwright.catalog.shapes import checked
from bidwright.catalog.source_files import files_of_directory
from bidwright.catalog.yaml_source import read_yaml
from bidwright.core.errors import Fault, Faults, InvalidInput


@pytest.mark.parametrize(
    ("name", "faults"),
    [
        ("portfolio.yaml", 1),
        ("delivery_centres.yaml", 1),
        ("provisioning.yaml", 1),
        ("prices/DE.csv", 1),
        ("prices/DE.yaml", 1),
        ("texts/os.debian.md", 1),
    ],
)
def test_a_missing_file_is_one_fault(name: str, faults: int, tmp_path: Path) -> None:
    portfolio = copy_of_small(tmp_path)
    (portfolio / name).unlink()
    found = check_report(portfolio, today=SMALL_TODAY)
    assert any(name in fault.what or name in fault.fix for fault in found), shown(found)
    assert len(found) == faults, shown(found)


def test_a_file_that_is_not_utf_8_is_reported_with_the_line_of_the_byte(tmp_path: Path) -> None:
    portfolio = copy_of_small(tmp_path)
    path = portfolio / "rules.yaml"
    path.write_bytes(path.read_bytes().replace(b"Every", b"\xe9very"))
    found = check_report(portfolio, today=SMALL_TODAY)
    assert [(fault.where, fault.what) for fault in found] == [("rules.yaml:4", "byte 0xe9 is not UTF-8 text")]


def test_a_link_out_of_the_portfolio_is_not_followed(tmp_path: Path) -> None:
    portfolio = copy_of_small(tmp_path)
    secret = tmp_path / "secret.yaml"
    secret.write_text("rules: []")
    (portfolio / "rules.yaml").unlink()
    (portfolio / "rules.yaml").symlink_to(secret)
    found = check_report(portfolio, today=SMALL_TODAY)
    assert [fault.where for fault in found] == ["rules.yaml:1"]
    assert "leaves the portfolio" in found[0].what


def test_a_link_to_a_folder_is_refused(tmp_path: Path) -> None:
    portfolio = copy_of_small(tmp_path)
    (portfolio / "more").symlink_to(portfolio / "texts", target_is_directory=True)
    found = check_report(portfolio, today=SMALL_TODAY)
    assert [(fault.where, fault.what) for fault in found] == [("more:1", "this is not a file")]


def test_a_file_above_the_limit_is_not_read(tmp_path: Path) -> None:
    portfolio = copy_of_small(tmp_path)
    with (portfolio / "README.md").open("wb") as readme:
        readme.truncate(1_000_001)
    found = check_report(portfolio, today=SMALL_TODAY)
    assert [fault.where for fault in found] == ["README.md:1"]
    assert "1000001 bytes" in found[0].what


def test_a_directory_that_does_not_exist_is_a_fault(tmp_path: Path) -> None:
    found = check_report(tmp_path / "nowhere", today=SMALL_TODAY)
    assert len(found) == 1
    assert "there is no directory" in found[0].what


def test_an_empty_directory_lacks_every_file_that_must_be(tmp_path: Path) -> None:
    found = check_report(tmp_path, today=SMALL_TODAY)
    assert [fault.where for fault in found] == [
        "approvals.yaml:1",
        "assurances.yaml:1",
        "components/<family>.yaml:1",
        "delivery_centres.yaml:1",
        "offerings/<offering>.yaml:1",
        "packages.yaml:1",
        "portfolio.yaml:1",
        "provisioning.yaml:1",
        "rules.yaml:1",
    ]


@pytest.mark.parametrize("name", ["approvals.yaml", "assurances.yaml", "packages.yaml", "rules.yaml"])
def test_a_file_left_out_is_missed_and_a_folder_in_its_place_is_no_file(tmp_path: Path, name: str) -> None:
    portfolio = copy_of_small(tmp_path)
    (portfolio / name).unlink()
    (missed,) = check_report(portfolio, today=SMALL_TODAY)
    assert (missed.where, missed.what) == (f"{name}:1", f"there is no file {name}")
    (portfolio / name).mkdir()
    (folder,) = check_report(portfolio, today=SMALL_TODAY)
    assert (folder.where, folder.what) == (f"{name}:1", "this is not a file")


LINES = [
    (path.relative_to(SMALL_PORTFOLIO).as_posix(), number)
    for path in sorted(SMALL_PORTFOLIO.rglob("*"))
    if path.is_file() and path.suffix != ".md"
    for number in range(len(path.read_text().splitlines()))
]
ODD = ["", "null", "[]", "{}", "5", "-1", "true", '"', "*", "&a", "- ", "x: y", "[1, 2]", "2026-13-01", "\t", "\0"]


@settings(max_examples=drawn(15))
@given(st.sampled_from(LINES), st.sampled_from(ODD), st.integers(0, 30))
def test_whatever_a_line_is_overwritten_with_the_check_ends_with_faults_at_lines(
    place: tuple[str, int], odd: str, column: int
) -> None:
    files = dict(files_of_directory(SMALL_PORTFOLIO, Faults()))
    name, number = place
    lines = files[name].decode().split("\n")
    lines[number] = lines[number][:column] + odd
    files[name] = "\n".join(lines).encode()
    for fault in _faults_of(files):
        assert re.fullmatch(r".+:[0-9]+", fault.where), fault


def _faults_of(files: dict[str, bytes]) -> tuple[Fault, ...]:
    try:
        read_files(files, today=SMALL_TODAY)
    except InvalidInput as invalid:
        return invalid.faults
    return ()


def test_a_list_that_is_too_long_is_told_how_long_it_may_be() -> None:
    patterns = ", ".join(f"family_{number}.*" for number in range(1_001))
    faults = Faults()
    tree = read_yaml(f"deliveries: [{{id: all, components: [{patterns}]}}]\n", "provisioning.yaml", faults)
    assert tree is not None
    checked("provisioning.yaml", tree, "provisioning", faults)
    fix = "Write a list of at least one component or pattern, each once, at most 1000."
    assert fix in [fault.fix for fault in faults.found]


@pytest.mark.parametrize(
    ("row", "fix"),
    [
        # Ending the one on a later day makes room for the other.
        ("web.apache_site,monthly,piece,2.00,7.50,,2026-06-01,", "Let the earlier one end with valid_to 2026-06-01."),
        # Of two from the same day none can end before the other begins.
        ("web.apache_site,monthly,piece,2.00,7.50,,2026-01-01,", "Remove one of them."),
    ],
)
def test_what_mends_two_prices_for_one_day_can_be_done(row: str, fix: str, tmp_path: Path) -> None:
    portfolio = copy_of_small(tmp_path)
    with (portfolio / "prices" / "DE.csv").open("a") as prices:
        prices.write(f"{row}\n")
    assert [fault.fix for fault in check_report(portfolio, today=SMALL_TODAY)] == [fix]
