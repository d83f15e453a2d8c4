"""A small portfolio for tests: ten components in six families, two markets, two offerings; and its configurations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from bidwright.catalog.model import Release
from bidwright.catalog.reader import read_portfolio
from bidwright.v1.configuration_pb2 import BespokeItem, Configuration, ConfigurationItem, NeedAnswer

SMALL_PORTFOLIO = Path(__file__).parent / "portfolios" / "small"
"""Its files."""

SMALL_TODAY = dt.date(2026, 7, 1)
"""A day on which everything in it has a price."""


@cache
def small_release() -> Release:
    """The release of ``tests/portfolios/small``."""
    return read_portfolio(SMALL_PORTFOLIO, today=SMALL_TODAY)


def web_hosting(
    release: str,
    items: Mapping[str, int],
    *needs: NeedAnswer,
    market: str = "DE",
    bespoke_items: Sequence[BespokeItem] = (),
) -> Configuration:
    """A configuration of web hosting: units by component."""
    return Configuration(
        release=release,
        offering="web_hosting",
        market=market,
        needs=needs,
        items=[ConfigurationItem(component=component, quantity=units) for component, units in items.items()],
        bespoke_items=bespoke_items,
    )
