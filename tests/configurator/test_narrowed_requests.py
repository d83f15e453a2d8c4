"""What a request is narrowed to keeps every valid configuration, or a best one; what a relaxation proves is true."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from itertools import count

import numpy as np
from draws import drawn
from hypothesis import HealthCheck, Phase, given, settings
from ortools.sat.python import cp_model
from random_portfolios import Case, cases, charges, every_configuration

from bidwright.configurator.check import check
from bidwright.configurator.cpsat_compact import Written
from bidwright.configurator.cpsat_forms import LinearForm
from bidwright.configurator.cpsat_model import offering_key, offering_model
from bidwright.configurator.cpsat_narrow import CannotHold, narrowed
from bidwright.configurator.cpsat_proof import ProofSearch
from bidwright.configurator.cpsat_relaxed import relaxed
from bidwright.configurator.cpsat_rows import Rows, plain_rows, rows_of
from bidwright.configurator.deadline import Deadline

_settings = settings(
    max_examples=drawn(80),
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def _valid(case: Case) -> list[dict[str, int]]:
    return [items for items in every_configuration(case.requirements.release) if not check(case.requirements, items)]


def _within(case: Case, spared: Collection[str] | None) -> list[dict[str, int]]:
    """The valid configurations that are left when the request is narrowed."""
    quantities = offering_model(offering_key(case.requirements), switchable=False).quantities
    try:
        narrow = narrowed(case.requirements, case.amounts, spared)
    except CannotHold:
        return []

    def is_left(items: Mapping[str, int]) -> bool:
        units = {index: items.get(component, 0) for component, index in quantities.items()}
        return (
            all(narrow.low[index] <= number <= narrow.high[index] for index, number in units.items())
            and all(number == 0 or number >= narrow.least[index] for index, number in units.items())
            and all(any(units[index] for index in family) for family in narrow.present)
        )

    return [items for items in _valid(case) if is_left(items)]


@_settings
@given(cases())
def test_what_must_be_leaves_every_valid_configuration(case: Case) -> None:
    assert _within(case, None) == _valid(case)


@_settings
@given(cases())
def test_what_is_worth_having_leaves_a_cheapest_configuration_by_every_limit(case: Case) -> None:
    free = Case(requirements=replace(case.requirements, budget={}), amounts=case.amounts)
    valid, within = _valid(free), _within(free, ())
    for limit in ("one_time", "monthly", "contract_value"):
        values = [
            min((charges(items, case.amounts)[limit] for items in found), default=-1) for found in (valid, within)
        ]
        assert values[0] == values[1]


def test_a_relaxation_bounds_a_form_and_rules_out_what_costs_more() -> None:
    # Least of 3a + 9b with 2a + 3b >= 7, a and b up to 4: 10.5 by fractions, 12 in whole numbers.
    low, high = np.zeros(2, dtype=np.int64), np.full(2, 4, dtype=np.int64)
    found = relaxed(low, high, plain_rows([((0, 1), (2, 3), 7)]), LinearForm(((0, 3), (1, 9)), 0), Deadline(5))
    assert found is not None
    assert found.least == 12
    # A unit of b instead of two of a costs 3 more: with at most 15 in all, there is one b at most.
    assert [ends.tolist() for ends in found.left_for(15)] == [[0, 0], [4, 1]]


def test_wherever_its_time_ends_a_relaxation_says_less_and_nothing_wrong() -> None:
    low, high = np.zeros(2, dtype=np.int64), np.full(2, 4, dtype=np.int64)
    rows, form = plain_rows([((0, 1), (2, 3), 7)]), LinearForm(((0, 3), (1, 9)), 0)
    bounds = []
    for looks in range(15):
        found = relaxed(low, high, rows, form, _over_after(looks))
        bounds.append(found and found.least)
    # Nothing at first, then what parts of units say, and in the end the 12 of whole ones.
    assert list(dict.fromkeys(bounds)) == [None, 11, 12]


def test_a_search_near_the_bound_that_is_out_of_time_still_knows_the_bound() -> None:
    model = cp_model.CpModel()
    model.new_int_var(0, 4, "a")
    model.new_int_var(0, 4, "b")
    form = LinearForm(((0, 3), (1, 9)), 0)
    search = ProofSearch(model, _said(plain_rows([((0, 1), (2, 3), 7)])))
    found = [search.least(form, [0, 1], _over_after(looks)) for looks in range(15)]
    assert found[0] is None
    assert ((), 11) in [(one.values, one.bound) for one in found if one is not None]
    assert all(one is None or one.bound <= 12 for one in found)


def _over_after(looks: int) -> Deadline:
    """A deadline that is over when the clock was looked at so often."""
    clock = count()
    return Deadline(looks, lambda: next(clock))


def _said(rows: Rows) -> Written:
    """Rows that say everything of a model, of whose variables nothing is known yet."""
    none = np.zeros(0, dtype=np.int64)
    return Written(low=none, high=none, sums={}, rows=rows, constraints=0, said=frozenset())


def test_a_condition_added_later_may_make_dearer_what_was_proven_before() -> None:
    model = cp_model.CpModel()
    a, _ = model.new_int_var(0, 4, "a"), model.new_int_var(0, 4, "b")
    rows = plain_rows([((0, 1), (2, 3), 7)])
    search = ProofSearch(model, _said(rows))
    form = LinearForm(((0, 3), (1, 5)), 0)
    first = search.least(form, [0, 1], Deadline(5))
    assert first is not None
    assert (first.values, first.bound, first.is_only) == ((2, 1), 11, True)
    # Without two of a there are two of b, of which nothing that costs 11 has more than one.
    model.add(a <= 1)
    second = search.least(form, [0, 1], Deadline(5))
    assert second is not None
    assert (second.values, second.bound, second.is_only) == ((1, 2), 13, True)


def test_what_is_settled_is_not_looked_at_again() -> None:
    model = cp_model.CpModel()
    model.new_int_var(0, 4, "a")
    model.new_int_var(0, 4, "b")
    rows = plain_rows([((0, 1), (2, 3), 7)])
    search = ProofSearch(model, _said(rows))
    most_of_b = LinearForm(((1, -1),), 0)
    assert search.least(LinearForm(((0, 3), (1, 9)), 0), [0, 1], Deadline(5)) is not None
    assert search.first(most_of_b, (4, 0), Deadline(5), 1.0)[1] == 4
    # With at most 15 in all, there is one b at most.
    search.settle(15)
    assert search.first(most_of_b, (4, 0), Deadline(5), 1.0)[1] == 1


def test_a_row_without_terms_denies_one_of_its_conditions() -> None:
    model = cp_model.CpModel()
    condition = model.new_bool_var("")
    model.add_bool_or([]).only_enforce_if(condition)
    rows = rows_of(list(model.proto.constraints))
    assert (rows.variables.tolist(), rows.factors.tolist(), rows.bounds.tolist()) == ([0], [-1], [0])


def test_a_row_without_terms_and_conditions_cannot_hold() -> None:
    model = cp_model.CpModel()
    model.add_bool_or([])
    assert rows_of(list(model.proto.constraints)).impossible
