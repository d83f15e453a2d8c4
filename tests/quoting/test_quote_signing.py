"""A signature has one effect: one contract, one order, one job; and it fixes exactly what was offered."""

from __future__ import annotations

import asyncio
import hashlib

import pytest
from quoting_desk import SALLY, SIGNATORY, Desk, word

from bidwright.core.errors import Conflicting, InvalidInput, NotAllowedNow, NotFound
from bidwright.quoting.signing import sign_quote
from bidwright.v1.order_pb2 import ORDER_STATE_ACKNOWLEDGED, Order
from bidwright.v1.quote_pb2 import ContractState, Quote
from bidwright.v1.quoting_pb2 import GetContractRequest, ListContractsRequest, SignQuoteRequest

FIRST = "00000000-0000-4000-8000-000000000001"
SECOND = "00000000-0000-4000-8000-000000000002"


async def accepted(desk: Desk) -> Quote:
    quote = await desk.offered()
    return await desk.accept(quote.name)


async def effects(desk: Desk) -> tuple[int, int, int]:
    """How many contracts, orders and jobs there are."""
    return await desk.count("contract"), await desk.count("order"), len(await desk.queue.queued())


async def test_a_contract_holds_exactly_what_was_offered(desk: Desk) -> None:
    quote = await accepted(desk)
    contract = await desk.sign(quote.name)

    assert contract.quote == quote.name
    assert contract.quote_revision == 1
    assert contract.offer == quote.offer
    digest = hashlib.sha256(contract.offer.SerializeToString(deterministic=True)).hexdigest()
    assert contract.signed_digest == quote.offer_digest == digest
    assert contract.signatory == SIGNATORY
    assert contract.state == ContractState.CONTRACT_STATE_ACTIVE
    assert contract == await desk.reading.contract(SALLY, GetContractRequest(name=contract.name))
    assert list((await desk.reading.contracts(SALLY, ListContractsRequest())).contracts) == [contract]
    assert (await desk.read(quote.name)).contract == contract.name


async def test_a_signature_writes_the_order_and_its_job(desk: Desk) -> None:
    quote = await accepted(desk)
    contract = await desk.sign(quote.name)

    order_id = contract.order.removeprefix("orders/")
    record = await desk.store.get("acme", "order", order_id)
    assert record is not None
    order = Order.FromString(record.body)
    assert order.contract == contract.name
    assert order.state == ORDER_STATE_ACKNOWLEDGED
    assert order.signed_digest == contract.signed_digest
    assert [step.plan_step for step in order.steps] == list(quote.offer.plan.steps)
    assert await desk.queue.queued() == {("acme", "order", order_id)}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # the same request arrives twice
        (FIRST, FIRST),
        # another request asks for the same signature
        (FIRST, SECOND),
        # requests without ids
        ("", ""),
        ("", SECOND),
    ],
)
async def test_signing_twice_makes_one_contract_and_one_order(desk: Desk, first: str, second: str) -> None:
    quote = await accepted(desk)
    contract = await desk.sign(quote.name, request_id=first)
    again = await desk.sign(quote.name, request_id=second)

    assert again.SerializeToString(deterministic=True) == contract.SerializeToString(deterministic=True)
    assert await effects(desk) == (1, 1, 1)
    assert [event.type for event in await desk.events()].count("contract.signed") == 1


async def test_twenty_signatures_at_once_have_one_effect(desk: Desk) -> None:
    quote = await accepted(desk)
    ids = [f"00000000-0000-4000-8000-{number:012}" for number in range(20)]
    contracts = await asyncio.gather(*(desk.sign(quote.name, request_id=one) for one in ids))

    assert len({contract.name for contract in contracts}) == 1
    assert await effects(desk) == (1, 1, 1)


async def test_the_same_signature_twenty_times_at_once_has_one_answer(desk: Desk) -> None:
    quote = await accepted(desk)
    contracts = await asyncio.gather(*(desk.sign(quote.name, request_id=FIRST) for _ in range(20)))

    assert len({contract.SerializeToString(deterministic=True) for contract in contracts}) == 1
    assert await effects(desk) == (1, 1, 1)


async def test_twenty_acceptances_at_once_have_one_effect(desk: Desk) -> None:
    quote = await desk.offered()
    answers = await asyncio.gather(*(desk.accept(quote.name) for _ in range(20)), return_exceptions=True)

    assert len([answer for answer in answers if isinstance(answer, Quote)]) == 1
    assert len([answer for answer in answers if isinstance(answer, NotAllowedNow)]) == 19
    assert [event.type for event in await desk.events()].count("quote.accepted") == 1


async def test_the_same_acceptance_twenty_times_at_once_has_one_answer(desk: Desk) -> None:
    quote = await desk.offered()
    answers = await asyncio.gather(*(desk.accept(quote.name, request_id=FIRST) for _ in range(20)))

    assert len({answer.SerializeToString(deterministic=True) for answer in answers}) == 1
    assert [event.type for event in await desk.events()].count("quote.accepted") == 1


@pytest.mark.parametrize("state", ["accepted", "signed"])
async def test_another_digest_than_the_quotes_is_not_signed(desk: Desk, state: str) -> None:
    quote = await desk.in_state(state)
    with pytest.raises(Conflicting) as refusal:
        await desk.sign(quote.name, digest="0" * 64)
    assert refusal.value.reason == "OFFER_DIGEST_MISMATCH"
    assert word((await desk.read(quote.name)).state) == state


async def test_a_refused_order_leaves_the_quote_accepted(desk: Desk) -> None:
    quote = await desk.offered()
    accepted_quote = await desk.accept(quote.name)
    with pytest.raises(Conflicting) as refusal:
        await desk.sign(quote.name, etag="1")
    assert refusal.value.reason == "ETAG_MISMATCH"
    assert await effects(desk) == (0, 0, 0)
    assert await desk.read(quote.name) == accepted_quote


async def test_an_acceptance_of_another_offer_is_refused(desk: Desk) -> None:
    quote = await desk.offered()
    with pytest.raises(Conflicting) as refusal:
        await desk.accept(quote.name, offer_digest="0" * 64)
    assert refusal.value.reason == "OFFER_DIGEST_MISMATCH"
    assert word((await desk.accept(quote.name, offer_digest=quote.offer_digest)).state) == "accepted"


async def test_a_request_id_belongs_to_one_content(desk: Desk) -> None:
    quote = await accepted(desk)
    await desk.sign(quote.name, request_id=FIRST)
    other = SignQuoteRequest(
        name=quote.name, request_id=FIRST, signatory={"display_name": "Mallory"}, offer_digest=quote.offer_digest
    )
    with pytest.raises(InvalidInput) as refusal:
        await sign_quote(desk.surroundings, SALLY, other)
    assert refusal.value.reason == "REQUEST_ID_REUSED"


async def test_a_quote_that_does_not_exist_is_not_signed(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await desk.sign("quotes/q-none", digest="0" * 64)
