"""Files that are missing, or that cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from breaking import copy_of_small, shown
from small_release import SMALL_TODAY

from bidwright.catalog.reader import check_report


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
        "components/<family>.yaml:1",
        "delivery_centres.yaml:1",
        "offerings/<offering>.yaml:1",
        "portfolio.yaml:1",
        "provisioning.yaml:1",
    ]
