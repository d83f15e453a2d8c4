"""Which refused calls the SDK repeats."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from bidwright.clients.sdk import Bidwright, RequestRefused
from bidwright.core.errors import Unavailable
from bidwright.server.grpc_errors import status_of
from bidwright.v1.access_pb2 import GetCallerRequest


class Refusing:
    """Refuses each call for a reason, and counts them."""

    def __init__(self) -> None:
        self.reason = ""
        self.calls = 0

    def refuse(self, _request: bytes, context: grpc.ServicerContext) -> bytes:
        self.calls += 1
        context.abort_with_status(status_of(Unavailable("Not now.", fix="Wait.", reason=self.reason)))
        raise AssertionError("aborted")


@pytest.fixture
def refusing() -> Iterator[tuple[Refusing, str]]:
    service = Refusing()
    method = grpc.unary_unary_rpc_method_handler(service.refuse)
    server = grpc.server(ThreadPoolExecutor(max_workers=1))
    server.add_generic_rpc_handlers(
        [grpc.method_handlers_generic_handler("bidwright.v1.AccessService", {"GetCaller": method})]
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield service, f"127.0.0.1:{port}"
    server.stop(None).wait()


@pytest.mark.parametrize(
    ("reason", "calls"),
    [
        ("ENGINE_UNAVAILABLE", 4),  # the server may be restarting
        ("SEARCH_TIMED_OUT", 1),  # the same deadline would be too short again
        ("PRICING_TIMED_OUT", 1),
    ],
)
def test_a_call_is_repeated_where_that_can_help(refusing: tuple[Refusing, str], reason: str, calls: int) -> None:
    service, address = refusing
    service.reason = reason
    with Bidwright(address, "bw.k-1.secret") as client, pytest.raises(RequestRefused) as refused:
        client.access.GetCaller(GetCallerRequest())
    assert (refused.value.reason, service.calls) == (reason, calls)
