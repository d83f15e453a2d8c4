"""The filter that writes the file of a zone: what is text stays text, what is no record is refused."""

from __future__ import annotations

from typing import Any

import dns.zone
import pytest
from ansible.errors import AnsibleFilterError
from ansible_plugins import plugin
from lab_hosts import HOSTILE, HOSTILE_NAMES

ZONES = plugin("filter", "dns_zone_file")
ABOUT = {"zone": "example.org", "servers": ["192.0.2.1", "192.0.2.2"], "server_names": [], "contact": "", "address": ""}


def record(name: str, kind: str, value: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "value": value, **more}


def test_a_zone_has_its_servers_and_records_in_canonical_order() -> None:
    records = [
        record("www", "CNAME", "Web.Example.NET"),
        record("@", "MX", "10 mail.example.org."),
        record("mail.example.org", "A", "192.0.2.25", ttl=60),
        record("mail.example.org.", "aaaa", "2001:DB8::0:25"),
        record("_sip._tcp", "SRV", "10 5 05060 sip.example.net"),
        record("@", "CAA", '128 issue "ca.example.net; policy=ev"'),
        record("*.shops", "A", "192.0.2.80"),
        record("branch", "NS", "ns.example.net"),
        record("Example.org", "TXT", 'say "hi"; \\'),
        record("Example.org", "TXT", 'say "hi"; \\'),  # twice the same is once
    ]
    about = {**ABOUT, "zone": "Example.ORG.", "contact": "dns.desk@example.net"}
    assert ZONES.dns_zone_file(records, about).splitlines() == [
        "; Written by the role dns_zone; changes are overwritten.",
        r"example.org. 3600 IN SOA ns1.example.org. dns\.desk.example.net. SERIAL 1800 300 1209600 300",
        "*.shops.example.org. 3600 IN A 192.0.2.80",
        "_sip._tcp.example.org. 3600 IN SRV 10 5 5060 sip.example.net.",
        "branch.example.org. 3600 IN NS ns.example.net.",
        'example.org. 3600 IN CAA 128 issue "ca.example.net; policy=ev"',
        "example.org. 3600 IN MX 10 mail.example.org.",
        "example.org. 3600 IN NS ns1.example.org.",
        "example.org. 3600 IN NS ns2.example.org.",
        r'example.org. 3600 IN TXT "say \"hi\"; \\"',
        "mail.example.org. 60 IN A 192.0.2.25",
        "mail.example.org. 3600 IN AAAA 2001:db8::25",
        "ns1.example.org. 3600 IN A 192.0.2.1",
        "ns2.example.org. 3600 IN A 192.0.2.2",
        "www.example.org. 3600 IN CNAME web.example.net.",
    ]


def test_an_address_is_of_the_zone_and_of_www_unless_records_say_otherwise() -> None:
    about = {**ABOUT, "address": "192.0.2.80"}
    lines = ZONES.dns_zone_file([record("www", "CNAME", "example.org")], about).splitlines()
    assert "example.org. 3600 IN A 192.0.2.80" in lines
    assert [line for line in lines if line.startswith("www")] == ["www.example.org. 3600 IN CNAME example.org."]


