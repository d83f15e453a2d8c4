"""Who calls: established by the server from the credential and from nothing else."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

ROLES = ("sales", "approver", "delivery", "finance", "portfolio", "customer", "operator")
"""What a caller may be. Which role may call what is the table in ``server/access.py``."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """An authenticated caller.

    Attributes:
        account: The tenant; every record read or written for this call belongs to it.
        principal: Who it is within the account, for example ``ada``.
        roles: Some of ``ROLES``.
    """

    account: str
    principal: str
    roles: frozenset[str]

    @property
    def name(self) -> str:
        """The resource name written into records and events."""
        return f"principals/{self.principal}"


_current: ContextVar[Caller] = ContextVar("caller")


def current_caller() -> Caller:
    """The caller of the call being served.

    Raises:
        LookupError: No call is being served; a programming error.
    """
    return _current.get()


def serve_for(caller: Caller) -> None:
    """Set the caller for the rest of this call's context."""
    _current.set(caller)
