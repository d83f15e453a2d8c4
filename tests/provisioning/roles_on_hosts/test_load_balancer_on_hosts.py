"""The role load_balancer on a host: back ends that come and go, settings, certificates, hostile text."""

from __future__ import annotations

import contextlib
import http.client
import http.server
import json
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from certificates import Pair, TestAuthority
from lab_hosts import (
    HOSTILE,
    HOSTILE_NAMES,
    PLANTED,
    Host,
    assert_nothing_was_run_by_hostile_text,
    assert_refused,
    assert_successful,
    trusting,
)

from bidwright.provisioning.ansible_run import Action, RoleResult

pytestmark = pytest.mark.slow

PORT = Host.port("load_balancer")
DOMAIN = "shop.example.org"
AUTHORITY = TestAuthority()
UNIT = "bidwright-c-1.load_balancer.service"


class Echo(http.server.BaseHTTPRequestHandler):
    """Answers with what it was asked, and by which back end."""

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        page = json.dumps({"port": self.connection.getsockname()[1], "path": self.path, **headers}).encode()
        with contextlib.suppress(ConnectionError):  # health checks do not wait for the page
            self.send_response(404 if self.path.startswith("/missing") else 200)
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextlib.contextmanager
def back_end(host: Host, pair: Pair | None = None, port: int = 0) -> Iterator[dict[str, Any]]:
    """A web server on this machine that hosts of the lab reach; with a certificate by HTTPS. Yields its endpoint."""
    with socket.create_connection((host.address, 22)) as connection:
        address = connection.getsockname()[0]
    with http.server.ThreadingHTTPServer((address, port), Echo) as server:
        if pair:
            server.socket = context_of(pair).wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield {"scheme": "https" if pair else "http", "host": address, "port": server.server_port, "path": "/"}
        finally:
            server.shutdown()
            thread.join()


def context_of(pair: Pair) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(pair.private_key + pair.certificate)
        file.flush()
        context.load_cert_chain(file.name)
    return context


def settings(*backends: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"load_balancer_backends": list(backends), "load_balancer_domain": DOMAIN, **more}


