"""The shipped portfolio grown to any size, always the same for the same seed, and requests to try on it.

It is read by the catalog's own reader. One offering, ``business_application``, holds every family.
"""

from __future__ import annotations

from bench.grown_draft import TODAY, plan, plan_of
from bench.grown_files import OFFERING
from bench.grown_plan import Reference
from bench.grown_requests import MARKET, TERMS, Kind, changes, requests
from bidwright.catalog.model import Release
from bidwright.catalog.reader import read_files

__all__ = ["MARKET", "OFFERING", "TERMS", "TODAY", "Kind", "changes", "grown", "references", "requests"]


def grown(components: int = 1000, rules: int = 2000, seed: int = 1) -> Release:
    """The shipped portfolio grown to so many components and rules that hold in its one large offering.

    Args:
        components: At least 230.
        rules: At least 100, and enough for the rules that each line has.
        seed: Another seed gives another portfolio.
    """
    return read_files(plan(components, rules, seed).files, today=TODAY)


def references(release: Release) -> tuple[Reference, ...]:
    """Valid configurations of a grown release with the answers they were made for."""
    return plan_of(release).references
