"""Signs quotes: contract, order, job and events are written in one step, or nothing is."""

from __future__ import annotations

from bidwright.core.caller import Caller
from bidwright.core.resource_names import resource_name
from bidwright.quoting import events
from bidwright.quoting.records import put_contract, read_contract, read_quote
from bidwright.quoting.states import SIGNED, Move
from bidwright.quoting.surroundings import Surroundings
from bidwright.quoting.turns import Turn, check_digest, open_turn
from bidwright.storage.messages import message_digest
from bidwright.storage.writes import Outcome, write
from bidwright.v1.quote_pb2 import Contract, ContractState
from bidwright.v1.quoting_pb2 import SignQuoteRequest


async def sign_quote(surroundings: Surroundings, caller: Caller, request: SignQuoteRequest) -> Contract:
    """Sign an accepted quote. Signed again with the same digest, whatever the request id, it answers the same contract.

    Raises:
        Conflicting: The digest signed is not that of the quote (``OFFER_DIGEST_MISMATCH``), or the etag is stale.
        NotAllowedNow: The quote is neither accepted nor signed.
    """

    async def decide() -> Outcome[Contract]:
        now = surroundings.clock()
        # Read once: between two readings, somebody else's signature could come and be refused as a second one.
        before = await read_quote(surroundings.store, caller.account, request.name, now)
        if before.quote.state == SIGNED:
            check_digest(before.quote, request.offer_digest)
            return Outcome(await read_contract(surroundings.store, caller.account, before.quote.contract))
        turn = open_turn(before, caller, request, move=Move.SIGN, now=now)
        check_digest(turn.quote, request.offer_digest)
        return _sign(surroundings, turn, request)

    return await write(surroundings.store, caller, request, decide, answer=Contract)


def _sign(surroundings: Surroundings, turn: Turn, request: SignQuoteRequest) -> Outcome[Contract]:
    quote = turn.quote
    if message_digest(quote.offer) != quote.offer_digest:
        raise AssertionError(f"the offer of {quote.name} is not the one its digest was made of")
    order_id = surroundings.new_id("o")
    contract = Contract(
        name=resource_name("contracts", surroundings.new_id("c")),
        quote=quote.name,
        quote_revision=quote.revision,
        offer=quote.offer,
        signed_digest=quote.offer_digest,
        signatory=request.signatory,
        state=ContractState.CONTRACT_STATE_ACTIVE,
        order=resource_name("orders", order_id),
    )
    contract.sign_time.FromDatetime(turn.now)
    quote.contract = contract.name
    order = surroundings.delivery.new_order(contract, order_id, turn.now)
    moved = turn.moved(Move.SIGN, SIGNED)
    signed = events.contract_signed(contract, actor=turn.caller.name, now=turn.now)
    return Outcome(
        contract,
        [*moved.puts, put_contract(contract), surroundings.delivery.put_order(order, 0)],
        moved.guards,
        [*moved.events, signed],
        [surroundings.delivery.order_job(order)],
    )
