"""What the bench of prices rests on: the work grows with the lines, and plain Python comes to the same sums."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from bench.pricing_bids import TODAY, Bid, bid_of, release_with
from bench.pricing_floor import all_sums, net_sums, prepare, sums_of

from bidwright.pricing.price import price
from bidwright.v1.price_pb2 import Price


@pytest.mark.parametrize("lines", [30, 400])
def test_plain_python_over_prepared_numbers_comes_to_the_same_steps_and_sums(lines: int) -> None:
    bid = _bid(lines)
    found = all_sums(prepare(bid))
    assert found == sums_of(_price(bid))
    assert net_sums(prepare(bid))[:4] == found[:4]


def test_four_times_the_lines_take_about_four_times_the_calls() -> None:
    few, many = _bid(400), _bid(1_600)
    for bid in (few, many):
        _price(bid)  # what is kept for a release is made once
    with _counted() as of_few:
        _price(few)
    with _counted() as of_many:
        _price(many)
    assert 3.5 < of_many[0] / of_few[0] < 5  # 16 where every line looked at every other one


def test_a_price_leaves_no_garbage_that_refers_to_itself() -> None:
    """So the server may look for such garbage seldom."""
    bid = _bid(400)
    _price(bid)
    gc.collect()
    gc.disable()
    try:
        found = _price(bid)
        assert gc.collect() == 0
        del found
        assert gc.collect() == 0
    finally:
        gc.enable()


def _bid(lines: int) -> Bid:
    release = release_with(lines)
    return bid_of(release, release.components)


def _price(bid: Bid) -> Price:
    return price(bid.release, bid.configuration, bid.terms, TODAY)


@contextmanager
def _counted() -> Iterator[list[int]]:
    """Count the calls of Python functions."""
    calls, before = [0], sys.getprofile()

    def note(_frame: object, event: str, _argument: object) -> None:
        calls[0] += event == "call"

    sys.setprofile(note)
    try:
        yield calls
    finally:
        sys.setprofile(before)
