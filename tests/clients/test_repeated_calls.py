"""Which refused calls the SDK repeats, for how long, and where it goes on with broken streams."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from bidwright.clients.sdk import Bidwright, RequestRefused
from bidwright.core.errors import Unavailable
from bidwright.server.grpc_errors import status_of
from bidwright.v1.access_pb2 import GetCallerRequest
from bidwright.v1.event_pb2 import Event
from bidwright.v1.order_pb2 import ORDER_STATE_COMPLETED, ORDER_STATE_IN_PROGRESS, Order
from bidwright.v1.provisioning_pb2 import WatchOrderRequest, WatchOrderResponse
from bidwright.v1.quoting_pb2 import StreamEventsRequest, StreamEventsResponse


class Refusing:
    """Refuses each call for a reason, and counts them. Of events it tells two more in each call, up to five."""

    def __init__(self) -> None:
        self.reason = "ENGINE_UNAVAILABLE"
        self.calls = 0

    def refuse(self, _request: bytes, context: grpc.ServicerContext) -> bytes:
        self.calls += 1
        context.abort_with_status(status_of(Unavailable("Not now.", fix="Wait.", reason=self.reason)))
        raise AssertionError("aborted")

    def tell_events(self, request: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
        after = int(StreamEventsRequest.FromString(request).after.partition("-")[0] or 0)
        for number in range(after + 1, min(after + 2, 5) + 1):
            yield StreamEventsResponse(event=Event(position=f"{number}-0")).SerializeToString()
        if after < 4:
            self.refuse(request, context)

    def tell_order(self, request: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
        state = ORDER_STATE_COMPLETED if self.calls else ORDER_STATE_IN_PROGRESS
        yield WatchOrderResponse(order=Order(state=state)).SerializeToString()
        if not self.calls:
            self.refuse(request, context)


@pytest.fixture
def refusing() -> Iterator[tuple[Refusing, str]]:
    service = Refusing()
    server = grpc.server(ThreadPoolExecutor(max_workers=1))
    methods = {
        "AccessService": {"GetCaller": grpc.unary_unary_rpc_method_handler(service.refuse)},
        "QuotingService": {"StreamEvents": grpc.unary_stream_rpc_method_handler(service.tell_events)},
        "ProvisioningService": {"WatchOrder": grpc.unary_stream_rpc_method_handler(service.tell_order)},
    }
    server.add_generic_rpc_handlers(
        [grpc.method_handlers_generic_handler(f"bidwright.v1.{name}", of_it) for name, of_it in methods.items()]
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield service, f"127.0.0.1:{port}"
    server.stop(None).wait()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that were to be waited; nothing is."""
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    return waited


@pytest.mark.parametrize(
    ("reason", "calls", "waited_s"),
    [
        ("ENGINE_UNAVAILABLE", 8, 10),  # server or engine may be restarting
        ("SEARCH_TIMED_OUT", 1, 0),  # the same deadline would be too short again
        ("PRICING_TIMED_OUT", 1, 0),
    ],
)
def test_a_call_is_repeated_for_ten_seconds_where_that_can_help(
    refusing: tuple[Refusing, str], pauses: list[float], reason: str, calls: int, waited_s: float
) -> None:
    service, address = refusing
    service.reason = reason
    with Bidwright(address, "bw.k-1.secret") as client, pytest.raises(RequestRefused) as refused:
        client.access.GetCaller(GetCallerRequest())
    assert (refused.value.reason, service.calls, sum(pauses)) == (reason, calls, waited_s)


def test_no_call_is_repeated_beyond_its_deadline(refusing: tuple[Refusing, str], pauses: list[float]) -> None:
    service, address = refusing
    with Bidwright(address, "bw.k-1.secret") as client, pytest.raises(RequestRefused):
        client.access.GetCaller(GetCallerRequest(), timeout=1.4)
    assert (service.calls, pauses) == (3, [0.1, 0.4])


def test_who_waits_is_told_once_why(
    refusing: tuple[Refusing, str], pauses: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    _, address = refusing
    with Bidwright(address, "bw.k-1.secret") as client, pytest.raises(RequestRefused):
        client.access.GetCaller(GetCallerRequest())
    assert sum(pauses) == 10
    assert caplog.messages == ["Not now. Trying again for up to 10 seconds."]


def test_events_go_on_after_the_last_one_when_the_stream_breaks(
    refusing: tuple[Refusing, str], pauses: list[float]
) -> None:
    _, address = refusing
    with Bidwright(address, "bw.k-1.secret") as client:
        told = [answer.event.position for answer in client.quoting.StreamEvents(StreamEventsRequest(follow=True))]
    assert told == ["1-0", "2-0", "3-0", "4-0", "5-0"]
    assert pauses == [0.1, 0.1]


def test_an_order_is_followed_on_when_the_stream_breaks(refusing: tuple[Refusing, str], pauses: list[float]) -> None:
    _, address = refusing
    with Bidwright(address, "bw.k-1.secret") as client:
        told = [answer.order.state for answer in client.provisioning.WatchOrder(WatchOrderRequest(name="orders/o-1"))]
    assert told == [ORDER_STATE_IN_PROGRESS, ORDER_STATE_COMPLETED]
    assert pauses == [0.1]
