"""The role website on a host: its life from apply to withdraw, TLS, a reload that was missed, neighbours."""

from __future__ import annotations

import contextlib
import html
import http.client
import socket
import ssl
from typing import Any

import pytest
from certificates import Pair, TestAuthority
from lab_hosts import (
    HOSTILE,
    HOSTILE_NAMES,
    Host,
    LabHosts,
    assert_nothing_was_run_by_hostile_text,
    assert_refused,
    assert_successful,
    trusting,
)

from bidwright.provisioning.ansible_run import Action, Status

SITE = Host.port("website")
DOMAIN = "shop.example.org"
AUTHORITY = TestAuthority()


def with_tls(pair: Pair, **more: Any) -> dict[str, Any]:
    return {
        "website_domain": DOMAIN,
        "delivery_certificate": pair.certificate,
        "delivery_authority": AUTHORITY.certificate,
        "delivery_names": [DOMAIN],
        **more,
    }


def secure_page(host: Host, port: int = SITE) -> tuple[str, bytes | None]:
    """The page by HTTPS, and the certificate it came with."""
    connection = http.client.HTTPConnection(host.address, port, timeout=10)
    connection.connect()
    secure = trusting(AUTHORITY.certificate).wrap_socket(connection.sock, server_hostname=DOMAIN)
    connection.sock = secure
    with contextlib.closing(connection):
        connection.request("GET", "/", headers={"Host": DOMAIN})
        return connection.getresponse().read().decode(), secure.getpeercert(binary_form=True)


@pytest.fixture(autouse=True)
def _with_packages(host: Host) -> None:
    host.prepare("website")


@pytest.mark.slow
def test_a_website_lives_from_apply_over_a_reboot_to_withdraw(host: Host) -> None:
    before = host.state()
    settings = {"website_title": HOSTILE, "website_domain": "Shop.example.org"}
    delivered = host.run("website", Action.DELIVER, settings)
    assert_successful(delivered, changed=1)
    assert delivered.endpoint == {
        "scheme": "http",
        "host": host.address,
        "port": SITE,
        "path": "/",
        "facts": {"domain": "Shop.example.org"},
    }
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
def test_a_site_with_a_certificate_answers_by_https_and_takes_a_new_one_without_an_interruption(host: Host) -> None:
    before = host.state()
    first, second = AUTHORITY.issue(host.address, DOMAIN), AUTHORITY.issue(DOMAIN)
    key = {"delivery_private_key": first.private_key}
    delivered = host.run("website", Action.DELIVER, with_tls(first, website_title="Safe"), secrets=key)
    assert_successful(delivered, changed=1)
    assert (delivered.endpoint["scheme"], delivered.endpoint["port"]) == ("https", SITE)
    assert_successful(
        host.run("website", Action.DELIVER, with_tls(first, website_title="Safe"), secrets=key), changed=0
    )
    page, shown = secure_page(host)
    assert "<h1>Safe</h1>" in page
    assert shown == ssl.PEM_cert_to_DER_cert(first.certificate)
    assert host.shell("stat -c '%a %U' /etc/bidwright/c-1.website/site.pem") == "600 root\n"
    lines = [line for line in first.private_key.splitlines() if "-" not in line]
    assert [file.split()[0] for file in host.grep_for_secrets(*lines)] == ["600"]
    old = trusting(AUTHORITY.certificate)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    old.set_ciphers("AES256-SHA")  # no forward secrecy
    with socket.create_connection((host.address, SITE), timeout=5) as plain, pytest.raises(ssl.SSLError):
        old.wrap_socket(plain, server_hostname=DOMAIN)
    with contextlib.closing(http.client.HTTPConnection(host.address, SITE, timeout=5)) as plainly:
        plainly.request("GET", "/a?b=c")
        answer = plainly.getresponse()
        assert (answer.status, answer.headers["Location"]) == (308, f"https://{host.address}:{SITE}/a?b=c")

    server = host.shell("cat /run/nginx.pid")
    renewed = {"delivery_private_key": second.private_key}
    assert_successful(host.run("website", Action.DELIVER, with_tls(second), secrets=renewed), changed=1)
    assert secure_page(host)[1] == ssl.PEM_cert_to_DER_cert(second.certificate)
    assert host.shell("cat /run/nginx.pid") == server
    by_address = with_tls(second, delivery_names=[])  # then the certificate should be for the address, and is not
    assert_refused(host.run("website", Action.VERIFY, by_address), f"for {host.address}: ", "certificate verify failed")

    assert_successful(host.run("website", Action.DELIVER, {"website_domain": DOMAIN}), changed=1)  # no certificate now
    assert "<h1>Welcome</h1>" in host.page(SITE)
    assert host.grep_for_secrets(*[line for line in second.private_key.splitlines() if "-" not in line]) == []
    assert_successful(host.run("website", Action.WITHDRAW), changed=1)
    assert host.changes_since(before) == {}


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
def test_sites_of_several_contracts_share_a_host_and_even_a_domain(host: Host) -> None:
    before = host.state()
    pair, other = AUTHORITY.issue(DOMAIN), AUTHORITY.issue(DOMAIN)
    places: dict[str, Any] = {
        "website-1": {"contract": "c-1"},
        "website-2": {"contract": "c-1"},
        "website": {"contract": "c-2"},
    }
    for number, (delivery, more) in enumerate(places.items()):
        used = pair if more["contract"] == "c-1" else other
        wanted = with_tls(used, website_title=f"Site {number}")
        secrets = {"delivery_private_key": used.private_key}
        more |= {"delivery": delivery, "port": SITE + 1000 * number, "secrets": secrets}
        assert_successful(host.run("website", Action.DELIVER, wanted, **more), changed=1)
    for number in range(3):
        page, shown = secure_page(host, SITE + 1000 * number)
        assert f"<h1>Site {number}</h1>" in page
        assert shown == ssl.PEM_cert_to_DER_cert((other if number == 2 else pair).certificate)
    assert_successful(host.run("website", Action.WITHDRAW, delivery="website-1"), changed=1)
    assert not host.is_open(SITE)
    assert "<h1>Site 1</h1>" in secure_page(host, SITE + 1000)[0]
    plain = {"website_domain": DOMAIN, "website_title": "Site 1"}  # loses its certificate; its neighbour keeps it
    assert_successful(host.run("website", Action.DELIVER, plain, delivery="website-2", port=SITE + 1000), changed=1)
    assert "<h1>Site 2</h1>" in secure_page(host, SITE + 2000)[0]
    for delivery, contract in (("website-2", "c-1"), ("website", "c-2")):
        assert_successful(host.run("website", Action.WITHDRAW, delivery=delivery, contract=contract), changed=1)
    assert host.changes_since(before) == {}


