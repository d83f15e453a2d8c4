"""Makes a desk known to the tests of quoting."""

from __future__ import annotations

import pytest
from quoting_desk import Desk

from bidwright.storage.connection import Engine


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)
