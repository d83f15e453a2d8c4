"""Portfolios without faults, and one with many."""

from __future__ import annotations

import time
from decimal import Decimal
from pathlib import Path

import pytest
from breaking import copy_of_small, edit
from small_release import SMALL_PORTFOLIO, SMALL_TODAY, small_release

from bidwright.catalog.model import DeliveryVariable
from bidwright.catalog.price_entry import Tier
from bidwright.catalog.reader import check_report, read_portfolio
from bidwright.core.errors import InvalidInput

MANAGED_HOSTING = Path(__file__).parents[2] / "portfolios" / "managed_hosting"


def test_the_small_portfolio_has_no_faults() -> None:
    assert check_report(SMALL_PORTFOLIO, today=SMALL_TODAY) == []


def test_managed_hosting_has_no_faults_and_is_read_within_two_seconds() -> None:
    start = time.process_time()
    faults = check_report(MANAGED_HOSTING)
    assert faults == []
    assert time.process_time() - start < 2


def test_what_is_written_in_the_files_stands_in_the_release() -> None:
    release = small_release()
    assert release.name == f"portfolios/small/releases/{release.digest}"
    assert list(release.components) == [
        "cache.valkey_small",
        "compute.large",
        "compute.small",
        "database.postgresql_ha",
        "database.postgresql_small",
        "os.debian",
        "support.premium",
        "support.standard",
        "web.apache_site",
        "web.nginx_site",
    ]
    assert release.components["compute.large"].provides == {"app_ram_gib": Decimal(14)}
    assert release.components["compute.large"].texts.statement_of_work == "We run it."
    assert release.offerings["web_hosting"].needs["availability"].maximum == Decimal("99.900")
    assert release.offerings["web_hosting"].slots["compute"].max_quantity is None
    assert release.price_books["GB"].entries["os.debian", "monthly"][0].tiers == (
        Tier(from_quantity=10, price=Decimal("2.565")),
    )
    assert release.price_books["DE"].terms == {12: Decimal(0), 24: Decimal(3), 36: Decimal(6)}
    assert release.assurances[0].components == release.components.keys() - {"web.apache_site"}
    assert release.delivery_of["os.debian"] == "server"
    assert release.deliveries["website"].variables == (
        DeliveryVariable(name="website_title", origin="need", key="site_title", value="Welcome"),
    )
    assert release.members("compute") == ("compute.large", "compute.small")


def test_a_word_that_yaml_1_1_took_for_a_boolean_stays_a_word(tmp_path: Path) -> None:
    portfolio = copy_of_small(tmp_path)
    edit(portfolio, "portfolio.yaml", "title: Small", "title: NO")
    assert read_portfolio(portfolio, today=SMALL_TODAY).title == "NO"


def test_files_of_version_control_and_a_readme_are_left_alone(tmp_path: Path) -> None:
    portfolio = copy_of_small(tmp_path)
    (portfolio / ".git").mkdir()
    (portfolio / ".git" / "config").write_text("[core]")
    (portfolio / ".gitignore").write_text("*~")
    (portfolio / "README.md").write_text("Ours.")
    assert check_report(portfolio, today=SMALL_TODAY) == []


def test_a_price_may_change_on_a_day(tmp_path: Path) -> None:
    portfolio = copy_of_small(tmp_path)
    row = "web.apache_site,monthly,piece,2.00,7.50,,2026-01-01,"
    edit(portfolio, "prices/DE.csv", row, f"{row}2026-10-01\nweb.apache_site,monthly,piece,2.00,7.90,,2026-10-01,")
    release = read_portfolio(portfolio, today=SMALL_TODAY)
    entries = release.price_books["DE"].entries["web.apache_site", "monthly"]
    assert [str(entry.price) for entry in entries] == ["7.50", "7.90"]


def test_every_fault_is_reported_at_once_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    portfolio = copy_of_small(tmp_path)
    edit(portfolio, "approvals.yaml", "quote.discount_percent", "quote.discount")
    edit(portfolio, "assurances.yaml", "2030-12-31", "2030-13-31")
    edit(portfolio, "components/compute.yaml", "ram_gib: 16", "ram_gb: 16")
    edit(portfolio, "components/os.yaml", "max_quantity: 40", "max_quantity: 0")
    edit(portfolio, "delivery_centres.yaml", "country: CZ", "country: cz")
    edit(portfolio, "offerings/web_hosting.yaml", "max: 5000, default: 100", "max: 5000, default: 0")
    edit(portfolio, "packages.yaml", '"29.00"', "29.00")
    edit(portfolio, "portfolio.yaml", "title: Small", "title:")
    edit(portfolio, "prices/GB.csv", "web.apache_site,monthly", "web.apache_site,weekly")
    edit(portfolio, "provisioning.yaml", "role: server\n", "role: server\n    after: [sever]\n")
    edit(portfolio, "rules.yaml", 'selected("database.postgresql_ha")', 'selected("database.postgresql_hx")')
    edit(portfolio, "texts/os.debian.md", "We run it.", "")
    with pytest.raises(InvalidInput) as caught:
        read_portfolio(portfolio, today=SMALL_TODAY)
    assert [fault.where for fault in caught.value.faults] == [
        "approvals.yaml:3",
        "assurances.yaml:5",
        "components/compute.yaml:6",
        "components/os.yaml:5",
        "delivery_centres.yaml:4",
        "offerings/web_hosting.yaml:7",
        "packages.yaml:5",
        "portfolio.yaml:2",
        "prices/GB.csv:14",
        "provisioning.yaml:13",
        "rules.yaml:6",
        "texts/os.debian.md:7",
    ]
    assert caught.value.faults[2].fix == "Did you mean 'ram_gib'?"
