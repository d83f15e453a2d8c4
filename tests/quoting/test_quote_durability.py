"""What a quote has become is on disk before anybody is told."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from quoting_desk import Desk, word

from bidwright.storage.connection import connect
from bidwright.storage.embedded import EmbeddedEngine


async def test_an_accepted_quote_is_accepted_after_the_engine_was_killed(tmp_path: Path) -> None:
    first = EmbeddedEngine.start(tmp_path)
    assert first.process is not None
    connection = await connect(first.url)
    desk = Desk(connection)
    quote = await desk.offered()
    other = await desk.offered(bid=quote.bid)
    accepted = await desk.accept(quote.name)
    os.kill(first.pid, signal.SIGKILL)
    first.process.wait()

    second = EmbeddedEngine.start(tmp_path)
    try:
        assert second.pid != first.pid
        assert await desk.read(quote.name) == accepted
        assert word((await desk.read(other.name)).state) == "superseded"
        contract = await desk.sign(quote.name)
        assert contract.signed_digest == accepted.offer_digest
    finally:
        await connection.close()
        second.stop()
