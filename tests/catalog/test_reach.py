"""Numbers that are larger than the configurator can count are refused with the portfolio."""

from __future__ import annotations

from pathlib import Path

import pytest
from breaking import copy_of_small, edit
from small_release import SMALL_TODAY, small_release

from bidwright.catalog.reach import most_steps
from bidwright.catalog.reader import check_report
from bidwright.catalog.rule_parser import parse


@pytest.mark.parametrize(
    ("rule", "steps"),
    [
        ('quantity("compute") >= 2', 42),  # 20 large, 20 small, and the 2
        ('kinds("compute") == 1', 3),  # two kinds
        ('total("ram_gib", "compute") >= 0.5', 801),  # 20 x 16 + 20 x 4 GiB, and a half, counted in halves
        ("need.users * 0.25 >= 1", 5004),  # 5,000 users x a quarter, and 1, counted in quarters
        ('need.users * quantity("os") >= 0', 200_000),  # 5,000 users x 40 systems
        ('not selected("cache") or quantity("os") <= 1', 41),  # what is no number takes no steps
    ],
)
def test_the_steps_of_a_rule_are_those_of_its_farthest_number(rule: str, steps: int) -> None:
    release = small_release()
    needs = release.offerings["web_hosting"].needs
    assert most_steps(parse(rule), needs, release.components.values()) == steps


def test_a_rule_beyond_what_can_be_counted_is_reported_at_its_line(tmp_path: Path) -> None:
    portfolio = copy_of_small(tmp_path)
    edit(portfolio, "rules.yaml", 'quantity("compute") >= 2', 'quantity("compute") * 100000000000 * 1000000 >= 2')
    (fault,) = check_report(portfolio, today=SMALL_TODAY)
    assert fault.where == "rules.yaml:6"
    assert "can take 4,000,000,000,000,000,002 of its smallest steps" in fault.what


def test_a_resource_beyond_what_can_be_counted_is_reported_at_its_attribute(tmp_path: Path) -> None:
    portfolio = copy_of_small(tmp_path)
    edit(
        portfolio, "portfolio.yaml", "unit: GiB}\n  - {id: availability", "unit: GiB, places: 6}\n  - {id: availability"
    )
    for family, old in (("compute", "14"), ("compute", "3")):
        edit(portfolio, f"components/{family}.yaml", f"app_ram_gib: {old}}}", 'app_ram_gib: "999999999.999999"}')
    for most in ("large", "small"):
        edit(
            portfolio,
            "components/compute.yaml",
            f"name: compute {most}\n    max_quantity: 20",
            f"name: compute {most}\n    max_quantity: 500",
        )
    edit(
        portfolio,
        "components/database.yaml",
        "app_ram_gib: 8}",
        'app_ram_gib: "999999999.000001"}\n    max_quantity: 500',
    )
    (fault,) = check_report(portfolio, today=SMALL_TODAY)
    assert fault.where == "portfolio.yaml:18"
    assert "'app_ram_gib' can add up to" in fault.what
