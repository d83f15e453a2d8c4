"""Rows that cannot hold by the bounds of their numbers, and who is blamed for it."""

from __future__ import annotations

import pytest
from draws import drawn
from hypothesis import HealthCheck, Phase, given, settings
from random_portfolios import Case, cases

from bidwright.configurator.broken_rows import BrokenRows
from bidwright.configurator.compiled_offering import OfferingClauses
from bidwright.configurator.cpsat_model import offering_key
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.member_clauses import MemberClauses
from bidwright.configurator.offering_numbers import Number, Row


def _offering(guard: int) -> OfferingClauses:
    """Up to three disks, each for two users: 2 x disks - users >= 0, wherever the guard holds."""
    offering = OfferingClauses()
    disk, some, many = (offering.clauses.new() for _ in range(3))
    assert (disk, some, many) == (1, 2, 3)
    offering.clauses.variables = 9
    offering.numbers += [Number("disk", 0, 3, {1: disk}), Number("users", 0, 10, {1: some, 7: many})]
    offering.rows.append(Row(guard, {0: 2, 1: -1}, 0))
    return offering


@pytest.mark.parametrize(
    ("guard", "literals", "clauses"),
    [
        (0, [], []),  # nothing is known
        (0, [2, 3], [[-3]]),  # seven users need more than three disks
        (0, [-1, 2], [[-2, 1]]),  # one user needs a disk
        (0, [-1], []),  # nobody needs no disk
        (4, [4, 2, 3], [[-4, -3]]),  # the guard holds, so it is blamed, too
        (4, [2, 3], []),  # whether the guard holds is open
        (-4, [4, 2, 3], []),  # the guard does not hold
    ],
)
def test_a_row_that_cannot_hold_says_which_bounds_break_it(
    guard: int, literals: list[int], clauses: list[list[int]]
) -> None:
    found = BrokenRows(_offering(guard)).clauses(literals)
    assert [sorted(clause) for clause in found] == [sorted(clause) for clause in clauses]


def test_a_product_that_is_too_small_breaks_its_row() -> None:
    """Users x hours >= 6 with at most one user and up to five hours."""
    offering = OfferingClauses()
    two = offering.clauses.new()
    offering.numbers += [Number("users", 0, 3, {2: two}), Number("hours", 0, 5), Number("", 0, 15, factors=(0, 1))]
    offering.rows.append(Row(0, {2: 1}, 6))
    assert BrokenRows(offering).clauses([-two]) == [[two]]


@settings(
    max_examples=drawn(60),
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(case=cases())
def test_who_is_blamed_does_not_depend_on_what_was_asked_before(case: Case) -> None:
    new, used = (MemberClauses(offering_key(case.requirements)) for _ in range(2))
    with used.used(Deadline(60)):
        literals = list(used.literals(case.requirements).values())
        for some in (literals[::2], literals[1::2], literals[3:]):
            used.ask(some)
            used.blamed(some)
        blamed = used.blamed(literals)
    with new.used(Deadline(60)):
        asked = new.literals(case.requirements)
        expected = new.blamed(list(asked.values()))
    by_literal = dict(zip(literals, asked, strict=True))
    told = dict(zip(asked.values(), asked, strict=True))
    assert (blamed is None) == (expected is None)
    assert [by_literal[one] for one in blamed or ()] == [told[one] for one in expected or ()]
