"""Each role on a real host over SSH: apply, apply again, change, reboot, verify, withdraw, and what is left."""

from __future__ import annotations

import contextlib
import html
import multiprocessing
import os
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
from bidwright.provisioning.ansible_leftovers import end_leftovers, mark_of
from bidwright.provisioning.ansible_run import Action, RoleResult, RoleRun, Status, Value
from bidwright.provisioning.host_connection import connection_directory
from bidwright.provisioning.host_target import HostTarget
from bidwright.provisioning.inventory import read_inventory

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        os.geteuid() != 0 or os.environ.get("BIDWRIGHT_TEST_LAB") != "1" or "BIDWRIGHT_LAB_INVENTORY" not in os.environ,
        reason="needs root, BIDWRIGHT_TEST_LAB=1, and BIDWRIGHT_LAB_INVENTORY=<inventory of lab hosts>",
    ),
]

PLANTED = "planted-Secret_0123456789"
HOSTILE = (
    "{{ lookup('pipe','touch /tmp/owned') }} {% raw %} {# c #} \"double\" 'single' #{x} $(touch /tmp/owned) "
    "`touch /tmp/owned` %(x)s %\nsecond line; '; DROP TABLE about; -- </title><script>alert(1)</script> \u202eright "
    "to left \U0001f600 \\n \\ \t & !unsafe ../../etc"
)
SITE, DATABASE, CACHE = 20001, 20002, 20003
SECRETS: Mapping[str, Mapping[str, str]] = {
    "postgresql_database": {"postgresql_database_password": PLANTED},
    "valkey_cache": {"valkey_cache_password": PLANTED},
}
PORTS = {"website": SITE, "postgresql_database": DATABASE, "valkey_cache": CACHE}
# What any run of any program changes: logs, caches, and where Ansible puts its modules for a moment.
IGNORED = (
    "/root/.ansible",
    "/var/log",
    "/var/cache",
    "/var/lib/apt",
    "/var/lib/dpkg",
    "/var/lib/systemd",
    *("/tmp", "/var/tmp"),  # noqa: S108 - of the host, not ours
)


@dataclass
class Lab:
    """A host with the means to run roles on it and to look at it."""

    target: HostTarget
    runs: Path
    attempts: Iterator[int] = field(default_factory=lambda: count(1))

    def run(self, role: str, action: Action, **variables: Value) -> RoleResult:
        attempt = f"a{next(self.attempts)}"
        return run_role(self.role_run(role, action, attempt, variables))

    def role_run(
        self,
        role: str,
        action: Action,
        attempt: str,
        variables: Mapping[str, Value],
        *,
        contract: str = "c-1",
        fence: int = 0,
        installation: str = "",
    ) -> RoleRun:
        is_withdraw = action == Action.WITHDRAW
        return RoleRun(
            role=role,
            action=action,
            target=self.target,
            contract=contract,
            delivery=role,
            attempt=attempt,
            run_dir=self.runs / attempt,
            variables={} if is_withdraw else variables,
            secrets={} if is_withdraw else SECRETS.get(role, {}),
            port=None if is_withdraw else PORTS.get(role),
            fence=fence,
            installation=installation,
        )

    def shell(self, command: str) -> str:
        """Run a shell command on the host, as root, and return what it prints."""
        connection = self.target.connection
        login = ["-i", str(connection["ansible_ssh_private_key_file"]), f"root@{connection['ansible_host']}"]
        options = str(connection["ansible_ssh_common_args"]).split()
        done = subprocess.run(["ssh", *options, *login, command], check=True, capture_output=True, timeout=60)
        return done.stdout.decode()

    def reboot(self) -> None:
        """Reboot the host and wait until all its units have had their start."""
        before = self.shell("systemctl show -p UserspaceTimestampMonotonic --value")
        with contextlib.suppress(subprocess.CalledProcessError):  # the connection ends with the host
            self.shell("systemctl reboot")
        deadline = time.monotonic() + 60
        while True:
            try:
                if self.shell("systemctl show -p UserspaceTimestampMonotonic --value") != before:
                    break
            except subprocess.CalledProcessError:
                time.sleep(0.2)
            assert time.monotonic() < deadline
        self.shell("systemctl is-system-running --wait || true")

    def state(self) -> dict[str, set[str]]:
        """Files with their contents' checksums, open ports, running programs and known units."""
        pruned = " -o ".join(f"-path {path}" for path in IGNORED)
        files = self.shell(
            f"find / -xdev \\( {pruned} \\) -prune"
            " -o -type f -exec md5sum {} + -o \\( -type d -o -type l \\) -printf '%p %l\\n'"
        )
        return {
            "files": set(files.splitlines()),
            "logs": set(self.shell("find /var/log -name '*bidwright*' -o -name '*bw_*'").splitlines()),
            "ports": set(self.shell("ss -Htlun | awk '{print $1, $5}'").splitlines()),
            "programs": set(
                self.shell("ps -eo comm= | grep -vE 'ssh|ps|systemd|sort|kworker|bash|sh$|grep' | sort -u").splitlines()
            ),
            "units": set(
                self.shell(
                    "systemctl list-units --all --plain --no-legend 'bidwright*' 'postgresql@*' 'redis*' 'nginx*'"
                ).splitlines()
            ),
        }


