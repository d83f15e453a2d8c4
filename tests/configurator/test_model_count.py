"""Both ways to count solutions, against trying every assignment."""

from __future__ import annotations

from itertools import product

import pytest
from draws import drawn
from hypothesis import given, settings
from hypothesis import strategies as st

from bidwright.configurator.component_parts import ComponentParts
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.elimination import elimination_tree
from bidwright.configurator.model_count import count, solutions
from bidwright.configurator.sat import OutOfTime
from bidwright.configurator.simplified import simplified
from bidwright.configurator.tree_parts import TreeParts

_VARIABLES = range(1, 10)
_CLAUSES = st.lists(
    st.lists(st.sampled_from(_VARIABLES), min_size=2, max_size=4, unique=True).flatmap(
        lambda chosen: st.tuples(*(st.sampled_from([each, -each]) for each in chosen)).map(list)
    ),
    min_size=1,
    max_size=14,
)


def _tried(clauses: list[list[int]], variables: list[int]) -> int:
    every = product([False, True], repeat=len(variables))
    return sum(
        all(any(value[abs(literal)] == (literal > 0) for literal in clause) for clause in clauses)
        for value in (dict(zip(variables, values, strict=True)) for values in every)
    )


@given(_CLAUSES)
@settings(max_examples=drawn(150))
def test_both_ways_count_what_trying_every_assignment_counts(clauses: list[list[int]]) -> None:
    variables = sorted({abs(literal) for clause in clauses for literal in clause})
    expected = _tried(clauses, variables)
    tree = elimination_tree(clauses, variables, Deadline(60), narrower_than=99)
    assert tree is not None
    assert solutions(TreeParts(tree, clauses), Deadline(60)) == expected
    assert solutions(ComponentParts(clauses, variables), Deadline(60)) == expected


def test_what_does_not_hang_together_is_multiplied() -> None:
    # Three pairs of which one at least holds: 3 x 3 x 3.
    clauses = [[1, 2], [3, 4], [5, 6]]
    tree = elimination_tree(clauses, range(1, 7), Deadline(60), narrower_than=2)
    assert tree is not None
    assert tree.width == 1
    assert elimination_tree(clauses, range(1, 7), Deadline(60), narrower_than=1) is None
    assert solutions(TreeParts(tree, clauses), Deadline(60)) == 27
    assert solutions(ComponentParts(clauses, range(1, 7)), Deadline(60)) == 27


@given(_CLAUSES, st.lists(st.sampled_from(_VARIABLES), max_size=3))
@settings(max_examples=drawn(150))
def test_simplified_clauses_have_as_many_solutions(clauses: list[list[int]], fixed: list[int]) -> None:
    demanded = [*clauses, *([each] for each in fixed)]
    expected = _tried(demanded, list(_VARIABLES))
    if expected:
        assert count(demanded, len(_VARIABLES), set(fixed), Deadline(60)) == expected


def test_a_long_chain_is_followed_in_one_go_wherever_its_links_stand() -> None:
    length = 50_000
    links = [[-each, each + 1] for each in range(1, length)]
    assert simplified([*reversed(links), [1]], length + 2, (), Deadline(60)) == ([], {length + 1, length + 2})


def test_clauses_are_simplified_until_the_deadline() -> None:
    with pytest.raises(OutOfTime):
        simplified([[-1, 2], [-2, 1]], 2, (), Deadline(0))
