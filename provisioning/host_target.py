"""A Debian host reached by SSH, on which contracts run as systemd units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bidwright.core.errors import InvalidInput
from bidwright.provisioning.ansible_run import Value
from bidwright.provisioning.directory_binaries import server_binaries

HOST = "host"


@dataclass(frozen=True)
class HostTarget:
    """A host target.

    Attributes:
        address: Where its services answer: a name or address that customers and workers reach.
        connection: The ``ansible_`` variables of its inventory entry, as they stand there.
    """

    address: str
    connection: Mapping[str, Value]

    @property
    def kind(self) -> str:
        """Name the folder of tasks inside each role."""
        return HOST

    @property
    def is_exclusive(self) -> bool:
        """Let one run at a time change the host: Debian's package manager allows no more."""
        return True

    def connection_variables(self) -> Mapping[str, Value]:
        """Connect as the inventory says, and become root.

        Without pipelining a task has a terminal, and ends with its connection when its run is killed.
        """
        return {
            "ansible_become": self.connection.get("ansible_user") != "root",
            "ansible_pipelining": False,
            **self.connection,
        }

    def role_variables(self) -> Mapping[str, object]:
        """Where services answer, and what asks them from outside."""
        return {"host_address": self.address, "host_psql": f"{server_binaries()['directory_postgresql_bin']}/psql"}

    def ensure_running(self) -> None:
        """Do nothing: the host starts its services itself."""

    def stop(self) -> None:
        """Do nothing: the host belongs to its operator."""


def host_target(name: str, variables: Mapping[str, object]) -> HostTarget:
    """Make a target of an inventory entry.

    Args:
        name: Its inventory host name.
        variables: All its variables. Of those, ``ansible_*`` say how to connect, ``service_address`` where its services
            answer if that is not ``ansible_host``.

    Raises:
        InvalidInput: A connection variable is neither text nor number nor boolean.
    """
    connection: dict[str, Value] = {}
    for key, value in variables.items():
        if not key.startswith("ansible_"):
            continue
        if not isinstance(value, str | int | bool):
            raise InvalidInput(f"{key} of host {name} is no plain value.", fix="Give a text, a number or a boolean.")
        connection[key] = value
    if connection.get("ansible_connection", "ssh") not in ("ssh", "smart"):
        raise InvalidInput(f"Host {name} is not reached by SSH.", fix="Remove ansible_connection.")
    connection.setdefault("ansible_host", name)
    return HostTarget(str(variables.get("service_address", connection["ansible_host"])), connection)
