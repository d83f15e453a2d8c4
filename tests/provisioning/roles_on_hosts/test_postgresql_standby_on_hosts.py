"""The role postgresql_standby: a database on one host, and on another a copy that follows it over all that happens."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import psycopg
import pytest
from certificates import Pair, TestAuthority
from lab_hosts import HOSTILE, PLANTED, Host, LabHosts, as_reference, assert_refused, assert_successful

from bidwright.provisioning.ansible_run import Action, RoleResult

DATABASE, STANDBY = "postgresql_database", "postgresql_standby"
AUTHORITY = TestAuthority()
MARK = "/etc/bidwright/c-1.postgresql_standby/cluster_*"
pytestmark = pytest.mark.slow


class Pairing:
    """A database on the first host and its standby on the second."""

    def __init__(self, lab: LabHosts) -> None:
        self.primary, self.standby = lab["h1"], lab["h2"]
        self.connections = 20
        self.addresses = [self.standby.address]
        self.pairs: dict[str, Pair] = {}
        self.endpoint: dict[str, Any] = {}

    def database(self, action: Action) -> RoleResult:
        settings = {
            "postgresql_database_name": "shop",
            "postgresql_database_title": HOSTILE,
            "postgresql_database_connections": self.connections,
            "postgresql_database_standby_addresses": self.addresses,
        }
        result = self._run(self.primary, DATABASE, action, settings)
        self.endpoint = as_reference(result)
        return result

    def copy(self, action: Action) -> RoleResult:
        settings = {
            "postgresql_standby_primary": self.endpoint,  # which tells how many connections there are
        }
        return self._run(self.standby, STANDBY, action, settings)

    def _run(self, host: Host, role: str, action: Action, settings: dict[str, Any]) -> RoleResult:
        pair = self.pairs.get(host.name)
        if pair is None:
            return host.run(role, action, settings)
        tls = {"delivery_certificate": pair.certificate, "delivery_authority": AUTHORITY.certificate}
        return host.run(role, action, {**settings, **tls}, secrets={"delivery_private_key": pair.private_key})

    def at_primary(self, statement: str) -> None:
        with psycopg.connect(
            host=self.primary.address, port=Host.port(DATABASE), dbname="shop", user="shop", password=PLANTED
        ) as connection:
            connection.execute(statement.encode())

    def at_standby(self, question: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(
            host=self.standby.address, port=Host.port(STANDBY), dbname="shop", user="shop", password=PLANTED
        ) as connection:
            return connection.execute(question.encode()).fetchall()

    def arrives(self, question: str, expected: list[tuple[Any, ...]], *, timeout_s: float = 20) -> bool:
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            try:
                if self.at_standby(question) == expected:
                    return True
            except psycopg.errors.UndefinedTable:
                time.sleep(0.1)
        return False

    def streams(self) -> str:
        """What the database knows of its standbys: address, state, and the slot it uses."""
        asked = (
            "SELECT client_addr, state, active, slot_name"
            " FROM pg_stat_replication JOIN pg_replication_slots ON pid = active_pid"
        )
        administer = f"cd / && runuser -u postgres -- psql -At -p {Host.port(DATABASE)} -f -"
        return self.primary.shell(administer, text=asked).strip()


@pytest.fixture
def pairing(lab: LabHosts) -> Pairing:
    lab["h1"].prepare(DATABASE)
    lab["h2"].prepare(DATABASE)  # the same packages
    return Pairing(lab)


def test_a_standby_follows_its_database_over_changes_and_reboots_until_it_is_withdrawn(pairing: Pairing) -> None:
    before = pairing.primary.state(), pairing.standby.state()
    pairing.pairs = {host.name: AUTHORITY.issue(host.address) for host in (pairing.primary, pairing.standby)}
    assert_successful(pairing.database(Action.DELIVER))
    delivered = pairing.copy(Action.DELIVER)
    assert_successful(delivered, changed=2)
    assert delivered.endpoint == {
        "scheme": "postgresql",
        "host": pairing.standby.address,
        "port": Host.port(STANDBY),
        "path": "shop",
        "user": "shop",
        "facts": {"reader": "shop_reader", "tls": "required", "certificate_name": pairing.standby.address},
    }
    assert_successful(pairing.copy(Action.DELIVER), changed=0)
    assert pairing.at_standby("SELECT value FROM about") == [(HOSTILE,)]
    slot = f"bidwright_{pairing.standby.address.replace('.', '_')}"
    assert pairing.streams() == f"{pairing.standby.address}|streaming|t|{slot}"
    assert "sslmode=verify-full" in pairing.standby.shell("cat /etc/postgresql/15/bw_*/conf.d/bidwright.conf")
    pairing.at_primary("CREATE TABLE orders AS SELECT 7 AS id")
    assert pairing.arrives("SELECT id FROM orders", [(7,)])
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        pairing.at_standby("INSERT INTO orders VALUES (8) RETURNING id")

    pairing.connections = 50  # the standby stands still until it has as many
    assert_successful(pairing.database(Action.DELIVER), changed=1)
    assert_successful(pairing.copy(Action.DELIVER), changed=1)
    assert pairing.at_standby("SHOW max_connections") == [("53",)]

    pairing.standby.reboot()
    assert_successful(pairing.copy(Action.DELIVER), changed=0)
    pairing.primary.reboot()
    assert_successful(pairing.copy(Action.VERIFY))
    assert_successful(pairing.copy(Action.APPLY), changed=0)

    assert_successful(pairing.standby.run(STANDBY, Action.WITHDRAW), changed=1)
    assert pairing.standby.changes_since(before[1]) == {}
    assert_successful(pairing.standby.run(STANDBY, Action.WITHDRAW), changed=0)
    pairing.addresses = []
    assert_successful(pairing.database(Action.DELIVER), changed=2)
    assert pairing.streams() == ""
    assert_successful(pairing.primary.run(DATABASE, Action.WITHDRAW), changed=1)
    assert pairing.primary.changes_since(before[0]) == {}


def test_a_copy_that_was_interrupted_begins_anew(pairing: Pairing) -> None:
    assert_successful(pairing.database(Action.DELIVER))
    assert_successful(pairing.copy(Action.APPLY))
    pairing.standby.shell(f"rm {MARK}; rm -r /var/lib/postgresql/15/bw_*/global")
    assert_successful(pairing.copy(Action.DELIVER), changed=1)
    assert_successful(pairing.copy(Action.DELIVER), changed=0)


def test_a_promoted_standby_is_left_as_it_is_and_verification_says_so(pairing: Pairing) -> None:
    assert_successful(pairing.database(Action.DELIVER))
    assert_successful(pairing.copy(Action.DELIVER))
    pairing.standby.shell("pg_ctlcluster 15 $(pg_lsclusters -h | awk '{print $2}') promote")
    assert pairing.arrives("SELECT pg_is_in_recovery()", [(False,)])
    assert pairing.at_standby("INSERT INTO about VALUES ('later', 'kept') RETURNING value") == [("kept",)]
    assert_successful(pairing.copy(Action.APPLY), changed=0)
    assert pairing.at_standby("SELECT value FROM about WHERE key = 'later'") == [("kept",)]
    assert_refused(pairing.copy(Action.VERIFY), "This is no standby: it was promoted.")


def test_the_password_for_copies_is_in_one_file_of_the_server_and_no_process(pairing: Pairing, lab: LabHosts) -> None:
    assert_successful(pairing.database(Action.DELIVER))
    with pairing.standby.watched() as seen:
        assert_successful(pairing.copy(Action.DELIVER))
        processes = seen()
    assert b"pg_basebackup" in processes
    assert PLANTED.encode() not in processes
    assert pairing.standby.grep_for_secrets(PLANTED) == [
        "600 postgres /etc/bidwright/c-1.postgresql_standby/primary.pass"
    ]
    assert lab.files_of_runs_with(PLANTED) == []


@pytest.mark.parametrize(
    "part",
    [
        {"host": "h' trust=all"},
        {"host": "{{ 7 * 7 }}"},
        {"port": "5432 sslmode=disable"},
        {"path": "shop'; reboot; '"},
        {"certificate_name": "a passfile=/etc/shadow"},
    ],
)
def test_what_is_no_endpoint_of_a_database_is_refused(lab: LabHosts, part: dict[str, str]) -> None:
    endpoint = {"host": "192.0.2.7", "port": 5432, "path": "shop", **part}
    lab["h2"].refuse(STANDBY, {"postgresql_standby_primary": endpoint}, "is not where a database answers")
    assert not Path("/", "tmp", "owned").exists()
