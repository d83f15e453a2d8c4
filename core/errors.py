"""What can go wrong with a request, in seven kinds.

An exception means that the request could not be carried out; what a caller must expect (a conflict between needs, a
violated rule) is a value instead. The table from kind to gRPC status is in ``server/grpc_errors.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bidwright.core.counts import counted


@dataclass(frozen=True)
class Fault:
    """One thing wrong with one place of the input.

    Attributes:
        where: The place: a field path (``needs.users``), or ``file:line``.
        what: What is wrong, with the value in it.
        fix: What to do about it, as an instruction.
    """

    where: str
    what: str
    fix: str

    @property
    def told(self) -> str:
        """What is wrong and what to do about it, as sentences."""
        end = "" if self.what.endswith((".", "?", "!", ":")) else "."
        return f"{self.what}{end} {self.fix}"


class BidwrightError(Exception):
    """The base of all errors; only its subclasses are raised.

    Attributes:
        message: What happened, with the values in it.
        fix: What the caller can do about it.
        reason: Stable code for machines, ``UPPER_SNAKE_CASE``.
        facts: More for machines, as text.
        faults: Every single fault, where there are several.
    """

    reason = "ERROR"

    def __init__(
        self,
        message: str,
        *,
        fix: str,
        reason: str = "",
        facts: Mapping[str, str] | None = None,
        faults: Sequence[Fault] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.reason = reason or type(self).reason
        self.facts = dict(facts or {})
        self.faults = tuple(faults)


class InvalidInput(BidwrightError):
    """The request itself is wrong; sending it again cannot succeed."""

    reason = "INVALID_INPUT"


class NotFound(BidwrightError):
    """A thing named in the request does not exist, or not for this account."""

    reason = "NOT_FOUND"


class Conflicting(BidwrightError):
    """Somebody else was faster: read again, then repeat."""

    reason = "CONFLICTING"


class NotAllowedNow(BidwrightError):
    """The thing is not in a state in which this is allowed."""

    reason = "NOT_ALLOWED_NOW"


class Forbidden(BidwrightError):
    """The caller is known and may not do this."""

    reason = "FORBIDDEN"


class Unauthenticated(BidwrightError):
    """The caller is not known."""

    reason = "UNAUTHENTICATED"


class Unavailable(BidwrightError):
    """A part this needs cannot be reached now; the same request may succeed later."""

    reason = "UNAVAILABLE"


@dataclass
class Faults:
    """Collects every fault of an input, then raises once.

    Attributes:
        found: The faults so far, in the order of their discovery.
    """

    found: list[Fault] = field(default_factory=list)

    def add(self, where: str, what: str, fix: str) -> None:
        """Record one fault."""
        self.found.append(Fault(where, what, fix))

    def raise_if_any(self, subject: str) -> None:
        """Raise ``InvalidInput`` with all faults, or return when there is none.

        Args:
            subject: What was examined, as the start of a sentence ("The configuration").
        """
        if not self.found:
            return
        lines = "; ".join(f"{fault.where}: {fault.what}" for fault in self.found)
        raise InvalidInput(
            f"{subject} has {counted(len(self.found), 'fault')}: {lines}",
            fix="; ".join(dict.fromkeys(fault.fix for fault in self.found)),
            faults=self.found,
        )
