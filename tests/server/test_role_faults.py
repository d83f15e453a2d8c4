"""`bidwright portfolio check` holds deliveries against the roles that will carry them out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bidwright.server.layout import CHECKOUT
from bidwright.server.role_faults import role_faults

SHIPPED = CHECKOUT / "portfolios" / "managed_hosting"


def test_the_shipped_portfolio_asks_of_roles_what_they_have() -> None:
    assert role_faults(SHIPPED) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("role: website", "role: websit", "there is no role 'websit'"),
        ("website_title:", "website_titel:", "role website has no variable website_titel"),
        (
            "{from: total.connections}",
            "{value: lots}",
            "is of type int and gets a value of kind text",
        ),
        ("{from: total.connections}", "{from: address.server}", "is of type int and gets a value of kind address"),
        (
            "{from: need.site_title, default: Managed cache}",
            "{from: endpoint.server}",
            "is of type str and gets a value of kind endpoint",
        ),
        (
            "role: valkey_cache",
            "secrets: {valkey_cache_key: postgresql_database.postgresql_database_password}\n    role: valkey_cache",
            "role valkey_cache has no secret valkey_cache_key",
        ),
        (
            "role: valkey_cache",
            "secrets: {valkey_cache_password: postgresql_database.database_password}\n    role: valkey_cache",
            "role postgresql_database has no secret database_password",
        ),
    ],
)
def test_what_a_role_does_not_have_is_a_fault_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    portfolio = tmp_path / "managed_hosting"
    shutil.copytree(SHIPPED, portfolio)
    deliveries = portfolio / "provisioning.yaml"
    text = deliveries.read_text()
    assert old in text
    deliveries.write_text(text.replace(old, new))
    found = role_faults(portfolio)
    assert said in found[0].what
    lines = text.splitlines()
    assert "- id:" in lines[int(found[0].where.partition(":")[2]) - 1]
    assert found[0].fix


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    role: website\n", "    role: websit\n", "there is no role 'websit'"),
        # A variable that is no text: what type it must have is not known.
        ("website_reached_from:", "website_reached:", "role website has no variable website_reached"),
    ],
)
def test_a_name_that_is_not_known_is_one_fault_each_and_says_nothing_of_types(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    portfolio = tmp_path / "managed_hosting"
    shutil.copytree(SHIPPED, portfolio)
    deliveries = portfolio / "provisioning.yaml"
    text = deliveries.read_text()
    deliveries.write_text(text.replace(old, new))
    assert [fault.what for fault in role_faults(portfolio)] == [said] * text.count(old)
