"""The role server on a host."""

from __future__ import annotations

from lab_hosts import Host, assert_successful

from bidwright.provisioning.ansible_run import Action, Status


def test_a_host_records_what_was_sold(host: Host) -> None:
    host.prepare("server")
    before = host.state()
    sold = {"server_vcpu": 4, "server_ram_gib": "7.5"}
    assert_successful(host.run("server", Action.DELIVER, sold), changed=1)
    assert_successful(host.run("server", Action.APPLY, sold), changed=0)
    assert host.run("server", Action.VERIFY, {"server_vcpu": 8}).status == Status.FAILED
    assert_successful(host.run("server", Action.WITHDRAW), changed=1)
    assert host.changes_since(before) == {}