@pytest.mark.slow
def test_hostile_text_is_refused_where_it_would_be_configuration(host: Host) -> None:
    before = host.state()
    for text in (*HOSTILE_NAMES, "x; return 200", "a" * 254):
        refused = host.run("website", Action.APPLY, {"website_domain": text})
        assert_refused(refused, "Use letters, digits, dots and hyphens.")
    refused = host.run("website", Action.APPLY, {"website_reached_from": [HOSTILE]})
    assert_refused(refused, "Use an IP address, a network or the name of a host.")
    no_pair = with_tls(Pair("no certificate", "no key"))
    broken = host.run("website", Action.APPLY, no_pair, secrets={"delivery_private_key": "no key"})
    assert_refused(broken, "nginx -t -q ended with 1")
    assert_successful(host.run("website", Action.WITHDRAW), changed=1)
    assert_nothing_was_run_by_hostile_text(host)
    assert host.changes_since(before) == {}


@pytest.mark.slow
def test_a_load_balancer_reaches_sites_over_tls_that_let_nobody_else_in(lab: LabHosts) -> None:
    hosts, front = [lab["h1"], lab["h2"]], lab["h3"]
    for host in hosts:
        host.prepare("website")
    before = [host.state() for host in hosts]
    pair = AUTHORITY.issue(DOMAIN)
    secrets = {"delivery_private_key": pair.private_key}
    backends = []
    for number, host in enumerate(hosts):
        more = {"website_title": f"Site {number}", "website_reached_from": [front.address]}
        delivered = host.run("website", Action.DELIVER, with_tls(pair, **more), secrets=secrets)
        assert_successful(delivered, changed=1)
        rules = host.shell("cat /etc/bidwright/firewall.d/c-1.website.nft")
        assert f"ip saddr {front.address}/32 tcp dport {SITE} accept" in rules
        backends.append(delivered.endpoint)
    wanted = with_tls(pair, load_balancer_backends=backends, load_balancer_domain=DOMAIN)
    del wanted["website_domain"]
    assert_successful(front.run("load_balancer", Action.DELIVER, wanted, secrets=secrets))
    port = Host.port("load_balancer")
    seen = {secure_page(front, port)[0].partition("<h1>")[2].partition("<")[0] for _ in range(6)}
    assert seen == {"Site 0", "Site 1"}
    hosts[0].shell("systemctl stop nginx")
    assert "<h1>Site 1</h1>" in secure_page(front, port)[0]  # at once: a request that cannot connect goes elsewhere
    assert_successful(front.run("load_balancer", Action.WITHDRAW), changed=1)
    for host in hosts:
        assert_successful(host.run("website", Action.WITHDRAW), changed=1)
    assert [host.changes_since(state) for host, state in zip(hosts, before, strict=True)] == [{}, {}]
