"""A directory in which contracts run as supervised processes: the embedded kind of target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bidwright.provisioning.ansible_run import Value


@dataclass(frozen=True)
class DirectoryTarget:
    """A directory target.

    Attributes:
        path: Absolute directory, made if missing. All of the target is below it.
        service_user: Existing account that runs the services when we are started as root; otherwise unused.
    """

    path: Path
    service_user: str = "nobody"

    @property
    def kind(self) -> str:
        """Name the folder of tasks inside each role."""
        return "directory"

    def connection_variables(self) -> Mapping[str, Value]:
        """Run tasks on this machine, without SSH."""
        raise NotImplementedError

    def role_variables(self) -> Mapping[str, object]:
        """Paths and binaries roles may use."""
        raise NotImplementedError

    def ensure_running(self) -> None:
        """Start the supervisor and the services of existing contracts, unless they run.

        Call before every run of a role. Idempotent; heals after SIGKILL and reboot; safe to call from several workers at once.

        Raises:
            Unavailable: The services cannot run here; ``fix`` says what to change.
        """
        raise NotImplementedError

    def stop(self) -> None:
        """End the supervisor and everything it runs; files stay. Idempotent."""
        raise NotImplementedError
