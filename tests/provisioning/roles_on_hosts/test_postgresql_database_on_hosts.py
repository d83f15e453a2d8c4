"""The role postgresql_database on a host: data outlives changes and reboots, and ends with the withdrawal."""

from __future__ import annotations

import psycopg
import pytest
from lab_hosts import HOSTILE, PLANTED, Host, assert_successful

from bidwright.provisioning.ansible_run import Action

DATABASE = Host.port("postgresql_database")
pytestmark = pytest.mark.slow


def test_a_database_keeps_its_data_over_changes_and_a_reboot_until_it_is_withdrawn(host: Host) -> None:
    host.prepare("postgresql_database")
    before = host.state()
    settings = {
        "postgresql_database_name": "shop",
        "postgresql_database_title": HOSTILE,
        "postgresql_database_connections": 20,
    }
    delivered = host.run("postgresql_database", Action.DELIVER, settings)
    assert_successful(delivered, changed=3)
    assert delivered.endpoint["host"] == host.address
    address = f"host={host.address} port={DATABASE} dbname=shop user=shop connect_timeout=10"
    with psycopg.connect(f"{address} password={PLANTED}") as connection:
        assert connection.execute("SELECT value FROM about").fetchall() == [(HOSTILE,)]
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    assert_successful(host.run("postgresql_database", Action.DELIVER, settings), changed=0)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(f"{address} password=wrong")
    with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry"):
        psycopg.connect(
            f"{address} password={PLANTED}".replace("dbname=shop user=shop", "dbname=postgres user=postgres")
        )

    settings["postgresql_database_connections"] = 33
    assert_successful(host.run("postgresql_database", Action.DELIVER, settings), changed=1)
    host.reboot()
    assert_successful(host.run("postgresql_database", Action.DELIVER, settings), changed=0)
    with psycopg.connect(f"{address} password={PLANTED}") as connection:
        assert connection.execute("SHOW max_connections").fetchall() == [("33",)]
        assert connection.execute("SELECT answer FROM kept").fetchall() == [(42,)]

    assert_successful(host.run("postgresql_database", Action.WITHDRAW), changed=1)
    assert not host.is_open(DATABASE)
    assert host.changes_since(before) == {}
    assert_successful(host.run("postgresql_database", Action.WITHDRAW), changed=0)
