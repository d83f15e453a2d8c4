"""DIMACS CNF: what is read, what is refused, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bidwright.configurator.analysis import analyze_formula
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.dimacs import parse_dimacs, read_dimacs
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
        ("c 1 a\nc 2 a\np cnf 2 0\n", "small:2:1", "both named"),
        ("c 7 a\np cnf 2 0\n", "small:1:1", "which there is not"),
        ("c a\nc 91 clauses\np cnf 2 0\n", "small:2:1", "which there is not"),
        ("p cnf 20 1\n13 3 33 0\n", "small:2:6", "'33' is no literal"),
        (f"p cnf {'9' * 5_000} 1\n1 0\n", "small:1:1", "no header"),
        (f"p cnf 1 1\n{'1' * 5_000} 0\n", "small:2:1", "no literal"),
        ("", "small:1:1", "no header"),
    ],
)
def test_what_is_not_dimacs_is_refused_with_its_place(text: str, where: str, told: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_dimacs(text, "small")
    assert refused.value.faults[0].where == where
    assert told in refused.value.faults[0].what


def test_what_follows_a_line_with_a_percent_sign_is_not_read() -> None:
    assert parse_dimacs("p cnf 2 1\n1 2 0\n%\n0\n\n", "small").clauses == [[1, 2]]


def test_a_byte_order_mark_and_line_ends_of_windows_are_read_over(tmp_path: Path) -> None:
    path = tmp_path / "small.dimacs"
    path.write_bytes(b"\xef\xbb\xbfc 1 disk\r\np cnf 1 1\r\n1 0\r\n")
    assert read_dimacs(path).names == {1: "disk"}


def test_a_byte_that_is_not_utf8_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "small.dimacs"
    path.write_bytes(b"c a remark\nc 1 caf\xe9\np cnf 1 0\n")
    with pytest.raises(InvalidInput) as refused:
        read_dimacs(path)
    assert refused.value.faults[0].where == "small.dimacs:2:8"
