"""What a caller gets when the server refuses: status, reason, fix, and each fault."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status


@dataclass(frozen=True)
class FieldFault:
    """One wrong place of a request: its field path (or file and line), and what is wrong and how to mend it."""

    where: str
    what: str


class RequestRefused(Exception):
    """The server did not carry out a request.

    Attributes:
        code: The gRPC status code.
        message: What happened, with the values in it.
        fix: What to do about it; may be empty.
        reason: Stable code for programs, for example ``ETAG_MISMATCH``; empty where the transport failed.
        facts: More for programs.
        faults: Every wrong place, where there are several.
    """

    def __init__(self, code: grpc.StatusCode, message: str, *, fix: str = "", reason: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fix = fix
        self.reason = reason
        self.facts: dict[str, str] = {}
        self.faults: tuple[FieldFault, ...] = ()

    @property
    def searched_in_vain(self) -> bool:
        """Whether the server answered that the time was up; asked again with the same deadline, it would again."""
        return self.reason in _TIMED_OUT

    @property
    def may_pass(self) -> bool:
        """Whether the same call may succeed in a moment: the server, or a part of it, could not be reached."""
        return self.code is grpc.StatusCode.UNAVAILABLE and not self.searched_in_vain

    @property
    def is_late(self) -> bool:
        """Whether there was no answer only because the time was up, by the clock of the server or by ours."""
        return self.searched_in_vain or self.code is grpc.StatusCode.DEADLINE_EXCEEDED


_TIMED_OUT = frozenset({"SEARCH_TIMED_OUT", "PRICING_TIMED_OUT"})
_CHECK = "heck that the server runs (`bidwright up`) and that the client settings have its address."
_NOT_REACHED = {
    grpc.StatusCode.UNAVAILABLE: f"C{_CHECK}",
    grpc.StatusCode.DEADLINE_EXCEEDED: f"Allow more time (`bid --timeout SECONDS ...`), or c{_CHECK}",
}


def refusal_of(error: Any) -> RequestRefused:
    """Read an error of the transport (a ``grpc.RpcError`` that is a call too), with its google.rpc details."""
    refusal = RequestRefused(error.code(), error.details() or error.code().name)
    try:
        status = rpc_status.from_call(error)
    except ValueError:  # gRPC or a proxy answered in the server's place, and left the server's details in
        status = None
    if status is None:
        refusal.fix = _NOT_REACHED.get(refusal.code, "")
        if refusal.code is grpc.StatusCode.DEADLINE_EXCEEDED:
            refusal.message = "No answer came in time."
    for detail in status.details if status else ():
        info, bad_request = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
        if detail.Unpack(info):
            refusal.reason = info.reason
            refusal.facts = dict(info.metadata)
            refusal.fix = refusal.facts.pop("fix", "")
        elif detail.Unpack(bad_request):
            refusal.faults = tuple(FieldFault(v.field, v.description) for v in bad_request.field_violations)
    return refusal
