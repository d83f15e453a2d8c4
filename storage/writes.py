"""Carries out a write once: however often it is repeated, and whoever else writes at the same time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from google.protobuf.message import Message

from bidwright.core.caller import Caller
from bidwright.core.errors import BidwrightError, Conflicting
from bidwright.storage.changes import Change, EventEntry, Guard, JobEntry, Put
from bidwright.storage.messages import Repeatable, encoded, request_fingerprint
from bidwright.storage.records import Store

# Each lost race means that somebody else's write was carried out, and a worker writes about twice a second: so many in
# a row are no accident.
_ATTEMPTS = 50

Answer = TypeVar("Answer", bound=Message)


@dataclass(frozen=True)
class Outcome(Generic[Answer]):
    """What a write has decided to do, from what it has just read.

    Attributes:
        answer: What the caller gets.
        puts: Records to write, on condition that they are as they were read.
        guards: Records that must be as they were read, none of them written.
        events: What will have happened.
        jobs: What workers will have to do.
    """

    answer: Answer
    puts: Sequence[Put] = ()
    guards: Sequence[Guard] = ()
    events: Sequence[EventEntry] = ()
    jobs: Sequence[JobEntry] = ()


async def write(
    store: Store,
    caller: Caller,
    request: Repeatable,
    decide: Callable[[], Awaitable[Outcome[Answer]]],
    *,
    answer: type[Answer],
) -> Answer:
    """Carry out a write.

    Args:
        store: Where.
        caller: Who writes.
        request: What is asked for; without an id, a repetition is a write of its own.
        decide: Reads what it needs and decides; asked again whenever somebody else was faster.
        answer: The type of the answer.

    Returns:
        The answer; that of the first time where the request is repeated.

    Raises:
        BidwrightError: Whatever ``decide`` refuses with; nothing has been written then.
        InvalidInput: The request id was used for another request (``REQUEST_ID_REUSED``).
        Conflicting: Others were faster every single time (``ETAG_MISMATCH``).
    """
    request_id, fingerprint = request.request_id, request_fingerprint(request, caller.principal)
    attempt = 0
    while True:
        attempt += 1
        try:
            outcome = await decide()
        except BidwrightError:
            # What refuses it may be its own first copy: that was read before, so its answer is there by now.
            earlier = await store.read_answer(caller.account, request_id, fingerprint) if request_id else None
            if earlier is None:
                raise
            return answer.FromString(earlier)
        try:
            committed = await store.commit(caller.account, _change(outcome, request_id, fingerprint))
        except Conflicting:
            if attempt == _ATTEMPTS:
                raise
        else:
            return answer.FromString(committed.answer)


def _change(outcome: Outcome[Answer], request_id: str, fingerprint: str) -> Change:
    return Change(
        outcome.puts,
        outcome.guards,
        outcome.events,
        outcome.jobs,
        request_id=request_id,
        fingerprint=fingerprint,
        answer=encoded(outcome.answer),
    )
