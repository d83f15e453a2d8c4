"""Makes the shared fixtures known to all tests."""

from __future__ import annotations

import os

from engines import embedded_engine, engine, store

__all__ = ["embedded_engine", "engine", "store"]

# Commands write amounts as the environment asks for; what tests expect does not depend on who runs them.
os.environ["LC_ALL"] = "C.UTF-8"
