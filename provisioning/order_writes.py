"""Carries out a caller's change of an order once, however often it is repeated and whoever else writes meanwhile."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bidwright.core.caller import Caller
from bidwright.core.errors import BidwrightError, Conflicting
from bidwright.provisioning.order_records import request_fingerprint
from bidwright.storage.changes import Change, EventEntry, Guard, JobEntry, Put
from bidwright.storage.records import Store
from bidwright.v1.order_pb2 import Order
from bidwright.v1.provisioning_pb2 import (
    CancelOrderRequest,
    CompleteTaskRequest,
    ReapplyContractRequest,
    ResumeOrderRequest,
    WithdrawContractRequest,
)

WriteRequest = (
    CancelOrderRequest | CompleteTaskRequest | ReapplyContractRequest | ResumeOrderRequest | WithdrawContractRequest
)

_ATTEMPTS = 50  # a worker writes about twice a second, so this many lost races in a row are no accident


@dataclass(frozen=True)
class Outcome:
    """What a write has decided to do, from what it has just read.

    Attributes:
        order: What the caller gets.
        puts: Records to write, on condition that they are as they were read.
        events: What will have happened.
        jobs: What workers will have to do.
        guards: Records that must be as they were read, none of them written.
    """

    order: Order
    puts: tuple[Put, ...] = ()
    events: tuple[EventEntry, ...] = ()
    jobs: tuple[JobEntry, ...] = ()
    guards: tuple[Guard, ...] = ()


async def write(store: Store, caller: Caller, request: WriteRequest, decide: Callable[[], Awaitable[Outcome]]) -> Order:
    """Carry out a write.

    Args:
        store: Where.
        caller: Who writes.
        request: Its id makes a repetition known; the same answer is given then.
        decide: Reads what it needs and decides; asked again whenever somebody else was faster.

    Raises:
        BidwrightError: Whatever ``decide`` refuses with; nothing has been written then.
        InvalidInput: The request id was used for another request (``REQUEST_ID_REUSED``).
        Conflicting: Others were faster every single time (``ETAG_MISMATCH``).
    """
    fingerprint = request_fingerprint(request, caller.principal)
    for attempts_left in reversed(range(_ATTEMPTS)):
        try:
            outcome = await decide()
        except BidwrightError:
            # What refuses it may be its own first copy: that was read before, so its answer is there by now.
            answer = await _answer_before(store, caller, request, fingerprint)
            if answer is None:
                raise
            return answer
        change = Change(
            outcome.puts,
            outcome.guards,
            outcome.events,
            outcome.jobs,
            request_id=request.request_id,
            fingerprint=fingerprint,
            answer=outcome.order.SerializeToString(deterministic=True),
        )
        try:
            committed = await store.commit(caller.account, change)
        except Conflicting:
            if not attempts_left:
                raise
        else:
            return Order.FromString(committed.answer)
    raise AssertionError("unreachable: the last attempt returns or raises")


async def _answer_before(store: Store, caller: Caller, request: WriteRequest, fingerprint: str) -> Order | None:
    if not request.request_id:
        return None
    answer = await store.read_answer(caller.account, request.request_id, fingerprint)
    return None if answer is None else Order.FromString(answer)
