"""Work at delivery centres: whether the hours suffice, and the sets of centres that say so."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from random import Random

import yaml
from breaking import copy_of_small
from small_release import SMALL_TODAY

from bidwright.catalog.reader import check_report
from bidwright.catalog.work import connected_sets
from bidwright.core.transport import Shortage, Work, cheapest_shares


def _random_work(random: Random) -> tuple[dict[str, Work], dict[str, Fraction]]:
    places = [f"p{number}" for number in range(random.randint(1, 4))]
    work = {
        f"kind {number}": Work(
            Fraction(random.randint(1, 6)),
            {place: Fraction(random.randint(1, 4)) for place in random.sample(places, random.randint(1, len(places)))},
        )
        for number in range(random.randint(1, 3))
    }
    return work, {place: Fraction(random.randint(0, 6)) for place in places}


def _splits(hours: int, places: list[str], free: Mapping[str, Fraction]) -> Iterator[dict[str, int]]:
    if not places:
        if not hours:
            yield {}
        return
    for own in range(min(hours, int(free[places[0]])) + 1):
        for rest in _splits(hours - own, places[1:], free):
            yield {places[0]: own, **rest}


def _all_shares(work: list[Work], free: Mapping[str, Fraction]) -> Iterator[list[dict[str, int]]]:
    """All ways to give whole hours to places that have them."""
    if not work:
        yield []
        return
    for split in _splits(int(work[0].hours), sorted(work[0].rates), free):
        left = {place: hours - split.get(place, 0) for place, hours in free.items()}
        for rest in _all_shares(work[1:], left):
            yield [split, *rest]


def test_shares_are_the_cheapest_of_all_and_of_equals_the_first() -> None:
    random, short = Random(1), 0  # noqa: S311  # test data, not a secret
    for _ in range(150):
        work, capacities = _random_work(random)
        found = cheapest_shares(work, capacities)
        kinds = [work[kind] for kind in sorted(work)]
        keys = [
            (
                sum(
                    one.rates[p] * hours for one, given in zip(kinds, shares, strict=True) for p, hours in given.items()
                ),
                [-given[p] for given in shares for p in sorted(given)],
            )
            for shares in _all_shares(kinds, capacities)
        ]
        if isinstance(found, Shortage):
            assert not keys
            own = sum(one.hours for one in kinds if one.rates.keys() <= set(found.places))
            assert (own, sum(capacities[p] for p in found.places)) == (found.needed, found.capacity)
            assert found.needed > found.capacity
            short += 1
            continue
        cost = sum(work[kind].rates[p] * hours for kind, given in found.items() for p, hours in given.items())
        told = [-found[kind].get(p, 0) for kind in sorted(work) for p in sorted(work[kind].rates)]
        assert (cost, told) == min(keys)
    assert short > 20


def test_sets_of_centres_count_only_where_they_hang_together() -> None:
    a, b, c, d = (frozenset(word) for word in (("a", "b"), ("b", "c"), ("c", "d"), ("x",)))
    assert connected_sets([a, b, c, d]) == {a, b, c, d, a | b, b | c, a | b | c}


def test_centres_that_share_work_in_too_many_ways_are_a_fault(tmp_path: Path) -> None:
    """Twelve kinds of work, each for one centre of its own and one that can do everything: 2^12 sets."""
    portfolio = copy_of_small(tmp_path)
    path = portfolio / "delivery_centres.yaml"
    centres = yaml.safe_load(path.read_text())
    words = [f"skill_{number}" for number in range(12)]
    hub, rates = centres["centres"][0], {"EUR": "30.00", "GBP": "30.00"}
    hub["rates"] |= dict.fromkeys(words, rates)
    centres["centres"] += [
        {
            "id": f"own_{word}",
            "title": word,
            "country": "CZ",
            "region": "EU",
            "capacity_hours": 10,
            "rates": {word: rates},
        }
        for word in words
    ]
    path.write_text(json.dumps(centres))
    components = portfolio / "components" / "cache.yaml"
    first = yaml.safe_load(components.read_text())
    (pattern,) = first["components"]
    first["components"] += [
        pattern | {"id": f"cache.of_{word}", "competence": word, "effort": {"monthly_hours": "1"}} for word in words
    ]
    components.write_text(json.dumps(first))
    whats = [fault.what for fault in check_report(portfolio, today=SMALL_TODAY)]
    assert "the centres of market DE share work in over 1,000 combinations" in whats
