"""What the contract asks of every field, and what breaks it, told in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import protovalidate
from google.protobuf.message import Message

from bidwright.buf.validate import validate_pb2
from bidwright.core.counts import counted
from bidwright.core.errors import Fault, InvalidInput

_INVISIBLE = r"\p{Cc}\p{Cf}\p{Zl}\p{Zp}"
_WORD = "[a-z][a-z0-9_]*"
_ID = "[a-z0-9][a-z0-9-]{0,60}"
_AS_WORD = "must be small letters, digits and _, beginning with a letter."
PATTERNS: Final = {
    rf"^[^{_INVISIBLE}]*$": "must be one line of text without control characters.",
    rf"^[^{_INVISIBLE}]*[^\s{_INVISIBLE}][^{_INVISIBLE}]*$": "must be one line of text and not empty.",
    r"\S": "must not be empty.",
    rf"^{_WORD}$": _AS_WORD,
    rf"^({_WORD})?$": f"{_AS_WORD[:-1]}, or empty.",
    rf"^{_WORD}\.{_WORD}$": "must be a component: its family, a point and its name, such as compute.small.",
    rf"^{_WORD}(\.{_WORD})?$": "must be a family or a component, such as compute or compute.small.",
    rf"^portfolios/{_WORD}/releases/[0-9a-f]{{64}}$": "must be a release: portfolios/ID/releases/DIGEST.",
    r"^[A-Z][A-Z0-9_]*$": "must be capital letters, digits and _, beginning with a letter.",
    r"^[A-Z0-9][A-Z0-9_-]*$": "must be capital letters, digits, _ and -, not beginning with _ or -.",
    r"^[0-9a-f]{64}$": "must be a digest: 64 of the digits 0-9 and a-f.",
    r"^([0-9a-f]{64})?$": "must be a digest, 64 of the digits 0-9 and a-f, or empty.",
    r"^([0-9]{1,20}-[0-9]{1,20})?$": "must be the position of an event, or empty.",
    rf"^portfolios/{_WORD}$": "must be a portfolio: portfolios/ID.",
    rf"^portfolios/{_WORD}(/releases/[0-9a-f]{{64}})?$": "must be portfolios/ID, or portfolios/ID/releases/DIGEST.",
    rf"^portfolios/{_WORD}/offerings/{_WORD}$": "must be an offering: portfolios/ID/offerings/OFFERING.",
    rf"^portfolios/{_WORD}/components/{_WORD}\.{_WORD}$": "must be a component: portfolios/ID/components/COMPONENT.",
    rf"^quotes/{_ID}$": "must be a quote: quotes/ID.",
    rf"^quotes/{_ID}(/revisions/[1-9][0-9]{{0,5}})?$": "must be quotes/ID, or quotes/ID/revisions/NUMBER.",
    rf"^(bids/{_ID})?$": "must be a bid, bids/ID, or empty.",
    rf"^contracts/{_ID}$": "must be a contract: contracts/ID.",
    rf"^(contracts/{_ID})?$": "must be a contract, contracts/ID, or empty.",
    rf"^orders/{_ID}$": "must be an order: orders/ID.",
    rf"^orders/{_ID}/steps/[a-z0-9_-]{{1,80}}$": "must be a step of an order: orders/ID/steps/STEP.",
    r"^services/[a-z0-9][a-z0-9_-]{0,120}$": "must be a service: services/ID.",
}


def validate(request: Message) -> None:
    """Check a request against the rules in the .proto.

    Raises:
        InvalidInput: With every field that breaks one.
    """
    violations = protovalidate.collect_violations(request)
    if not violations:
        return
    faults = [
        Fault(_path(v.proto.field) or type(request).__name__, _words(v, request), "Change this field as it says.")
        for v in violations
    ]
    what = "; ".join(f"{fault.where} {fault.what}" for fault in faults[:10])
    raise InvalidInput(
        f"The request breaks the contract in {counted(len(faults), 'place')}: {what}",
        fix="Correct the fields named.",
        reason="FIELD_INVALID",
        faults=faults,
    )


def _words(violation: Any, request: Message) -> str:
    """What is wrong with a field; patterns for text and words to choose from are told in words."""
    *_, field = (None, *_fields(violation.proto.field, request))
    if field is not None and field.enum_type is not None:
        return f"must be one of: {', '.join(_choices(field))}."
    return PATTERNS.get(str(violation.rule_value), f"{violation.proto.message}.")  # the value may also be a list


def _choices(field: Any) -> Iterator[str]:
    """What a field may be, by name; the first of each enum says that nothing is stated."""
    refused = {0, *field.GetOptions().Extensions[validate_pb2.field].enum.not_in}
    return (value.name for value in field.enum_type.values if value.number not in refused)


def _fields(path: Any, request: Message) -> Iterator[Any]:
    """The descriptors of the fields that a path leads through."""
    message: Any = request.DESCRIPTOR
    for element in path.elements if path else ():
        if (field := message.fields_by_name.get(element.field_name)) is None:  # a oneof
            return
        yield field
        message = field.message_type


def _path(field: Any) -> str:
    parts = []
    for element in field.elements if field else ():
        subscript = getattr(element, "subscript", None)
        index = getattr(subscript, "value", None)
        parts.append(f"{element.field_name}[{index}]" if index is not None else element.field_name)
    return ".".join(parts)
