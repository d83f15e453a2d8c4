"""Quoting over gRPC, behind the server's own gate."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import grpc
import pytest
from google.rpc.error_details_pb2 import ErrorInfo
from grpc_status.rpc_status import from_call
from quoting_desk import SIGNATORY, Desk, terms, website

from bidwright.core.caller import ROLES, Caller
from bidwright.quoting.grpc_api import QuotingApi
from bidwright.server.gate import Gate
from bidwright.storage.connection import Engine
from bidwright.storage.events import Events
from bidwright.v1 import quoting_pb2 as messages
from bidwright.v1.quote_pb2 import Customer
from bidwright.v1.quoting_pb2_grpc import (
    QuotingServiceStub,
    add_QuotingServiceServicer_to_server,
)

if TYPE_CHECKING:
    from bidwright.v1.quoting_pb2_grpc import QuotingServiceAsyncStub  # exists in the stubs only

AS_SALLY = (("authorization", "sally"),)
AS_ADA = (("authorization", "ada"),)


@pytest.fixture
async def service(desk: Desk, engine: Engine) -> AsyncIterator[QuotingServiceAsyncStub]:
    """The service; callers are who they say they are."""

    async def authenticate(authorization: str) -> Caller:
        return Caller(account="acme", principal=authorization, roles=frozenset(ROLES))

    server = grpc.aio.server(interceptors=[Gate(authenticate)])
    add_QuotingServiceServicer_to_server(QuotingApi(desk.surroundings, desk.expiry, Events(engine)), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield QuotingServiceStub(channel)
    await server.stop(None)


def creation() -> messages.CreateQuoteRequest:
    return messages.CreateQuoteRequest(
        customer=Customer(display_name="Example Ltd"), configuration=website(), terms=terms(discount="7.5")
    )


async def test_a_quote_goes_all_the_way_to_a_contract(service: QuotingServiceAsyncStub) -> None:
    quote = await service.CreateQuote(creation(), metadata=AS_SALLY)
    await service.SubmitQuote(messages.SubmitQuoteRequest(name=quote.name, etag=quote.etag), metadata=AS_SALLY)
    await service.ApproveQuote(messages.ApproveQuoteRequest(name=quote.name), metadata=AS_ADA)
    await service.OfferQuote(messages.OfferQuoteRequest(name=quote.name), metadata=AS_SALLY)
    await service.AcceptQuote(
        messages.AcceptQuoteRequest(name=quote.name, offer_digest=quote.offer_digest), metadata=AS_SALLY
    )
    signature = messages.SignQuoteRequest(name=quote.name, signatory=SIGNATORY, offer_digest=quote.offer_digest)
    contract = await service.SignQuote(signature, metadata=AS_SALLY)
    assert contract == await service.SignQuote(signature, metadata=AS_SALLY)
    assert contract.quote == quote.name


@pytest.mark.parametrize(
    ("request_", "status", "reason"),
    [
        # nobody may approve what they have created
        (messages.ApproveQuoteRequest(), grpc.StatusCode.PERMISSION_DENIED, "OWN_QUOTE"),
        # the state forbids it
        (messages.AcceptQuoteRequest(), grpc.StatusCode.FAILED_PRECONDITION, "QUOTE_STATE_FORBIDS_MOVE"),
        # somebody else was faster
        (messages.WithdrawQuoteRequest(etag="77"), grpc.StatusCode.ABORTED, "ETAG_MISMATCH"),
    ],
)
async def test_a_refusal_has_its_status_and_reason(
    service: QuotingServiceAsyncStub,
    request_: messages.ApproveQuoteRequest | messages.AcceptQuoteRequest | messages.WithdrawQuoteRequest,
    status: grpc.StatusCode,
    reason: str,
) -> None:
    quote = await service.CreateQuote(creation(), metadata=AS_SALLY)
    await service.SubmitQuote(messages.SubmitQuoteRequest(name=quote.name), metadata=AS_SALLY)
    request_.name = quote.name
    call = getattr(service, type(request_).__name__.removesuffix("Request"))
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await call(request_, metadata=AS_SALLY)
    assert refusal.value.code() == status
    status_message = from_call(refusal.value)
    info = ErrorInfo()
    assert any(detail.Unpack(info) for detail in status_message.details)
    assert info.reason == reason


async def test_events_are_read_after_a_position_and_followed(service: QuotingServiceAsyncStub) -> None:
    first = await service.CreateQuote(creation(), metadata=AS_SALLY)
    read = [one.event async for one in service.StreamEvents(messages.StreamEventsRequest(), metadata=AS_SALLY)]
    assert [(event.type, event.subject) for event in read] == [("quote.created", first.name)]

    following = service.StreamEvents(
        messages.StreamEventsRequest(after=read[0].position, follow=True), metadata=AS_SALLY
    )
    second = await service.CreateQuote(creation(), metadata=AS_SALLY)
    event = (await asyncio.wait_for(anext(aiter(following)), 10)).event
    assert (event.type, event.subject, event.actor) == ("quote.created", second.name, "principals/sally")
    following.cancel()


@pytest.mark.parametrize("position", ["99999999999999999999-0", "18446744073709551615-18446744073709551615"])
@pytest.mark.parametrize("follow", [False, True])
async def test_a_position_that_no_event_can_have_is_refused(
    service: QuotingServiceAsyncStub, position: str, *, follow: bool
) -> None:
    request = messages.StreamEventsRequest(after=position, follow=follow)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        _ = [one async for one in service.StreamEvents(request, metadata=AS_SALLY)]
    assert refusal.value.code() == grpc.StatusCode.INVALID_ARGUMENT
