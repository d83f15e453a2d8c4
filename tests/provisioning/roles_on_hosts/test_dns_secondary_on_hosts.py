"""The role dns_secondary on a second host: the first transfer, changes, a reboot without the primary, what is left."""

from __future__ import annotations

import time
from typing import Any

import dns.message
import dns.query
import dns.rcode
import pytest
from lab_hosts import HOSTILE, PLANTED, Host, LabHosts, assert_refused, assert_successful

from bidwright.provisioning.ansible_run import Action

pytestmark = pytest.mark.slow
UNIT = "bidwright-name-server.service"


def ask(host: Host, name: str = "example.org", kind: str = "SOA") -> dns.message.Message:
    return dns.query.udp(dns.message.make_query(name, kind), host.address, timeout=5)


def serial(host: Host, zone: str = "example.org") -> int:
    return int(ask(host, zone).answer[0][0].serial)


def endpoint(host: Host, zone: str = "example.org") -> dict[str, Any]:
    return {"scheme": "dns", "host": host.address, "port": 53, "path": zone}


def settings(secondary: Host, address: str = "192.0.2.80", zone: str = "example.org") -> dict[str, Any]:
    return {
        "dns_zone_name": zone,
        "dns_zone_address": address,
        "dns_zone_secondary_addresses": [secondary.address],
    }


def test_a_secondary_follows_its_primary_and_outlives_it(lab: LabHosts) -> None:
    first, second = lab["h1"], lab["h2"]
    wanted = {"dns_secondary_primary": endpoint(first)}
    second.prepare("dns_secondary", wanted)
    before = second.state()
    assert_successful(first.run("dns_zone", Action.DELIVER, settings(second)))
    delivered = second.run("dns_secondary", Action.DELIVER, wanted)
    assert_successful(delivered, changed=1)
    assert delivered.endpoint == endpoint(second)
    assert_successful(second.run("dns_secondary", Action.DELIVER, wanted), changed=0)
    assert sorted(one.to_text() for one in ask(second, kind="NS").answer[0]) == ["ns1.example.org.", "ns2.example.org."]

    old = serial(second)
    assert_successful(first.run("dns_zone", Action.DELIVER, settings(second, "192.0.2.81")), changed=1)
    deadline = time.monotonic() + 10
    while serial(second) == old:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert ask(second, "www.example.org", "A").answer[0][0].to_text() == "192.0.2.81"

    first.shell(f"systemctl stop {UNIT}")
    time.sleep(2)  # what was transferred is written within a second
    second.reboot()
    assert serial(second) == old + 1
    first.shell(f"systemctl start {UNIT}")
    assert_successful(second.run("dns_secondary", Action.DELIVER, wanted), changed=0)

    # The primary has lost all it knew; the secondary remembers the serial.
    assert_successful(first.run("dns_zone", Action.WITHDRAW), changed=1)
    assert_successful(first.run("dns_zone", Action.DELIVER, settings(second)), changed=1)
    assert serial(first) == old + 2
    assert_successful(second.run("dns_secondary", Action.VERIFY, wanted))

    assert_successful(second.run("dns_secondary", Action.WITHDRAW), changed=1)
    assert second.changes_since(before) == {}
    assert_successful(second.run("dns_secondary", Action.WITHDRAW), changed=0)
    assert_successful(first.run("dns_zone", Action.WITHDRAW), changed=1)


def test_hosts_are_primary_of_one_contract_and_secondary_of_another(lab: LabHosts) -> None:
    first, second = lab["h1"], lab["h2"]
    assert_successful(first.run("dns_zone", Action.DELIVER, settings(second)))
    assert_successful(second.run("dns_zone", Action.DELIVER, settings(first, zone="example.net"), contract="c-2"))
    here = {"dns_secondary_primary": endpoint(second, "example.net")}
    assert_successful(first.run("dns_secondary", Action.DELIVER, here, contract="c-2"), changed=1)
    assert_successful(
        second.run("dns_secondary", Action.DELIVER, {"dns_secondary_primary": endpoint(first)}), changed=1
    )
    both = first.run("dns_secondary", Action.DELIVER, {"dns_secondary_primary": endpoint(first)})
    assert_refused(both, "The zone example.org is on this host already, of c-1.dns_zone")
    for host in (first, second):
        assert_successful(host.run("dns_zone", Action.WITHDRAW), changed=1 if host is first else 0)
        assert_successful(host.run("dns_secondary", Action.WITHDRAW), changed=0 if host is first else 1)
    assert [ask(host).rcode() for host in (first, second)] == [dns.rcode.REFUSED] * 2
    assert serial(first, "example.net") == serial(second, "example.net")
    for host, role in ((first, "dns_secondary"), (second, "dns_zone")):
        assert_successful(host.run(role, Action.WITHDRAW, contract="c-2"), changed=1)
        assert not host.is_open(53)


def test_a_secondary_with_another_key_gets_nothing_and_hostile_endpoints_are_refused(lab: LabHosts) -> None:
    first, second = lab["h1"], lab["h2"]
    assert_successful(first.run("dns_zone", Action.DELIVER, settings(second)))
    wanted = {"dns_secondary_primary": endpoint(first)}
    other = second.run("dns_secondary", Action.APPLY, wanted, secrets={"dns_secondary_transfer_key": "another"})
    assert_successful(other)
    time.sleep(3)
    assert ask(second).rcode() == dns.rcode.SERVFAIL
    assert_successful(second.run("dns_secondary", Action.DELIVER, wanted), changed=1)
    refused = second.run("dns_secondary", Action.APPLY, {"dns_secondary_primary": endpoint(first, HOSTILE)})
    assert_refused(refused, "is not a zone")
    refused = second.run("dns_secondary", Action.APPLY, {"dns_secondary_primary": {**endpoint(first), "host": HOSTILE}})
    assert_refused(refused, "is not an IP address")
    assert second.grep_for_secrets(PLANTED) == []
    assert_successful(second.run("dns_secondary", Action.WITHDRAW), changed=1)
    assert_successful(first.run("dns_zone", Action.WITHDRAW), changed=1)
