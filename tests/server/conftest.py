"""One running installation for the tests of the whole."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bench.installations import Installation, running


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One installation for all tests that do not break it."""
    with running(tmp_path_factory.mktemp("installation")) as running_one:
        yield running_one
