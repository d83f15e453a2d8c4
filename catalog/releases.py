"""Keeps releases: published once, never changed, and found by digest or as the current one of a portfolio.

Everything belongs to the system account: kind ``release`` holds archives by digest, kind ``portfolio`` says which
release is current. The latter is read on every call, so that a new release holds at once in every process.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from bidwright.catalog.model import Release
from bidwright.catalog.reader import read_release
from bidwright.core.clock import Clock, utc_now
from bidwright.core.errors import Conflicting, NotFound
from bidwright.core.nearest import advice
from bidwright.core.resource_names import resource_ids
from bidwright.storage.changes import Change, Put
from bidwright.storage.keys import SYSTEM
from bidwright.storage.messages import encoded
from bidwright.storage.records import Record, Store
from bidwright.v1 import catalog_pb2

FindRelease = Callable[[str], Awaitable[Release]]
"""Finds a release by its name, as ``Releases.named`` does."""

RELEASE = "release"
PORTFOLIO = "portfolio"
_ATTEMPTS = 5
_DIGEST = re.compile(r"[0-9a-f]{64}")
_PORTFOLIO_ID = re.compile(r"[a-z][a-z0-9_]{0,59}")


class Releases:
    """The published releases. Each is read once a process, in a thread, and then kept in memory."""

    def __init__(self, store: Store, *, clock: Clock = utc_now, kept: int = 32) -> None:
        """Take the collaborators.

        Args:
            store: Holds the archives.
            clock: Tells the day on which a published portfolio must have prices.
            kept: Releases held in memory; those unused longest are dropped and read again when asked for.
        """
        self._store = store
        self._clock = clock
        self._kept = kept
        self._cache: OrderedDict[str, asyncio.Task[Release]] = OrderedDict()

    async def publish(self, archive: bytes) -> Release:
        """Make a portfolio the current release. Publishing the current release again changes nothing.

        Raises:
            InvalidInput: The archive is damaged, or the portfolio has faults: all of them.
        """
        now = self._clock()
        release = await asyncio.to_thread(read_release, archive, today=now.date())
        for attempt in range(_ATTEMPTS):
            pointer = await self._store.get(SYSTEM, PORTFOLIO, release.portfolio)
            if pointer is not None and _portfolio(pointer).release == release.name:
                break
            summary = summary_of(release)
            summary.publish_time.FromDatetime(now)
            version = pointer.version if pointer else 0
            puts = [Put(PORTFOLIO, release.portfolio, encoded(summary), version)]
            if await self._store.get(SYSTEM, RELEASE, release.digest) is None:
                puts.append(Put(RELEASE, release.digest, archive, 0))
            try:
                await self._store.commit(SYSTEM, Change(puts=puts))
                break
            except Conflicting:
                # Somebody published at the same moment: the later one wins, as if they had taken turns.
                if attempt == _ATTEMPTS - 1:
                    raise
        return release

    async def current(self, portfolio: str) -> Release:
        """The current release of a portfolio.

        Raises:
            NotFound: Nothing is published under this id.
        """
        return await self.named((await self.portfolio(portfolio)).release)

    async def portfolio(self, portfolio: str) -> catalog_pb2.Portfolio:
        """A portfolio as it was published last.

        Raises:
            NotFound: Nothing is published under this id.
        """
        record = None
        if _PORTFOLIO_ID.fullmatch(portfolio):
            record = await self._store.get(SYSTEM, PORTFOLIO, portfolio)
        if record is None:
            known = [one.name.partition("/")[2] for one in await self.list()]
            raise NotFound(
                f"There is no portfolio {portfolio!r}.",
                fix=f"{advice(portfolio, known) if known else 'None is published.'} "
                "`bidwright portfolio publish` publishes another.",
                reason="PORTFOLIO_NOT_FOUND",
                facts={"portfolio": portfolio},
            )
        return _portfolio(record)

    async def list(self) -> list[catalog_pb2.Portfolio]:
        """All portfolios with their current release, by name."""
        found = [_portfolio(record) async for record in self._store.every(PORTFOLIO)]
        return sorted(found, key=lambda one: one.name)

    async def named(self, name: str) -> Release:
        """The release with a resource name.

        Args:
            name: portfolios/{portfolio}/releases/{digest}, or portfolios/{portfolio} for its current release.

        Raises:
            InvalidInput: The name has another form.
            NotFound: It was never published.
        """
        if name.count("/") == 1:
            return await self.current(*resource_ids(name, "portfolios"))
        portfolio, digest = resource_ids(name, "portfolios", "releases")
        release = await self.get(digest)
        if release.portfolio != portfolio:
            raise _unknown(name)
        return release

    async def get(self, digest: str) -> Release:
        """The release with a digest, from memory where it was read before.

        Raises:
            NotFound: It was never published.
        """
        task = self._cache.get(digest)
        if task is None:
            task = asyncio.create_task(self._load(digest))
            self._cache[digest] = task
            task.add_done_callback(lambda done: self._forget_failed(digest, done))
        self._cache.move_to_end(digest)
        while len(self._cache) > self._kept:
            self._cache.popitem(last=False)
        # One caller that gives up must not end the reading for the others.
        return await asyncio.shield(task)

    async def _load(self, digest: str) -> Release:
        record = await self._store.get(SYSTEM, RELEASE, digest) if _DIGEST.fullmatch(digest) else None
        if record is None:
            raise _unknown(digest)
        return await asyncio.to_thread(read_release, record.body, digest=digest)

    def _forget_failed(self, digest: str, done: asyncio.Task[Release]) -> None:
        if (done.cancelled() or done.exception() is not None) and self._cache.get(digest) is done:
            del self._cache[digest]


def summary_of(release: Release) -> catalog_pb2.Portfolio:
    """A release as a portfolio on the wire, without the time of its publication."""
    return catalog_pb2.Portfolio(
        name=f"portfolios/{release.portfolio}",
        title=release.title,
        release=release.name,
        version=release.version,
        markets=[
            catalog_pb2.Market(
                id=market.id,
                title=market.title,
                currency_code=market.currency,
                time_zone=market.time_zone,
                terms_months=sorted(release.price_books[market.id].terms),
                special_price_books=[
                    catalog_pb2.SpecialPriceBook(
                        id=book.id, segment=book.segment, channel=book.channel, terms_months=sorted(book.terms)
                    )
                    for book in release.special_books.get(market.id, ())
                ],
            )
            for market in release.markets.values()
        ],
    )


def _portfolio(record: Record) -> catalog_pb2.Portfolio:
    return catalog_pb2.Portfolio.FromString(record.body)


def _unknown(digest: str) -> NotFound:
    return NotFound(
        f"There is no release {digest!r}.",
        fix="Use the release named by the portfolio, or publish the one you mean.",
        reason="RELEASE_NOT_FOUND",
        facts={"release": digest},
    )
