"""Each role against real servers: apply, apply again, change, verify, withdraw."""

from __future__ import annotations

import html
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
import pytest

from bidwright.provisioning.ansible import run_role
from bidwright.provisioning.ansible_roles import role_interface
from bidwright.provisioning.ansible_run import Action, RoleResult, RoleRun, Status, TaskDone, Value
from bidwright.provisioning.directory_processes import processes_working_below
from bidwright.provisioning.directory_target import DirectoryTarget
from bidwright.provisioning.supervision import Supervisor

PLANTED = "planted-Secret_0123456789"
HOSTILE = (
    "{{ lookup('pipe','touch owned') }} {% raw %} {# c #} \"double\" 'single' #{x} $(touch owned) `touch owned` %(x)s "
    "%\nsecond line; '; DROP TABLE about; -- </title><script>alert(1)</script> \u202eright to left "
    "\U0001f600 \\n \\ \t & !unsafe"
)


@dataclass
class Lab:
    """A target with the means to run roles on it."""

    target: DirectoryTarget
    runs: Path
    attempts: Iterator[int] = field(default_factory=lambda: count(1))
    tasks: list[TaskDone] = field(default_factory=list)

    def run(
        self,
        role: str,
        action: Action,
        *,
        port: int | None = None,
        secrets: Mapping[str, str] | None = None,
        contract: str = "c1",
        **variables: Value,
    ) -> RoleResult:
        attempt = f"a{next(self.attempts)}"
        return run_role(
            RoleRun(
                role=role,
                action=action,
                target=self.target,
                contract=contract,
                delivery=role,
                attempt=attempt,
                run_dir=self.runs / attempt,
                variables=variables,
                secrets=secrets or {},
                port=port,
                on_task=self.tasks.append,
            )
        )

    def files(self) -> set[str]:
        """Names of all files that a delivery could leave behind."""
        found = [path for name in ("contracts", "supervisor.d") for path in (self.target.path / name).rglob("*")]
        return {str(path.relative_to(self.target.path)) for path in found}

    def process(self, role: str) -> int:
        """Lowest process id of a service: its first process."""
        return min(processes_working_below(self.target.path / "contracts" / "c1" / role))


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    # Below pytest's directory of mode 0700, which the services' account may not enter, and deeper than a socket's path.
    base = tmp_path_factory.mktemp(
        "a directory whose path is longer than what the address of a unix socket can hold " + "x" * 40
    )
    target = DirectoryTarget(base / "target")
    target.ensure_running()
    try:
        yield Lab(target, base / "runs")
    finally:
        target.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def page(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
        return str(answer.read().decode())


def assert_successful(result: RoleResult, *, changed: int | None = None) -> None:
    assert (result.status, result.return_code, result.message) == (Status.SUCCESSFUL, 0, "")
    assert changed is None or result.changed == changed


def assert_withdrawn(lab: Lab, role: str, port: int) -> None:
    assert_successful(lab.run(role, Action.WITHDRAW), changed=1)
    assert lab.files() == set()
    assert not is_open(port)
    assert processes_working_below(lab.target.path / "contracts") == []
    assert Supervisor(lab.target.path).state(f"c1.{role}") == "UNKNOWN"
    assert_successful(lab.run(role, Action.WITHDRAW), changed=0)


def test_a_website_lives_from_apply_to_withdraw(lab: Lab) -> None:
    port = free_port()
    result = lab.run("website", Action.DELIVER, port=port, website_title=HOSTILE, website_domain="Shop.example.org")
    assert_successful(result, changed=1)
    assert result.endpoint == {"scheme": "http", "host": "127.0.0.1", "port": port, "domain": "Shop.example.org"}
    assert f"<h1>{html.escape(HOSTILE, quote=False)}</h1>" in page(port).replace("&#34;", '"').replace("&#39;", "'")
    assert lab.tasks[-1].role == "website"
    assert not list(lab.target.path.parent.rglob("owned"))

    again = lab.run("website", Action.APPLY, port=port, website_title=HOSTILE, website_domain="Shop.example.org")
    assert_successful(again, changed=0)

    server = lab.process("website")
    assert_successful(lab.run("website", Action.DELIVER, port=port, website_title="New"), changed=1)
    assert "<h1>New</h1>" in page(port)

    # The process is gone and is not started again: verify fails, apply mends.
    Supervisor(lab.target.path).stop("c1.website")
    assert not is_open(port)
    failed = lab.run("website", Action.VERIFY, port=port, website_title="New")
    assert failed.status == Status.FAILED
    assert "Connection refused" in failed.message
    assert_successful(lab.run("website", Action.DELIVER, port=port, website_title="New"), changed=1)
    assert lab.process("website") != server
    assert_withdrawn(lab, "website", port)


def test_a_new_title_does_not_restart_the_web_server_and_a_new_limit_does(lab: Lab) -> None:
    port = free_port()
    assert_successful(lab.run("website", Action.APPLY, port=port, website_title="One"), changed=1)
    server = lab.process("website")
    assert_successful(lab.run("website", Action.APPLY, port=port, website_title="Two"), changed=1)
    assert lab.process("website") == server
    assert_successful(
        lab.run("website", Action.APPLY, port=port, website_title="Two", website_connections=99), changed=1
    )
    assert lab.process("website") != server

    # A run that was killed between writing the configuration and the restart leaves this behind; the next one mends it.
    server = lab.process("website")
    configuration = lab.target.path / "contracts" / "c1" / "website" / "config" / "nginx.conf"
    configuration.write_text(configuration.read_text().replace("worker_connections 99", "worker_connections 77"))
    result = lab.run("website", Action.APPLY, port=port, website_title="Two", website_connections=77)
    assert_successful(result, changed=1)
    assert lab.process("website") != server
    assert_withdrawn(lab, "website", port)


def test_a_site_refuses_a_host_name_that_is_none_and_a_port_that_is_taken(lab: Lab) -> None:
    result = lab.run("website", Action.APPLY, port=free_port(), website_domain="x; return 200 owned")
    assert result.status == Status.FAILED
    assert "website_domain is not a host name" in result.message
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        result = lab.run("website", Action.APPLY, port=port)
    assert result.status == Status.FAILED
    assert f"Port {port} on 127.0.0.1 is in use by another process." in result.message
    assert_withdrawn(lab, "website", port)


def secrets_of(role: str) -> dict[str, str]:
    return dict.fromkeys(role_interface(role).secrets, PLANTED)


def database_answers(port: int, password: str) -> list[tuple[object, ...]]:
    with psycopg.connect(host="127.0.0.1", port=port, dbname="shop", user="shop", password=password) as connection:
        return connection.execute("SELECT key, value FROM about").fetchall()


def test_a_database_lives_from_apply_to_withdraw(lab: Lab) -> None:
    port = free_port()
    secrets = secrets_of("postgresql_database")

    def run(action: Action, **changes: Value) -> RoleResult:
        values: dict[str, Value] = {
            "postgresql_database_name": "shop",
            "postgresql_database_title": HOSTILE,
            "postgresql_database_ram_gib": "0.5",
        }
        return lab.run("postgresql_database", action, port=port, secrets=secrets, **{**values, **changes})

    result = run(Action.DELIVER)
    assert_successful(result, changed=2)
    assert result.endpoint == {
        "scheme": "postgresql",
        "host": "127.0.0.1",
        "port": port,
        "path": "shop",
        "user": "shop",
        "facts": {"reader": "shop_reader", "tls": "no"},
    }
    assert database_answers(port, PLANTED) == [("title", HOSTILE)]
    with psycopg.connect(host="127.0.0.1", port=port, dbname="shop", user="shop_reader", password=PLANTED) as reader:
        assert reader.execute("SELECT value FROM about").fetchall() == [(HOSTILE,)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("DELETE FROM about")
    assert_successful(run(Action.APPLY), changed=0)

    server = lab.process("postgresql_database")
    assert_successful(run(Action.DELIVER, postgresql_database_title="New"), changed=1)
    assert lab.process("postgresql_database") == server
    assert database_answers(port, PLANTED) == [("title", "New")]

    assert_successful(
        run(Action.DELIVER, postgresql_database_title="New", postgresql_database_connections=33), changed=1
    )
    with psycopg.connect(host="127.0.0.1", port=port, dbname="shop", user="shop", password=PLANTED) as connection:
        assert connection.execute("SHOW max_connections").fetchall() == [("33",)]
        assert connection.execute("SHOW shared_buffers").fetchall() == [("128MB",)]

    secrets |= dict.fromkeys(secrets, "rotated")
    assert_successful(
        run(Action.DELIVER, postgresql_database_title="New", postgresql_database_connections=33), changed=1
    )
    assert database_answers(port, "rotated") == [("title", "New")]
    for user, database, password in (
        ("shop", "shop", PLANTED),
        ("postgres", "postgres", ""),
        ("shop", "postgres", "rotated"),
    ):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(host="127.0.0.1", port=port, dbname=database, user=user, password=password)

    Supervisor(lab.target.path).stop("c1.postgresql_database")
    failed = run(Action.VERIFY)
    assert failed.status == Status.FAILED
    assert "Connection refused" in failed.message
    assert_withdrawn(lab, "postgresql_database", port)


@pytest.mark.parametrize("name", ['x"; DROP DATABASE postgres; --', "postgres", "a\n"])
def test_a_database_refuses_a_name_that_could_mean_something_else(lab: Lab, name: str) -> None:
    secrets = secrets_of("postgresql_database")
    result = lab.run(
        "postgresql_database", Action.APPLY, port=free_port(), secrets=secrets, postgresql_database_name=name
    )
    assert result.status == Status.FAILED
    assert "postgresql_database_name is not a name for a database" in result.message
    assert lab.files() == set()


def cache_answers(port: int, *commands: str) -> list[bytes]:
    """Send inline commands, as a person with telnet would; the first line of each answer, and of texts the text."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection, connection.makefile("rwb") as stream:
        answers = []
        for command in commands:
            stream.write(command.encode() + b"\r\n")
            stream.flush()
            line = stream.readline().rstrip()
            answers.append(stream.read(int(line[1:]) + 2)[:-2] if line.startswith(b"$") else line)
        return answers


def test_a_cache_lives_from_apply_to_withdraw(lab: Lab) -> None:
    port = free_port()
    secrets = secrets_of("valkey_cache")
    result = lab.run("valkey_cache", Action.DELIVER, port=port, secrets=secrets, valkey_cache_title=HOSTILE)
    assert_successful(result, changed=2)
    assert result.endpoint == {
        "scheme": "valkey",
        "host": "127.0.0.1",
        "port": port,
        "user": "cache",
        "facts": {"tls": "no"},
    }
    login = f"AUTH cache {PLANTED}"
    assert cache_answers(port, login, "PING", "GET about") == [b"+OK", b"+PONG", HOSTILE.encode()]
    assert cache_answers(port, "GET about")[0].startswith(b"-NOAUTH")
    assert cache_answers(port, login, "CONFIG GET maxmemory")[1].startswith(b"-NOPERM")
    assert_successful(
        lab.run("valkey_cache", Action.APPLY, port=port, secrets=secrets, valkey_cache_title=HOSTILE), changed=0
    )

    # Another setting restarts the server; what it held is still there.
    result = lab.run(
        "valkey_cache",
        Action.DELIVER,
        port=port,
        secrets=secrets,
        valkey_cache_title=HOSTILE,
        valkey_cache_memory_mib=7,
    )
    assert_successful(result, changed=1)

    Supervisor(lab.target.path).stop("c1.valkey_cache")
    failed = lab.run("valkey_cache", Action.VERIFY, port=port, secrets=secrets, valkey_cache_title=HOSTILE)
    assert failed.status == Status.FAILED
    assert "Connection refused" in failed.message
    assert_withdrawn(lab, "valkey_cache", port)


def test_a_server_records_what_was_sold(lab: Lab) -> None:
    result = lab.run("server", Action.DELIVER, server_vcpu=4, server_ram_gib="7.5")
    assert_successful(result, changed=1)
    assert_successful(lab.run("server", Action.APPLY, server_vcpu=4, server_ram_gib="7.5"), changed=0)
    assert lab.run("server", Action.VERIFY, server_vcpu=8).status == Status.FAILED
    assert_successful(lab.run("server", Action.WITHDRAW), changed=1)
    assert lab.files() == set()


def test_services_outlive_their_supervisor_and_secrets_stay_where_they_belong(lab: Lab) -> None:
    site, database, cache = free_port(), free_port(), free_port()
    secrets = secrets_of("postgresql_database")
    seen: set[bytes] = set()
    with subprocess.Popen(
        ["/bin/sh", "-c", "while :; do ps axww -o args; sleep 0.02; done"], stdout=subprocess.PIPE
    ) as watch:
        lab.run("website", Action.APPLY, port=site)
        lab.run("postgresql_database", Action.APPLY, port=database, secrets=secrets, postgresql_database_name="shop")
        lab.run("valkey_cache", Action.APPLY, port=cache, secrets=secrets_of("valkey_cache"))
        watch.kill()
        seen.update(watch.communicate()[0].splitlines())
    assert len(seen) > 10
    assert not [line for line in seen if PLANTED.encode() in line]
    files = [path for path in lab.target.path.parent.rglob("*") if path.is_file()]
    assert [path for path in files if PLANTED.encode() in path.read_bytes()] == []
    contracts = [path for path in files if "contracts" in path.parts]
    assert [path for path in contracts if path.stat().st_mode & 0o007] == []
    for process in processes_working_below(lab.target.path / "contracts"):
        assert PLANTED.encode() not in Path(f"/proc/{process}/environ").read_bytes()
        if os.geteuid() == 0:
            assert Path(f"/proc/{process}").stat().st_uid != 0

    os.kill(Supervisor(lab.target.path).process_id(), signal.SIGKILL)
    assert "Welcome" in page(site)  # the servers go on
    lab.target.ensure_running()
    lab.target.ensure_running()
    deadline = time.monotonic() + 10
    while not (is_open(site) and is_open(database) and is_open(cache)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert_successful(lab.run("website", Action.DELIVER, port=site), changed=0)
    assert_successful(
        lab.run("postgresql_database", Action.DELIVER, port=database, secrets=secrets, postgresql_database_name="shop"),
        changed=0,
    )

    lab.target.stop()
    assert processes_working_below(lab.target.path) == []
    lab.target.stop()
    lab.target.ensure_running()
    for role in ("website", "postgresql_database", "valkey_cache"):
        assert_successful(lab.run(role, Action.WITHDRAW), changed=1)
    assert lab.files() == set()
