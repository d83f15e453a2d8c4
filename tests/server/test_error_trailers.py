"""Refusals reach every client whole: trailers of HTTP/2 hold 8 KiB, and no value in them ends in a blank."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest

from bidwright.clients.sdk import Bidwright, RequestRefused
from bidwright.clients.sdk.refusal import refusal_of
from bidwright.core.errors import BidwrightError, Fault, InvalidInput
from bidwright.server.grpc_errors import status_of
from bidwright.v1.access_pb2 import GetCallerRequest


def invalid(message: str, fix: str = "Mend it.", faults: Sequence[Fault] = ()) -> BidwrightError:
    return InvalidInput(message, fix=fix, faults=faults, facts={"component": "compute.small"})


@pytest.fixture
def refused() -> Iterator[Any]:
    """What a client gets of an error, over a real connection."""
    errors: list[BidwrightError] = []

    def refuse(_request: bytes, context: grpc.ServicerContext) -> bytes:
        context.abort_with_status(status_of(errors[-1]))
        raise AssertionError("aborted")

    server = grpc.server(ThreadPoolExecutor(max_workers=1))
    method = grpc.unary_unary_rpc_method_handler(refuse)
    server.add_generic_rpc_handlers(
        [grpc.method_handlers_generic_handler("bidwright.v1.AccessService", {"GetCaller": method})]
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()

    def call(error: BidwrightError) -> RequestRefused:
        errors.append(error)
        with Bidwright(f"127.0.0.1:{port}", "bw.k-1.secret") as client, pytest.raises(RequestRefused) as caught:
            client.access.GetCaller(GetCallerRequest())
        return caught.value

    yield call
    server.stop(None).wait()


@pytest.mark.parametrize(
    ("error", "faults"),
    [
        (invalid("x" * 100_000, faults=[Fault("needs.users", "x" * 100_000, "Give less.")]), 1),
        # Percent-encoded, one of these has twelve bytes.
        (invalid("\N{PILE OF POO}" * 100_000, faults=[Fault("needs.users", "\N{PILE OF POO}" * 9_000, "No.")]), 1),
        (invalid("漢" * 900, fix="漢" * 900), 0),
        # Of many faults as many as there is room for.
        (invalid("x" * 100_000, "y" * 300, [Fault(f"items[{n}]", "x" * 80, "Give less.") for n in range(400)]), 11),
        (invalid("Wrong.", faults=[Fault(f"items[{n}]", "is wrong", "Mend.") for n in range(100)]), 100),
    ],
    ids=["long", "long-in-utf-8", "fix-in-utf-8", "many-faults", "all-faults"],
)
def test_however_long_an_error_is_a_client_reads_status_reason_and_fix(
    refused: Any, error: BidwrightError, faults: int
) -> None:
    refusal = refused(error)
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_INPUT")
    assert refusal.fix.startswith(error.fix[:50])
    assert refusal.facts == {"component": "compute.small"}
    assert len(refusal.faults) == faults


def test_a_message_that_is_cut_says_so_and_does_not_end_in_a_blank(refused: Any) -> None:
    message = refused(invalid("ten-letter " * 1000)).message
    assert message == "ten-letter " * 180 + "ten-letter…"


def test_details_of_another_status_are_left_out_of_a_refusal() -> None:
    class Answer(grpc.RpcError):
        def code(self) -> grpc.StatusCode:
            return grpc.StatusCode.RESOURCE_EXHAUSTED

        def details(self) -> str:
            return "received metadata size exceeds hard limit"

        def trailing_metadata(self) -> Any:
            return status_of(invalid("Wrong.")).trailing_metadata

    refusal = refusal_of(Answer())
    assert (refusal.code, refusal.message) == (grpc.StatusCode.RESOURCE_EXHAUSTED, Answer().details())
