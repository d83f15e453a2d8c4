"""Knapsack problems of others, solved as portfolios of ours."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bench.mmkp import asked, solved
from bench.mmkp_portfolio import Instance, Item, read_instance, release_of

from bidwright.configurator.check import check
from bidwright.configurator.configure import configure
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.solution import Solution

_REPOSITORY = Path(__file__).resolve().parents[2]
_FOLDER = Path(os.environ.get("BIDWRIGHT_TEST_DATA") or _REPOSITORY / "../shared/data") / "mmkp"
_needs_data = pytest.mark.skipif(
    not _FOLDER.exists(), reason="needs the published instances: set BIDWRIGHT_TEST_DATA to their folder"
)

KHAN = """
 2  3 2
 5 4

 1
 1.5  0 0
 7.25  3 2
 9  6 1
 2
 2  1 1
 4.00  2 3
 3  0 3
 Solutions by nobody
 1 2 11.25
"""
OTHER = "2 2\n5 4\n3\n1.5 0 0\n7.25 3 2\n9 6 1\n2\n2 1 1\n4 2 3\n"


def _file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "instance.txt"
    path.write_text(text, encoding="utf-8")
    return path


def _value_of(instance: Instance, choice: list[int]) -> Decimal | None:
    """The value of a choice; None where it exceeds a capacity."""
    items = [group[at] for group, at in zip(instance.groups, choice, strict=True)]
    for resource, capacity in enumerate(instance.capacities):
        if sum(item.uses[resource] for item in items) > capacity:
            return None
    return sum((item.value for item in items), Decimal(0))


def _random_instance(seed: int, *, groups: int, items: int, resources: int) -> Instance:
    """Items that take more bring more, so that many choices are nearly as good as the best."""
    random = np.random.default_rng(seed)
    uses = random.integers(0, 10, (groups, items, resources))
    values = 10 * uses.sum(2) + random.integers(0, 90, (groups, items))
    made = tuple(
        tuple(
            Item(Decimal(int(values[group, item])) / 10, tuple(Decimal(int(use)) for use in uses[group, item]))
            for item in range(items)
        )
        for group in range(groups)
    )
    return Instance(tuple(Decimal(int(room) * groups) for room in random.integers(4, 6, resources)), made)


def test_both_forms_of_files_are_read_and_what_follows_the_last_group_is_not(tmp_path: Path) -> None:
    khan, other = (read_instance(_file(tmp_path, text)) for text in (KHAN, OTHER))
    assert khan.capacities == other.capacities == (Decimal(5), Decimal(4))
    assert [len(group) for group in khan.groups] == [3, 3]
    assert [len(group) for group in other.groups] == [3, 2]
    assert khan.groups[0] == other.groups[0]
    assert khan.groups[0][1] == Item(Decimal("7.25"), (Decimal(3), Decimal(2)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        # no header
        ("", "the first line must say"),
        ("7\n1 2\n", "the first line must say"),
        # a group is missing
        ("2 1\n5\n1\n3 2\n", "it ends before its last group does"),
    ],
)
def test_what_is_in_neither_form_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_instance(_file(tmp_path, text))


def test_the_command_prints_value_bound_choice_and_seconds(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench.mmkp", str(_file(tmp_path, KHAN)), "--seconds", "30", "--json"]
    found = json.loads(subprocess.run(command, cwd=_REPOSITORY, capture_output=True, check=True).stdout)
    # 9 would need 6 of the first resource; 7.25 and 4 take 5 of the second, which has 4
    assert {**found, "seconds": 0} == {"value": 9.25, "bound": 9.25, "choice": [1, 0], "seconds": 0}


def test_a_problem_without_a_choice_has_no_value() -> None:
    instance = Instance((Decimal(1),), ((Item(Decimal(5), (Decimal(2),)), Item(Decimal(6), (Decimal(3),))),))
    found = solved(instance, 30)
    assert (found["value"], found["bound"], found["choice"]) == (None, None, [])


@pytest.mark.parametrize("seed", range(4))
def test_the_value_is_that_of_the_best_of_all_choices(seed: int) -> None:
    instance = _random_instance(seed, groups=5, items=4, resources=3)
    values = [_value_of(instance, list(choice)) for choice in product(range(4), repeat=5)]
    best = max((value for value in values if value is not None), default=None)
    found = solved(instance, 30)
    assert found["value"] == found["bound"] == (None if best is None else float(best))
    if best is not None:
        assert _value_of(instance, found["choice"]) == best


def test_a_search_that_is_cut_off_gives_a_choice_and_a_bound_above_it() -> None:
    instance = _random_instance(7, groups=50, items=10, resources=10)
    requirements, table = asked(instance)
    found = configure(requirements, table, Deadline(4))
    assert isinstance(found, Solution)
    assert check(requirements, found.items) == []
    (reached,) = found.reached
    assert reached.value < reached.bound <= 50 * 99
    assert not found.proof.is_optimal
    assert Decimal(found.proof.gap_percent.value) > 0


def _published(name: str, seconds: float) -> dict[str, Any]:
    instance = read_instance(_FOLDER / f"{name}.txt")
    found = solved(instance, seconds)
    assert _value_of(instance, found["choice"]) == Decimal(str(found["value"]))
    assert found["value"] <= found["bound"]
    return found


@_needs_data
@pytest.mark.parametrize(("name", "value"), [("I01", 173), ("I02", 364)])
def test_small_published_instances_are_solved_to_their_published_optimum(name: str, value: int) -> None:
    found = _published(name, 30)
    assert (found["value"], found["bound"]) == (value, value)


@_needs_data
@pytest.mark.slow
@pytest.mark.parametrize(("name", "value"), [("mmkp_b_01", 10714), ("mmkp_b_05", 17037)])
def test_large_published_instances_come_within_a_thousandth_of_their_published_value(name: str, value: int) -> None:
    found = _published(name, 60)
    assert found["value"] >= 0.999 * value
    assert found["bound"] >= value


def test_a_resource_without_any_capacity_allows_what_uses_none_of_it(tmp_path: Path) -> None:
    instance = read_instance(_file(tmp_path, "2 1\n0\n2\n5 0\n7 1\n2\n1 0\n9 2\n"))
    found = solved(instance, 20)
    assert (found["value"], found["bound"], found["choice"]) == (6, 6, [0, 0])


def test_capacities_may_be_larger_than_what_one_component_provides(tmp_path: Path) -> None:
    group = "2\n7 900000000 1\n9 999999999 2\n"
    instance = read_instance(_file(tmp_path, f"3 2\n2899999999 999999999999999999\n{group * 3}"))
    found = solved(instance, 20)  # two of the larger ones would need 2899999998 of the first resource, three more
    assert (found["value"], found["bound"], sorted(found["choice"])) == (25, 25, [0, 1, 1])


def test_more_than_a_thousand_groups_are_a_portfolio() -> None:
    groups = tuple((Item(Decimal(1), (Decimal(1),)),) for _ in range(1_001))
    assert len(release_of(Instance((Decimal(1_001),), groups)).components) == 1 + 1_001


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a b\n5\n", ":1: the first line"),
        ("1 1\n5\n2\n3 2\n4 x\n", ":5: 'x' is no number"),
        ("1 1\n5\n2\n3 2\n4e0 1\n7 1\n", ":5: '4e0' is no number"),
        ("1 1\n5\n1\n3 ²\n", ":4: '²' is no number"),
        ("1 1\n5\n1\n1000000000 2\n", ":4: 1000000000 has over 9 digits"),
        ("1 1\n5\n1\n3 0.0000001\n", ":4: '0.0000001' is no number"),
        ("1 1\n5\n1\n3 -2\n", ":4: '-2' is no number"),
        ("1 1\n5\n1.5\n3 2\n4 5\n", ":3: group 1 begins with 1.5"),
        ("1 1\n5\n0\n", ":3: group 1 begins with 0"),
        ("2 1\n5\n2\n3 2\n4\n1\n1 1\n2 1\n", ":7: an item of group 2 begins amid this line"),  # one without its use
        ("2 2 1\n5\n1\n3 2\n4 1\n3\n1 1\n2 1\n", ":6: group 2 begins with 3"),  # in Khan's form, with a number
        ("2 2 1\n5\n1\n3 2\n2\n4 1\n6 0\n7 1\n", ":6: group 2 begins amid this line"),  # an item is missing
    ],
)
def test_what_is_no_instance_is_refused_with_its_line(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        read_instance(_file(tmp_path, text))


def test_remarks_behind_the_last_group_may_be_in_any_encoding(tmp_path: Path) -> None:
    path = tmp_path / "instance.txt"
    path.write_bytes(b"\xef\xbb\xbf1 1\r\n5\r\n1\r\n3 2\r\nL\xf6sung\r\n")
    assert read_instance(path) == Instance((Decimal(5),), ((Item(Decimal(3), (Decimal(2),)),),))