def with_tls(pair: Pair, *backends: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return settings(
        *backends,
        delivery_certificate=pair.certificate,
        delivery_authority=AUTHORITY.certificate,
        delivery_names=[DOMAIN],
        **more,
    )


def run(host: Host, action: Action, variables: Mapping[str, Any], *, key: str = "", **more: Any) -> RoleResult:
    return host.run("load_balancer", action, variables, secrets={"delivery_private_key": key}, **more)


def ask(host: Host, path: str = "/", *, secure: bool = False, **headers: str) -> dict[str, str]:
    """What a back end was asked, through the load balancer and from outside."""
    connection = http.client.HTTPConnection(host.address, PORT, timeout=10)
    if secure:
        connection.connect()
        connection.sock = trusting(AUTHORITY.certificate).wrap_socket(connection.sock, server_hostname=DOMAIN)
    with contextlib.closing(connection):
        connection.request("GET", path, headers={"Host": DOMAIN, **headers})
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        seen: dict[str, str] = json.loads(answer.read())
        return seen


def answering(host: Host, *, secure: bool = False) -> set[int]:
    """Ports of the back ends that answer a few requests."""
    return {int(ask(host, secure=secure)["port"]) for _ in range(6)}


def wait_until_answering(host: Host, wanted: set[int]) -> None:
    deadline = time.monotonic() + 20
    while answering(host) != wanted:
        assert time.monotonic() < deadline, answering(host)
        time.sleep(0.3)


def main_process(host: Host) -> str:
    return host.shell(f"systemctl show -p MainPID --value {UNIT}")


@pytest.fixture(autouse=True)
def _with_packages(host: Host) -> None:
    host.prepare(
        "load_balancer",
        settings({"scheme": "http", "host": "127.0.0.1", "port": 9}),
        secrets={"delivery_private_key": ""},
    )


def test_a_load_balancer_lives_from_apply_over_a_reboot_to_withdraw(host: Host) -> None:
    before = host.state()
    first, second = AUTHORITY.issue(DOMAIN), AUTHORITY.issue(host.address, DOMAIN)
    inner = AUTHORITY.issue(DOMAIN)
    with back_end(host, inner) as one, back_end(host, inner) as two:
        both = {one["port"], two["port"]}
        wanted = with_tls(first, one, two)
        delivered = run(host, Action.DELIVER, wanted, key=first.private_key)
        assert_successful(delivered, changed=1)
        assert delivered.endpoint == {
            "scheme": "https",
            "host": host.address,
            "port": PORT,
            "path": "/",
            "facts": {"domain": DOMAIN},
        }
        assert answering(host, secure=True) == both
        assert_successful(run(host, Action.DELIVER, wanted, key=first.private_key), changed=0)
        assert host.shell("stat -c '%a %U' /etc/bidwright/c-1.load_balancer/site.pem") == "600 root\n"
        assert host.shell("stat -c '%a %U' /run/bidwright-*/stats.sock") == "600 root\n"
        assert host.shell("systemctl is-enabled haproxy.service || true") == "disabled\n"

        process = main_process(host)
        renewed = with_tls(second, one, two, load_balancer_connections=500)
        assert_successful(run(host, Action.DELIVER, renewed, key=second.private_key), changed=1)
        assert ssl.PEM_cert_to_DER_cert(second.certificate) == served_certificate(host)
        assert main_process(host) == process  # a change is loaded without an interruption

        host.reboot()
        assert_successful(run(host, Action.VERIFY, renewed, key=second.private_key))
        assert_successful(run(host, Action.DELIVER, renewed, key=second.private_key), changed=0)
    assert_successful(host.run("load_balancer", Action.WITHDRAW), changed=1)
    assert not host.is_open(PORT)
    assert host.changes_since(before) == {}
    assert_successful(host.run("load_balancer", Action.WITHDRAW), changed=0)


def served_certificate(host: Host) -> bytes | None:
    plain = socket.create_connection((host.address, PORT), timeout=5)
    with trusting(AUTHORITY.certificate).wrap_socket(plain, server_hostname=DOMAIN) as connection:
        return connection.getpeercert(binary_form=True)


def test_a_site_is_served_while_one_back_end_answers(host: Host) -> None:
    with back_end(host) as one:
        with back_end(host) as two:
            wanted = settings(one, two)
            assert_successful(run(host, Action.DELIVER, wanted), changed=1)
            assert answering(host) == {one["port"], two["port"]}
        assert_successful(run(host, Action.VERIFY, wanted))
        wait_until_answering(host, {one["port"]})
        with back_end(host, port=two["port"]):
            wait_until_answering(host, {one["port"], two["port"]})
    refused = run(host, Action.VERIFY, wanted)
    assert_refused(refused, "No back end answers", f"{one['host']}:{one['port']} (no connection", f":{two['port']} (")
    assert_successful(host.run("load_balancer", Action.WITHDRAW), changed=1)


def test_what_clients_say_about_themselves_is_replaced(host: Host) -> None:
    with back_end(host) as one:
        assert_successful(run(host, Action.APPLY, settings(one)), changed=1)
        seen = ask(
            host,
            "/a/b?c=d",
            **{"X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"},
            **{"Forwarded": "for=6.6.6.6", "X-Real-IP": "6.6.6.6"},
        )
        assert seen["path"] == "/a/b?c=d"
        assert (seen["host"], seen["x-forwarded-for"], seen["x-forwarded-proto"]) == (DOMAIN, one["host"], "http")
        assert not {"x-forwarded-host", "forwarded", "x-real-ip"} & seen.keys()
    assert_successful(host.run("load_balancer", Action.WITHDRAW), changed=1)


def test_a_back_end_without_the_right_certificate_is_given_nothing(host: Host) -> None:
    pair = AUTHORITY.issue(DOMAIN)
    for wrong in (AUTHORITY.issue("other.example.org"), TestAuthority().issue(DOMAIN)):  # its name, its authority
        with back_end(host, wrong) as one:
            refused = run(host, Action.DELIVER, with_tls(pair, one), key=pair.private_key)
            assert_refused(refused, "No back end answers", f":{one['port']} (its TLS is not what it should be")
    assert_successful(host.run("load_balancer", Action.WITHDRAW), changed=1)


def test_verification_refuses_a_certificate_for_another_name(host: Host) -> None:
    pair = AUTHORITY.issue("other.example.org")
    with back_end(host) as one:
        refused = run(host, Action.DELIVER, with_tls(pair, one), key=pair.private_key)
        assert_refused(refused, f"for {DOMAIN}", "Hostname mismatch")
    assert_successful(host.run("load_balancer", Action.WITHDRAW), changed=1)


def test_a_load_balancer_that_runs_another_configuration_loads_the_one_on_disk(host: Host) -> None:
    file = "/etc/bidwright/c-1.load_balancer/haproxy.cfg"
    with back_end(host) as one:
        wanted = settings(one)
        assert_successful(run(host, Action.APPLY, wanted), changed=1)
        process = main_process(host)
        # As if the run that changed the path had been killed after it wrote, and before it recorded anything.
        host.shell(f"sed -i -e 's/roundrobin/leastconn/' -e 's/description ..../description beef/' {file}")
        host.shell(f"systemctl reload {UNIT}; rm /run/bidwright/c-1.load_balancer.loaded")
        assert_successful(run(host, Action.APPLY, wanted), changed=1)
        assert "roundrobin" in host.shell(f"cat {file}")
        assert_successful(run(host, Action.APPLY, wanted), changed=0)
        assert main_process(host) == process
        host.shell(f"systemctl kill -s KILL {UNIT}; systemctl stop {UNIT}")
        assert_successful(run(host, Action.DELIVER, wanted), changed=1)
        changed = settings(one, load_balancer_check_path="/missing")
        assert_refused(run(host, Action.DELIVER, changed), "No back end answers", "it answers with the status 404")
    assert_successful(host.run("load_balancer", Action.WITHDRAW), changed=1)


def test_two_load_balancers_share_a_host_whatever_their_names(host: Host) -> None:
    before = host.state()
    contract, delivery = "c" * 63, "d" * 63  # as long as names can be
    with back_end(host) as one:
        assert_successful(run(host, Action.DELIVER, settings(one)), changed=1)
        other = run(host, Action.DELIVER, settings(one), contract=contract, delivery=delivery, port=PORT + 1000)
        assert_successful(other, changed=1)
        assert_successful(host.run("load_balancer", Action.WITHDRAW), changed=1)
        assert not host.is_open(PORT)
        assert host.is_open(PORT + 1000)
    assert_successful(host.run("load_balancer", Action.WITHDRAW, contract=contract, delivery=delivery), changed=1)
    assert host.changes_since(before) == {}


def test_hostile_text_is_refused_in_every_variable(host: Host) -> None:
    before = host.state()
    good = {"scheme": "http", "host": "192.0.2.1", "port": 80}
    for text in HOSTILE_NAMES:
        refused = run(host, Action.APPLY, settings(good, load_balancer_domain=text))
        assert_refused(refused, "Use letters, digits, dots and hyphens.")
    for variables, words in (
        (settings(good, load_balancer_check_path="/ \n    use_backend other"), "is not a path. Begin with /"),
        (settings(good, load_balancer_check_path="/\u0430"), "is not a path. Begin with /"),  # Cyrillic a
        (settings(good, {**good, "host": "192.0.2.1:80 check\n"}), "an entry that is no web server"),
        (settings({**good, "host": HOSTILE}), "an entry that is no web server"),
        (settings({**good, "port": "80 backup"}), "an entry that is no web server"),
        (settings({**good, "port": 65536}), "an entry that is no web server"),
        (settings({**good, "scheme": HOSTILE}), "an entry that is no web server"),
        (settings({"host": "192.0.2.1"}), "an entry that is no web server"),
        (settings(), "load_balancer_backends is empty or"),
        (settings(good, load_balancer_balance=HOSTILE), "roundrobin, leastconn"),
        (settings(good, load_balancer_connections=HOSTILE), "int"),
        (settings(good, load_balancer_reached_from=[HOSTILE]), "Use an IP address, a network or the name of a host."),
    ):
        assert_refused(run(host, Action.APPLY, variables), words)
    assert_nothing_was_run_by_hostile_text(host)
    assert host.changes_since(before) == {}


def test_a_certificate_that_is_none_is_refused_and_the_site_goes_on(host: Host) -> None:
    with back_end(host) as one:
        assert_successful(run(host, Action.DELIVER, settings(one)), changed=1)
        broken = run(host, Action.APPLY, with_tls(Pair("no certificate", PLANTED), one), key=PLANTED)
        assert_refused(broken, "haproxy -c -q ended with 1")
        assert PLANTED not in broken.message
        assert_successful(run(host, Action.DELIVER, settings(one)), changed=0)
    assert_successful(host.run("load_balancer", Action.WITHDRAW), changed=1)