def assert_successful(result: RoleResult, *, changed: int | None = None) -> None:
    assert (result.status, result.return_code, result.message) == (Status.SUCCESSFUL, 0, "")
    assert changed is None or result.changed == changed


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """The first host of the inventory, with the roles' packages, which stay when the roles are withdrawn."""
    inventory = read_inventory(Path(os.environ["BIDWRIGHT_LAB_INVENTORY"]))
    target = next(place.target for place in inventory.places.values() if isinstance(place.target, HostTarget))
    lab = Lab(target, tmp_path_factory.mktemp("runs"))
    for role in ("website", "postgresql_database", "valkey_cache"):
        assert_successful(lab.run(role, Action.DELIVER))
        assert_successful(lab.run(role, Action.WITHDRAW), changed=1)
    return lab


def is_open(lab: Lab, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((lab.target.address, port)) == 0


def page(lab: Lab, path: str = "/") -> str:
    with urllib.request.urlopen(f"http://{lab.target.address}:{SITE}{path}", timeout=10) as answer:
        return str(answer.read().decode())


def test_a_website_lives_from_apply_over_a_reboot_to_withdraw(lab: Lab) -> None:
    before = lab.state()
    settings: dict[str, Value] = {"website_title": HOSTILE, "website_domain": "Shop.example.org"}
    delivered = lab.run("website", Action.DELIVER, **settings)
    assert_successful(delivered, changed=1)
    assert delivered.endpoint == {
        "scheme": "http",
        "host": lab.target.address,
        "port": SITE,
        "domain": "Shop.example.org",
    }
    assert f"<h1>{html.escape(HOSTILE, quote=False)}</h1>" in page(lab).replace("&#34;", '"').replace("&#39;", "'")
    assert_successful(lab.run("website", Action.DELIVER, **settings), changed=0)

    server = lab.shell("cat /run/nginx.pid")
    assert_successful(lab.run("website", Action.DELIVER, website_title="Bonjour"), changed=1)
    assert "<h1>Bonjour</h1>" in page(lab)
    assert lab.shell("cat /run/nginx.pid") == server  # a change is loaded without an interruption
    assert lab.run("website", Action.VERIFY, website_title="another").status == Status.FAILED

    lab.reboot()
    assert_successful(lab.run("website", Action.VERIFY, website_title="Bonjour"))
    assert_successful(lab.run("website", Action.DELIVER, website_title="Bonjour"), changed=0)

    assert_successful(lab.run("website", Action.WITHDRAW), changed=1)
    assert not is_open(lab, SITE)
    assert lab.state() == before
    assert_successful(lab.run("website", Action.WITHDRAW), changed=0)
    assert (
        lab.shell("ls /tmp/owned 2>&1 || true").strip() == "ls: cannot access '/tmp/owned': No such file or directory"
    )
    assert not Path("/", "tmp", "owned").exists()


def test_a_web_server_that_runs_another_configuration_loads_the_one_on_disk(lab: Lab) -> None:
    site = "/etc/nginx/sites-enabled/bidwright-c-1.website.conf"
    assert_successful(lab.run("website", Action.APPLY, website_domain="one.example.org"))
    lab.shell(f"sed -i 's/one.example.org/two.example.org/' {site} && systemctl reload nginx")
    assert_successful(lab.run("website", Action.APPLY, website_domain="one.example.org"), changed=1)
    lab.shell("rm /run/bidwright/c-1.website.loaded")  # as if the run had been killed before it reloaded
    lab.shell(f"touch {site}")
    assert_successful(lab.run("website", Action.APPLY, website_domain="one.example.org"), changed=1)
    assert_successful(lab.run("website", Action.APPLY, website_domain="one.example.org"), changed=0)
    lab.shell("systemctl kill -s KILL nginx")
    assert_successful(lab.run("website", Action.DELIVER, website_domain="one.example.org"), changed=1)
    assert lab.run("website", Action.APPLY, website_domain="x; return 200").message.endswith(
        "Use letters, digits, dots and hyphens."
    )
    assert_successful(lab.run("website", Action.WITHDRAW), changed=1)


def test_sites_of_two_contracts_share_the_web_server_and_one_can_go(lab: Lab) -> None:
    assert_successful(lab.run("website", Action.DELIVER, website_title="One"))
    other = lab.role_run("website", Action.DELIVER, "b1", {"website_title": "Two"}, contract="c-2")
    assert_successful(run_role(RoleRun(**{**vars(other), "port": SITE + 10})), changed=1)
    assert_successful(lab.run("website", Action.WITHDRAW), changed=1)
    assert not is_open(lab, SITE)
    assert is_open(lab, SITE + 10)
    assert_successful(run_role(lab.role_run("website", Action.WITHDRAW, "b2", {}, contract="c-2")), changed=1)
    assert not is_open(lab, SITE + 10)


def test_a_database_keeps_its_data_over_changes_and_a_reboot_until_it_is_withdrawn(lab: Lab) -> None:
    before = lab.state()
    settings: dict[str, Value] = {
        "postgresql_database_name": "shop",
        "postgresql_database_title": HOSTILE,
        "postgresql_database_connections": 20,
    }
    delivered = lab.run("postgresql_database", Action.DELIVER, **settings)
    assert_successful(delivered, changed=3)
    assert delivered.endpoint["host"] == lab.target.address
    address = f"host={lab.target.address} port={DATABASE} dbname=shop user=shop connect_timeout=10"
    with psycopg.connect(f"{address} password={PLANTED}") as connection:
        assert connection.execute("SELECT value FROM about").fetchall() == [(HOSTILE,)]
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    assert_successful(lab.run("postgresql_database", Action.DELIVER, **settings), changed=0)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(f"{address} password=wrong")
    with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry"):
        psycopg.connect(
            f"{address} password={PLANTED}".replace("dbname=shop user=shop", "dbname=postgres user=postgres")
        )

    settings["postgresql_database_connections"] = 33
    assert_successful(lab.run("postgresql_database", Action.DELIVER, **settings), changed=1)
    lab.reboot()
    assert_successful(lab.run("postgresql_database", Action.DELIVER, **settings), changed=0)
    with psycopg.connect(f"{address} password={PLANTED}") as connection:
        assert connection.execute("SHOW max_connections").fetchall() == [("33",)]
        assert connection.execute("SELECT answer FROM kept").fetchall() == [(42,)]

    assert_successful(lab.run("postgresql_database", Action.WITHDRAW), changed=1)
    assert not is_open(lab, DATABASE)
    assert lab.state() == before
    assert_successful(lab.run("postgresql_database", Action.WITHDRAW), changed=0)


def test_a_cache_lives_from_apply_over_a_reboot_to_withdraw(lab: Lab) -> None:
    before = lab.state()
    assert_successful(lab.run("valkey_cache", Action.DELIVER, valkey_cache_title=HOSTILE), changed=2)
    assert_successful(lab.run("valkey_cache", Action.DELIVER, valkey_cache_title=HOSTILE), changed=0)
    assert_successful(
        lab.run("valkey_cache", Action.DELIVER, valkey_cache_title=HOSTILE, valkey_cache_memory_mib=80), changed=1
    )
    lab.reboot()
    assert_successful(lab.run("valkey_cache", Action.VERIFY, valkey_cache_title=HOSTILE))
    assert_successful(
        lab.run("valkey_cache", Action.DELIVER, valkey_cache_title=HOSTILE, valkey_cache_memory_mib=80), changed=0
    )
    with socket.create_connection((lab.target.address, CACHE), timeout=5) as stranger:
        stranger.sendall(b"GET about\r\n")
        assert stranger.recv(100).startswith(b"-NOAUTH")
    assert_successful(lab.run("valkey_cache", Action.WITHDRAW), changed=1)
    assert not is_open(lab, CACHE)
    assert lab.state() == before
    assert_successful(lab.run("valkey_cache", Action.WITHDRAW), changed=0)


def test_a_host_records_what_was_sold(lab: Lab) -> None:
    before = lab.state()
    assert_successful(lab.run("server", Action.DELIVER, server_vcpu=4, server_ram_gib="7.5"), changed=1)
    assert_successful(lab.run("server", Action.APPLY, server_vcpu=4, server_ram_gib="7.5"), changed=0)
    assert lab.run("server", Action.VERIFY, server_vcpu=8).status == Status.FAILED
    assert_successful(lab.run("server", Action.WITHDRAW), changed=1)
    assert lab.state() == before


def test_a_password_is_nowhere_on_the_host_and_in_no_process(lab: Lab) -> None:
    look = "ps axww -o args; cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'"
    watch = f"for i in $(seq 400); do {look}; sleep 0.02; done"
    connection = lab.target.connection
    options = [
        *str(connection["ansible_ssh_common_args"]).split(),
        "-i",
        str(connection["ansible_ssh_private_key_file"]),
    ]
    command = ["ssh", *options, f"root@{connection['ansible_host']}", watch]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as watching:
        results = [lab.run(role, Action.DELIVER) for role in ("postgresql_database", "valkey_cache")]
        seen = watching.communicate(timeout=120)[0]
    assert b"redis-server" in seen
    assert PLANTED.encode() not in seen
    assert PLANTED not in repr(results)
    places = "/etc /srv /var /root /home /run /tmp /dev/shm"
    assert lab.shell(f"grep -rl --binary-files=text -e '{PLANTED}' {places} 2>/dev/null || true") == ""
    assert not [path for path in lab.runs.rglob("*") if path.is_file() and PLANTED.encode() in path.read_bytes()]
    for role in ("postgresql_database", "valkey_cache"):
        assert_successful(lab.run(role, Action.WITHDRAW), changed=1)


def test_a_run_whose_worker_was_replaced_changes_nothing(lab: Lab) -> None:
    lab.shell("rm -f /run/bidwright/fence*")
    assert_successful(run_role(lab.role_run("server", Action.APPLY, "f1", {}, fence=7)), changed=1)
    late = run_role(lab.role_run("server", Action.WITHDRAW, "f2", {}, fence=6))
    assert late.status == Status.FAILED
    assert "its number is 6, and 7 was here already" in late.message
    assert_successful(run_role(lab.role_run("server", Action.WITHDRAW, "f3", {}, fence=8)), changed=1)
    other = lab.role_run("server", Action.WITHDRAW, "f4", {}, fence=1, installation="other")
    assert_successful(run_role(other), changed=0)  # numbers of another installation mean nothing here
    lab.shell("rm -f /run/bidwright/fence*")


def test_a_killed_run_leaves_no_process_and_is_repeated(lab: Lab) -> None:
    before = lab.state()
    run = lab.role_run("postgresql_database", Action.DELIVER, "k1", {})
    worker = multiprocessing.get_context("spawn").Process(target=run_role, args=(run,))
    worker.start()
    deadline = time.monotonic() + 30
    while "cluster" not in lab.shell("ls /etc/bidwright/* /etc/postgresql/15 2>&1 || true").replace("bw_", "cluster"):
        assert time.monotonic() < deadline
    worker.kill()
    worker.join()
    end_leftovers(lab.runs, "k1")
    socket_path = str(connection_directory(mark_of(lab.runs, "k1")))
    assert (
        socket_path not in subprocess.run(["ps", "axww", "-o", "args"], check=True, capture_output=True).stdout.decode()
    )
    while lab.shell("pgrep -f [A]nsiballZ_host_service || true"):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert_successful(lab.run("postgresql_database", Action.DELIVER))
    assert_successful(lab.run("postgresql_database", Action.DELIVER), changed=0)
    assert_successful(lab.run("postgresql_database", Action.WITHDRAW), changed=1)
    assert lab.state() == before


def test_a_host_that_does_not_answer_is_unreachable(lab: Lab) -> None:
    gone = HostTarget("10.78.0.250", {**lab.target.connection, "ansible_host": "10.78.0.250", "ansible_timeout": 2})
    result = Lab(gone, lab.runs / "gone").run("server", Action.APPLY)
    assert result.status == Status.UNREACHABLE
