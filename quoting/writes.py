"""Carries out a write once: however often it is repeated, and whoever else writes at the same time."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from google.protobuf.message import Message

from bidwright.core.caller import Caller
from bidwright.core.errors import BidwrightError, Conflicting
from bidwright.storage.changes import Change, EventEntry, Guard, JobEntry, Put
from bidwright.storage.records import Store
from bidwright.v1.quote_pb2 import Contract, Quote
from bidwright.v1.quoting_pb2 import (
    AcceptQuoteRequest,
    ApproveQuoteRequest,
    CreateQuoteRequest,
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

WriteRequest = CreateQuoteRequest | MoveRequest

_ATTEMPTS = 50  # each lost race means that somebody else's write was carried out, so this many in a row are no accident

Answer = TypeVar("Answer", Quote, Contract)


@dataclass(frozen=True)
class Outcome(Generic[Answer]):
    """What a write has decided to do, from what it has just read.

    Attributes:
        answer: What the caller gets.
        puts: Records to write, on condition that they are as they were read.
        guards: Records that must be as they were read.
        events: What will have happened.
        jobs: What workers will have to do.
    """

    answer: Answer
    puts: Sequence[Put] = ()
    guards: Sequence[Guard] = ()
    events: Sequence[EventEntry] = ()
    jobs: Sequence[JobEntry] = ()


Decide = Callable[[], Awaitable[Outcome[Answer]]]


async def write(
    store: Store, caller: Caller, request: WriteRequest, decide: Decide[Answer], *, answer: type[Answer]
) -> Answer:
    """Carry out a write.

    Args:
        store: Where.
        caller: Who writes.
        request: Its id makes a repetition known; without one, a repetition is a write of its own.
        decide: Reads what it needs and decides; asked again whenever somebody else was faster.
        answer: The type of the answer.

    Returns:
        The answer; that of the first time where the request is repeated.

    Raises:
        BidwrightError: Whatever ``decide`` refuses with; nothing has been written then.
        InvalidInput: The request id was used for another request (``REQUEST_ID_REUSED``).
        Conflicting: Others were faster every single time (``ETAG_MISMATCH``).
    """
    fingerprint = fingerprint_of(request, caller)
    attempt = 0
    while True:
        attempt += 1
        try:
            outcome = await decide()
        except BidwrightError:
            # What refuses it may be its own first copy: that was read before, so its answer is there by now.
            earlier = await _earlier_answer(store, caller, request, fingerprint)
            if earlier is None:
                raise
            return answer.FromString(earlier)
        change = Change(
            outcome.puts,
            outcome.guards,
            outcome.events,
            outcome.jobs,
            request_id=request.request_id,
            fingerprint=fingerprint,
            answer=outcome.answer.SerializeToString(deterministic=True),
        )
        try:
            committed = await store.commit(caller.account, change)
        except Conflicting:
            if attempt == _ATTEMPTS:
                raise
        else:
            return answer.FromString(committed.answer)


async def _earlier_answer(store: Store, caller: Caller, request: WriteRequest, fingerprint: str) -> bytes | None:
    if not request.request_id:
        return None
    return await store.read_answer(caller.account, request.request_id, fingerprint)


def fingerprint_of(request: Message, caller: Caller) -> str:
    """Digest of everything about a request but its id: the method, the content, and who asks."""
    content = type(request)()
    content.CopyFrom(request)
    content.ClearField("request_id")
    told = f"{request.DESCRIPTOR.full_name}\n{caller.principal}\n".encode()
    return hashlib.sha256(told + content.SerializeToString(deterministic=True)).hexdigest()
