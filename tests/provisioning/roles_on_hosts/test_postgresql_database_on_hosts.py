"""The role postgresql_database on a host: data that stays, who may do what, TLS, slots of standbys, hostile text."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import psycopg
import pytest
from certificates import TestAuthority
from lab_hosts import (
    HOSTILE,
    HOSTILE_NAMES,
    PLANTED,
    Host,
    LabHosts,
    as_reference,
    assert_nothing_was_run_by_hostile_text,
    assert_refused,
    assert_successful,
)

from bidwright.provisioning.ansible_run import Action

ROLE = "postgresql_database"
DATABASE = Host.port(ROLE)
pytestmark = pytest.mark.slow


def connected(host: Host, user: str = "shop", known: str = PLANTED, **more: Any) -> psycopg.Connection[tuple[Any, ...]]:
    wanted = {"dbname": "shop", "password": known, "port": DATABASE, "connect_timeout": 10, "autocommit": True}
    return psycopg.connect(host=host.address, user=user, **{**wanted, **more})


def as_administrator(host: Host, question: str) -> str:
    return host.shell(f"cd / && runuser -u postgres -- psql -At -p {DATABASE} -f -", text=question).strip()


def answer_from(stranger: Host, host: Host) -> bytes:
    """What the server says when somebody knocks from another host."""
    knock = struct.pack("!ii", 33, 3 << 16) + b"user\0shop\0database\0shop\0\0"
    script = f"""
import socket
with socket.create_connection(({host.address!r}, {DATABASE}), 10) as server:
    server.sendall({knock!r})
    print(server.recv(500))
