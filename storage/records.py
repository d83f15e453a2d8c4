"""Keeps versioned records; every change of state is one script, atomic and confirmed only when it is on disk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from bidwright.storage import keys
from bidwright.storage.changes import Change, Committed
from bidwright.storage.commit import Retention, commit, reused
from bidwright.storage.connection import Argument, Engine
from bidwright.storage.leases import Lease
from bidwright.storage.pages import FIRST_PAGE, Page, PageRequest, sequence_in, token_after

_SWEEP_PAGE = 200


@dataclass(frozen=True)
class Record:
    """One stored record.

    Attributes:
        account: The account it belongs to, or ``keys.SYSTEM``.
        kind: For example ``quote``.
        id: Unique within account and kind.
        version: 1 after its creation, one more after each change.
        body: What was put.
        sequence: Orders records by creation, across all accounts.
    """

    account: str
    kind: str
    id: str
    version: int
    body: bytes
    sequence: int


class Store:
    """Reads and writes records of all accounts."""

    def __init__(self, engine: Engine, *, retention: Retention | None = None) -> None:
        self._engine = engine
        self._retention = retention or Retention()

    async def get(self, account: str, kind: str, record_id: str) -> Record | None:
        """Return a record, or ``None`` if the account has none of this id."""
        return (await self.get_many(account, kind, [record_id]))[0]

    async def get_many(self, account: str, kind: str, record_ids: Sequence[str]) -> Sequence[Record | None]:
        """Return records in the order of their ids, ``None`` for each that does not exist."""
        return await self._read(kind, [(account, record_id) for record_id in record_ids])

    async def list(
        self,
        account: str,
        kind: str,
        *,
        index: str | None = None,
        page: PageRequest = FIRST_PAGE,
    ) -> Page[Record]:
        """Return a page of an account's records in the order of their creation.

        Records created or changed while somebody turns pages move no others; one that leaves the index is left out.

        Raises:
            InvalidInput: The token is not of this listing.
        """
        name = keys.listing(account, kind, index)
        window = _Window(f"{name} {page.newest_first}", page)
        rows = await self._engine.run(*window.command(name), repeat=True)
        named = [(account, row, sequence) for row, sequence in _pairs(rows)]
        return await self._page(kind, named, window)

    async def list_all(
        self,
        kind: str,
        *,
        index: str | None = None,
        page: PageRequest = FIRST_PAGE,
    ) -> Page[Record]:
        """Return a page of the records of all accounts, in the order of their creation: for operators and workers.

        Raises:
            InvalidInput: The token is not of this listing.
        """
        names = [keys.partition_listing(tag, kind, index) for tag in keys.TAGS]
        window = _Window(f"{kind} {index} {page.newest_first}", page)
        answers = await self._engine.read_all([window.command(name) for name in names])
        named = [(*keys.split_member(row), sequence) for rows in answers for row, sequence in _pairs(rows)]
        named.sort(key=lambda one: one[2], reverse=page.newest_first)
        return await self._page(kind, named, window)

    async def every(self, kind: str, *, index: str | None = None) -> AsyncIterator[Record]:
        """Go through the records of all accounts, oldest first: for sweeps, which may change what they are given."""
        token = ""
        while True:
            wanted = PageRequest(_SWEEP_PAGE, token, newest_first=False)
            page = await self.list_all(kind, index=index, page=wanted)
            for record in page.records:
                yield record
            token = page.next_page_token
            if not token:
                return

    async def commit(self, account: str, change: Change, *, lease: Lease | None = None) -> Committed:
        """Carry out a change wholly or not at all; when this returns, it is on disk.

        Args:
            account: The account of everything in the change.
            change: What to write, and on what condition.
            lease: The lease that the writer believes to hold; a writer that has lost it writes nothing.

        Raises:
            Conflicting: A record has another version (``ETAG_MISMATCH``), or the lease is lost (``LEASE_LOST``).
            InvalidInput: The request id was used for another request (``REQUEST_ID_REUSED``).
            Unavailable: The engine did not answer. With a request id, repeating is safe; without one, read first.
        """
        return await commit(self._engine, account, change, lease=lease, retention=self._retention)

    async def read_answer(self, account: str, request_id: str, fingerprint: str) -> bytes | None:
        """Return the answer a request got before, or ``None`` if it is new.

        Raises:
            InvalidInput: The request id was used for another request (``REQUEST_ID_REUSED``).
        """
        name = keys.answer(account, request_id)
        found, answer = await self._engine.run("HMGET", name, "fingerprint", "answer", repeat=True)
        if found is None:
            return None
        if found != fingerprint.encode():
            raise reused(request_id)
        return bytes(answer)

    async def _page(self, kind: str, named: Sequence[tuple[str, str, int]], window: _Window) -> Page[Record]:
        shown = named[: window.page.size]
        records = await self._read(kind, [(account, record_id) for account, record_id, _ in shown])
        is_last = len(named) <= window.page.size
        token = "" if is_last else token_after(window.listing, shown[-1][2])
        return Page(tuple(record for record in records if record is not None), token)

    async def _read(self, kind: str, named: Sequence[tuple[str, str]]) -> Sequence[Record | None]:
        fields = ("version", "body", "sequence")
        answers = await self._engine.read_all([("HMGET", keys.record(*_key(kind, one)), *fields) for one in named])
        return [
            None if version is None else Record(account, kind, record_id, int(version), bytes(body), int(sequence))
            for (account, record_id), (version, body, sequence) in zip(named, answers, strict=True)
        ]


@dataclass(frozen=True)
class _Window:
    """Which part of a listing to read; one more than its size, to know whether there is a next page."""

    listing: str
    page: PageRequest

    def command(self, name: str) -> list[Argument]:
        after = sequence_in(self.page.token, self.listing)
        limit: list[Argument] = ["BYSCORE", "LIMIT", 0, self.page.size + 1, "WITHSCORES"]
        if self.page.newest_first:
            return ["ZRANGE", name, "+inf" if after is None else f"({after}", "-inf", "REV", *limit]
        return ["ZRANGE", name, "-inf" if after is None else f"({after}", "+inf", *limit]


def _key(kind: str, named: tuple[str, str]) -> tuple[str, str, str]:
    account, record_id = named
    return account, kind, record_id


def _pairs(rows: Sequence[bytes]) -> list[tuple[str, int]]:
    return [(name.decode(), int(float(score))) for name, score in zip(rows[::2], rows[1::2], strict=True)]
