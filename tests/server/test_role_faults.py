"""`bidwright portfolio check` holds deliveries against the roles that will carry them out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bidwright.core.errors import InvalidInput
from bidwright.provisioning import ansible_roles
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


@pytest.fixture
def roles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the roles, which a test may break."""
    shutil.copytree(CHECKOUT / "playbooks" / "roles", tmp_path / "playbooks" / "roles")
    monkeypatch.setattr(ansible_roles, "PLAYBOOKS", tmp_path / "playbooks")
    return tmp_path / "playbooks" / "roles"


@pytest.mark.parametrize("gone", ["directory", "directory/withdraw.yml"])
def test_a_role_serves_the_targets_for_which_it_has_every_action(roles: Path, gone: str) -> None:
    path = roles / "website" / "tasks" / gone
    path.rename(roles / "gone")
    found = role_faults(SHIPPED)
    assert "role website does not serve targets of kind directory" in found[0].what
    assert found[0].fix == (
        "It serves: host. One that it serves has apply.yml, verify.yml and withdraw.yml in tasks/directory."
    )


@pytest.mark.parametrize(
    "specs",
    [
        "argument_specs: [",  # no YAML
        "argument_specs: [apply]",  # a list
        "",
        "options: {}",
        "argument_specs: {apply: {options: {website_title: str}}}",  # a type, and no facts
    ],
)
def test_argument_specs_that_cannot_be_read_are_named_with_what_to_write(roles: Path, specs: str) -> None:
    path = roles / "website" / "meta" / "argument_specs.yml"
    path.write_text(specs)
    with pytest.raises(InvalidInput) as refused:
        role_faults(SHIPPED)
    assert refused.value.message.startswith(f"{path} does not say which options the role takes: ")


def test_an_action_without_options_and_an_option_without_a_type_are_read_as_ansible_reads_them(roles: Path) -> None:
    specs = "argument_specs: {apply: {options: {website_title: {default: Welcome}}}, withdraw: {}}"
    (roles / "website" / "meta" / "argument_specs.yml").write_text(specs)
    assert ansible_roles.role_interface("website").variables == {"website_title": "str"}
