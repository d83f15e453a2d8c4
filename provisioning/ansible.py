"""Runs roles through ansible-runner; the only module that imports it."""

from __future__ import annotations

from pathlib import Path

from bidwright.provisioning.ansible_run import RoleResult, RoleRun


def run_role(run: RoleRun) -> RoleResult:
    """Run one action of one role and wait for its end; blocks, so call it in a thread.

    When the calling process dies, the run dies with it; supervised services live on.

    Raises:
        InvalidInput: The role is unknown, or a variable or secret is not one of the role's options.
        Unavailable: ansible-playbook could not be started.
    """
    raise NotImplementedError


def prune_runs(runs: Path, *, keep: int) -> None:
    """Remove all but the newest ``keep`` run directories below ``runs``."""
    raise NotImplementedError