def test_name_servers_may_have_names_elsewhere() -> None:
    lines = ZONES.dns_zone_file([], {**ABOUT, "server_names": ["ns.host.example", "Ns.other.example."]}).splitlines()
    assert lines[1:] == [
        "example.org. 3600 IN SOA ns.host.example. hostmaster.example.org. SERIAL 1800 300 1209600 300",
        "example.org. 3600 IN NS ns.host.example.",
        "example.org. 3600 IN NS ns.other.example.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        HOSTILE,
        'end" ) \n@ IN NS evil.example. ; (',  # out of the quotes, and a line of its own
        "\\",  # would escape the quote after it
        "$INCLUDE /etc/passwd",
        "x" * 255 + '"' + "y" * 300,  # longer than one string of a record
        "",
        "ü\U0001f600\x01\x7f",
    ],
)
def test_any_text_is_served_as_it_is(text: str) -> None:
    content = ZONES.dns_zone_file([record("@", "TXT", text)], ABOUT)
    assert content.isascii()
    zone = dns.zone.from_text(content.replace("SERIAL", "1"), origin="example.org.", relativize=False)
    assert len(zone.nodes) == 3  # itself and its two servers
    rdataset = zone.get_rdataset("example.org.", "TXT")
    assert rdataset is not None
    assert [b"".join(one.strings) for one in rdataset] == [text.encode()]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (record("@", "SOA", "a b 1 1 1 1 1"), "use A, AAAA, CNAME, MX, TXT, CAA, SRV, NS"),
        (record("@", "A", "192.0.2.1\n"), "no IPv4 address"),
        (record("@", "A", "192.0.2.01"), "no IPv4 address"),
        (record("@", "AAAA", "192.0.2.1"), "no IPv6 address"),
        (record("@", "AAAA", "fe80::1%eth0"), "no IPv6 address"),
        (record("www", "CNAME", "web"), "complete name"),
        (record("www", "CNAME", "a.b\n@ IN NS c.d"), "complete name"),
        (record("@", "MX", "mail.example.org"), "10 mail.example.org"),
        (record("@", "MX", "70000 mail.example.org"), "10 mail.example.org"),
        (record("@", "MX", "10 192.0.2.1\n"), "complete host name"),
        (record("_a._b", "SRV", "1 2 x.example.org"), "5060"),
        (record("@", "CAA", '0 issue "a"b"'), "letsencrypt"),
        (record("@", "CAA", '300 issue "a"'), "letsencrypt"),
        (record("@", "NS", "ns.example.net"), "dns_zone_server_names"),
        (record("x.example.net.", "A", "192.0.2.1"), "not in the zone"),
        (record("\u212aey", "A", "192.0.2.1"), "not in the zone"),  # the sign of kelvin, whose lower case is a k
        (record("x" * 64, "A", "192.0.2.1"), "not in the zone"),
        (record(".".join(["x" * 60] * 5), "A", "192.0.2.1"), "not in the zone"),
        (record("a.*", "A", "192.0.2.1"), "not in the zone"),
        (record("a", "A", "192.0.2.1", ttl=29), "30 to 604800"),
        (record("a", "A", "192.0.2.1", ttl=True), "30 to 604800"),
        (record("a", "TXT", "x" * 4001), "4000 bytes"),
        (record("@", "CNAME", "www.example.net"), "stands alone"),
        (record("ns1", "CNAME", "www.example.net"), "stands alone"),
        *((record(name, "A", "192.0.2.1"), "not in the zone") for name in HOSTILE_NAMES),
        *((record("a", "CNAME", name), "complete name") for name in HOSTILE_NAMES),
    ],
)
def test_what_is_no_record_is_refused(wanted: dict[str, Any], words: str) -> None:
    with pytest.raises(AnsibleFilterError, match=words):
        ZONES.dns_zone_file([wanted], ABOUT)


def test_all_faults_are_told_at_once() -> None:
    records = [record("a", "A", "x"), record("b", "A", "192.0.2.1"), record("b", "A", "192.0.2.2", ttl=60)]
    with pytest.raises(AnsibleFilterError) as refused:
        ZONES.dns_zone_file(records, ABOUT)
    assert str(refused.value) == (
        "dns_zone_records is no zone. Record 1, 'a' 'A', has a value that is no IPv4 address. Record 3, 'b' 'A', has"
        " another ttl than the other A records of this name; give all the same."
    )


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"zone": "org"}, "is not a zone"),
        ({"zone": "exämple.org"}, "xn--"),
        *(({"zone": name}, "is not a zone") for name in HOSTILE_NAMES),
        ({"contact": "dns@example.org\n"}, "no mail address"),
        ({"contact": '"; $INCLUDE x"@example.org'}, "no mail address"),
        ({"address": "www.example.org"}, "no IP address"),
        ({"servers": ["host.example.org"]}, "no IP address"),
        ({"server_names": ["ns"]}, "no complete host name"),
        ({"server_names": ["ns.example.org"]}, "has no address"),
    ],
)
def test_what_is_no_zone_is_refused(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(AnsibleFilterError, match=words):
        ZONES.dns_zone_file([], {**ABOUT, **changed})
