"""The role valkey_cache on a host: its life from apply to withdraw."""

from __future__ import annotations

import socket

import pytest
from lab_hosts import HOSTILE, Host, assert_successful

from bidwright.provisioning.ansible_run import Action

CACHE = Host.port("valkey_cache")
pytestmark = pytest.mark.slow


def test_a_cache_lives_from_apply_over_a_reboot_to_withdraw(host: Host) -> None:
    host.prepare("valkey_cache")
    before = host.state()
    larger = {"valkey_cache_title": HOSTILE, "valkey_cache_memory_mib": 80}
    assert_successful(host.run("valkey_cache", Action.DELIVER, {"valkey_cache_title": HOSTILE}), changed=2)
    assert_successful(host.run("valkey_cache", Action.DELIVER, {"valkey_cache_title": HOSTILE}), changed=0)
    assert_successful(host.run("valkey_cache", Action.DELIVER, larger), changed=1)
    host.reboot()
    assert_successful(host.run("valkey_cache", Action.VERIFY, {"valkey_cache_title": HOSTILE}))
    assert_successful(host.run("valkey_cache", Action.DELIVER, larger), changed=0)
    with socket.create_connection((host.address, CACHE), timeout=5) as stranger:
        stranger.sendall(b"GET about\r\n")
        assert stranger.recv(100).startswith(b"-NOAUTH")
    assert_successful(host.run("valkey_cache", Action.WITHDRAW), changed=1)
    assert not host.is_open(CACHE)
    assert host.changes_since(before) == {}
    assert_successful(host.run("valkey_cache", Action.WITHDRAW), changed=0)
