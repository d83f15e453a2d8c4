"""The role valkey_cache on a host: its life from apply to withdraw, TLS, firewall, passwords."""

from __future__ import annotations

import contextlib
import socket
from typing import Any

import pytest
from certificates import TestAuthority
from lab_hosts import (
    HOSTILE,
    PLANTED,
    Host,
    LabHosts,
    assert_nothing_was_run_by_hostile_text,
    assert_refused,
    assert_successful,
    trusting,
)

from bidwright.provisioning.ansible_run import Action

ROLE = "valkey_cache"
CACHE = Host.port(ROLE)
pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _with_packages(host: Host) -> None:
    host.prepare(ROLE)


def answers(connection: socket.socket, *commands: str) -> list[bytes]:
    with connection.makefile("rwb") as stream:
        stream.write("".join(f"{command}\r\n" for command in commands).encode())
        stream.flush()
        return [stream.readline().rstrip() for _ in commands]


def test_a_cache_lives_from_apply_over_a_reboot_to_withdraw(host: Host) -> None:
    before = host.state()
    titled = {"valkey_cache_title": HOSTILE}
    larger = {**titled, "valkey_cache_memory_mib": 80}
    delivered = host.run(ROLE, Action.DELIVER, titled)
    assert_successful(delivered, changed=2)
    assert delivered.endpoint == {
        "scheme": "valkey",
        "host": host.address,
        "port": CACHE,
        "user": "cache",
        "facts": {"tls": "no", "certificate_name": ""},
    }
    assert_successful(host.run(ROLE, Action.DELIVER, titled), changed=0)
    assert_successful(host.run(ROLE, Action.DELIVER, larger), changed=1)
    assert "\nmaxmemory 80mb\n" in host.shell("cat /etc/bidwright/c-1.valkey_cache/redis.conf")
    assert host.shell("systemctl show -p MemoryMax --value bidwright-c-1.valkey_cache").strip() == str(
        288 * 1024 * 1024
    )
    host.reboot()
    assert_successful(host.run(ROLE, Action.VERIFY, titled))
    assert_successful(host.run(ROLE, Action.DELIVER, larger), changed=0)
    with socket.create_connection((host.address, CACHE), timeout=5) as stranger:
        assert answers(stranger, "GET about")[0].startswith(b"-NOAUTH")
    with socket.create_connection((host.address, CACHE), timeout=5) as user:
        said = answers(user, f"AUTH cache {PLANTED}", "CONFIG GET maxmemory")
        assert said[0] == b"+OK"
        assert said[1].startswith(b"-NOPERM")
    assert_nothing_was_run_by_hostile_text(host)
    assert_successful(host.run(ROLE, Action.WITHDRAW), changed=1)
    assert not host.is_open(CACHE)
    assert host.changes_since(before) == {}
    assert_successful(host.run(ROLE, Action.WITHDRAW), changed=0)


def test_a_cache_with_a_certificate_speaks_only_tls(host: Host) -> None:
    authority, stranger = TestAuthority(), TestAuthority()
    pair = authority.issue(host.address)
    settings: dict[str, Any] = {
        "delivery_certificate": pair.certificate,
        "delivery_authority": authority.certificate,
    }
    key = {"delivery_private_key": pair.private_key}
    delivered = host.run(ROLE, Action.DELIVER, settings, secrets=key)
    assert_successful(delivered, changed=2)
    assert delivered.endpoint["facts"] == {"tls": "required", "certificate_name": host.address}
    assert_successful(host.run(ROLE, Action.DELIVER, settings, secrets=key), changed=0)
    with socket.create_connection((host.address, CACHE), timeout=5) as connection:
        secure = trusting(authority.certificate).wrap_socket(connection, server_hostname=host.address)
        with contextlib.closing(secure):
            assert answers(secure, f"AUTH cache {PLANTED}", "PING") == [b"+OK", b"+PONG"]
    with socket.create_connection((host.address, CACHE), timeout=5) as plain, contextlib.suppress(OSError):
        assert not answers(plain, "PING")[0].startswith((b"+", b"-"))
    mistrusted = {**settings, "delivery_authority": stranger.certificate}
    assert_refused(host.run(ROLE, Action.VERIFY, mistrusted, secrets=key), "CERTIFICATE_VERIFY_FAILED")
    assert host.grep_for_secrets(pair.private_key.splitlines()[1]) == [
        "640 root /etc/bidwright/c-1.valkey_cache/tls.pem"
    ]
    assert_successful(host.run(ROLE, Action.DELIVER), changed=1)
    assert host.grep_for_secrets(pair.private_key.splitlines()[1]) == []
    assert_successful(host.run(ROLE, Action.WITHDRAW), changed=1)


def test_a_cache_is_opened_for_those_who_shall_reach_it(lab: LabHosts, host: Host) -> None:
    before = host.state()
    settings = {"valkey_cache_reached_from": [lab["h2"].address]}
    assert_successful(host.run(ROLE, Action.DELIVER, settings), changed=2)
    assert_successful(host.run(ROLE, Action.DELIVER, settings), changed=0)
    opened = host.shell("cat /etc/bidwright/firewall.d/c-1.valkey_cache.nft").splitlines()
    assert f"ip saddr {lab['h2'].address}/32 tcp dport {CACHE} accept" in opened
    assert len(opened) == 3  # its heading, the one who shall, and the machine that verifies
    assert_refused(host.run(ROLE, Action.APPLY, {"valkey_cache_reached_from": ["any; accept"]}), "is no source")
    assert_successful(host.run(ROLE, Action.WITHDRAW), changed=1)
    assert host.changes_since(before) == {}


def test_the_password_of_a_cache_is_nowhere_on_its_host(lab: LabHosts, host: Host) -> None:
    with host.watched() as seen:
        assert_successful(host.run(ROLE, Action.DELIVER))
        processes = seen()
    assert b"redis-server" in processes
    assert PLANTED.encode() not in processes
    assert host.grep_for_secrets(PLANTED) == []
    assert lab.files_of_runs_with(PLANTED) == []
    assert_successful(host.run(ROLE, Action.WITHDRAW), changed=1)
