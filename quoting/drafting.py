"""Creates quotes, and revises them: every revision is an offer of its own, and none is ever lost."""

from __future__ import annotations

from bidwright.core.caller import Caller
from bidwright.core.errors import NotAllowedNow
from bidwright.core.resource_names import resource_name
from bidwright.quoting import events
from bidwright.quoting.offers import Draft, approvals_of, make_offer, put_offer
from bidwright.quoting.records import StoredBid, put_bid, put_quote, put_revision, read_bid
from bidwright.quoting.states import DRAFT, Move
from bidwright.quoting.surroundings import Surroundings
from bidwright.quoting.turns import Turn, make_move
from bidwright.storage.writes import Outcome, write
from bidwright.v1.quote_pb2 import Approval, ApprovalState, Bid, Quote, QuoteState
from bidwright.v1.quoting_pb2 import CreateQuoteRequest, ReviseQuoteRequest


async def create_quote(surroundings: Surroundings, caller: Caller, request: CreateQuoteRequest) -> Quote:
    """Keep a checked, priced and planned configuration as a draft.

    Raises:
        InvalidInput: With every fault and every violated rule at once.
        NotFound: The release or the bid does not exist.
        NotAllowedNow: An alternative of the bid has been accepted (``BID_DECIDED``).
    """

    async def decide() -> Outcome[Quote]:
        now = surroundings.clock()
        bid = await _open_bid(surroundings, caller, request.bid)
        draft = Draft(request.customer, request.configuration, request.terms)
        quote = Quote(
            name=resource_name("quotes", surroundings.new_id("q")),
            bid=bid.bid.name,
            display_name=request.display_name,
            state=DRAFT,
            revision=1,
            creator=caller.name,
            author=caller.name,
        )
        quote.create_time.FromDatetime(now)
        quote.update_time.FromDatetime(now)
        put_offer(quote, await make_offer(surroundings, draft, now))
        quote.approvals.extend(await approvals_of(surroundings, quote.offer, (), now))
        # Writing the bid as well makes an acceptance that goes on at the same time notice the new alternative.
        puts = [put_quote(quote, before=0), put_bid(bid.bid, before=bid.version)]
        return Outcome(quote, puts, events=[events.quote_created(quote, actor=caller.name, now=now)])

    return await write(surroundings.store, caller, request, decide, answer=Quote)


async def revise_quote(surroundings: Surroundings, caller: Caller, request: ReviseQuoteRequest) -> Quote:
    """Replace what a quote offers; it is a draft again, and its earlier revision is kept as it was.

    Raises:
        InvalidInput: With every fault and every violated rule at once.
        NotFound: The quote or the release does not exist.
        Conflicting: The etag is stale.
        NotAllowedNow: The state forbids it, or an alternative of the bid has been accepted (``BID_DECIDED``).
    """

    async def change(turn: Turn) -> QuoteState:
        bid = await _open_bid(surroundings, caller, turn.quote.bid)
        # A declined or expired quote comes to life again: as with a new one, acceptances have to notice.
        turn.puts.append(put_bid(bid.bid, before=bid.version))
        turn.puts.append(put_revision(turn.before.quote))
        await _replace_offer(surroundings, turn, request)
        return DRAFT

    return await make_move(surroundings, caller, request, Move.REVISE, change=change)


async def _replace_offer(surroundings: Surroundings, turn: Turn, request: ReviseQuoteRequest) -> None:
    quote, present = turn.quote, turn.before.quote.offer
    draft = Draft(
        request.customer if request.HasField("customer") else present.customer,
        request.configuration if request.HasField("configuration") else present.configuration,
        request.terms if request.HasField("terms") else present.terms,
    )
    offer = await make_offer(surroundings, draft, turn.now)
    approvals = await approvals_of(surroundings, offer, _kept(turn), turn.now)
    put_offer(quote, offer)
    quote.revision += 1
    quote.author = turn.caller.name
    for field in ("expire_time", "state_reason", "approvals"):
        quote.ClearField(field)
    quote.approvals.extend(approvals)


def _kept(turn: Turn) -> list[Approval]:
    """The approvals that may stay granted: not those of the one who has now rewritten what they granted."""
    granted = ApprovalState.APPROVAL_STATE_GRANTED
    earlier = turn.before.quote.approvals
    return [one for one in earlier if one.state == granted and one.decided_by != turn.caller.name]


async def _open_bid(surroundings: Surroundings, caller: Caller, name: str) -> StoredBid:
    """Read the bid an alternative belongs to, or make a new one where no name is given."""
    if not name:
        return StoredBid(Bid(name=resource_name("bids", surroundings.new_id("b"))), 0)
    stored = await read_bid(surroundings.store, caller.account, name)
    if stored.bid.accepted_quote:
        raise NotAllowedNow(
            f"The customer has accepted {stored.bid.accepted_quote}, so {name} takes no further alternatives.",
            fix="Create a quote without a bid: it starts a new one.",
            reason="BID_DECIDED",
            facts={"bid": name, "accepted_quote": stored.bid.accepted_quote},
        )
    return stored
