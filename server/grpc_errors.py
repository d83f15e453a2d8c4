"""The one table from kinds of errors to gRPC status, with google.rpc details (AIP-193)."""

from __future__ import annotations

import grpc
from google.protobuf import any_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from bidwright.core.errors import (
    BidwrightError,
    Conflicting,
    Forbidden,
    InvalidInput,
    NotAllowedNow,
    NotFound,
    Unauthenticated,
    Unavailable,
)

STATUS_OF: dict[type[BidwrightError], int] = {
    InvalidInput: code_pb2.INVALID_ARGUMENT,
    NotFound: code_pb2.NOT_FOUND,
    Conflicting: code_pb2.ABORTED,  # read again, then repeat (AIP-154)
    NotAllowedNow: code_pb2.FAILED_PRECONDITION,
    Forbidden: code_pb2.PERMISSION_DENIED,
    Unauthenticated: code_pb2.UNAUTHENTICATED,
    Unavailable: code_pb2.UNAVAILABLE,
}
DOMAIN = "bidwright"
_LONGEST_LIST = 100  # details travel in HTTP/2 trailers, which clients limit to 8 KiB by default
_LONGEST_TEXT = 2000


def status_of(error: BidwrightError) -> grpc.Status:
    """The status of an error: its message, an ErrorInfo with reason and fix, and a BadRequest naming each fault."""
    metadata = {key: value[:_LONGEST_TEXT] for key, value in error.facts.items()} | {"fix": error.fix[:_LONGEST_TEXT]}
    details = [_packed(error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=metadata))]
    if error.faults:
        violations = [
            error_details_pb2.BadRequest.FieldViolation(field=fault.where, description=fault.told)
            for fault in error.faults[:_LONGEST_LIST]
        ]
        bad_request = error_details_pb2.BadRequest(field_violations=violations)
        if bad_request.ByteSize() <= 2 * _LONGEST_TEXT:
            details.append(_packed(bad_request))
    status = status_pb2.Status(code=_code(error), message=error.message[:_LONGEST_TEXT], details=details)
    return rpc_status.to_status(status)


def _code(error: BidwrightError) -> int:
    return next(code for kind, code in STATUS_OF.items() if isinstance(error, kind))


def _packed(message: error_details_pb2.ErrorInfo | error_details_pb2.BadRequest) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed
