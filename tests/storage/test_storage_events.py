"""Events and pools of numbers, against a real engine."""

from __future__ import annotations

import asyncio

import pytest

from bidwright.core.errors import InvalidInput, NotFound, Unavailable
from bidwright.storage.allocation import Pools
from bidwright.storage.changes import Change, EventEntry
from bidwright.storage.commit import Retention
from bidwright.storage.connection import Engine
from bidwright.storage.events import Events
from bidwright.storage.records import Store


def events(*bodies: bytes) -> Change:
    return Change(events=[EventEntry(body) for body in bodies])


async def test_events_are_read_in_their_order_from_any_position(store: Store, engine: Engine) -> None:
    await store.commit("acme", events(b"a", b"b\x00"))
    await store.commit("acme", events(b"c"))
    await store.commit("other", events(b"not mine"))
    read = await Events(engine).read("acme")
    assert [event.body for event in read] == [b"a", b"b\x00", b"c"]
    assert [event.body for event in await Events(engine).read("acme", after=read[1].position)] == [b"c"]
    assert [event.body for event in await Events(engine).read("acme", limit=1)] == [b"a"]


async def test_a_follower_gets_what_was_and_what_comes_and_stops_when_cancelled(store: Store, engine: Engine) -> None:
    await store.commit("acme", events(b"a"))
    following = Events(engine).follow("acme")
    assert (await anext(following)).body == b"a"
    waiting = asyncio.ensure_future(anext(following))
    await asyncio.sleep(0.1)
    await store.commit("acme", events(b"b", b"c"))
    assert (await asyncio.wait_for(waiting, 1)).body == b"b"
    assert (await anext(following)).body == b"c"
    waiting = asyncio.ensure_future(anext(following))
    await asyncio.sleep(0.1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await engine.run("ECHO", "still here") == b"still here"


async def test_events_beyond_what_is_kept_are_dropped_and_a_late_follower_is_told(engine: Engine) -> None:
    store = Store(engine, retention=Retention(events=100))
    await store.commit("acme", events(b"first"))
    first = (await Events(engine).read("acme"))[0].position
    for _ in range(5):
        await store.commit("acme", events(*(b"x" for _ in range(100))))
    # The engine drops whole nodes of 100 entries: 501 were added, the fullest that may remain is 199.
    kept = await Events(engine).read("acme", limit=1_000)
    assert 100 <= len(kept) <= 199
    assert len(await Events(engine).read("acme", after=kept[0].position, limit=1_000)) == len(kept) - 1
    with pytest.raises(NotFound) as caught:
        await Events(engine).read("acme", after=first)
    assert caught.value.reason == "EVENTS_DROPPED"
    with pytest.raises(NotFound):
        await anext(Events(engine).follow("acme", after=first))


@pytest.mark.parametrize("position", ["", "$", "-", "1-2-3", "(1"])
async def test_a_position_that_no_event_had_is_refused(engine: Engine, position: str) -> None:
    with pytest.raises(InvalidInput, match="is not the position of an event"):
        await Events(engine).read("acme", after=position)


async def test_each_holder_gets_the_lowest_free_number_and_keeps_it(engine: Engine) -> None:
    pools = Pools(engine)
    given = [await pools.allocate("ports", holder, range(8000, 8010)) for holder in ("a", "b", "a", "c")]
    assert given == [8000, 8001, 8000, 8002]
    assert await pools.release("ports", "b") is True
    assert await pools.release("ports", "b") is False
    assert await pools.allocate("ports", "d", range(8000, 8010)) == 8001
    assert await pools.holders("ports") == {"a": 8000, "c": 8002, "d": 8001}


async def test_numbers_that_others_use_outside_the_pool_are_left_out(engine: Engine) -> None:
    assert await Pools(engine).allocate("ports", "a", range(8000, 8010), excluding={8000, 8001}) == 8002


async def test_holders_who_ask_at_once_get_different_numbers(engine: Engine) -> None:
    pools = Pools(engine)
    given = await asyncio.gather(*(pools.allocate("ports", f"h-{number}", range(1, 31)) for number in range(30)))
    assert sorted(given) == list(range(1, 31))


async def test_a_pool_without_a_free_number_says_so(engine: Engine) -> None:
    pools = Pools(engine)
    await pools.allocate("ports", "a", range(8000, 8001))
    with pytest.raises(Unavailable) as caught:
        await pools.allocate("ports", "b", range(8000, 8001))
    assert caught.value.reason == "POOL_EXHAUSTED"
