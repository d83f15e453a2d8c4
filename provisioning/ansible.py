"""Runs roles through ansible-runner; the only module that imports it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from ansible_runner.config.runner import RunnerConfig
from ansible_runner.runner import Runner

from bidwright.core.errors import Faults, Unavailable
from bidwright.provisioning.ansible_leftovers import MARK, mark_of
from bidwright.provisioning.ansible_progress import Progress
from bidwright.provisioning.ansible_roles import PLAYBOOKS, role_interface
from bidwright.provisioning.ansible_run import Action, RoleResult, RoleRun, Status
from bidwright.provisioning.ansible_variables import unsafe_yaml, write_private
from bidwright.provisioning.host_connection import end_connection, prepare_connection

_KEPT_ENVIRONMENT = (
    "PATH",
    "HOME",
    "TMPDIR",
    "SSH_AUTH_SOCK",
)  # nothing else: the worker's environment holds its credentials


def run_role(run: RoleRun) -> RoleResult:
    """Run one action of one role and wait for its end; blocks, so call it in a thread.

    When the calling process dies, the run dies with it; supervised services live on.

    Raises:
        InvalidInput: The role is unknown or cannot serve this kind of target, or a value is not one of its options.
        Unavailable: ansible-playbook could not be started.
    """
    _check(run)
    started = time.monotonic()
    progress = Progress(run.on_task, tuple(run.secrets.values()))
    with _private_inputs(run):
        configuration = _configuration(run)
        runner = Runner(configuration, event_handler=progress.take, cancel_callback=run.is_canceled)
        runner.run()
    return RoleResult(
        status=_status(runner.status, runner.rc, is_unreachable=progress.is_unreachable),
        return_code=runner.rc,
        changed=progress.changed,
        endpoint=progress.endpoint,
        message=_message(runner.status, progress),
        seconds=time.monotonic() - started,
    )


def prune_runs(runs: Path, *, keep: int) -> None:
    """Remove all but the newest ``keep`` run directories directly below ``runs``."""
    newest_first = sorted(
        (path for path in runs.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime_ns, reverse=True
    )
    for path in newest_first[keep:]:
        shutil.rmtree(path)


def _check(run: RoleRun) -> None:
    interface, faults = role_interface(run.role), Faults()
    if run.target.kind not in interface.kinds:
        faults.add(
            "target", f"is of kind {run.target.kind}", f"Role {run.role} serves: {', '.join(sorted(interface.kinds))}."
        )
    for name in sorted(set(run.variables) - interface.variables.keys() - interface.certificate):
        faults.add(
            name, "is not a variable of the role", f"It takes: {', '.join(sorted(interface.variables)) or 'none'}."
        )
    for name in sorted(set(run.secrets) - interface.secrets - interface.certificate):
        faults.add(name, "is not a secret of the role", f"It takes: {', '.join(sorted(interface.secrets)) or 'none'}.")
    if run.action != Action.WITHDRAW:
        for name in sorted(interface.secrets - set(run.secrets)):
            faults.add(name, "is missing", "Generate it once per delivery and pass it in secrets.")
        if interface.needs_port and run.port is None:
            faults.add("port", "is missing", "Allocate a free TCP port and pass it.")
    faults.raise_if_any(f"The run of role {run.role}")


@contextmanager
def _private_inputs(run: RoleRun) -> Iterator[None]:
    """Write inventory and variables for the time of the run."""
    run.run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    run.run_dir.chmod(0o700)
    for name in ("env", "inventory"):
        (run.run_dir / name).mkdir(mode=0o700, exist_ok=True)
    variables = {
        "delivery_role": run.role,
        "delivery_actions": ["apply", "verify"] if run.action == Action.DELIVER else [run.action.value],
        "delivery_contract": run.contract,
        "delivery_id": run.delivery,
        "target_kind": run.target.kind,
        "delivery_fence": run.fence,
        "delivery_installation": run.installation,
        **({} if run.port is None else {"delivery_port": run.port}),
        **run.target.role_variables(),
        **run.variables,
        **run.secrets,
    }
    hosts = {"all": {"hosts": {"target": run.target.connection_variables()}}}
    extra, inventory = run.run_dir / "env" / "extravars", run.run_dir / "inventory" / "hosts.yml"
    try:
        write_private(extra, unsafe_yaml(variables) + "\n")
        write_private(inventory, unsafe_yaml(hosts) + "\n")
        yield
    finally:
        for name in ("env", "inventory", "home"):
            shutil.rmtree(run.run_dir / name, ignore_errors=True)
        end_connection(mark_of(run.run_dir.parent, run.attempt))


def _configuration(run: RoleRun) -> RunnerConfig:
    mark = mark_of(run.run_dir.parent, run.attempt)
    configuration = RunnerConfig(
        private_data_dir=str(run.run_dir),
        playbook=str(PLAYBOOKS / "deliver.yml"),
        ident=run.attempt,
        quiet=True,
        timeout=max(1, round(run.timeout_s)),
        envvars={
            "ANSIBLE_CONFIG": str(PLAYBOOKS / "ansible.cfg"),
            "ANSIBLE_HOST_KEY_CHECKING": "True",  # ansible-runner's own default would accept any host's key
            "ANSIBLE_HOME": str(run.run_dir / "home"),
            "ANSIBLE_LOCAL_TEMP": str(run.run_dir / "home" / "tmp"),
            "ANSIBLE_REMOTE_TEMP": str(run.run_dir / "home" / "remote")
            if run.target.kind == "directory"
            else "~/.ansible/tmp",
            # One connection for all tasks of the run, found again and ended even if the run is killed.
            "ANSIBLE_SSH_CONTROL_PATH": str(prepare_connection(mark)),
            "LC_ALL": "C.UTF-8",
            MARK: mark,
        },
    )
    configuration.prepare()
    configuration.suppress_output_file = True
    configuration.pexpect_timeout = 0.5  # seconds between two looks at is_canceled and the timeout
    configuration.env = _environment(configuration)
    playbook = [sys.executable, "-m", "ansible", "playbook", *configuration.command[1:]]
    configuration.command = [*_dies_with_us(), *playbook]
    return configuration


def _environment(configuration: Any) -> Mapping[str, str]:
    """Leave out what is only there because our own process has it."""
    ours = {name for name, value in os.environ.items() if configuration.env.get(name) == value}
    return {name: value for name, value in configuration.env.items() if name not in ours or name in _KEPT_ENVIRONMENT}


@cache
def _dies_with_us() -> tuple[str, ...]:
    """Find the strongest way this machine allows to tie the run's processes to ours.

    In a process namespace of its own all of them end with its first one. Where that is forbidden, only ansible-playbook
    itself ends, and ``end_leftovers`` does the rest.
    """
    tie = ("setpriv", "--pdeathsig", "KILL")
    namespace = (
        "unshare",
        *(() if os.geteuid() == 0 else ("--user", "--map-current-user")),
        "--pid",
        "--fork",
        "--kill-child=KILL",
    )
    for prefix in ((*tie, *namespace, "--mount-proc"), tie):
        try:
            if subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode == 0:
                return prefix
        except FileNotFoundError as error:
            raise Unavailable(f"The command {prefix[0]} is missing.", fix="Install the package util-linux.") from error
    raise Unavailable("setpriv cannot tie a run to its worker.", fix="Install util-linux 2.33 or newer.")


def _status(words: str, return_code: int, *, is_unreachable: bool) -> Status:
    if words in (Status.CANCELED, Status.TIMEOUT):
        return Status(words)
    if return_code == 0:
        return Status.SUCCESSFUL
    return Status.UNREACHABLE if is_unreachable else Status.FAILED


def _message(words: str, progress: Progress) -> str:
    if words == Status.CANCELED:
        return "The run was canceled."
    if words == Status.TIMEOUT:
        return "The run took longer than it may and was ended."
    return progress.message
