"""What a delivery opens in the firewall of its host, as text of nftables."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

MODULE = Path(__file__).parents[2] / "playbooks" / "plugins" / "modules" / "host_service.py"


@pytest.fixture(scope="module")
def host_service() -> ModuleType:
    spec = importlib.util.spec_from_file_location("host_service", MODULE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_port_is_opened_to_everybody_or_to_those_named(host_service: ModuleType) -> None:
    wanted: list[dict[str, Any]] = [
        {"port": "8080"},
        {"port": 53, "protocol": "udp", "from": ["10.1.2.3", "2001:db8::/32", "10.1.2.3", "10.7.1.1/16"]},
        {"port": 25, "from": ["localhost"]},
    ]
    assert host_service.firewall_rules("c-1.site", wanted).replace("ip6 saddr ::1/128 tcp dport 25 accept\n", "") == (
        "# Of c-1.site.\n"
        "ip saddr 10.1.2.3/32 udp dport 53 accept\n"
        "ip saddr 10.7.0.0/16 udp dport 53 accept\n"
        "ip saddr 127.0.0.1/32 tcp dport 25 accept\n"
        "ip6 saddr 2001:db8::/32 udp dport 53 accept\n"
        "tcp dport 8080 accept\n"
    )


def test_nothing_is_written_for_a_delivery_that_opens_nothing(host_service: ModuleType) -> None:
    assert host_service.firewall_rules("c-1.site", []) == ""


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"port": "80; flush ruleset"}, "is no port to open"),  # rules of somebody's own
        ({"port": "80\n"}, "is no port to open"),  # a line end, which a pattern with $ would let through
        ({"port": 0}, "is no port to open"),
        ({"port": 65536}, "is no port to open"),
        ({}, "None is no port to open"),
        ({"port": True}, "is no port to open"),
        ({"port": "٨٠"}, "is no port to open"),  # digits, but not of ASCII
        ({"port": 80, "protocol": "sctp"}, "Use tcp or udp"),
        ({"port": 80, "from": "10.0.0.1"}, "is no list of addresses"),
        ({"port": 80, "from": ["10.0.0.1 accept; drop"]}, "is no source"),
        ({"port": 80, "from": ["10.0.0.1\n"]}, "is no source"),
        ({"port": 80, "from": ["fe80::1%eth0; drop"]}, "is no source"),
        ({"port": 80, "from": ["1"]}, "is no source"),  # the C library would take it for 0.0.0.1
        ({"port": 80, "from": ["nowhere.invalid"]}, "does not know the address of nowhere.invalid"),
    ],
)
def test_what_is_no_port_protocol_or_source_is_refused(
    host_service: ModuleType, wanted: dict[str, Any], words: str
) -> None:
    with pytest.raises(host_service.Failed, match=words):
        host_service.firewall_rules("c-1.site", [wanted])