"""
    return stranger.shell("python3 -", text=script).encode()


@pytest.fixture(autouse=True)
def _with_packages(host: Host) -> None:
    host.prepare(ROLE)


def test_a_database_keeps_its_data_over_changes_and_a_reboot_until_it_is_withdrawn(host: Host) -> None:
    before = host.state()
    settings: dict[str, Any] = {"postgresql_database_name": "shop", "postgresql_database_title": HOSTILE}
    delivered = host.run(ROLE, Action.DELIVER, settings)
    assert_successful(delivered, changed=3)
    assert delivered.endpoint == {
        "scheme": "postgresql",
        "host": host.address,
        "port": DATABASE,
        "path": "shop",
        "user": "shop",
        "facts": {
            "connections": "20",
            "ram_gib": "1",
            "reader": "shop_reader",
            "tls": "offered",
            "certificate_name": "",
        },
    }
    with connected(host) as connection:
        assert connection.execute("SELECT value FROM about").fetchall() == [(HOSTILE,)]
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    assert_successful(host.run(ROLE, Action.DELIVER, settings), changed=0)

    settings |= {"postgresql_database_connections": 33, "postgresql_database_ram_gib": "2.5"}
    assert_successful(host.run(ROLE, Action.DELIVER, settings), changed=1)
    host.reboot()
    assert_successful(host.run(ROLE, Action.DELIVER, settings), changed=0)
    with connected(host) as connection:
        assert connection.execute("SHOW max_connections").fetchall() == [("36",)]
        assert connection.execute("SHOW shared_buffers").fetchall() == [("640MB",)]
        assert connection.execute("SHOW work_mem").fetchall() == [("19MB",)]
        assert connection.execute("SELECT answer FROM kept").fetchall() == [(42,)]

    assert_nothing_was_run_by_hostile_text(host)
    assert_successful(host.run(ROLE, Action.WITHDRAW), changed=1)
    assert not host.is_open(DATABASE)
    assert host.changes_since(before) == {}
    assert_successful(host.run(ROLE, Action.WITHDRAW), changed=0)


def test_the_owner_may_all_and_the_reader_may_read_and_nobody_else_may_connect(host: Host) -> None:
    settings = {"postgresql_database_name": "shop"}
    secrets = {"postgresql_database_reader_password": "of-the-reader"}
    assert_successful(host.run(ROLE, Action.DELIVER, settings, secrets=secrets), changed=3)
    with connected(host) as owner:
        owner.execute("CREATE TABLE orders AS SELECT 1 AS id")
        owner.execute("CREATE SCHEMA stock")
        owner.execute("CREATE TABLE stock.parts AS SELECT 2 AS id")
        owner.execute("CREATE TABLE wages AS SELECT 3 AS id")
        owner.execute("REVOKE SELECT ON wages FROM shop_reader")
    assert_successful(host.run(ROLE, Action.DELIVER, settings, secrets=secrets), changed=0)
    with connected(host, "shop_reader", "of-the-reader") as reader:
        assert reader.execute("SELECT id FROM orders").fetchall() == [(1,)]
        assert reader.execute("SELECT id FROM stock.parts").fetchall() == [(2,)]
        for refused in (
            "SELECT id FROM wages",  # the owner said so, and a further apply did not undo it
            "DELETE FROM orders",
            "CREATE TABLE mine (id int)",
            "CREATE TEMPORARY TABLE mine (id int)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute(refused)
    as_administrator(host, "CREATE ROLE stranger LOGIN")
    assert as_administrator(host, "SELECT has_database_privilege('stranger', 'shop', 'CONNECT')") == "f"
    as_administrator(host, "DROP ROLE stranger")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connected(host, "shop", "wrong")
    with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry"):
        connected(host, "postgres", dbname="postgres")

    renewed = {"postgresql_database_reader_password": "another"}
    running = as_administrator(host, "SELECT pg_postmaster_start_time()")
    assert_successful(host.run(ROLE, Action.DELIVER, settings, secrets=renewed), changed=1)
    assert as_administrator(host, "SELECT pg_postmaster_start_time()") == running
    connected(host, "shop_reader", "another").close()
    assert_successful(host.run(ROLE, Action.WITHDRAW), changed=1)


def test_a_database_with_a_certificate_speaks_only_tls(host: Host, tmp_path: Path) -> None:
    authority, stranger = TestAuthority(), TestAuthority()
    pair = authority.issue(host.address, "db.example.org")
    (tmp_path / "root.pem").write_text(authority.certificate)
    settings: dict[str, Any] = {
        "postgresql_database_name": "shop",
        "delivery_certificate": pair.certificate,
        "delivery_authority": authority.certificate,
    }
    key = {"delivery_private_key": pair.private_key}
    delivered = host.run(ROLE, Action.DELIVER, settings, secrets=key)
    assert_successful(delivered, changed=3)
    facts = as_reference(delivered)
    assert (facts["reader"], facts["tls"], facts["certificate_name"]) == ("shop_reader", "required", host.address)
    assert_successful(host.run(ROLE, Action.DELIVER, settings, secrets=key), changed=0)
    connected(host, sslmode="verify-full", sslrootcert=tmp_path / "root.pem").close()
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        connected(host, sslmode="disable")
    assert_refused(
        host.run(ROLE, Action.VERIFY, {**settings, "delivery_authority": stranger.certificate}, secrets=key),
        "CERTIFICATE_VERIFY_FAILED",
    )
    named = {**settings, "delivery_names": ["db.example.org"]}
    assert_successful(host.run(ROLE, Action.VERIFY, named, secrets=key))
    assert_refused(
        host.run(ROLE, Action.VERIFY, {**named, "delivery_names": ["other.example.org"]}, secrets=key),
        "Hostname mismatch",
    )
    assert_successful(host.run(ROLE, Action.DELIVER, {"postgresql_database_name": "shop"}), changed=1)
    connected(host, sslmode="disable").close()
    assert host.grep_for_secrets(pair.private_key.splitlines()[1]) == []
    assert_successful(host.run(ROLE, Action.WITHDRAW), changed=1)


def test_standbys_have_slots_and_addresses_decide_who_connects(lab: LabHosts, host: Host) -> None:
    before = host.state()
    settings: dict[str, Any] = {
        "postgresql_database_name": "shop",
        "postgresql_database_standby_addresses": [lab["h2"].address, "192.0.2.9"],
        "postgresql_database_reached_from": ["198.51.100.0/24"],
    }
    assert_successful(host.run(ROLE, Action.DELIVER, settings), changed=3)  # verified from here, though not in the list
    assert_successful(host.run(ROLE, Action.DELIVER, settings), changed=0)
    slots = "SELECT slot_name FROM pg_replication_slots ORDER BY 1"
    second = f"bidwright_{lab['h2'].address.replace('.', '_')}"
    assert as_administrator(host, slots).splitlines() == sorted([second, "bidwright_192_0_2_9"])
    opened = host.shell("cat /etc/bidwright/firewall.d/c-1.postgresql_database.nft")
    assert f"ip saddr 198.51.100.0/24 tcp dport {DATABASE} accept" in opened
    assert f"ip saddr {lab['h2'].address}/32 tcp dport {DATABASE} accept" in opened
    assert b"no pg_hba.conf entry" in answer_from(lab["h2"], host)

    settings["postgresql_database_standby_addresses"] = [lab["h2"].address]
    assert_successful(host.run(ROLE, Action.DELIVER, settings), changed=2)
    assert as_administrator(host, slots) == second
    settings["postgresql_database_standby_addresses"] = []
    assert_successful(host.run(ROLE, Action.DELIVER, settings), changed=2)
    assert as_administrator(host, slots) == ""
    assert as_administrator(host, "SELECT count(*) FROM pg_roles WHERE rolname = 'shop_standby'") == "0"
    assert_successful(host.run(ROLE, Action.WITHDRAW), changed=1)
    assert host.changes_since(before) == {}


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        (
            "postgresql_database_name",
            HOSTILE_NAMES[0],
            "is not a name for a database",
        ),  # Jinja; all the others: test_roles.py
        ("postgresql_database_name", "app\n", "is not a name for a database"),
        ("postgresql_database_name", "n" * 56, "is not a name for a database"),  # its roles would be cut off
        ("postgresql_database_reached_from", ["all"], "is not an address"),  # a word of pg_hba.conf
        ("postgresql_database_reached_from", ["0.0.0.0/0 trust\nhost all"], "is not an address"),
        ("postgresql_database_standby_addresses", ["192.0.2.0/24"], "is not an address"),
    ],
)
def test_what_could_be_misread_by_a_configuration_is_refused(
    host: Host, variable: str, value: object, words: str
) -> None:
    host.refuse(ROLE, {variable: value}, words)


def test_passwords_of_a_database_are_nowhere_on_its_host(lab: LabHosts, host: Host) -> None:
    with host.watched() as seen:
        assert_successful(host.run(ROLE, Action.DELIVER))
        processes = seen()
    assert b"postgres" in processes
    assert PLANTED.encode() not in processes
    assert host.grep_for_secrets(PLANTED) == []
    assert lab.files_of_runs_with(PLANTED) == []
    assert_successful(host.run(ROLE, Action.WITHDRAW), changed=1)
