"""The role website on a host: its life from apply to withdraw, a reload that was missed, neighbours."""

from __future__ import annotations

import html

import pytest
from lab_hosts import HOSTILE, Host, assert_nothing_was_run_by_hostile_text, assert_refused, assert_successful

from bidwright.provisioning.ansible_run import Action, Status

SITE = Host.port("website")


@pytest.fixture(autouse=True)
def _with_packages(host: Host) -> None:
    host.prepare("website")


def test_a_website_lives_from_apply_over_a_reboot_to_withdraw(host: Host) -> None:
    before = host.state()
    settings = {"website_title": HOSTILE, "website_domain": "Shop.example.org"}
    delivered = host.run("website", Action.DELIVER, settings)
    assert_successful(delivered, changed=1)
    assert delivered.endpoint == {"scheme": "http", "host": host.address, "port": SITE, "domain": "Shop.example.org"}
    shown = host.page(SITE).replace("&#34;", '"').replace("&#39;", "'")
    assert f"<h1>{html.escape(HOSTILE, quote=False)}</h1>" in shown
    assert_successful(host.run("website", Action.DELIVER, settings), changed=0)

    server = host.shell("cat /run/nginx.pid")
    assert_successful(host.run("website", Action.DELIVER, {"website_title": "Bonjour"}), changed=1)
    assert "<h1>Bonjour</h1>" in host.page(SITE)
    assert host.shell("cat /run/nginx.pid") == server  # a change is loaded without an interruption
    assert host.run("website", Action.VERIFY, {"website_title": "another"}).status == Status.FAILED

    host.reboot()
    assert_successful(host.run("website", Action.VERIFY, {"website_title": "Bonjour"}))
    assert_successful(host.run("website", Action.DELIVER, {"website_title": "Bonjour"}), changed=0)

    assert_successful(host.run("website", Action.WITHDRAW), changed=1)
    assert not host.is_open(SITE)
    assert host.changes_since(before) == {}
    assert_successful(host.run("website", Action.WITHDRAW), changed=0)
    assert_nothing_was_run_by_hostile_text(host)


@pytest.mark.slow
def test_a_web_server_that_runs_another_configuration_loads_the_one_on_disk(host: Host) -> None:
    site = "/etc/nginx/sites-enabled/bidwright-c-1.website.conf"
    one = {"website_domain": "one.example.org"}
    assert_successful(host.run("website", Action.APPLY, one))
    host.shell(f"sed -i 's/one.example.org/two.example.org/' {site} && systemctl reload nginx")
    assert_successful(host.run("website", Action.APPLY, one), changed=1)
    host.shell("rm /run/bidwright/c-1.website.loaded")  # as if the run had been killed before it reloaded
    host.shell(f"touch {site}")
    assert_successful(host.run("website", Action.APPLY, one), changed=1)
    assert_successful(host.run("website", Action.APPLY, one), changed=0)
    host.shell("systemctl kill -s KILL nginx")
    assert_successful(host.run("website", Action.DELIVER, one), changed=1)
    refused = host.run("website", Action.APPLY, {"website_domain": "x; return 200"})
    assert_refused(refused, "Use letters, digits, dots and hyphens.")
    assert_successful(host.run("website", Action.WITHDRAW), changed=1)


@pytest.mark.slow
def test_sites_of_two_contracts_share_the_web_server_and_one_can_go(host: Host) -> None:
    assert_successful(host.run("website", Action.DELIVER, {"website_title": "One"}))
    other = host.run("website", Action.DELIVER, {"website_title": "Two"}, contract="c-2", port=SITE + 1000)
    assert_successful(other, changed=1)
    assert_successful(host.run("website", Action.WITHDRAW), changed=1)
    assert not host.is_open(SITE)
    assert host.is_open(SITE + 1000)
    assert_successful(host.run("website", Action.WITHDRAW, contract="c-2"), changed=1)
    assert not host.is_open(SITE + 1000)
