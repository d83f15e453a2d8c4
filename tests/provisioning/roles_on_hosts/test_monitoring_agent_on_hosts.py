"""The role monitoring_agent on a host: figures for those with the password, two contracts, what is left."""

from __future__ import annotations

import base64
import http.client
from typing import Any

import pytest
from certificates import TestAuthority
from lab_hosts import HOSTILE, PLANTED, Host, LabHosts, assert_refused, assert_successful, trusting

from bidwright.provisioning.ansible_run import Action, RoleResult

pytestmark = pytest.mark.slow
ROLE = "monitoring_agent"
PORT = Host.port(ROLE)
AUTHORITY = TestAuthority()


def run(host: Host, action: Action, variables: dict[str, Any] | None = None, **more: Any) -> RoleResult:
    pair = AUTHORITY.issue(host.address)
    given = {"delivery_certificate": pair.certificate, "delivery_authority": AUTHORITY.certificate, **(variables or {})}
    secrets = {"delivery_private_key": pair.private_key, **more.pop("secrets", {})}
    return host.run(ROLE, action, given, secrets=secrets, **more)


def figures(host: Host, password: str = "", port: int = PORT) -> tuple[int, str]:
    headers = {"Authorization": f"Basic {base64.b64encode(f'monitoring:{password}'.encode()).decode()}"}
    connection = http.client.HTTPSConnection(host.address, port, timeout=10, context=trusting(AUTHORITY.certificate))
    connection.request("GET", "/metrics", headers=headers if password else {})
    answer = connection.getresponse()
    page = answer.read().decode()
    connection.close()
    return answer.status, page


def test_an_agent_lives_from_apply_over_a_reboot_to_withdraw(lab: LabHosts, host: Host) -> None:
    pair = AUTHORITY.issue(host.address)
    given = {"delivery_certificate": pair.certificate, "delivery_authority": AUTHORITY.certificate}
    secrets = {"delivery_private_key": pair.private_key}
    host.prepare(ROLE, given, secrets=secrets)
    before = host.state()
    with host.watched() as seen:
        delivered = host.run(ROLE, Action.DELIVER, given, secrets=secrets)
        processes = seen()
    assert_successful(delivered, changed=1)
    assert delivered.endpoint == {
        "scheme": "https",
        "host": host.address,
        "port": PORT,
        "path": "/metrics",
        "user": "monitoring",
    }
    assert f'nodename="{host.name}"' in figures(host, PLANTED)[1]
    assert figures(host)[0] == figures(host, "wrong")[0] == 401
    assert host.shell("systemctl is-enabled prometheus-node-exporter || true").strip() == "disabled"

    assert b"prometheus-node-exporter" in processes
    key_line = pair.private_key.splitlines()[1]
    assert host.grep_for_secrets(PLANTED) == []
    on_disk, handed_over = host.grep_for_secrets(key_line)
    assert on_disk == f"600 root /etc/bidwright/c-1.{ROLE}/key.pem"
    assert handed_over.startswith("400 ")  # for the user that exists only while the agent runs
    assert handed_over.endswith(f" /run/credentials/bidwright-c-1.{ROLE}.service/key.pem")
    assert PLANTED.encode() not in processes
    assert lab.files_of_runs_with(PLANTED) == lab.files_of_runs_with(key_line) == []

    host.reboot()
    again = host.run(ROLE, Action.DELIVER, given, secrets=secrets)
    assert_successful(again, changed=0)
    other = host.run(ROLE, Action.DELIVER, given, secrets={**secrets, "monitoring_agent_password": "another"})
    assert_successful(other, changed=1)
    assert figures(host, "another")[0] == 200
    assert figures(host, PLANTED)[0] == 401

    assert_successful(host.run(ROLE, Action.WITHDRAW), changed=1)
    assert host.changes_since(before) == {}
    assert_successful(host.run(ROLE, Action.WITHDRAW), changed=0)


def test_agents_of_two_contracts_run_side_by_side(host: Host) -> None:
    assert_successful(run(host, Action.DELIVER))
    theirs = run(host, Action.DELIVER, contract="c-2", port=PORT + 50, secrets={"monitoring_agent_password": "theirs"})
    assert_successful(theirs, changed=1)
    assert figures(host, "theirs", PORT + 50)[0] == figures(host, PLANTED)[0] == 200
    assert figures(host, PLANTED, PORT + 50)[0] == figures(host, "theirs")[0] == 401
    assert_successful(host.run(ROLE, Action.WITHDRAW), changed=1)
    assert not host.is_open(PORT)
    assert figures(host, "theirs", PORT + 50)[0] == 200
    assert_successful(host.run(ROLE, Action.WITHDRAW, contract="c-2"), changed=1)


def test_hostile_text_is_refused_and_what_the_firewall_allows_is_verified_on_the_host(host: Host) -> None:
    refused = run(host, Action.APPLY, {"monitoring_agent_reached_from": [HOSTILE]})
    assert_refused(refused, "is no source")
    assert_refused(run(host, Action.APPLY, secrets={"monitoring_agent_password": "x" * 73}), "")
    assert_successful(run(host, Action.DELIVER, {"monitoring_agent_reached_from": ["192.0.2.7"]}), changed=1)
    rules = host.shell(f"cat /etc/bidwright/firewall.d/c-1.{ROLE}.nft")
    assert f"ip saddr 192.0.2.7/32 tcp dport {PORT} accept" in rules
    assert_successful(host.run(ROLE, Action.WITHDRAW), changed=1)
