"""Makes the shared fixtures known to all tests."""

from __future__ import annotations

import os

from draws import TIMES, drawn
from engines import embedded_engine, engine, store
from hypothesis import settings

__all__ = ["embedded_engine", "engine", "store"]

# Commands write amounts as the environment asks for; what tests expect does not depend on who runs them.
os.environ["LC_ALL"] = "C.UTF-8"

settings.register_profile(
    "bidwright", max_examples=drawn(100), derandomize=TIMES == 1, deadline=None, database=None, print_blob=True
)
settings.load_profile("bidwright")
