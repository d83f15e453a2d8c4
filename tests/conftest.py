"""Makes the shared fixtures known to all tests."""

from __future__ import annotations

from engines import embedded_engine, engine, store

__all__ = ["embedded_engine", "engine", "store"]
