"""What must be chosen for a rule to be broken, and what is left of the rule then."""

from __future__ import annotations

import pytest

from bidwright.catalog.rule_guards import guards, where_chosen
from bidwright.catalog.rule_parser import parse


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ('implies(selected("a"), selected("b"))', {"a"}),  # holds without a, whatever else is there
        ('implies(selected("a") and selected("b"), need.x)', {"a", "b"}),  # both are there where it is broken
        ('implies(selected("a") or selected("b"), need.x)', set()),  # one of them is, but neither certainly
        ('implies(need.x, selected("a"))', set()),  # broken where a is not there
        ('quantity("a") <= quantity("b")', {"a"}),  # more than some or none is some
        ('quantity("b") >= kinds("a")', {"a"}),  # the same, turned over
        ('quantity("a") < quantity("b")', set()),  # broken where there is nothing of both
        ('not quantity("a") <= quantity("b")', set()),  # broken where there is nothing of a
        ('quantity("a") <= need.x', set()),  # the answer may be below 0
    ],
)
def test_a_rule_can_be_broken_only_where_its_guards_are_chosen(rule: str, expected: set[str]) -> None:
    assert guards(parse(rule)) == expected


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        ('implies(selected("a"), selected("b"))', 'selected("b")'),  # the other side of an implication
        ('not selected("a") or need.x or need.y', "need.x or need.y"),  # several are left
        ('quantity("a") <= quantity("b")', 'quantity("a") <= quantity("b")'),  # a number is still to be looked at
    ],
)
def test_what_is_left_of_a_rule_is_what_must_hold_where_its_guard_is_chosen(rule: str, left: str) -> None:
    assert where_chosen(parse(rule), {"a"}) == parse(left)
