"""The gRPC service of quoting. Requests arrive authenticated, permitted and valid by the rules of the contract."""

from __future__ import annotations

from collections.abc import AsyncIterator

import grpc.aio

from bidwright.core.caller import current_caller
from bidwright.quoting import approving, closing, drafting, signing
from bidwright.quoting.expiry import Expiry
from bidwright.quoting.reading import Reading
from bidwright.quoting.surroundings import Surroundings
from bidwright.storage.events import Events
from bidwright.v1 import quoting_pb2 as messages
from bidwright.v1.quote_pb2 import Contract, Quote
from bidwright.v1.quoting_pb2_grpc import QuotingServiceServicer

Context = grpc.aio.ServicerContext[object, object]


class QuotingApi(QuotingServiceServicer):
    """Serves ``QuotingService``; every method is explained in ``quoting.proto``."""

    def __init__(self, surroundings: Surroundings, expiry: Expiry, events: Events) -> None:
        self._surroundings = surroundings
        self._reading = Reading(surroundings, expiry, events)

    async def CreateQuote(self, request: messages.CreateQuoteRequest, context: Context) -> Quote:
        """Keep a new draft."""
        return await drafting.create_quote(self._surroundings, current_caller(), request)

    async def ReviseQuote(self, request: messages.ReviseQuoteRequest, context: Context) -> Quote:
        """Replace what a quote offers."""
        return await drafting.revise_quote(self._surroundings, current_caller(), request)

    async def SubmitQuote(self, request: messages.SubmitQuoteRequest, context: Context) -> Quote:
        """Ask for approvals."""
        return await approving.submit_quote(self._surroundings, current_caller(), request)

    async def ApproveQuote(self, request: messages.ApproveQuoteRequest, context: Context) -> Quote:
        """Grant approvals."""
        return await approving.approve_quote(self._surroundings, current_caller(), request)

    async def RefuseQuote(self, request: messages.RefuseQuoteRequest, context: Context) -> Quote:
        """Refuse approvals."""
        return await approving.refuse_quote(self._surroundings, current_caller(), request)

    async def OfferQuote(self, request: messages.OfferQuoteRequest, context: Context) -> Quote:
        """Hand a quote to the customer."""
        return await closing.offer_quote(self._surroundings, current_caller(), request)

    async def AcceptQuote(self, request: messages.AcceptQuoteRequest, context: Context) -> Quote:
        """Record the customer's yes."""
        return await closing.accept_quote(self._surroundings, current_caller(), request)

    async def DeclineQuote(self, request: messages.DeclineQuoteRequest, context: Context) -> Quote:
        """Record the customer's no."""
        return await closing.decline_quote(self._surroundings, current_caller(), request)

    async def WithdrawQuote(self, request: messages.WithdrawQuoteRequest, context: Context) -> Quote:
        """Take a quote back."""
        return await closing.withdraw_quote(self._surroundings, current_caller(), request)

    async def SignQuote(self, request: messages.SignQuoteRequest, context: Context) -> Contract:
        """Sign an accepted quote."""
        return await signing.sign_quote(self._surroundings, current_caller(), request)

    async def GetQuote(self, request: messages.GetQuoteRequest, context: Context) -> Quote:
        """Read a quote or a revision."""
        return await self._reading.quote(current_caller(), request)

    async def ListQuotes(self, request: messages.ListQuotesRequest, context: Context) -> messages.ListQuotesResponse:
        """List quotes."""
        return await self._reading.quotes(current_caller(), request)

    async def ListQuoteRevisions(
        self, request: messages.ListQuoteRevisionsRequest, context: Context
    ) -> messages.ListQuoteRevisionsResponse:
        """List revisions."""
        return await self._reading.revisions(current_caller(), request)

    async def CompareQuotes(
        self, request: messages.CompareQuotesRequest, context: Context
    ) -> messages.CompareQuotesResponse:
        """Compare two quotes."""
        return await self._reading.comparison(current_caller(), request)

    async def GetContract(self, request: messages.GetContractRequest, context: Context) -> Contract:
        """Read a contract."""
        return await self._reading.contract(current_caller(), request)

    async def ListContracts(
        self, request: messages.ListContractsRequest, context: Context
    ) -> messages.ListContractsResponse:
        """List contracts."""
        return await self._reading.contracts(current_caller(), request)

    async def StreamEvents(
        self, request: messages.StreamEventsRequest, context: Context
    ) -> AsyncIterator[messages.StreamEventsResponse]:
        """Send events."""
        async for event in self._reading.events(current_caller(), request):
            yield messages.StreamEventsResponse(event=event)
