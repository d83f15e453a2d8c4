"""Carries out a change of state through ``commit.lua``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bidwright.core.errors import Conflicting, InvalidInput
from bidwright.storage import keys
from bidwright.storage.changes import Change, Committed, Guard, Put
from bidwright.storage.connection import Argument, Engine
from bidwright.storage.leases import Lease
from bidwright.storage.scripts import script


@dataclass(frozen=True)
class Retention:
    """How much is kept beside the records.

    Attributes:
        answer_ttl_s: For how many seconds a repeated request is recognised.
        events: About how many events of an account are kept; older ones are dropped.
    """

    answer_ttl_s: int = 7 * 24 * 3600
    events: int = 10_000


async def commit(
    engine: Engine, account: str, change: Change, *, lease: Lease | None, retention: Retention
) -> Committed:
    """Carry out a change; see ``Store.commit``."""
    tag = keys.tag_of(account)
    if lease is not None and lease.account != account:
        raise ValueError(f"A lease of account {lease.account} does not protect a change of account {account}.")
    names = [
        keys.sequence(tag),
        keys.answer(account, change.request_id or "none"),
        keys.lease(account, lease.subject_id if lease else "none"),
        keys.events(account),
        keys.jobs(tag),
    ]
    arguments = [
        *(int(bool(change.request_id)), change.fingerprint, change.answer, retention.answer_ttl_s * 1000),
        keys.partition_of(account),
        *((lease.owner, lease.token) if lease else ("", "")),
        retention.events,
        *_contents(account, change),
    ]
    reply = await engine.run_script(script("commit"), names, arguments, repeat=bool(change.request_id))
    return _committed(account, change, reply)


def reused(request_id: str) -> InvalidInput:
    """Make the error for a request id that returns with another content."""
    return InvalidInput(
        f"The request id {request_id} was used before for a different request.",
        fix="Use a new request_id for a new request, and the old one only to repeat exactly the same request.",
        reason="REQUEST_ID_REUSED",
        facts={"request_id": request_id},
    )


def _contents(account: str, change: Change) -> list[Argument]:
    """Flatten a change in the order in which the script takes it; each list starts with its length."""
    flat: list[Argument] = [len(change.guards)]
    for guard in change.guards:
        flat += _condition(account, guard)
    flat.append(len(change.puts))
    for put in change.puts:
        flat += _condition(account, put)
        flat += [keys.listing(account, put.kind), keys.partition_listing(keys.tag_of(account), put.kind)]
        flat += [keys.member(account, put.id), put.body, len(put.indexes)]
        flat += [keys.checked_index(index) for index in sorted(put.indexes)]
    flat += [len(change.events), *(event.body for event in change.events), len(change.jobs)]
    for job in change.jobs:
        flat += [account, job.kind, job.subject_id]
    return flat


def _condition(account: str, one: Guard | Put) -> list[Argument]:
    return [keys.record(account, one.kind, one.id), one.kind, one.id, one.expected_version]


def _committed(account: str, change: Change, reply: Sequence[Any]) -> Committed:
    match reply:
        case [b"done"]:
            return Committed(replayed=False, answer=change.answer)
        case [b"replayed", answer]:
            return Committed(replayed=True, answer=bytes(answer))
        case [b"reused"]:
            raise reused(change.request_id)
        case [b"mismatch", kind, record_id, expected, found]:
            raise _mismatch(f"{kind.decode()} {record_id.decode()}", int(expected), int(found))
        case _:
            raise Conflicting(
                f"The lease under which account {account} was to be changed has expired or passed to another worker.",
                fix="Stop this piece of work; whoever holds the lease now continues it.",
                reason="LEASE_LOST",
            )


def _mismatch(name: str, expected: int, found: int) -> Conflicting:
    what = f"has been changed: it has version {found}, not {expected}"
    if expected == 0:
        what = f"exists already, in version {found}"
    elif found == 0:
        what = "does not exist"
    return Conflicting(
        f"{name} {what}.",
        fix="Read it again, look at what has changed, and repeat the request with its present etag.",
        reason="ETAG_MISMATCH",
        facts={"record": name, "expected_version": str(expected), "found_version": str(found)},
    )
