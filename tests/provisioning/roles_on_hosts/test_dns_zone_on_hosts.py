"""The role dns_zone on a host: serials, reboot, hostile records, several contracts, what is left."""

from __future__ import annotations

from typing import Any

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import dns.zone
import pytest
from lab_hosts import (
    HOSTILE,
    HOSTILE_NAMES,
    PLANTED,
    Host,
    LabHosts,
    assert_nothing_was_run_by_hostile_text,
    assert_refused,
    assert_successful,
)

from bidwright.provisioning.ansible_run import Action

pytestmark = pytest.mark.slow
SETTINGS: dict[str, Any] = {"dns_zone_name": "example.org", "dns_zone_address": "192.0.2.80"}
ZONE_FILE = "/srv/bidwright/c-1.dns_zone/zone"
UNIT = "bidwright-name-server.service"


def record(name: str, kind: str, value: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "value": value, **more}


def ask(host: Host, name: str, kind: str = "SOA") -> dns.message.Message:
    return dns.query.udp(dns.message.make_query(name, kind), host.address, timeout=5)


def serial(host: Host, zone: str = "example.org") -> int:
    return int(ask(host, zone).answer[0][0].serial)


def texts(host: Host, name: str, kind: str) -> list[str]:
    return sorted(one.to_text() for one in ask(host, name, kind).answer[0])


def process(host: Host) -> str:
    return host.shell(f"systemctl show -p InvocationID --value {UNIT}")


def test_a_zone_lives_from_apply_over_changes_and_a_reboot_to_withdraw(host: Host) -> None:
    host.prepare("dns_zone", SETTINGS)
    before = host.state()
    delivered = host.run("dns_zone", Action.DELIVER, SETTINGS)
    assert_successful(delivered, changed=1)
    assert delivered.endpoint == {"scheme": "dns", "host": host.address, "port": 53, "path": "example.org"}
    answer = ask(host, "www.example.org", "A")
    assert answer.answer[0].to_text() == "www.example.org. 3600 IN A 192.0.2.80"
    assert answer.flags & dns.flags.AA
    assert not answer.flags & dns.flags.RA
    assert texts(host, "ns1.example.org", "A") == [host.address]
    assert ask(host, "nobody.example.org").rcode() == dns.rcode.NXDOMAIN
    assert ask(host, "example.net").rcode() == dns.rcode.REFUSED
    first, running = serial(host), process(host)
    assert_successful(host.run("dns_zone", Action.DELIVER, SETTINGS), changed=0)
    assert serial(host) == first

    changed = {**SETTINGS, "dns_zone_records": [record("shop", "CNAME", "www.example.org")]}
    assert_successful(host.run("dns_zone", Action.DELIVER, changed), changed=1)
    assert serial(host) == first + 1
    assert process(host) == running  # a change is loaded without an interruption
    refused = host.run("dns_zone", Action.VERIFY, {**changed, "dns_zone_address": "192.0.2.81"})
    assert_refused(refused, "example.org. A is not what is in the zone")

    host.reboot()
    assert_successful(host.run("dns_zone", Action.DELIVER, changed), changed=0)
    assert serial(host) == first + 1

    assert_successful(host.run("dns_zone", Action.WITHDRAW), changed=1)
    assert host.changes_since(before) == {}
    assert_successful(host.run("dns_zone", Action.WITHDRAW), changed=0)


def test_a_serial_never_decreases_even_if_the_file_is_lost_or_older(host: Host) -> None:
    assert_successful(host.run("dns_zone", Action.DELIVER, SETTINGS))
    first = serial(host)
    host.shell(f"cp -a {ZONE_FILE} /root/older")
    changed = {**SETTINGS, "dns_zone_address": "192.0.2.81"}
    assert_successful(host.run("dns_zone", Action.APPLY, changed), changed=1)
    host.shell(f"rm {ZONE_FILE}")
    assert_successful(host.run("dns_zone", Action.DELIVER, SETTINGS), changed=1)
    assert serial(host) == first + 2
    host.shell(f"mv /root/older {ZONE_FILE}")  # the same content with the first number, as from a backup
    assert_successful(host.run("dns_zone", Action.DELIVER, SETTINGS), changed=1)
    assert serial(host) == first + 3
    assert_successful(host.run("dns_zone", Action.DELIVER, SETTINGS), changed=0)

    # As if a run had been killed before the server loaded what it wrote.
    host.shell(f"sed -i 's/ {first + 3} / {first + 4} /; s/192.0.2.80/192.0.2.83/' {ZONE_FILE}")
    written = {**SETTINGS, "dns_zone_address": "192.0.2.83"}
    assert_successful(host.run("dns_zone", Action.DELIVER, written), changed=1)
    assert serial(host) == first + 4
    host.shell(f"systemctl kill -s KILL {UNIT}")
    assert_successful(host.run("dns_zone", Action.DELIVER, written))
    assert_successful(host.run("dns_zone", Action.DELIVER, written), changed=0)
    assert_successful(host.run("dns_zone", Action.WITHDRAW), changed=1)


