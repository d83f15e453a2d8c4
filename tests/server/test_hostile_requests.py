"""Whatever arrives at an RPC, the answer is one of the documented status codes, never INTERNAL or UNKNOWN."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from bench.installations import Installation
from draws import drawn
from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bidwright.server.composition import CONTRACTS
from bidwright.server.layout import read_client_settings

METHODS = [
    method for file in CONTRACTS for service in file.DESCRIPTOR.services_by_name.values() for method in service.methods
]
DOCUMENTED = {
    grpc.StatusCode.OK,
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.PERMISSION_DENIED,
    grpc.StatusCode.DEADLINE_EXCEEDED,  # of a stream that we follow for a second only
}
# Half of what arrives looks right, so that it gets past the edge and into the steps.
PLAUSIBLE = {
    "portfolio": ["portfolios/managed_hosting"],
    "parent": ["portfolios/managed_hosting", "quotes/q-2222222222"],
    "name": [
        "portfolios/managed_hosting/offerings/web_hosting",
        "quotes/q-2222222222",
        "orders/o-2",
        "users",
        "site_title",
    ],
    "offering": ["web_hosting", "business_application", "nothing"],
    "market": ["DE", "US", "XX"],
    "component": ["compute.small", "web.nginx_site", "no.such"],
    "release": [f"portfolios/managed_hosting/releases/{'0' * 64}"],
    "value": ["5", "-1", "NaN", "1e999", "0.00001", "9" * 40, "٣"],
    "currency_code": ["EUR", "GBP", "XXX", ""],
    "request_id": ["", "11111111-2222-4333-8444-555555555555"],
    "base": ["quotes/q-2222222222"],
    "other": ["quotes/q-2222222222/revisions/1"],
    "offer_digest": ["0" * 64],
    "charge": [1, 2],
}
NASTY = [
    "",
    "{{ lookup('pipe','touch owned') }}",
    "'; DROP TABLE about; --",
    "$(touch owned)",
    "#{1+1}",
    "a\nb",
    "\x00",
    "\u202e\U0001f4a9",
    "../../etc/passwd",
    "x" * 5000,
]


def values(field: FieldDescriptor, depth: int) -> st.SearchStrategy[Any]:
    """Values for one field, once."""
    plausible = st.sampled_from(PLAUSIBLE[field.name]) if field.name in PLAUSIBLE else st.nothing()
    if field.message_type is not None:
        return messages(field.message_type, depth + 1)
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        return plausible | st.sampled_from(NASTY)
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return st.booleans()
    if field.cpp_type == FieldDescriptor.CPPTYPE_ENUM:
        return st.integers(0, 9)
    limit = 2**63 if field.cpp_type == FieldDescriptor.CPPTYPE_INT64 else 2**31
    return st.sampled_from([0, 1, 2, 12, 36, 500, -1, limit - 1, -limit])


@st.composite
def messages(draw: st.DrawFn, descriptor: Descriptor, depth: int = 0) -> Message:
    """A message of a type, some fields set."""
    message = message_factory.GetMessageClass(descriptor)()
    for field in descriptor.fields:
        if depth > 3 or draw(st.integers(0, 3)) == 0:
            continue
        if field.is_repeated:
            getattr(message, field.name).extend(draw(st.lists(values(field, depth), max_size=3)))
        elif field.message_type is not None:
            getattr(message, field.name).CopyFrom(draw(values(field, depth)))
        else:
            setattr(message, field.name, draw(values(field, depth)))
    return message


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.full_name.removeprefix("bidwright.v1."))
def test_every_answer_has_a_documented_status(installation: Installation, method: MethodDescriptor) -> None:
    profiles = read_client_settings(installation.state.client_settings)
    profile = profiles["approver" if method.name in {"ApproveQuote", "RefuseQuote"} else "default"]
    path = f"/{method.containing_service.full_name}/{method.name}"
    metadata = [("authorization", f"Bearer {profile['key']}")]
    with grpc.insecure_channel(profile["address"]) as channel:
        call = channel.unary_stream(path) if method.server_streaming else channel.unary_unary(path)

        @settings(max_examples=drawn(40), suppress_health_check=list(HealthCheck))
        @given(request=messages(method.input_type))
        def send(request: Message) -> None:
            timeout = 1 if method.server_streaming else 30
            try:
                answer = call(request.SerializeToString(), metadata=metadata, timeout=timeout)
                if method.server_streaming:
                    list(answer)
                code = grpc.StatusCode.OK
            except grpc.RpcError as error:
                code = error.code()
            assert code in DOCUMENTED, (code, request)

        send()


@pytest.mark.parametrize("junk", [b"\xff" * 40, b"\x0a\xff\xff\xff\xff\x0f", b"\x08" * 3])
def test_bytes_that_are_no_message_are_an_invalid_argument(installation: Installation, junk: bytes) -> None:
    profile = read_client_settings(installation.state.client_settings)["default"]
    with grpc.insecure_channel(profile["address"]) as channel:
        call = channel.unary_unary("/bidwright.v1.QuotingService/CreateQuote")
        with pytest.raises(grpc.RpcError) as refused:
            call(junk, metadata=[("authorization", f"Bearer {profile['key']}")], timeout=10)
        assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
