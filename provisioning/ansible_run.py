"""One run of one role on one target: what goes in, what comes out.

These values know nothing of ansible-runner; ``ansible.run_role`` turns a ``RoleRun`` into a ``RoleResult``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from bidwright.core.errors import Faults

NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?")
Value = str | int | bool
Data = Value | Sequence["Data"] | Mapping[str, "Data"]
"""What a role's variable can hold: a value, or lists and mappings of such."""

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")


class Action(StrEnum):
    """What a role is asked to do."""

    APPLY = "apply"  # make it so; a second time changes nothing
    VERIFY = "verify"  # prove from outside that the service answers
    WITHDRAW = "withdraw"  # leave no file, port or process
    DELIVER = "deliver"  # apply, then verify, in one run: saves a second


class Status(StrEnum):
    """How a run ended."""

    SUCCESSFUL = "successful"
    FAILED = "failed"  # a task failed: the same run may fail again
    UNREACHABLE = "unreachable"  # the target could not be reached: try again later
    CANCELED = "canceled"  # ``is_canceled`` said so; the target may be half changed, apply mends it
    TIMEOUT = "timeout"  # longer than ``timeout_s``; as canceled


class Target(Protocol):
    """Where a role runs: a ``DirectoryTarget`` or a ``HostTarget``."""

    @property
    def kind(self) -> str:
        """Names the folder of tasks inside each role: ``directory`` or ``host``."""

    @property
    def address(self) -> str:
        """Where its services answer: a name or address that other targets reach."""

    @property
    def is_exclusive(self) -> bool:
        """Tells whether only one run at a time may change it."""

    def connection_variables(self) -> Mapping[str, Value]:
        """Inventory variables of the only host of the run."""

    def role_variables(self) -> Mapping[str, object]:
        """What roles of this kind may use: paths and binaries; never customers' text."""

    def ensure_running(self) -> None:
        """Starts what must run before a role can; idempotent."""

    def stop(self) -> None:
        """Ends all services that only run while we let them; files stay. Idempotent."""


@dataclass(frozen=True)
class TaskDone:
    """One task that ended, for progress."""

    task: str
    role: str
    host: str
    changed: bool
    failed: bool


def never() -> bool:
    """Answer that the run is not to be canceled."""
    return False


def ignore(task: TaskDone) -> None:
    """Take no notice of progress."""


@dataclass(frozen=True)
class RoleRun:
    """One attempt to run one role.

    Attributes:
        role: Folder of ``playbooks/roles``.
        action: What to do.
        target: Where; call its ``ensure_running()`` before.
        contract: Id of the contract: lower case, digits, ``-`` and ``_``, at most 63 characters.
        delivery: Id of the delivery within the contract; same form. One role may be delivered twice under two ids.
        attempt: Id of this attempt, same form; marks its processes for ``end_leftovers``.
        run_dir: Private directory ``<runs>/<attempt>``, absolute, made with mode 0700 if missing. Holds variables and
            secrets only while the role runs; the runner's few artifacts stay (``prune_runs`` removes old ones).
        variables: Options of the role by name (see ``role_interface``); text in them reaches Ansible as ``!unsafe``.
        secrets: Options marked as secret in the role's argument specs. All of them, for every action but withdraw; and
            the certificate, if the role takes one.
        fence: Grows with every holder of an exclusive target; there, runs with a lower one than was seen from the same
            installation are refused. 0 for runs by hand.
        installation: Whose fence it is.
        port: TCP port of the service, for roles that need one (``role_interface(role).needs_port``).
        timeout_s: Seconds until the run is ended.
        is_canceled: Asked about twice a second; true ends the run.
        on_task: Told of every task that ended, in the thread of ``run_role``.
    """

    role: str
    action: Action
    target: Target
    contract: str
    delivery: str
    attempt: str
    run_dir: Path
    variables: Mapping[str, Data] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    port: int | None = None
    fence: int = 0
    installation: str = ""
    timeout_s: float = 600
    is_canceled: Callable[[], bool] = never
    on_task: Callable[[TaskDone], None] = ignore

    def __post_init__(self) -> None:
        """Refuse names that could mean something to a shell, a path or a server."""
        faults = Faults()
        for where in ("contract", "delivery", "attempt"):
            if not NAME.fullmatch(getattr(self, where)):
                faults.add(
                    where, f"{getattr(self, where)!r} is not a name", "Use a-z, 0-9, - and _, at most 63 characters."
                )
        for name, value in {**self.variables, **self.secrets}.items():
            if not all(map(_is_plain_text, _texts(value))):
                faults.add(name, "holds a NUL character or half a surrogate pair", "Remove that character.")
            if not all(map(_KEY.fullmatch, _keys(value))):
                faults.add(name, "holds a key that is no name", "Use letters, digits and _, at most 63 characters.")
        if self.run_dir.name != self.attempt or not self.run_dir.is_absolute():
            faults.add("run_dir", f"{self.run_dir} is not named by the attempt", "Use an absolute <runs>/<attempt>.")
        faults.raise_if_any(f"The run of role {self.role}")


def _inner(value: Data) -> Iterator[Data]:
    """Walk over a value and all that is inside it."""
    yield value
    inside: Sequence[Data] = list(value.values()) if isinstance(value, Mapping) else []
    if isinstance(value, Sequence) and not isinstance(value, str):
        inside = value
    for one in inside:
        yield from _inner(one)


def _texts(value: Data) -> Iterator[str]:
    return (one for one in _inner(value) if isinstance(one, str))


def _keys(value: Data) -> Iterator[str]:
    return (key for one in _inner(value) if isinstance(one, Mapping) for key in one)


def _is_plain_text(text: str) -> bool:
    """Tell whether every server and file can hold this text."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


@dataclass(frozen=True)
class RoleResult:
    """How a run ended and what it left.

    Attributes:
        status: From the return code, never from counting events.
        return_code: Of ansible-playbook; 254 for a canceled run or a timeout.
        changed: Tasks that changed something; 0 when all was as wanted.
        endpoint: Where the service answers, no secrets: ``scheme``, ``host``, ``port`` and what the role adds
            (``user``, ``database``, ``facts``). Empty after withdraw and for roles without a service.
        message: Of the first task that failed, without secrets; empty when all went well.
        seconds: Wall clock time of the run.
    """

    status: Status
    return_code: int
    changed: int
    endpoint: Mapping[str, Data]
    message: str
    seconds: float
