"""Prices of large bids, many quotes, grids of what-if, and large price books, against plain Python.

Plain Python computes every step and every sum of a bid and nothing else (bench/pricing_floor.py), and must come to the
same figures; of a price list it reads numbers and days. Times are those of the processor. The contract takes 2,000
components a request, so larger bids are priced by `pricing.price` itself, without gRPC.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from google.type.decimal_pb2 import Decimal as DecimalMessage

from bench.figure import Figure, cpu_medians_ms, medians_ms
from bench.installations import running
from bench.pricing_bids import MARKET, TODAY, Bid, bid_of, release_with
from bench.pricing_files import BOOK, plain_rows, portfolio_files, read_book
from bench.pricing_floor import Prepared, all_sums, net_sums, prepare, sums_of
from bidwright.catalog.reader import read_files
from bidwright.core.collection import look_seldom_for_circles
from bidwright.pricing.price import price
from bidwright.pricing.pricer import Pricer
from bidwright.pricing.what_if import price_variants
from bidwright.v1.access_pb2 import GetCallerRequest
from bidwright.v1.price_pb2 import Price
from bidwright.v1.pricing_pb2 import PriceVariantsRequest

MOST_TIMES_FLOOR = 10.0
"""The target of issue and plan: what a price with all it tells may cost, in times of its sums alone."""

QUOTE_LINES = 30
_QUOTES = 1_000
_ROWS = 30_000
_DISCOUNTS, _TERMS = 50, (12, 24, 36, 60)


def run(*, quick: bool) -> Iterator[Figure]:
    """Measure all of it; the quick run repeats less and leaves the largest bid out."""
    look_seldom_for_circles()  # as the server does
    rounds = 3 if quick else 9
    nothing_ms = _nothing_ms(rounds)
    for measured in (_large_bid, _many_quotes, _grid, _publishing):
        yield from measured(rounds, nothing_ms)
    yield _growth((100, 1_000, 10_000) if quick else (100, 300, 1_000, 3_000, 10_000, 30_000, 100_000))


def _nothing_ms(rounds: int) -> float:
    """A gRPC call that does nothing."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder)) as installation,
        installation.client() as client,
    ):

        def nothing() -> None:
            client.access.GetCaller(GetCallerRequest())

        return medians_ms(nothing, nothing, 20 * rounds)[0]


def _large_bid(rounds: int, nothing_ms: float) -> Iterator[Figure]:
    release = release_with(10_000)
    bid = bid_of(release, release.components)
    prepared = prepare(bid)
    _agree([bid], [prepared])
    ours, floor, nets = cpu_medians_ms(
        (lambda: _price(bid), lambda: all_sums(prepared), lambda: net_sums(prepared)), rounds
    )
    yield _figure("price 10,000 lines", ours, floor, target=MOST_TIMES_FLOOR)
    yield _figure("price 10,000 lines, to their nets alone", ours, nets)
    yield _figure("price 10,000 lines, to a gRPC call", ours, nothing_ms)


def _many_quotes(rounds: int, nothing_ms: float) -> Iterator[Figure]:
    release = release_with(2_000)
    ids, each = list(release.components), QUOTE_LINES // 2
    starts = [number * each % (len(ids) - each) for number in range(_QUOTES)]
    bids = [bid_of(release, ids[start : start + each], seed) for seed, start in enumerate(starts)]
    every = [prepare(bid) for bid in bids]
    _agree(bids, every)

    def ours() -> None:
        for bid in bids:
            _price(bid)

    def floor() -> None:
        for prepared in every:
            all_sums(prepared)

    ours_ms, floor_ms = cpu_medians_ms((ours, floor), rounds)
    yield _figure("price 1,000 quotes of 30 lines", ours_ms, floor_ms)
    yield _figure("price a quote of 30 lines, to a gRPC call", ours_ms / _QUOTES, nothing_ms)