def test_zones_of_two_contracts_share_the_server_and_one_can_go(host: Host) -> None:
    assert_successful(host.run("dns_zone", Action.DELIVER, SETTINGS))
    taken = host.run("dns_zone", Action.DELIVER, SETTINGS, contract="c-2")
    assert_refused(taken, "The zone example.org is on this host already, of c-1.dns_zone")
    other = {"dns_zone_name": "Example.Net."}
    running = process(host)
    assert_successful(host.run("dns_zone", Action.DELIVER, other, contract="c-2"), changed=1)
    assert process(host) == running
    assert_successful(host.run("dns_zone", Action.DELIVER, SETTINGS), changed=0)
    assert_successful(host.run("dns_zone", Action.WITHDRAW), changed=1)
    assert ask(host, "example.org").rcode() == dns.rcode.REFUSED
    assert_successful(host.run("dns_zone", Action.DELIVER, other, contract="c-2"), changed=0)
    assert_successful(host.run("dns_zone", Action.WITHDRAW, contract="c-2"), changed=1)
    assert not host.is_open(53)


def test_hostile_text_is_served_as_text_or_refused(host: Host) -> None:
    records = [record("@", "TXT", HOSTILE), record("@", "TXT", '" ) ; \\'), record("@", "CAA", '0 iodef "{{ 7*7 }};"')]
    settings = {**SETTINGS, "dns_zone_records": records}
    assert_successful(host.run("dns_zone", Action.DELIVER, settings), changed=1)
    answer = dns.query.tcp(dns.message.make_query("example.org", "TXT"), host.address, timeout=5).answer[0]
    assert {b"".join(one.strings) for one in answer} == {HOSTILE.encode(), b'" ) ; \\'}
    assert texts(host, "example.org", "CAA") == ['0 iodef "{{ 7*7 }};"']
    assert_successful(host.run("dns_zone", Action.DELIVER, settings), changed=0)
    unchanged = serial(host)
    assert_refused(host.run("dns_zone", Action.APPLY, {**SETTINGS, "dns_zone_name": HOSTILE}), "is not a zone")
    faults = [record(name, "A", name) for name in HOSTILE_NAMES] + [record("@", name, "x") for name in HOSTILE_NAMES]
    refused = host.run("dns_zone", Action.APPLY, {**SETTINGS, "dns_zone_records": faults})
    assert_refused(refused, "dns_zone_records is no zone. Record 1, '{{ 7 * 7 }}'", "And 8 more.")
    refused = host.run("dns_zone", Action.APPLY, {**SETTINGS, "dns_zone_secondary_addresses": ["192.0.2.1;\n"]})
    assert_refused(refused, '"192.0.2.1;\\n" is not an IP address')
    assert serial(host) == unchanged
    assert_nothing_was_run_by_hostile_text(host)
    assert_successful(host.run("dns_zone", Action.WITHDRAW), changed=1)


def test_the_key_is_nowhere_but_in_the_servers_settings(lab: LabHosts, host: Host) -> None:
    with host.watched() as seen:
        result = host.run("dns_zone", Action.DELIVER, {**SETTINGS, "dns_zone_secondary_addresses": ["192.0.2.2"]})
        processes = seen()
    assert_successful(result)
    assert b"nsd" in processes
    line = host.shell("grep -h secret: /etc/bidwright/name-server/zones/*")
    key = line.split('"')[1]
    assert host.grep_for_secrets(key) == ["640 root /etc/bidwright/name-server/zones/c-1.dns_zone.conf"]
    assert host.grep_for_secrets(PLANTED) == []
    assert not [secret for secret in (PLANTED, key) if secret.encode() in processes or secret in repr(result)]
    assert lab.files_of_runs_with(PLANTED) == lab.files_of_runs_with(key) == []
    # Only the secondary may transfer the zone, not whoever has found the key.
    query = dns.message.make_query("example.org", "AXFR")
    assert dns.query.tcp(query, host.address, timeout=5).rcode() != dns.rcode.NOERROR
    assert_successful(host.run("dns_zone", Action.WITHDRAW), changed=1)
