"""The best combination of packages, held against trying all."""

from itertools import product
from random import Random

import pytest
from draws import drawn
from hypothesis import given, settings
from hypothesis import strategies as st

from bidwright.core.errors import InvalidInput
from bidwright.pricing import package_search
from bidwright.pricing.package_search import best_applications

uses = st.dictionaries(st.sampled_from("abcd"), st.integers(1, 3), min_size=1)
packages = st.lists(st.tuples(st.integers(1, 9), uses), max_size=4)
quantities = st.fixed_dictionaries({component: st.integers(0, 7) for component in "abcd"})


@settings(max_examples=drawn(400))
@given(packages, quantities)
def test_the_search_finds_the_first_of_the_best_combinations(
    offers: list[tuple[int, dict[str, int]]], units: dict[str, int]
) -> None:
    possible = [
        counts
        for counts in product(*(range(8) for _ in offers))
        if all(sum(n * use.get(c, 0) for n, (_, use) in zip(counts, offers, strict=True)) <= units[c] for c in units)
    ]
    best = max(possible, key=lambda counts: (sum(n * s for n, (s, _) in zip(counts, offers, strict=True)), counts))
    assert tuple(best_applications([s for s, _ in offers], [use for _, use in offers], units)) == best


def test_taking_the_greatest_saving_first_would_be_wrong() -> None:
    # One big package would use up what two smaller ones save more with.
    assert best_applications([10, 6, 6], [{"a": 1, "b": 1}, {"a": 1}, {"b": 1}], {"a": 1, "b": 1}) == [0, 1, 1]


def test_of_equal_savings_the_earlier_package_is_applied() -> None:
    assert best_applications([5, 5], [{"a": 1, "b": 1}, {"a": 1, "c": 1}], {"a": 3, "b": 2, "c": 9}) == [2, 1]


def test_a_package_with_a_missing_component_is_not_applied() -> None:
    assert best_applications([5], [{"a": 1, "b": 1}], {"a": 4}) == [0]


def test_many_units_and_equal_savings_are_decided_in_a_few_branches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_search, "MAX_BRANCHES", 200)  # of the 20,000 that are allowed
    shared = [{"a": 1, f"own{n}": 1} for n in range(8)]
    units = {"a": 100_000} | {f"own{n}": 70_000 for n in range(8)}
    assert best_applications([999] * 8, shared, units) == [70_000, 30_000, 0, 0, 0, 0, 0, 0]


def test_a_dozen_overlapping_packages_of_a_large_bid_are_decided_in_a_few_branches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(package_search, "MAX_BRANCHES", 200)
    random = Random(7)  # noqa: S311  # test data, not a secret
    offers = [{"compute": 1, "support": 1} | {f"c{n}": 1 for n in random.sample(range(10), 2)} for _ in range(12)]
    units = {"compute": 40, "support": 30} | {f"c{n}": random.randint(1, 40) for n in range(10)}
    counts = best_applications([random.randint(200, 9000) for _ in offers], offers, units)
    assert sum(counts) <= 30


def test_what_cannot_be_proven_in_time_is_refused_and_not_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_search, "MAX_BRANCHES", 1)
    with pytest.raises(InvalidInput) as refused:
        best_applications([7, 5, 4], [{"a": 2, "b": 1}, {"a": 3}, {"a": 1, "b": 2}], {"a": 7, "b": 5})
    assert refused.value.reason == "PACKAGES_TOO_INTERWOVEN"
