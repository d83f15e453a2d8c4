"""Bids of branch offices with 500 sites: how long, how near to the bound, and how much memory.

The same people work at each site, or there are twenty sizes of sites, or all differ. One site is what 500 alike are
compared with; time, gap and memory of the others stand beside what they may be.
"""

from __future__ import annotations

import datetime as dt
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.figure import Figure
from bidwright.catalog.reader import read_portfolio
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.request import requirements_of
from bidwright.configurator.sites_configure import SitedSolution, configure_sites
from bidwright.pricing.amounts import amount_table
from bidwright.v1.configuration_pb2 import CommercialTerms, NeedAnswer
from bidwright.v1.configurator_pb2 import ConfigureRequest, Site

BRANCHES = Path(__file__).parents[1] / "tests" / "portfolios" / "branches"
TODAY = dt.date(2026, 7, 1)
MOST_S, MOST_MIB, MOST_GAP = 10.0, 2048.0, 1.0
SITES = 500
SIZES = (3, 5, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 75, 90, 100, 120, 150, 200, 250, 300)


def run(*, quick: bool) -> Iterator[Figure]:
    """Measure the three kinds of bids; the quick run leaves out the one of which all sites differ."""
    _measured(1, lambda _: 20)
    one, _ = _measured(1, lambda _: 20)
    alike, _ = _measured(SITES, lambda _: 20)
    yield Figure(bench="sites 500 alike, to 1 site", ours=alike * 1000, floor=one * 1000, unit="ms", target=10.0)
    kinds: dict[str, Callable[[int], int]] = {"20 sizes": lambda number: SIZES[number % len(SIZES)]}
    if not quick:
        kinds["all different"] = lambda number: 1 + number * 211 % 503  # a prime: no two are the same
    for kind, users in kinds.items():
        seconds, gap = _measured(SITES, users)
        yield Figure(bench=f"sites 500, {kind}: time", ours=seconds, floor=MOST_S, unit="s", target=1.0)
        yield Figure(bench=f"sites 500, {kind}: gap", ours=gap, floor=MOST_GAP, unit="percent", target=1.0)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield Figure(bench="sites: memory", ours=peak, floor=MOST_MIB, unit="MiB", target=1.0)


def _measured(sites: int, users: Callable[[int], int]) -> tuple[float, float]:
    """Seconds from a request to its answer, and the gap in percent of the value."""
    release, terms = read_portfolio(BRANCHES, today=TODAY), CommercialTerms(term_months=36)
    request = ConfigureRequest(portfolio="portfolios/branches", offering="branch_network", market="DE", terms=terms)
    asked = [
        Site(
            id=f"site_{number:03}",
            needs=[
                NeedAnswer(name="users", integer=users(number)),
                NeedAnswer(name="critical", boolean=users(number) > 100),
            ],
        )
        for number in range(sites)
    ]
    began = time.perf_counter()
    amounts = amount_table(release, "DE", terms, today=TODAY)
    found = configure_sites(requirements_of(request, release, sites=asked), amounts, Deadline(MOST_S))
    seconds = time.perf_counter() - began
    if not isinstance(found, SitedSolution):
        raise SystemExit(f"no bid: {found.summary}")
    value = found.solution.amounts.contract_value
    return seconds, 100 * (value - found.solution.bound) / value
