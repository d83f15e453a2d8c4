"""A dry run tells what a release that is not published would make of every open quote, and writes nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
import tracemalloc
from decimal import Decimal

import pytest
from quoting_desk import NOON, SALLY, Desk, terms, website, word
from small_release import small_release

from bidwright.catalog.amount_messages import amount_of
from bidwright.catalog.model import Release
from bidwright.core.caller import Caller
from bidwright.quoting.preview import QuoteChange, preview
from bidwright.quoting.records import put_quote
from bidwright.storage.changes import Change
from bidwright.storage.connection import Engine
from bidwright.storage.records import Store
from bidwright.v1.quote_pb2 import Quote

OTHER = Caller(account="globex", principal="olga", roles=frozenset({"sales"}))


def draft(*, servers: str = "26.40", **changed: object) -> Release:
    """The small release with another price of a small server in Germany, 24.00 so far."""
    release = small_release()
    book = release.price_books["DE"]
    key = ("compute.small", "monthly")
    (entry,) = book.entries[key]
    entries = {**book.entries, key: (dataclasses.replace(entry, price=Decimal(servers)),)}
    books = {**release.price_books, "DE": dataclasses.replace(book, entries=entries, **changed)}
    return dataclasses.replace(release, price_books=books, digest="f" * 64)


async def previewed(desk: Desk, release: Release, account: str = "") -> list[QuoteChange]:
    return [change async for change in preview(desk.store, release, desk.now, account=account)]


def figures(change: QuoteChange) -> tuple[Decimal, Decimal, Decimal]:
    """Contract value and average month by the release, and by how much more the contract is worth."""
    assert change.comparison is not None
    totals = change.comparison.other.totals
    return (
        amount_of(totals.contract_value),
        amount_of(totals.monthly),
        amount_of(change.comparison.contract_value),
    )


async def test_a_dearer_server_changes_an_open_quote_by_its_months(desk: Desk) -> None:
    quote = await desk.create(configuration=website(servers=3))
    (change,) = await previewed(desk, draft())
    # 3 x 2.40 more, less 3 % for 24 months: 6.984; the line is rounded, 69.84 -> 76.82. One server is in the package
    # for 29.00, which saves 2.40 more: 2.328, rounded 2.33. So 4.65 a month, and 111.60 over 24 months.
    before = quote.offer.price.totals
    assert figures(change) == (
        amount_of(before.contract_value) + Decimal("111.60"),
        amount_of(before.monthly) + Decimal("4.65"),
        Decimal("111.60"),
    )
    assert change.comparison is not None
    server, package = change.comparison.lines
    assert (server.subject, amount_of(server.base_net), amount_of(server.other_net)) == (
        "compute.small",
        Decimal("69.84"),
        Decimal("76.82"),
    )
    assert (package.subject, amount_of(package.contract_value)) == ("web_starter", Decimal("-55.92"))
    assert (change.account, change.quote.name, change.is_binding, change.is_same) == ("acme", quote.name, False, False)


async def test_a_release_with_the_same_prices_changes_nothing(desk: Desk) -> None:
    await desk.create()
    (change,) = await previewed(desk, draft(servers="24.00"))
    assert change.is_same


@pytest.mark.parametrize("state", ["draft", "in_approval", "approved", "offered"])
async def test_open_quotes_are_looked_at_and_only_offered_ones_keep_their_price(desk: Desk, state: str) -> None:
    quote = await desk.in_state(state)
    (change,) = await previewed(desk, draft())
    assert (change.quote.name, word(change.quote.state)) == (quote.name, state)
    assert change.is_binding == (state == "offered")


@pytest.mark.parametrize("state", ["accepted", "signed", "declined", "withdrawn", "expired"])
async def test_quotes_that_are_closed_are_passed_over(desk: Desk, state: str) -> None:
    await desk.in_state(state)
    assert await previewed(desk, draft()) == []


async def test_a_quote_whose_term_or_component_is_gone_says_so(desk: Desk) -> None:
    await desk.create(configuration=website(servers=2), commercial=terms(months=24))
    await desk.create(configuration=website(servers=2), commercial=terms(months=12))
    gone, kept = await previewed(desk, draft(terms={12: Decimal(0)}))
    assert gone.comparison is None
    assert gone.refusal is not None
    assert "24" in gone.refusal.message
    assert figures(kept)[2] != 0
    release = draft()
    components = {id_: one for id_, one in release.components.items() if id_ != "web.nginx_site"}
    for change in await previewed(desk, dataclasses.replace(release, components=components)):
        assert change.refusal is not None
        assert [fault.what for fault in change.refusal.faults] == [
            f"'web.nginx_site' is not a component of {release.name}"
        ]


async def test_a_market_that_is_gone_or_changes_its_currency_leaves_no_price_to_compare(desk: Desk) -> None:
    await desk.create()
    release = draft()
    (change,) = await previewed(desk, draft(currency="USD"))
    assert change.refusal is not None
    assert "EUR cannot be compared" in change.refusal.message
    markets = {id_: one for id_, one in release.markets.items() if id_ != "DE"}
    (change,) = await previewed(desk, dataclasses.replace(release, markets=markets, price_books={}))
    assert change.refusal is not None


async def test_prices_are_those_of_today_even_where_the_quote_is_older(desk: Desk) -> None:
    release = small_release()
    book = release.price_books["DE"]
    key = ("compute.small", "monthly")
    (entry,) = book.entries[key]
    begins = dt.date(2027, 1, 1)
    rows = (
        dataclasses.replace(entry, valid_to=begins),
        dataclasses.replace(entry, price=Decimal("26.40"), valid_from=begins),
    )
    later = dataclasses.replace(book, entries={**book.entries, key: rows})
    release = dataclasses.replace(release, price_books={**release.price_books, "DE": later}, digest="f" * 64)
    await desk.create()
    assert (await previewed(desk, release))[0].is_same
    desk.now = NOON.replace(year=2027, month=1)
    assert not (await previewed(desk, release))[0].is_same


async def test_quotes_of_one_account_or_of_all_and_none_of_other_portfolios(desk: Desk) -> None:
    await desk.create(caller=SALLY)
    await desk.create(caller=OTHER)
    assert sorted(change.account for change in await previewed(desk, draft())) == ["acme", "globex"]
    assert [change.account for change in await previewed(desk, draft(), account="globex")] == ["globex"]
    elsewhere = dataclasses.replace(draft(), portfolio="another")
    assert await previewed(desk, elsewhere) == []


async def store_copies(store: Store, quote: Quote, count: int) -> None:
    """Store a quote that often again, under other names."""
    for number in range(count):
        copy = Quote()
        copy.CopyFrom(quote)
        copy.name = f"quotes/q-{number:05}"
        await store.commit("acme", Change([put_quote(copy, before=0)]))


async def test_hundreds_of_quotes_take_no_more_memory_than_dozens(desk: Desk, engine: Engine) -> None:
    quote = await desk.create(configuration=website(servers=3))

    async def peak() -> int:
        tracemalloc.start()
        async for change in preview(desk.store, draft(), desk.now):
            assert figures(change)[2] == Decimal("111.60")
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    await store_copies(desk.store, quote, 20)
    few = await peak()
    await engine.run("FLUSHALL")
    await store_copies(desk.store, quote, 200)
    assert await peak() < 1.5 * few


async def test_nothing_is_written(desk: Desk, engine: Engine) -> None:
    await desk.in_state("offered")
    await desk.create()
    before = {key: await engine.run("DUMP", key) for key in await engine.run("KEYS", "*")}
    assert len(await previewed(desk, draft())) == 2
    assert {key: await engine.run("DUMP", key) for key in await engine.run("KEYS", "*")} == before
