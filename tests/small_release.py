"""A small portfolio for tests: ten components in six families, two markets, two offerings."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

from bidwright.catalog.model import Release
from bidwright.catalog.reader import read_portfolio

SMALL_PORTFOLIO = Path(__file__).parent / "portfolios" / "small"
"""Its files."""

SMALL_TODAY = dt.date(2026, 7, 1)
"""A day on which everything in it has a price."""


@cache
def small_release() -> Release:
    """The release of ``tests/portfolios/small``."""
    return read_portfolio(SMALL_PORTFOLIO, today=SMALL_TODAY)
