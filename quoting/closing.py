"""Hands quotes to customers and records what they say; an accepted alternative closes the others of its bid."""

from __future__ import annotations

from bidwright.catalog.days import today_in, zone_of
from bidwright.core.caller import Caller
from bidwright.quoting import events
from bidwright.quoting.offers import market_of
from bidwright.quoting.records import StoredQuote, put_bid, put_quote, read_alternatives, read_bid
from bidwright.quoting.states import ACCEPTED, DECLINED, LIVE, OFFERED, SUPERSEDED, WITHDRAWN, Move
from bidwright.quoting.surroundings import Surroundings
from bidwright.quoting.turns import Turn, check_digest, make_move
from bidwright.quoting.validity import end_of, last_day
from bidwright.v1.quote_pb2 import Quote, QuoteState
from bidwright.v1.quoting_pb2 import AcceptQuoteRequest, DeclineQuoteRequest, OfferQuoteRequest, WithdrawQuoteRequest


async def offer_quote(surroundings: Surroundings, caller: Caller, request: OfferQuoteRequest) -> Quote:
    """Hand a quote to the customer, valid through the end of a day in its market.

    Raises:
        InvalidInput: The day has passed, is too far ahead, or is none.
    """

    async def change(turn: Turn) -> QuoteState:
        release = await surroundings.find_release(turn.quote.offer.configuration.release)
        market = market_of(release, turn.quote.offer)
        wanted = request.valid_through if request.HasField("valid_through") else None
        turn.quote.expire_time.FromDatetime(end_of(last_day(wanted, today_in(market, turn.now)), zone_of(market)))
        return OFFERED

    return await make_move(surroundings, caller, request, Move.OFFER, change=change)


async def accept_quote(surroundings: Surroundings, caller: Caller, request: AcceptQuoteRequest) -> Quote:
    """Record the customer's yes; the other live alternatives of the bid are superseded in the same step.

    Raises:
        Conflicting: The customer saw another offer (``OFFER_DIGEST_MISMATCH``).
    """

    async def change(turn: Turn) -> QuoteState:
        if request.offer_digest:
            check_digest(turn.quote, request.offer_digest)
        # The bid is read before its alternatives: one that is added in between changes the bid's version.
        bid = await read_bid(surroundings.store, caller.account, turn.quote.bid)
        bid.bid.accepted_quote = turn.quote.name
        turn.puts.append(put_bid(bid.bid, before=bid.version))
        for other in await read_alternatives(surroundings.store, caller.account, turn.quote.bid, turn.now):
            if other.quote.name != turn.quote.name and other.quote.state in LIVE:
                _supersede(turn, other)
        return ACCEPTED

    return await make_move(surroundings, caller, request, Move.ACCEPT, change=change)


async def decline_quote(surroundings: Surroundings, caller: Caller, request: DeclineQuoteRequest) -> Quote:
    """Record the customer's no."""

    async def change(turn: Turn) -> QuoteState:
        turn.quote.state_reason = request.reason
        return DECLINED

    return await make_move(surroundings, caller, request, Move.DECLINE, change=change)


async def withdraw_quote(surroundings: Surroundings, caller: Caller, request: WithdrawQuoteRequest) -> Quote:
    """Take a quote back."""

    async def change(turn: Turn) -> QuoteState:
        turn.quote.state_reason = request.reason
        return WITHDRAWN

    return await make_move(surroundings, caller, request, Move.WITHDRAW, change=change)


def _supersede(turn: Turn, other: StoredQuote) -> None:
    other.quote.state = SUPERSEDED
    other.quote.update_time.FromDatetime(turn.now)
    turn.puts.append(put_quote(other.quote, before=other.version))
    turn.events.append(events.quote_moved(other.quote, Move.SUPERSEDE, actor=turn.caller.name, now=turn.now))
