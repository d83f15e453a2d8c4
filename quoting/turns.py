"""One attempt at a move: the quote as it was read, what it becomes, and everything written with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bidwright.core.caller import Caller
from bidwright.core.errors import Conflicting
from bidwright.quoting import events
from bidwright.quoting.records import StoredQuote, put_quote, read_quote
from bidwright.quoting.states import TABLE, Move, require
from bidwright.quoting.surroundings import Surroundings
from bidwright.storage.changes import EventEntry, Guard, Put
from bidwright.storage.writes import Outcome, write
from bidwright.v1.quote_pb2 import Quote, QuoteState
from bidwright.v1.quoting_pb2 import (
    AcceptQuoteRequest,
    ApproveQuoteRequest,
    DeclineQuoteRequest,
    OfferQuoteRequest,
    RefuseQuoteRequest,
    ReviseQuoteRequest,
    SignQuoteRequest,
    SubmitQuoteRequest,
    WithdrawQuoteRequest,
)

MoveRequest = (
    ReviseQuoteRequest
    | SubmitQuoteRequest
    | ApproveQuoteRequest
    | RefuseQuoteRequest
    | OfferQuoteRequest
    | AcceptQuoteRequest
    | DeclineQuoteRequest
    | WithdrawQuoteRequest
    | SignQuoteRequest
)
"""A request that changes a quote; each has a name, a request id and an etag."""


@dataclass
class Turn:
    """A quote on its way through one move.

    Attributes:
        caller: Who moves it.
        now: When.
        before: The quote as it was read; never changed.
        quote: What it becomes.
        puts: Records that change with it.
        guards: Records that must not change meanwhile.
        events: What happens beside the move itself.
    """

    caller: Caller
    now: dt.datetime
    before: StoredQuote
    quote: Quote
    puts: list[Put] = field(default_factory=list)
    guards: list[Guard] = field(default_factory=list)
    events: list[EventEntry] = field(default_factory=list)

    def moved(self, move: Move, state: QuoteState) -> Outcome[Quote]:
        """Finish the turn: the quote has made a move and is in a state."""
        if state not in TABLE[self.before.quote.state][move]:
            raise AssertionError(f"{move} does not lead from {self.before.quote.state} to {state}")
        self.quote.state = state
        self.quote.update_time.FromDatetime(self.now)
        put = put_quote(self.quote, before=self.before.version)
        event = events.quote_moved(self.quote, move, actor=self.caller.name, now=self.now)
        return Outcome(self.quote, [put, *self.puts], self.guards, [*self.events, event])


def open_turn(before: StoredQuote, caller: Caller, request: MoveRequest, *, move: Move, now: dt.datetime) -> Turn:
    """Begin a move with a quote that has just been read.

    Raises:
        Conflicting: The caller has seen another version (``ETAG_MISMATCH``).
        NotAllowedNow: The quote is in a state that forbids the move.
    """
    check_etag(before.quote, request.etag)
    require(request.name, before.quote.state, move)
    turn = Turn(caller, now, before, _copy(before.quote))
    if before.has_lapsed:
        turn.events.append(events.quote_moved(before.quote, Move.EXPIRE, actor=events.SYSTEM, now=now))
    return turn


def check_etag(quote: Quote, etag: str) -> None:
    """Refuse to write over a version that the caller has not seen; an empty etag says that any will do.

    Raises:
        Conflicting: The etag is not the quote's (``ETAG_MISMATCH``).
    """
    if etag in {"", quote.etag}:
        return
    raise Conflicting(
        f"{quote.name} has been changed: its etag is {quote.etag!r}, not {etag!r}.",
        fix="Read it again, look at what has changed, and repeat the request with its present etag.",
        reason="ETAG_MISMATCH",
        facts={"quote": quote.name, "etag": quote.etag},
    )


def check_digest(quote: Quote, digest: str) -> None:
    """Refuse a yes to another offer than the one the quote holds.

    Raises:
        Conflicting: The digest is not the quote's (``OFFER_DIGEST_MISMATCH``).
    """
    if digest == quote.offer_digest:
        return
    raise Conflicting(
        f"{quote.name} now offers something else: its offer has the digest {quote.offer_digest}, not {digest}.",
        fix="Read the quote again, agree to what it offers now, and repeat the request with its present offer_digest.",
        reason="OFFER_DIGEST_MISMATCH",
        facts={"quote": quote.name, "offer_digest": quote.offer_digest},
    )


async def make_move(
    surroundings: Surroundings,
    caller: Caller,
    request: MoveRequest,
    move: Move,
    *,
    change: Callable[[Turn], Awaitable[QuoteState]],
) -> Quote:
    """Make a move once.

    Args:
        surroundings: What quoting is given.
        caller: Who makes it.
        request: What is asked for.
        move: Which move it is.
        change: Changes ``Turn.quote`` and says in which state it is then; asked again when somebody else was faster.

    Raises:
        NotFound: The account has no such quote.
        Conflicting: The caller has seen another version (``ETAG_MISMATCH``).
        NotAllowedNow: The quote is in a state that forbids the move.
    """

    async def decide() -> Outcome[Quote]:
        now = surroundings.clock()
        before = await read_quote(surroundings.store, caller.account, request.name, now)
        turn = open_turn(before, caller, request, move=move, now=now)
        return turn.moved(move, await change(turn))

    return await write(surroundings.store, caller, request, decide, answer=Quote)


def _copy(quote: Quote) -> Quote:
    copied = Quote()
    copied.CopyFrom(quote)
    return copied
