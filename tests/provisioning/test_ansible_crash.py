"""A run dies with its worker, or is ended before it is repeated; what it left half done is mended."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from bidwright.provisioning.ansible import run_role
from bidwright.provisioning.ansible_leftovers import MARK, end_leftovers, mark_of
from bidwright.provisioning.ansible_roles import role_interface
from bidwright.provisioning.ansible_run import Action, RoleRun, Status
from bidwright.provisioning.directory_account import service_account
from bidwright.provisioning.directory_namespace import command_in_namespace, obstacles
from bidwright.provisioning.directory_processes import processes_marked
from bidwright.provisioning.directory_target import DirectoryTarget

# Stands for a worker: runs the role until it is killed. The second argument takes away the tie to its own life.
WORKER = """
import sys
from pathlib import Path
from bidwright.provisioning import ansible
from bidwright.provisioning.ansible_roles import role_interface
from bidwright.provisioning.ansible_run import Action, RoleRun
from bidwright.provisioning.directory_target import DirectoryTarget

base, port = Path(sys.argv[1]), int(sys.argv[3])
if sys.argv[2] == "untied":
    ansible._dies_with_us = lambda: ()
ansible.run_role(RoleRun(
    role="postgresql_database", action=Action.DELIVER, target=DirectoryTarget(base / "target"), contract="c1",
    delivery="db", attempt="killed", run_dir=base / "runs" / "killed",
    secrets=dict.fromkeys(role_interface("postgresql_database").secrets, "one"), port=port,
))
"""


@pytest.fixture
def target(tmp_path: Path) -> Iterator[DirectoryTarget]:
    target = DirectoryTarget(tmp_path / "target")
    target.ensure_running()
    try:
        yield target
    finally:
        target.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(holds: Callable[[], bool], *, timeout_s: float = 20) -> None:
    deadline = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def a_run(target: DirectoryTarget, port: int) -> RoleRun:
    runs = target.path.parent / "runs"
    return RoleRun(
        role="postgresql_database",
        action=Action.DELIVER,
        target=target,
        contract="c1",
        delivery="db",
        attempt="next",
        run_dir=runs / "next",
        secrets=dict.fromkeys(role_interface("postgresql_database").secrets, "one"),
        port=port,
    )


@pytest.mark.parametrize(
    "tie",
    [
        "tied",  # the kernel ends the run with its worker
        pytest.param("untied", marks=pytest.mark.slow),  # a machine that offers no such tie: end_leftovers does it
    ],
)
def test_a_worker_killed_in_the_middle_leaves_no_run_behind_and_the_repeat_mends_all(
    target: DirectoryTarget, tie: str
) -> None:
    base, port = target.path.parent, free_port()
    with subprocess.Popen([sys.executable, "-c", WORKER, str(base), tie, str(port)], start_new_session=True) as worker:
        wait_until((target.path / "contracts" / "c1" / "db" / "data").exists)
        worker.kill()
    mark = mark_of(base / "runs", "killed")
    if tie == "tied":
        wait_until(lambda: processes_marked(MARK, mark) == [], timeout_s=2)
        assert end_leftovers(base / "runs", "killed") == 0
    else:
        assert processes_marked(MARK, mark) != []
        assert end_leftovers(base / "runs", "killed") > 0
    assert not (base / "runs" / "killed").exists()
    assert processes_marked(MARK, mark) == []

    target.ensure_running()
    assert run_role(a_run(target, port)).status == Status.SUCCESSFUL
    again = run_role(replace(a_run(target, port), action=Action.APPLY))
    assert (again.status, again.changed) == (Status.SUCCESSFUL, 0)
    with psycopg.connect(host="127.0.0.1", port=port, dbname="app", user="app", password="o" + "ne") as connection:
        assert connection.execute("SELECT key, value FROM about").fetchall() == [("title", "Managed database")]
    listing = subprocess.run(["ps", "axww", "-o", "args"], check=True, capture_output=True, text=True).stdout
    masters = [line for line in listing.splitlines() if f"config_file={target.path}/" in line]
    assert len(masters) == 1


def test_a_canceled_run_and_one_that_takes_too_long_end_with_all_their_processes(target: DirectoryTarget) -> None:
    run = replace(a_run(target, free_port()), role="server", secrets={}, port=None)
    canceled = run_role(replace(run, is_canceled=lambda: True))
    assert (canceled.status, canceled.return_code, canceled.message) == (Status.CANCELED, 254, "The run was canceled.")
    assert processes_marked(MARK, mark_of(run.run_dir.parent, "next")) == []

    # Something listens and never answers, so that verification waits.
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        slow = replace(run, role="website", action=Action.VERIFY, port=silent.getsockname()[1], timeout_s=1.2)
        late = run_role(slow)
    assert late.status == Status.TIMEOUT
    assert late.seconds < 6
    assert processes_marked(MARK, mark_of(run.run_dir.parent, "next")) == []
    assert not (run.run_dir / "env").exists()


@pytest.mark.slow
def test_runs_at_the_same_time_do_not_disturb_each_other(target: DirectoryTarget) -> None:
    ports = [free_port() for _ in range(2)]
    runs = [
        replace(
            a_run(target, port),
            role="website",
            secrets={},
            delivery=f"site{number}",
            attempt=f"site{number}",
            run_dir=target.path.parent / "runs" / f"site{number}",
        )
        for number, port in enumerate(ports)
    ]
    results = []
    threads = [threading.Thread(target=lambda run=run: results.append(run_role(run))) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [result.status for result in results] == [Status.SUCCESSFUL, Status.SUCCESSFUL]
    assert {result.endpoint["port"] for result in results} == set(ports)


def test_a_run_leaves_few_files_and_none_with_what_it_was_given(
    target: DirectoryTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIDWRIGHT_REDIS_URL", "redis://:hidden-from-runs@localhost")
    run = replace(
        a_run(target, free_port()), role="server", secrets={}, port=None, variables={"server_ram_gib": "12.125"}
    )
    assert run_role(run).status == Status.SUCCESSFUL
    files = [path for path in run.run_dir.rglob("*") if path.is_file()]
    assert sorted(path.name for path in files) == ["command", "rc", "status"]
    for path in files:
        assert "hidden-from-runs" not in path.read_text()
        assert "12.125" not in path.read_text()
    assert run.run_dir.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: only root starts services as another account")
def test_an_account_reaches_a_binary_below_a_directory_that_it_may_not_enter(tmp_path: Path) -> None:
    account = service_account("nobody")
    assert account is not None
    private, stage = tmp_path / "private", tmp_path / "stage"
    deep = private / "a" / "b"
    deep.mkdir(parents=True)
    stage.mkdir()
    private.chmod(0o700)
    program, other = deep / "program", private / "other"
    program.write_text("#!/bin/sh\necho reached\n")
    other.write_text("not needed")
    for path in (tmp_path, deep, deep.parent):
        path.chmod(0o755)
    program.chmod(0o755)
    as_nobody = ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]

    assert subprocess.run([*as_nobody, str(program)], check=False, capture_output=True).returncode != 0
    behind = obstacles(account, [deep])
    command = command_in_namespace(behind, stage, [*as_nobody, "/bin/sh", "-c", f"{program}; ls {private}"])
    answer = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (answer.stdout, answer.stderr) == ("reached\na\n", "")
    assert other.read_text() == "not needed"  # outside, nothing has changed
    assert "bidwright" not in Path("/proc/mounts").read_text()


def test_signals_do_not_reach_processes_of_others(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "30"], env={MARK: mark_of(tmp_path, "other"), "PATH": os.defpath}) as process:
        assert end_leftovers(tmp_path, "mine") == 0
        assert process.poll() is None
        process.send_signal(signal.SIGKILL)
