"""Records: versions, repeated requests, indexes and pages, against a real engine."""

from __future__ import annotations

import asyncio

import pytest

from bidwright.core.errors import Conflicting, InvalidInput
from bidwright.storage import keys
from bidwright.storage.changes import Change, Committed, EventEntry, Guard, JobEntry, Put
from bidwright.storage.commit import Retention
from bidwright.storage.connection import Engine
from bidwright.storage.events import Events
from bidwright.storage.pages import PageRequest
from bidwright.storage.queue import Queue
from bidwright.storage.records import Store


def put(record_id: str, body: bytes = b"body", version: int = 0, *indexes: str) -> Change:
    return Change([Put("quote", record_id, body, version, frozenset(indexes))])


async def test_a_record_comes_back_as_it_was_put_with_the_next_version(store: Store) -> None:
    await store.commit("acme", put("q-1", b"\x00\xff{}\r\n"))
    record = await store.get("acme", "quote", "q-1")
    assert record is not None
    assert (record.account, record.kind, record.id) == ("acme", "quote", "q-1")
    assert (record.version, record.body) == (1, b"\x00\xff{}\r\n")


async def test_a_record_of_another_account_is_not_seen(store: Store) -> None:
    await store.commit("acme", put("q-1"))
    assert await store.get("other", "quote", "q-1") is None
    assert (await store.list("other", "quote")).records == ()


async def test_many_records_come_in_the_order_asked_for(store: Store) -> None:
    await store.commit("acme", put("q-1", b"one"))
    await store.commit("acme", put("q-2", b"two"))
    found = await store.get_many("acme", "quote", ["q-2", "q-9", "q-1"])
    assert [one and one.body for one in found] == [b"two", None, b"one"]


@pytest.mark.parametrize(
    ("version", "words"),
    [
        (0, "quote q-1 exists already, in version 1."),  # created twice
        (2, "quote q-1 has been changed: it has version 1, not 2."),  # from the future
    ],
)
async def test_a_write_with_another_version_is_refused(store: Store, version: int, words: str) -> None:
    await store.commit("acme", put("q-1"))
    with pytest.raises(Conflicting) as caught:
        await store.commit("acme", put("q-1", b"late", version))
    assert caught.value.reason == "ETAG_MISMATCH"
    assert caught.value.message == words


async def test_a_write_to_a_record_that_does_not_exist_is_refused(store: Store) -> None:
    with pytest.raises(Conflicting, match="quote q-1 does not exist"):
        await store.commit("acme", put("q-1", b"body", 3))


async def test_a_refused_change_writes_nothing_at_all(store: Store, engine: Engine) -> None:
    await store.commit("acme", put("q-1"))
    puts = [Put("contract", "c-1", b"new", 0, frozenset({"state=SIGNED"})), Put("quote", "q-1", b"late", 7)]
    change = Change(puts, events=[EventEntry(b"e")], jobs=[JobEntry("work", "o-1")], request_id="r-1", fingerprint="f")
    with pytest.raises(Conflicting):
        await store.commit("acme", change)
    assert await store.get("acme", "contract", "c-1") is None
    assert (await store.list("acme", "contract", index="state=SIGNED")).records == ()
    assert await Events(engine).read("acme") == []
    assert await Queue(engine).queued() == frozenset()
    assert await store.read_answer("acme", "r-1", "f") is None


async def test_a_guard_holds_a_change_to_a_version_it_does_not_write(store: Store) -> None:
    await store.commit("acme", put("q-1"))
    held = Change([Put("contract", "c-1", b"c", 0)], [Guard("quote", "q-1", 1)])
    await store.commit("acme", held)
    quote = await store.get("acme", "quote", "q-1")
    assert quote is not None
    assert quote.version == 1
    with pytest.raises(Conflicting, match="quote q-1 has been changed: it has version 1, not 2"):
        await store.commit("acme", Change([Put("contract", "c-2", b"c", 0)], [Guard("quote", "q-1", 2)]))


