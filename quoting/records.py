"""How quotes, their earlier revisions, bids and contracts are kept; nothing else of quoting knows kinds and indexes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from bidwright.core.enum_words import enum_word
from bidwright.core.errors import NotFound
from bidwright.core.resource_names import resource_ids, resource_name
from bidwright.quoting.states import OFFERED
from bidwright.quoting.validity import as_of
from bidwright.storage.changes import Put
from bidwright.storage.messages import encoded
from bidwright.storage.pages import PageRequest
from bidwright.storage.records import Record, Store
from bidwright.v1.quote_pb2 import Bid, Contract, Quote, QuoteState

QUOTE = "quote"
REVISION = "revision"
BID = "bid"
CONTRACT = "contract"


@dataclass(frozen=True)
class StoredQuote:
    """A quote as it was read.

    Attributes:
        quote: As it stands now, with its etag: offered ones whose time has run out are expired.
        version: The version it has in the store; 0 for an earlier revision, which never changes.
        has_lapsed: It is expired, but that has not been written yet.
    """

    quote: Quote
    version: int
    has_lapsed: bool


@dataclass(frozen=True)
class StoredBid:
    """A bid as it was read, with the version it has in the store; 0 for one that is not written yet."""

    bid: Bid
    version: int


async def read_quote(store: Store, account: str, name: str, now: dt.datetime) -> StoredQuote:
    """Read a quote, or one of its revisions.

    Args:
        store: Where.
        account: Whose.
        name: quotes/{quote} or quotes/{quote}/revisions/{revision}.
        now: Decides what has expired.

    Raises:
        NotFound: The account has no such quote, or the quote no such revision.
    """
    if "/revisions/" not in name:
        return stored_quote(_found(await store.get(account, QUOTE, *resource_ids(name, "quotes")), name), now)
    quote_id, revision = resource_ids(name, "quotes", "revisions")
    earlier = await store.get(account, REVISION, f"{quote_id}/{revision}")
    if earlier is not None:
        return StoredQuote(Quote.FromString(earlier.body), 0, has_lapsed=False)
    # The quote is read after its revisions: what is current now may just have become an earlier one.
    current = await read_quote(store, account, resource_name("quotes", quote_id), now)
    if current.quote.revision != int(revision):
        earlier = _found(await store.get(account, REVISION, f"{quote_id}/{revision}"), name)
        return StoredQuote(Quote.FromString(earlier.body), 0, has_lapsed=False)
    return StoredQuote(as_revision(current.quote), current.version, current.has_lapsed)


def stored_quote(record: Record, now: dt.datetime) -> StoredQuote:
    """Read a quote from its record."""
    written = Quote.FromString(record.body)
    quote = as_of(written, now)
    return StoredQuote(quote, record.version, has_lapsed=quote is not written)


def put_quote(quote: Quote, *, before: int) -> Put:
    """Write a quote over the version that was read, and stamp it with the etag it gets.

    Args:
        quote: Changed here: its etag.
        before: The version that was read; 0 for a new quote.
    """
    quote.etag = str(before + 1)
    (quote_id,) = resource_ids(quote.name, "quotes")
    state = enum_word(QuoteState, quote.state)
    indexes = {f"state={state}", f"bid={quote.bid}", f"bid={quote.bid} state={state}"}
    if quote.state == OFFERED:
        indexes.add(expiry_index(quote.expire_time.ToDatetime(dt.UTC)))
    return Put(QUOTE, quote_id, encoded(quote), before, frozenset(indexes))


def put_revision(quote: Quote) -> Put:
    """Keep a quote as it was, as an earlier revision; it can be written only once."""
    (quote_id,) = resource_ids(quote.name, "quotes")
    return Put(REVISION, f"{quote_id}/{quote.revision}", encoded(as_revision(quote)), 0)


def as_revision(quote: Quote) -> Quote:
    """A quote under the name of its revision, without an etag: nobody writes to a revision."""
    revision = Quote()
    revision.CopyFrom(quote)
    revision.name = resource_name("quotes", *resource_ids(quote.name, "quotes"), "revisions", str(quote.revision))
    revision.ClearField("etag")
    return revision


def quotes_index(state: QuoteState, bid: str) -> str | None:
    """The index of a listing of quotes; None for all of them."""
    conditions = []
    if bid:
        conditions.append(f"bid={bid}")
    if state != QuoteState.QUOTE_STATE_UNSPECIFIED:
        conditions.append(f"state={enum_word(QuoteState, state)}")
    return " ".join(conditions) or None


def expiry_index(moment: dt.datetime) -> str:
    """The index of the offered quotes that expire in the same hour as a moment, in UTC."""
    return f"expires={moment.astimezone(dt.UTC):%Y-%m-%dT%H}"


async def read_bid(store: Store, account: str, name: str) -> StoredBid:
    """Read a bid.

    Raises:
        NotFound: The account has no such bid.
    """
    record = _found(await store.get(account, BID, *resource_ids(name, "bids")), name)
    return StoredBid(Bid.FromString(record.body), record.version)


def put_bid(bid: Bid, *, before: int) -> Put:
    """Write a bid over the version that was read."""
    (bid_id,) = resource_ids(bid.name, "bids")
    return Put(BID, bid_id, encoded(bid), before)


async def read_alternatives(store: Store, account: str, bid: str, now: dt.datetime) -> list[StoredQuote]:
    """Read all quotes of a bid, oldest first."""
    found: list[StoredQuote] = []
    token = ""
    while True:
        wanted = PageRequest(token=token, newest_first=False)
        page = await store.list(account, QUOTE, index=f"bid={bid}", page=wanted)
        found += [stored_quote(record, now) for record in page.records]
        token = page.next_page_token
        if not token:
            return found


async def read_contract(store: Store, account: str, name: str) -> Contract:
    """Read a contract.

    Raises:
        NotFound: The account has no such contract.
    """
    return stored_contract(_found(await store.get(account, CONTRACT, *resource_ids(name, "contracts")), name))


def stored_contract(record: Record) -> Contract:
    """Read a contract from its record."""
    contract = Contract.FromString(record.body)
    contract.etag = str(record.version)
    return contract


def put_contract(contract: Contract) -> Put:
    """Write a new contract, and stamp it with its first etag."""
    contract.etag = "1"
    (contract_id,) = resource_ids(contract.name, "contracts")
    return Put(CONTRACT, contract_id, encoded(contract), 0)


def _found(record: Record | None, name: str) -> Record:
    if record is not None:
        return record
    raise NotFound(
        f"{name} does not exist.",
        fix="Check the name, for example in a listing; only your own account's records can be seen.",
        facts={"name": name},
    )
