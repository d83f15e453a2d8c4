"""The one table from kinds of errors to gRPC status, with google.rpc details (AIP-193)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

import grpc
from google.protobuf import any_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from bidwright.core.errors import (
    BidwrightError,
    Conflicting,
    Fault,
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
_LONGEST_TRAILERS = (
    7000  # bytes; many clients take 8 KiB of trailers at most, and drop all of them where there are more
)
_LONGEST_TEXT = 2000
_LONGEST_FACT = 300
_FRAMES = 60, 4  # at most, around a detail and around a fault in it: type, tags, lengths


def status_of(error: BidwrightError) -> grpc.Status:
    """The status of an error: its message, an ErrorInfo with reason and fix, and a BadRequest naming each fault.

    What clients take of trailers is limited: long texts are cut, and faults left out for which there is no room.
    """
    metadata = {key: _beginning(value, _LONGEST_FACT) for key, value in error.facts.items()}
    info = error_details_pb2.ErrorInfo(
        reason=error.reason, domain=DOMAIN, metadata=metadata | {"fix": _beginning(error.fix, _LONGEST_TEXT // 2)}
    )
    status = status_pb2.Status(
        code=_code(error), message=_beginning(error.message, _LONGEST_TEXT), details=[_packed(info)]
    )
    room = (_LONGEST_TRAILERS - sum(map(_sent_size, status.message))) * 3 // 4 - status.ByteSize()  # details are Base64
    if bad_request := _bad_request(error.faults, room):
        status.details.append(_packed(bad_request))
    return rpc_status.to_status(status)


def _bad_request(faults: Sequence[Fault], room: int) -> error_details_pb2.BadRequest | None:
    """As many faults as fit into so many bytes, the first ones; None where not even one does."""
    bad_request = error_details_pb2.BadRequest()
    around, around_each = _FRAMES
    room -= around
    for fault in faults:
        violation = bad_request.field_violations.add(
            field=_beginning(fault.where, _LONGEST_FACT), description=_beginning(fault.told, _LONGEST_TEXT // 2)
        )
        room -= violation.ByteSize() + around_each
        if room < 0:
            del bad_request.field_violations[-1]
            break
    return bad_request if bad_request.field_violations else None


def _beginning(text: str, longest: int) -> str:
    """A text, or its beginning where it is longer than so many bytes as they are sent."""
    sizes = list(accumulate(map(_sent_size, text[: longest + 1])))
    if not sizes or sizes[-1] <= longest:
        return text
    # HTTP/2 has no blanks at the end of a value: Node.js would drop it as a whole.
    return text[: bisect_right(sizes, longest - _sent_size("…"))].rstrip() + "…"


def _sent_size(character: str) -> int:
    """Bytes of a character in a gRPC message: all but printable ASCII is percent-encoded, byte by byte."""
    return 1 if " " <= character <= "~" and character != "%" else 3 * len(character.encode())


def _code(error: BidwrightError) -> int:
    return next(code for kind, code in STATUS_OF.items() if isinstance(error, kind))


def _packed(message: error_details_pb2.ErrorInfo | error_details_pb2.BadRequest) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed
