"""Bids of branch offices: the test portfolio ``branches`` with its sites."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from bidwright.catalog.model import Release
from bidwright.catalog.reader import read_portfolio
from bidwright.configurator.request import Requirements, requirements_of
from bidwright.core.amount_table import AmountTable
from bidwright.pricing.amounts import amount_table
from bidwright.v1.configuration_pb2 import CommercialTerms, NeedAnswer
from bidwright.v1.configurator_pb2 import ConfigureRequest, Pin, Site

BRANCHES = Path(__file__).parents[1] / "portfolios" / "branches"
TODAY = dt.date(2026, 7, 1)
TERMS = CommercialTerms(term_months=12)


@cache
def branches() -> Release:
    """The release of ``tests/portfolios/branches``."""
    return read_portfolio(BRANCHES, today=TODAY)


@cache
def prices() -> AmountTable:
    """Its amounts over 12 months, without discounts."""
    return amount_table(branches(), "DE", TERMS, today=TODAY)


def site(
    id_: str, *, users: int = 20, wireless: bool = True, pins: Sequence[Pin] = (), exclusions: Sequence[str] = ()
) -> Site:
    """A site with its answers."""
    needs = [NeedAnswer(name="users", integer=users), NeedAnswer(name="wireless", boolean=wireless)]
    return Site(id=id_, needs=needs, pins=pins, exclusions=exclusions)


def request(**fields: object) -> ConfigureRequest:
    """What is asked for the whole bid."""
    asked = ConfigureRequest(portfolio="portfolios/branches", offering="branch_network", market="DE", terms=TERMS)
    asked.MergeFrom(ConfigureRequest(**fields))  # type: ignore[arg-type]  # fields of many types
    return asked


def bid(sites: Sequence[Site], **fields: object) -> Requirements:
    """The bid as it is understood."""
    return requirements_of(request(**fields), branches(), sites=sites)