async def test_a_change_may_name_each_record_once(store: Store) -> None:
    with pytest.raises(ValueError, match="names a record twice"):
        Change([Put("quote", "q-1", b"a", 0), Put("quote", "q-1", b"b", 1)])


async def test_a_repeated_request_gets_the_same_answer_and_changes_nothing(store: Store, engine: Engine) -> None:
    puts = [Put("quote", "q-1", b"body", 0)]
    events, jobs = [EventEntry(b"made")], [JobEntry("provision", "o-1")]
    first = Change(puts, (), events, jobs, request_id="r-1", fingerprint="f", answer=b"first\x00")
    assert await store.commit("acme", first) == Committed(replayed=False, answer=b"first\x00")
    again = Change(puts, request_id="r-1", fingerprint="f", answer=b"another")
    assert await store.commit("acme", again) == Committed(replayed=True, answer=b"first\x00")
    assert await store.read_answer("acme", "r-1", "f") == b"first\x00"
    assert len(await Events(engine).read("acme")) == 1
    assert await Queue(engine).queued() == frozenset({("acme", "provision", "o-1")})


async def test_a_request_id_that_returns_with_other_content_is_refused(store: Store) -> None:
    await store.commit("acme", Change(request_id="r-1", fingerprint="f", answer=b"a"))
    for attempt in (
        store.commit("acme", Change(request_id="r-1", fingerprint="g", answer=b"b")),
        store.read_answer("acme", "r-1", "g"),
    ):
        with pytest.raises(InvalidInput) as caught:
            await attempt
        assert caught.value.reason == "REQUEST_ID_REUSED"


async def test_the_same_request_id_of_another_account_is_another_request(store: Store) -> None:
    await store.commit("acme", Change(request_id="r-1", fingerprint="f", answer=b"a"))
    assert await store.read_answer("other", "r-1", "g") is None


async def test_a_stored_answer_expires_after_its_time(engine: Engine) -> None:
    store = Store(engine, retention=Retention(answer_ttl_s=1))
    await store.commit("acme", Change(request_id="r-1", fingerprint="f", answer=b"a"))
    await asyncio.sleep(1.1)
    assert await store.read_answer("acme", "r-1", "f") is None


async def test_of_fifty_writers_at_once_exactly_one_wins_each_version(store: Store) -> None:
    await store.commit("acme", put("q-1"))

    async def write(number: int, version: int) -> bool:
        try:
            await store.commit("acme", put("q-1", str(number).encode(), version))
        except Conflicting:
            return False
        return True

    for version in (1, 2, 3):
        won = await asyncio.gather(*(write(number, version) for number in range(50)))
        assert won.count(True) == 1
        record = await store.get("acme", "quote", "q-1")
        assert record is not None
        assert (record.version, record.body) == (version + 1, str(won.index(True)).encode())


async def test_fifty_equal_requests_at_once_make_one_change(store: Store, engine: Engine) -> None:
    change = Change(
        [Put("quote", "q-1", b"body", 0)], (), [EventEntry(b"made")], request_id="r-1", fingerprint="f", answer=b"a"
    )
    outcomes = await asyncio.gather(*(store.commit("acme", change) for _ in range(50)))
    assert [one.replayed for one in outcomes].count(False) == 1
    assert {one.answer for one in outcomes} == {b"a"}
    assert len(await Events(engine).read("acme")) == 1


async def test_an_update_moves_a_record_between_indexes(store: Store) -> None:
    await store.commit("acme", put("q-1", b"body", 0, "state=DRAFT", "bid=b-1"))
    await store.commit("acme", put("q-1", b"body", 1, "state=OFFERED", "bid=b-1"))
    listed = {
        index: [one.id for one in (await store.list("acme", "quote", index=index)).records]
        for index in ("state=DRAFT", "state=OFFERED", "bid=b-1")
    }
    assert listed == {"state=DRAFT": [], "state=OFFERED": ["q-1"], "bid=b-1": ["q-1"]}
    assert (await store.list_all("quote", index="state=DRAFT")).records == ()
    assert [one.id for one in (await store.list_all("quote", index="state=OFFERED")).records] == ["q-1"]