def _grid(rounds: int, nothing_ms: float) -> Iterator[Figure]:
    release = release_with(2_000)
    bid = bid_of(release, list(release.components)[: QUOTE_LINES // 2])
    discounts = [DecimalMessage(value=f"{number / 10}") for number in range(_DISCOUNTS)]
    request = PriceVariantsRequest(
        configuration=bid.configuration, terms=bid.terms, term_months=_TERMS, discount_percents=discounts
    )
    pricer = Pricer(release=release, today=TODAY)
    bids = [_variant(bid, months, discount) for months in _TERMS for discount in discounts]
    every = [prepare(one) for one in bids]
    found = price_variants(request, pricer).variants
    if [sums_of(Price(totals=one.totals))[:4] for one in found] != [all_sums(prepared)[:4] for prepared in every]:
        raise SystemExit("what-if and plain Python differ")

    def floor() -> None:
        for prepared in every:
            all_sums(prepared)

    ours_ms, floor_ms = cpu_medians_ms((lambda: price_variants(request, pricer), floor), rounds)
    yield _figure("what-if grid of 200", ours_ms, floor_ms)
    yield _figure("what-if grid of 200, to a gRPC call", ours_ms, nothing_ms)


def _publishing(rounds: int, nothing_ms: float) -> Iterator[Figure]:
    files = portfolio_files(_ROWS)
    text = files[BOOK].decode()
    release = read_files(files, today=TODAY)
    kept, rows = sum(map(len, release.price_books[MARKET].entries.values())), len(plain_rows(text))
    if kept != rows:
        raise SystemExit(f"the price book has {kept} entries, its list {rows}")
    book_ms, floor_ms = cpu_medians_ms((lambda: read_book(release, files), lambda: plain_rows(text)), rounds)
    yield _figure("publish a price book of 30,000 rows", book_ms, floor_ms, target=MOST_TIMES_FLOOR)
    yield _figure("publish a price book of 30,000 rows, to a gRPC call", book_ms, nothing_ms)
    whole_ms, floor_ms = cpu_medians_ms((lambda: read_files(files, today=TODAY), lambda: plain_rows(text)), 1)
    note = f"its portfolio of {len(release.components):,} components and {len(files):,} files with it"
    yield _figure("publish its portfolio", whole_ms, floor_ms, note=note)


class _Point(NamedTuple):
    lines: int
    ms: float


def _growth(sizes: Sequence[int]) -> Figure:
    """Fit time = c x lines ^ slope by least squares of logarithms, and say how well it fits."""
    points = [_point(lines) for lines in sizes]
    xs, ys = [math.log(point.lines) for point in points], [math.log(point.ms) for point in points]
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / sum((x - mean_x) ** 2 for x in xs)
    rest = sum((y - mean_y - slope * (x - mean_x)) ** 2 for x, y in zip(xs, ys, strict=True))
    fit = 1 - rest / sum((y - mean_y) ** 2 for y in ys)
    said = ", ".join(f"{point.lines:,}: {point.ms:.1f} ms" for point in points)
    return Figure(
        bench=f"price {sizes[0]} to {sizes[-1]:,} lines: exponent of growth",
        ours=slope,
        floor=1.0,
        unit="exponent",
        target=1.1,
        note=f"R2 {fit:.4f}; {said}",
    )


def _point(lines: int) -> _Point:
    release = release_with(lines)
    bid = bid_of(release, release.components)
    return _Point(lines, cpu_medians_ms([lambda: _price(bid)], 3 if lines > 10_000 else 9)[0])


def _agree(bids: Sequence[Bid], every: Sequence[Prepared]) -> None:
    """Stop where plain Python comes to other sums."""
    for bid, prepared in zip(bids, every, strict=True):
        if all_sums(prepared) != sums_of(_price(bid)) or net_sums(prepared)[:4] != all_sums(prepared)[:4]:
            raise SystemExit("pricing and plain Python differ")


def _price(bid: Bid) -> Price:
    return price(bid.release, bid.configuration, bid.terms, TODAY)


def _variant(bid: Bid, months: int, discount: DecimalMessage) -> Bid:
    found = Bid(release=bid.release, configuration=bid.configuration, terms=type(bid.terms)())
    found.terms.CopyFrom(bid.terms)
    found.terms.term_months = months
    found.terms.discretionary_discount_percent.CopyFrom(discount)
    return found


def _figure(bench: str, ours: float, floor: float, *, target: float | None = None, note: str = "") -> Figure:
    return Figure(bench=bench, ours=ours, floor=floor, unit="ms", target=target, note=note)
