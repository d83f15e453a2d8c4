"""Fixtures of a real embedded engine, for every test that stores something; ``conftest.py`` makes them known."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from bidwright.storage.connection import Engine, connect
from bidwright.storage.embedded import EmbeddedEngine
from bidwright.storage.records import Store

__all__ = ["embedded_engine", "engine", "store"]


@pytest.fixture(scope="session")
def embedded_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedEngine]:
    """One real Valkey for the whole test run."""
    running = EmbeddedEngine.start(tmp_path_factory.mktemp("state"))
    yield running
    running.stop()


@pytest.fixture
async def engine(embedded_engine: EmbeddedEngine) -> AsyncIterator[Engine]:
    """A connection to the engine, which is empty at the start of each test."""
    connected = await connect(embedded_engine.url)
    await connected.run("FLUSHALL")
    yield connected
    await connected.close()


@pytest.fixture
def store(engine: Engine) -> Store:
    """A store that is empty at the start of each test."""
    return Store(engine)