@pytest.mark.parametrize(
    ("newest_first", "expected"),
    [
        (True, ["q-5", "q-4", "q-3", "q-2", "q-1"]),  # what came in between is newer than the first page
        (False, ["q-1", "q-2", "q-3", "q-4", "q-5", "q-6", "q-7"]),  # what came in between is at the end
    ],
)
async def test_pages_stay_stable_while_records_are_inserted(
    store: Store, *, newest_first: bool, expected: list[str]
) -> None:
    for number in range(1, 6):
        await store.commit("acme", put(f"q-{number}"))
    seen: list[str] = []
    token, page_number = "", 0
    while page_number == 0 or token:
        page = await store.list("acme", "quote", page=PageRequest(2, token, newest_first))
        seen += [one.id for one in page.records]
        token, page_number = page.next_page_token, page_number + 1
        if page_number <= 2:
            await store.commit("acme", put(f"q-{5 + page_number}"))
    assert seen == expected


async def test_a_last_page_that_is_full_has_no_next_one(store: Store) -> None:
    await store.commit("acme", put("q-1"))
    await store.commit("acme", put("q-2"))
    assert (await store.list("acme", "quote", page=PageRequest(2))).next_page_token == ""


async def test_a_page_token_of_another_listing_or_of_nobody_is_refused(store: Store) -> None:
    await store.commit("acme", put("q-1"))
    await store.commit("acme", put("q-2"))
    token = (await store.list("acme", "quote", page=PageRequest(1))).next_page_token
    for account, wrong in [("other", token), ("acme", token[:-2]), ("acme", "é"), ("acme", "!"), ("acme", "MQ")]:
        with pytest.raises(InvalidInput) as caught:
            await store.list(account, "quote", page=PageRequest(1, wrong))
        assert caught.value.reason == "INVALID_PAGE_TOKEN"
    with pytest.raises(InvalidInput, match="A page of 0 records"):
        PageRequest(0)


async def test_records_of_all_accounts_merge_in_the_order_of_creation(store: Store) -> None:
    accounts = ["acme", "bravo", keys.SYSTEM, "delta", "acme", "echo", "bravo"]
    for number, account in enumerate(accounts):
        await store.commit(account, put(f"q-{number}", b"body", 0, "state=DRAFT"))
    found = [(one.account, one.id) async for one in store.every("quote", index="state=DRAFT")]
    assert found == [
        ("acme", "q-0"),
        ("bravo", "q-1"),
        ("~system", "q-2"),
        ("delta", "q-3"),
        ("acme", "q-4"),
        ("echo", "q-5"),
        ("bravo", "q-6"),
    ]
    first = await store.list_all("quote", page=PageRequest(3))
    rest = await store.list_all("quote", page=PageRequest(10, first.next_page_token))
    assert [one.id for one in first.records + rest.records] == ["q-6", "q-5", "q-4", "q-3", "q-2", "q-1", "q-0"]


@pytest.mark.parametrize(
    ("account", "kind", "record_id"),
    [
        ("acme:x", "quote", "q-1"),  # would reach into the keys of account acme
        ("~system", "Quote", "q-1"),  # kinds are lower case
        ("", "quote", "q-1"),  # nobody
        ("acme", "quote", "q:1"),  # a colon separates
        ("acme", "@events", "q-1"),  # names with @ are not kinds
        ("{p01}", "quote", "q-1"),  # would choose its own slot
        ("acme", "quote", "q-1\n"),  # nothing invisible
    ],
)
async def test_names_that_could_reach_other_keys_are_refused(
    store: Store, account: str, kind: str, record_id: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        await store.get(account, kind, record_id)
    assert caught.value.reason == "INVALID_KEY_PART"


def test_an_account_is_in_the_same_partition_for_ever() -> None:
    assert [keys.tag_of(account) for account in ("acme", "bravo", keys.SYSTEM)] == ["{p14}", "{p09}", "{system}"]
    assert keys.record("acme", "quote", "q-1") == "{p14}:quote:acme:q-1"
