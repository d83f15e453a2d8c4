"""The role monitoring_server with agents on two hosts: all up, one gone, figures kept, what is left."""

from __future__ import annotations

import base64
import http.client
import json
import time
from typing import Any

import pytest
from certificates import TestAuthority
from lab_hosts import HOSTILE, PLANTED, Host, LabHosts, assert_refused, assert_successful, trusting

from bidwright.provisioning.ansible_run import Action

pytestmark = pytest.mark.slow
ROLE = "monitoring_server"
PORT, AGENT = Host.port(ROLE), Host.port("monitoring_agent")
AUTHORITY = TestAuthority()
OWN = "planted-Server_0123456789"  # the server's own; the agents have PLANTED


def given(host: Host, **variables: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """Variables and secrets with a certificate for the host."""
    pair = AUTHORITY.issue(host.address)
    public = {"delivery_certificate": pair.certificate, "delivery_authority": AUTHORITY.certificate, **variables}
    return public, {"delivery_private_key": pair.private_key}


def endpoint(host: Host) -> dict[str, Any]:
    return {"scheme": "https", "host": host.address, "port": AGENT, "path": "/metrics", "user": "monitoring"}


def ask(host: Host, path: str, password: str = OWN) -> tuple[int, Any]:
    headers = {"Authorization": f"Basic {base64.b64encode(f'monitoring:{password}'.encode()).decode()}"}
    connection = http.client.HTTPSConnection(host.address, PORT, timeout=10, context=trusting(AUTHORITY.certificate))
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    page = answer.read()
    connection.close()
    return answer.status, json.loads(page)["data"] if answer.status == 200 else None


def figures(host: Host, query: str) -> dict[str, str]:
    """The figures of a query without spaces, by instance."""
    _, data = ask(host, f"/api/v1/query?query={query}")
    return {one["metric"]["instance"]: one["value"][1] for one in data["result"]}


def test_a_server_watches_agents_of_two_hosts_and_keeps_what_they_told(lab: LabHosts) -> None:
    first, second = lab["h1"], lab["h2"]
    public, secrets = given(first)
    secrets["monitoring_server_password"] = OWN
    first.prepare(ROLE, public, secrets=secrets)
    for host in (first, second):
        variables, keys = given(host)
        host.prepare("monitoring_agent", variables, secrets=keys)
    before = first.state()
    for host in (first, second):
        variables, keys = given(host)
        assert_successful(host.run("monitoring_agent", Action.APPLY, variables, secrets=keys), changed=1)
    public["monitoring_server_agents"] = [endpoint(first), endpoint(second)]
    with first.watched() as seen:
        delivered = first.run(ROLE, Action.DELIVER, public, secrets=secrets)
        processes = seen()
    assert_successful(delivered, changed=1)
    assert delivered.endpoint == {
        "scheme": "https",
        "host": first.address,
        "port": PORT,
        "path": "/",
        "user": "monitoring",
    }
    assert figures(first, "up") == {f"{host.address}:{AGENT}": "1" for host in (first, second)}
    rules = [rule["name"] for rule in ask(first, "/api/v1/rules")[1]["groups"][0]["rules"]]
    assert rules == ["HostDown", "DiskNearlyFull", "MemoryNearlyFull"]
    assert ask(first, "/api/v1/query?query=up", "wrong")[0] == 401

    assert b"/usr/bin/prometheus" in processes
    assert not [secret for secret in (PLANTED, OWN) if secret.encode() in processes]
    assert first.grep_for_secrets(OWN) == []
    assert first.grep_for_secrets(PLANTED) == [f"640 root /etc/bidwright/c-1.{ROLE}/agent_password"]
    assert lab.files_of_runs_with(PLANTED) == lab.files_of_runs_with(OWN) == []

    first.reboot()
    assert_successful(first.run(ROLE, Action.DELIVER, public, secrets=secrets), changed=0)
    began = time.time()
    public |= {"monitoring_server_agents": [endpoint(second)], "monitoring_server_retention_days": 7}
    assert_successful(first.run(ROLE, Action.DELIVER, public, secrets=secrets), changed=1)
    assert first.shell("pgrep -af storage.tsdb.retention.time=7d").count("prometheus") > 0
    old = figures(first, f"count_over_time(up[{int(time.time() - began) + 120}s]@{int(began)})")
    assert set(old) == {f"{host.address}:{AGENT}" for host in (first, second)}  # told before the change

    second.shell("systemctl stop bidwright-c-1.monitoring_agent")
    deadline = time.monotonic() + 30
    while figures(first, "up").get(f"{second.address}:{AGENT}") != "0":
        assert time.monotonic() < deadline
        time.sleep(0.5)
    assert_refused(first.run(ROLE, Action.VERIFY, public, secrets=secrets), f"{second.address}:{AGENT} is down")

    assert_successful(first.run(ROLE, Action.WITHDRAW), changed=1)
    for host in (first, second):
        assert_successful(host.run("monitoring_agent", Action.WITHDRAW), changed=1)
    assert first.changes_since(before) == {}
    assert_successful(first.run(ROLE, Action.WITHDRAW), changed=0)


def test_hostile_settings_are_refused(host: Host) -> None:
    faults = [
        ({"monitoring_server_agents": [{**endpoint(host), "host": HOSTILE}]}, "has an entry that is no agent"),
        ({"monitoring_server_agents": [{**endpoint(host), "port": "1\n"}]}, "has an entry that is no agent"),
        ({"monitoring_server_agents": [{**endpoint(host), "path": "/{{ 7*7 }}"}]}, "has an entry that is no agent"),
        ({"monitoring_server_retention_days": 0}, "from 1 to 3650"),
        ({"monitoring_server_reached_from": [HOSTILE]}, "is no source"),
    ]
    for variables, words in faults:
        public, secrets = given(host, **variables)
        assert_refused(host.run(ROLE, Action.APPLY, public, secrets=secrets), words)
