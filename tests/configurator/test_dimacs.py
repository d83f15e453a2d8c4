"""DIMACS CNF: what is read, what is refused, and what is said of it."""

from __future__ import annotations

import pytest

from bidwright.configurator.analysis import analyze_formula
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.dimacs import parse_dimacs
from bidwright.core.errors import InvalidInput

_SMALL = "c 1 web server\nc 2 cache\nc 3 disk\nc a remark\np cnf 3 3\n1 0\n-2 1 0\n-1\n3 0\n"


def test_names_core_dead_and_configurations_are_told() -> None:
    result = analyze_formula(parse_dimacs(_SMALL, "small"), Deadline(60))
    assert (result.core, result.dead, result.configurations) == (("web server", "disk"), (), 2)
    assert (result.void, result.false_optional, result.redundant_constraints) == (False, (), None)
    assert result.is_complete


def test_variables_without_names_are_numbers_and_unused_ones_count() -> None:
    result = analyze_formula(parse_dimacs("p cnf 4 2\n1 2 0\n-3 0\n", "small"), Deadline(60))
    assert (result.core, result.dead, result.configurations) == ((), ("3",), 6)


def test_auxiliary_variables_are_not_counted_where_names_decide_them() -> None:
    names = "c 1 a\nc 2 b\n"
    defined = parse_dimacs(names + "p cnf 3 3\n-3 1 0\n-3 2 0\n3 -1 -2 0\n", "small")
    assert analyze_formula(defined, Deadline(60)).configurations == 4
    loose = parse_dimacs(names + "p cnf 3 1\n-3 1 0\n", "small")
    result = analyze_formula(loose, Deadline(60))
    assert (result.configurations, result.is_complete) == (None, True)


def test_a_formula_without_solution_is_void() -> None:
    result = analyze_formula(parse_dimacs("p cnf 1 2\n1 0\n-1 0\n", "small"), Deadline(60))
    assert (result.void, result.configurations) == (True, 0)
    assert analyze_formula(parse_dimacs("p cnf 1 1\n0\n", "small"), Deadline(60)).void


@pytest.mark.parametrize(
    ("text", "where", "told"),
    [
        ("1 0\n", "small:1:1", "before the header"),
        ("p cnf 1\n", "small:1:1", "no header"),
        ("p cnf 1 1\np cnf 1 1\n1 0\n", "small:2:1", "second header"),
        ("p cnf 1 1\n2 0\n", "small:2:1", "no literal"),
        ("p cnf 2 1\n1 x 0\n", "small:2:3", "no literal"),
        ("p cnf 2 1\n1 2\n", "small:3:1", "no end"),
        ("p cnf 2 2\n1 2 0\n", "small:3:1", "tells of 2 clauses"),
        ("c 1 a\nc 1 b\np cnf 1 0\n", "small:2:1", "two names"),
        ("c 1 a\nc 2 a\np cnf 2 0\n", "small:1:1", "both named"),
        ("c 7 a\np cnf 2 0\n", "small:1:1", "which there is not"),
        ("", "small:1:1", "no header"),
    ],
)
def test_what_is_not_dimacs_is_refused_with_its_place(text: str, where: str, told: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_dimacs(text, "small")
    assert refused.value.faults[0].where == where
    assert told in refused.value.faults[0].what
