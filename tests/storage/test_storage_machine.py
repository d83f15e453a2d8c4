"""Random lives of a store: whatever is committed, repeated or refused, it holds what a few dictionaries hold."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
from draws import drawn
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bidwright.core.errors import Conflicting, InvalidInput
from bidwright.storage.changes import Change, Committed, EventEntry, Guard, JobEntry, Put
from bidwright.storage.connection import Engine, connect
from bidwright.storage.embedded import EmbeddedEngine
from bidwright.storage.events import Events
from bidwright.storage.leases import Lease, Leases
from bidwright.storage.pages import PageRequest
from bidwright.storage.queue import Queue
from bidwright.storage.records import Record, Store

T = TypeVar("T")

ACCOUNTS = ("acme", "other", "third")
INDEXES = (None, "bid=b-1", "state=open")
NAMES = st.tuples(st.sampled_from(["quote", "order"]), st.sampled_from(["x-1", "x-2", "x-3"]))
BODIES = st.binary(max_size=3)


@dataclass
class _Kept:
    """What there should be of one account."""

    versions: dict[tuple[str, str], int] = field(default_factory=dict)
    bodies: dict[tuple[str, str], bytes] = field(default_factory=dict)
    indexes: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    events: list[bytes] = field(default_factory=list)
    answers: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    lease: Lease | None = None


class StoredLives(RuleBasedStateMachine):
    """Commits changes of several records at once, right ones and wrong ones, and turns the pages of all listings."""

    url = ""

    @initialize()
    def begin(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.engine: Engine = self.run(connect(self.url))
        self.run(self.engine.run("FLUSHALL"))
        self.store, self.leases = Store(self.engine), Leases(self.engine)
        self.kept = {account: _Kept() for account in ACCOUNTS}
        self.created: list[tuple[str, tuple[str, str]]] = []
        self.jobs = set[tuple[str, str, str]]()
        self.lost: list[Lease] = []

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    @rule(data=st.data(), account=st.sampled_from(ACCOUNTS))
    def commit(self, data: st.DataObject, account: str) -> None:
        kept = self.kept[account]
        named = data.draw(st.lists(NAMES, max_size=3, unique=True), "records")
        off = [data.draw(st.sampled_from([0, 0, 0, 0, 0, 0, 1]), "wrong version") for _ in named]
        written = [data.draw(st.integers(0, 3), "written") > 0 for _ in named]
        asked = {name: kept.versions.get(name, 0) + wrong for name, wrong in zip(named, off, strict=True)}
        puts = [
            Put(*name, data.draw(BODIES), asked[name], data.draw(st.frozensets(st.sampled_from(INDEXES[1:]))))
            for name, is_written in zip(named, written, strict=True)
            if is_written
        ]
        change = Change(
            puts,
            [Guard(*name, asked[name]) for name, is_written in zip(named, written, strict=True) if not is_written],
            [EventEntry(body) for body in data.draw(st.lists(BODIES, max_size=2), "events")],
            [
                JobEntry("deliver", subject)
                for subject in data.draw(st.lists(st.sampled_from("ab"), max_size=1), "jobs")
            ],
            request_id=data.draw(st.sampled_from(["", "", "r-1", "r-2"]), "request"),
            fingerprint=data.draw(st.sampled_from(["one", "one", "two"]), "fingerprint"),
            answer=data.draw(BODIES, "answer"),
        )
        lease = data.draw(st.sampled_from([None, kept.lease, *(one for one in self.lost if one.account == account)]))
        self._expect(account, change, lease, is_current=not any(off))

    def _expect(self, account: str, change: Change, lease: Lease | None, *, is_current: bool) -> None:
        kept = self.kept[account]
        known = kept.answers.get(change.request_id)
        commit = self.store.commit(account, change, lease=lease)
        if known is not None and known[0] != change.fingerprint:
            with pytest.raises(InvalidInput):
                self.run(commit)
        elif known is not None:
            assert self.run(commit) == Committed(replayed=True, answer=known[1])
        elif not is_current or lease in self.lost:
            with pytest.raises(Conflicting):
                self.run(commit)
        else:
            assert self.run(commit) == Committed(replayed=False, answer=change.answer)
            self._keep(account, change)

    def _keep(self, account: str, change: Change) -> None:
        kept = self.kept[account]
        for put in change.puts:
            name = put.kind, put.id
            if name not in kept.versions:
                self.created.append((account, name))
            kept.versions[name] = put.expected_version + 1
            kept.bodies[name], kept.indexes[name] = put.body, put.indexes
        kept.events += [event.body for event in change.events]
        self.jobs |= {(account, job.kind, job.subject_id) for job in change.jobs}
        if change.request_id:
            kept.answers[change.request_id] = change.fingerprint, change.answer

    @rule(account=st.sampled_from(ACCOUNTS))
    def pass_the_lease_on(self, account: str) -> None:
        held = self.kept[account].lease
        if held is not None:
            assert self.run(self.leases.acquire(account, "o-1", "late", ttl_ms=60_000)) is None
            assert self.run(self.leases.release(held))
            self.lost.append(held)
        lease = self.run(self.leases.acquire(account, "o-1", "worker", ttl_ms=60_000))
        assert lease is not None
        assert held is None or lease.token > held.token
        self.kept[account].lease = lease

    @rule(size=st.integers(1, 4), newest_first=st.booleans(), kind=st.sampled_from(["quote", "order"]))
    def turn_pages(self, size: int, newest_first: bool, kind: str) -> None:  # noqa: FBT001 - hypothesis passes arguments by name
        for index in INDEXES:
            listed = [
                (account, name)
                for account, name in self.created
                if name[0] == kind and (index is None or index in self.kept[account].indexes[name])
            ]
            listed = listed[::-1] if newest_first else listed
            for account in (None, *ACCOUNTS):
                found, token = list[Record](), ""
                while True:
                    page = PageRequest(size, token, newest_first=newest_first)
                    if account is None:
                        shown = self.run(self.store.list_all(kind, index=index, page=page))
                    else:
                        shown = self.run(self.store.list(account, kind, index=index, page=page))
                    found += shown.records
                    if not (token := shown.next_page_token):
                        break
                of_whom = [one for one in listed if account in {None, one[0]}]
                if account is not None:
                    assert [(one.account, (one.kind, one.id)) for one in found] == of_whom
                else:  # those of one partition in their order; across partitions, by their numbers
                    assert sorted((one.account, (one.kind, one.id)) for one in found) == sorted(of_whom)
                    numbers = [one.sequence for one in found]
                    assert numbers == sorted(set(numbers), reverse=newest_first)

    @invariant()
    def there_is_what_was_committed_and_nothing_else(self) -> None:
        for account, kept in getattr(self, "kept", {}).items():
            for kind in ("quote", "order"):
                ids = ["x-1", "x-2", "x-3"]
                for id_, record in zip(ids, self.run(self.store.get_many(account, kind, ids)), strict=True):
                    expected = kept.versions.get((kind, id_)), kept.bodies.get((kind, id_))
                    assert (record and record.version, record and record.body) == expected
            events = self.run(Events(self.engine).read(account, limit=10_000))
            assert [event.body for event in events] == kept.events
        if hasattr(self, "jobs"):
            assert self.run(Queue(self.engine).queued()) == self.jobs

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            self.run(self.engine.close())
            self.loop.close()


@pytest.fixture
def machine_engine(embedded_engine: EmbeddedEngine) -> Iterator[None]:
    StoredLives.url = embedded_engine.url
    yield
    StoredLives.url = ""


@pytest.mark.hypothesis  # it draws, though by no @given
def test_a_store_holds_what_was_committed_once_and_lists_it_page_by_page(machine_engine: None) -> None:
    run_state_machine_as_test(
        StoredLives,
        settings=settings(
            max_examples=drawn(5),
            stateful_step_count=15,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
