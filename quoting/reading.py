"""Reads quotes, revisions, contracts and events."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from bidwright.core.caller import Caller
from bidwright.core.resource_names import resource_ids
from bidwright.quoting.comparison import differences
from bidwright.quoting.expiry import Expiry
from bidwright.quoting.records import (
    CONTRACT,
    QUOTE,
    REVISION,
    as_revision,
    quotes_index,
    read_contract,
    read_quote,
    stored_contract,
    stored_quote,
)
from bidwright.quoting.states import EXPIRED, OFFERED
from bidwright.quoting.surroundings import Surroundings
from bidwright.storage.events import START, Events, StoredEvent
from bidwright.storage.pages import Page, PageRequest, sequence_in, token_after
from bidwright.storage.records import Record
from bidwright.v1.event_pb2 import Event
from bidwright.v1.quote_pb2 import Contract, Quote
from bidwright.v1.quoting_pb2 import (
    CompareQuotesRequest,
    CompareQuotesResponse,
    GetContractRequest,
    GetQuoteRequest,
    ListContractsRequest,
    ListContractsResponse,
    ListQuoteRevisionsRequest,
    ListQuoteRevisionsResponse,
    ListQuotesRequest,
    ListQuotesResponse,
    StreamEventsRequest,
)

_DEFAULT_PAGE = 50
_PAGE_BYTES = 3 * 1024 * 1024  # gRPC clients take messages of 4 MiB unless they are told otherwise


class Reading:
    """Answers every question about quotes and contracts; changes nothing but what has expired anyway."""

    def __init__(self, surroundings: Surroundings, expiry: Expiry, events: Events) -> None:
        self._store = surroundings.store
        self._clock = surroundings.clock
        self._expiry = expiry
        self._events = events

    async def quote(self, caller: Caller, request: GetQuoteRequest) -> Quote:
        """Read a quote or one of its revisions.

        Raises:
            NotFound: There is none.
        """
        return (await read_quote(self._store, caller.account, request.name, self._clock())).quote

    async def quotes(self, caller: Caller, request: ListQuotesRequest) -> ListQuotesResponse:
        """List quotes, newest first.

        Raises:
            InvalidInput: The page token belongs to another listing.
        """
        now = self._clock()
        if request.state in {OFFERED, EXPIRED}:
            # Only what is written is on the lists of these two states.
            await self._expiry.expire_due(now)
        index = quotes_index(request.state, request.bid)

        async def read(page: PageRequest) -> Page[Record]:
            return await self._store.list(caller.account, QUOTE, index=index, page=page)

        found = await _fitting(read, request.page_size, request.page_token)
        quotes = [stored_quote(record, now).quote for record in found.records]
        return ListQuotesResponse(quotes=quotes, next_page_token=found.next_page_token)

    async def revisions(self, caller: Caller, request: ListQuoteRevisionsRequest) -> ListQuoteRevisionsResponse:
        """List all revisions of a quote, the current one first.

        Raises:
            NotFound: There is no such quote.
            InvalidInput: The page token belongs to another listing.
        """
        current = (await read_quote(self._store, caller.account, request.parent, self._clock())).quote
        (quote_id,) = resource_ids(request.parent, "quotes")
        listing = f"revisions {request.parent}"
        below = sequence_in(request.page_token, listing) or current.revision + 1
        lowest = max(1, below - min(request.page_size or _DEFAULT_PAGE, _DEFAULT_PAGE))
        numbers = range(min(below, current.revision + 1) - 1, lowest - 1, -1)
        ids = [f"{quote_id}/{number}" for number in numbers if number != current.revision]
        earlier = await self._store.get_many(caller.account, REVISION, ids)
        shown = [as_revision(current)] if current.revision in numbers else []
        shown += [Quote.FromString(record.body) for record in earlier if record is not None]
        shown = shown[: _count_that_fits([quote.ByteSize() for quote in shown])]
        is_last = not shown or shown[-1].revision == 1
        token = "" if is_last else token_after(listing, shown[-1].revision)
        return ListQuoteRevisionsResponse(quotes=shown, next_page_token=token)

    async def comparison(self, caller: Caller, request: CompareQuotesRequest) -> CompareQuotesResponse:
        """Say what differs between two quotes or revisions.

        Raises:
            NotFound: One of them does not exist.
        """
        now = self._clock()
        base = await read_quote(self._store, caller.account, request.base, now)
        other = await read_quote(self._store, caller.account, request.other, now)
        return CompareQuotesResponse(differences=differences(base.quote.offer, other.quote.offer))

    async def contract(self, caller: Caller, request: GetContractRequest) -> Contract:
        """Read a contract.

        Raises:
            NotFound: There is none.
        """
        return await read_contract(self._store, caller.account, request.name)

    async def contracts(self, caller: Caller, request: ListContractsRequest) -> ListContractsResponse:
        """List contracts, newest first.

        Raises:
            InvalidInput: The page token belongs to another listing.
        """

        async def read(page: PageRequest) -> Page[Record]:
            return await self._store.list(caller.account, CONTRACT, page=page)

        found = await _fitting(read, request.page_size, request.page_token)
        contracts = [stored_contract(record) for record in found.records]
        return ListContractsResponse(contracts=contracts, next_page_token=found.next_page_token)

    async def events(self, caller: Caller, request: StreamEventsRequest) -> AsyncIterator[Event]:
        """Give the account's events after a position, oldest first; without end where asked to follow.

        Raises:
            InvalidInput: The position is not one that an event had.
        """
        after = request.after or START
        if request.follow:
            async for stored in self._events.follow(caller.account, after=after):
                yield _event(stored)
            return
        while batch := await self._events.read(caller.account, after=after):
            for stored in batch:
                yield _event(stored)
            after = batch[-1].position


async def _fitting(
    read: Callable[[PageRequest], Awaitable[Page[Record]]], page_size: int, page_token: str
) -> Page[Record]:
    """Read a page that fits into one message: AIP-158 lets a page be smaller than asked for."""
    size = page_size or _DEFAULT_PAGE
    while True:
        page = await read(PageRequest(size=size, token=page_token))
        fitting = _count_that_fits([len(record.body) for record in page.records])
        if fitting == len(page.records):
            return page
        size = fitting


def _count_that_fits(sizes: Sequence[int]) -> int:
    """How many of the first messages fit into one answer; at least one."""
    total = 0
    for count, size in enumerate(sizes):
        total += size
        if total > _PAGE_BYTES and count > 0:
            return count
    return len(sizes)


def _event(stored: StoredEvent) -> Event:
    event = Event.FromString(stored.body)
    event.position = stored.position
    return event
