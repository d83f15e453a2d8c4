"""What one change of state consists of; ``Store.commit`` carries it out wholly or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Put:
    """Writes one record.

    Attributes:
        kind: For example ``quote``.
        id: Unique within account and kind.
        body: The record; the store does not look into it.
        expected_version: The version it was read with; 0 if it must not exist yet. It gets the next one.
        indexes: All named lists it is on from now on, for example ``bid=b-1``; it leaves those that are not here.
    """

    kind: str
    id: str
    body: bytes
    expected_version: int
    indexes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Guard:
    """Demands a version of a record without writing it; 0 demands that it does not exist."""

    kind: str
    id: str
    expected_version: int


@dataclass(frozen=True)
class EventEntry:
    """One event to append to the account's stream; the store does not look into it."""

    body: bytes


@dataclass(frozen=True)
class JobEntry:
    """One job for a worker: what to do, and the id of the record that says everything else."""

    kind: str
    subject_id: str


@dataclass(frozen=True)
class Change:
    """Everything that happens together, or not at all.

    Attributes:
        puts: Records to write, each at most once.
        guards: Records that must not have changed, none of them written.
        events: Events to append, in this order.
        jobs: Jobs to enqueue, in this order.
        request_id: Makes the change happen once, however often it is committed; empty for a worker's own writes.
        fingerprint: Digest of the request's content, so that an id that returns with another content is found out.
        answer: What a repeated request gets instead of a second change.
    """

    puts: Sequence[Put] = ()
    guards: Sequence[Guard] = ()
    events: Sequence[EventEntry] = ()
    jobs: Sequence[JobEntry] = ()
    request_id: str = field(default="", kw_only=True)
    fingerprint: str = field(default="", kw_only=True)
    answer: bytes = field(default=b"", kw_only=True)

    def __post_init__(self) -> None:
        conditions: list[Put | Guard] = [*self.puts, *self.guards]
        named = [(one.kind, one.id) for one in conditions]
        if len(set(named)) != len(named):
            raise ValueError(f"A change names a record twice: {sorted(named)}")


@dataclass(frozen=True)
class Committed:
    """How a commit ended.

    Attributes:
        replayed: The request had been carried out before; nothing was written now.
        answer: The answer stored with the request, or the one just given.
    """

    replayed: bool
    answer: bytes
