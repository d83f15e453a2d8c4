"""Random lives of quotes: no sequence of moves leaves the table, and what is signed never changes."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

import pytest
from draws import drawn
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from quoting_desk import MOVES, SALLY, Desk, terms, word
from test_quote_states import ALLOWED

from bidwright.core.errors import NotAllowedNow
from bidwright.storage.connection import Engine, connect
from bidwright.storage.embedded import EmbeddedEngine
from bidwright.v1.quote_pb2 import Contract
from bidwright.v1.quoting_pb2 import GetContractRequest

T = TypeVar("T")


class QuoteLives(RuleBasedStateMachine):
    """Creates quotes and alternatives, moves them at random, and lets time pass."""

    url = ""
    quotes = Bundle("quotes")

    @initialize()
    def begin(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.engine: Engine = self.run(connect(self.url))
        self.run(self.engine.run("FLUSHALL"))
        self.desk = Desk(self.engine)
        self.state: dict[str, str] = {}
        self.bid: dict[str, str] = {}
        self.decided: set[str] = set()
        self.contracts: dict[str, Contract] = {}

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    @rule(target=quotes, needs_approval=st.booleans())
    def create(self, needs_approval: bool) -> str:  # noqa: FBT001 - hypothesis passes arguments by name
        return self._created("", needs_approval=needs_approval)

    @rule(target=quotes, sibling=quotes)
    def add_alternative(self, sibling: str) -> str:
        bid = self.bid[sibling]
        if bid in self.decided:
            with pytest.raises(NotAllowedNow):
                self.run(self.desk.create(bid=bid))
            return sibling
        return self._created(bid, needs_approval=False)

    def _created(self, bid: str, *, needs_approval: bool) -> str:
        quote = self.run(self.desk.create(bid=bid, commercial=terms(discount="7.5" if needs_approval else "0")))
        self.state[quote.name] = "draft"
        self.bid[quote.name] = quote.bid
        return quote.name

    @rule(name=quotes, move=st.sampled_from(MOVES))
    def make_move(self, name: str, move: str) -> None:
        state = self.state[name]
        revives = move == "revise" and self.bid[name] in self.decided
        if (state, move) not in ALLOWED or revives:
            with pytest.raises(NotAllowedNow):
                self.run(self.desk.make(move, name))
            return
        answer = self.run(self.desk.make(move, name))
        if isinstance(answer, Contract):
            assert self.contracts.setdefault(name, answer) == answer
        after = word(self.run(self.desk.read(name)).state)
        expected = {ALLOWED[state, move]} | ({"in_approval"} if move == "submit" else set())
        assert after in expected
        self.state[name] = after
        if move == "accept":
            self._close_others(name)

    def _close_others(self, name: str) -> None:
        self.decided.add(self.bid[name])
        for other, state in self.state.items():
            is_live = state in {"draft", "in_approval", "approved", "offered"}
            if other != name and self.bid[other] == self.bid[name] and is_live:
                self.state[other] = "superseded"

    @rule(days=st.sampled_from([1, 20]), is_swept=st.booleans())
    def let_time_pass(self, days: int, is_swept: bool) -> None:  # noqa: FBT001 - hypothesis passes arguments by name
        self.desk.now += dt.timedelta(days=days)
        for name, state in self.state.items():
            if state == "offered":
                quote = self.run(self.desk.read(name))
                if quote.expire_time.ToDatetime(dt.UTC) <= self.desk.now:
                    self.state[name] = "expired"
        if is_swept:
            self.run(self.desk.expiry.expire_due(self.desk.now))

    @invariant()
    def every_quote_is_where_it_should_be(self) -> None:
        for name, state in getattr(self, "state", {}).items():
            assert word(self.run(self.desk.read(name)).state) == state

    @invariant()
    def what_is_signed_never_changes(self) -> None:
        for name, contract in getattr(self, "contracts", {}).items():
            now = self.run(self.desk.reading.contract(SALLY, GetContractRequest(name=contract.name)))
            assert now == contract
            assert self.run(self.desk.read(name)).offer == contract.offer

    @invariant()
    def each_signature_has_one_order_and_one_job(self) -> None:
        if hasattr(self, "desk"):
            assert self.run(self.desk.count("order")) == len(self.contracts)
            assert len(self.run(self.desk.queue.queued())) == len(self.contracts)

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            self.run(self.engine.close())
            self.loop.close()


@pytest.fixture
def machine_engine(embedded_engine: EmbeddedEngine) -> Iterator[None]:
    QuoteLives.url = embedded_engine.url
    yield
    QuoteLives.url = ""


@pytest.mark.hypothesis  # it draws, though by no @given
def test_no_sequence_of_moves_leaves_the_table(machine_engine: None) -> None:
    run_state_machine_as_test(
        QuoteLives,
        settings=settings(
            max_examples=drawn(20),
            stateful_step_count=25,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
