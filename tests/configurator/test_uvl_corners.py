"""Corners of UVL that models of others have: expected figures are worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from uvl_examples import analysis_of, completed, model_of

from bidwright.configurator.completion import Completion
from bidwright.configurator.interchangeable import representatives
from bidwright.configurator.model_text import text_of
from bidwright.core.errors import InvalidInput

_PRICES = "features\n\tA\n\t\toptional\n\t\t\tB {p 2}\n\t\t\tC {p 5}\n\t\t\tD\nconstraints\n\t"


def _group(word: str, count: int) -> str:
    return f"features\n\tR\n\t\t{word}\n" + "".join(f"\t\t\tF{number}\n" for number in range(count))


@pytest.mark.parametrize(
    ("constraint", "configurations"),
    [
        ("1 / 0 != 1", 0),  # has no value, so no comparison with it holds
        ("!(1 / 0 == 1)", 8),
        ("C.p / (B.p - B.p) == 1", 0),  # the divisor vanishes whatever is selected
        ("1 / (2 / B.p) == 0", 0),  # without B a divisor within the divisor is 0
        ("1 / (2 / B.p) == 1", 4),
        ("00.5 < B.p", 4),
        ("sum(A, p) > 6", 2),
        ("sum(p, A) > 6", 2),  # some files name the attribute first
        ("sum(D, p) == 0", 8),  # nothing below D has a price
        ("avg(D, p) == 0 & sum(p) == 7", 2),
    ],
)
def test_arithmetic_at_its_corners(constraint: str, configurations: int, tmp_path: Path) -> None:
    result = analysis_of(_PRICES + constraint + "\n", tmp_path)
    assert (result.configurations, result.is_complete) == (configurations, True)


@pytest.mark.parametrize(
    "head",
    [
        "namespace n\ninclude\n\tType\nimports\n",
        "include\n\tArithmetic.*\nnamespace n\n",
        "include\n\tSMT-level.aggregate-function\n\tSAT-level\n",  # what levels were called before
        "\ufeff",
    ],
)
def test_what_stands_before_the_features_may_come_in_any_order(head: str, tmp_path: Path) -> None:
    assert analysis_of(head + _PRICES + "B => C\n", tmp_path).configurations == 6


@pytest.mark.parametrize(
    ("word", "count", "configurations"),
    [
        ("alternative", 1_500, 1_500),
        ("[1..2]", 60, 60 + 60 * 59 // 2),
        ("[2..3]", 40, 780 + 9_880),
        ("[38..39]", 40, 780 + 40),
        ("[0..0]", 40, 1),
        ("[5..*]", 7, 21 + 7 + 1),
    ],
)
def test_wide_groups_are_counted(word: str, count: int, configurations: int, tmp_path: Path) -> None:
    result = analysis_of(_group(word, count), tmp_path)
    assert (result.configurations, result.is_complete) == (configurations, True)
    assert len(result.dead) == (count if word == "[0..0]" else 0)


def test_so_many_of_very_many_features_are_selected_by_adding_them(tmp_path: Path) -> None:
    result = completed(_group("[350..351]", 700), tmp_path, select="F3", deselect="F4")
    assert isinstance(result, Completion)
    assert len(result.selected) in {1 + 350, 1 + 351}
    assert "F3" in result.selected
    assert "F4" not in result.selected


def test_members_of_a_group_that_nothing_tells_apart_stand_for_each_other(tmp_path: Path) -> None:
    text = _group("or", 5) + "\t\t\t\toptional\n\t\t\t\t\tX\nconstraints\n\tF1 => X\n"
    # R, F0 to F4 and X: a constraint speaks of F1 and X, and X stands below F4.
    assert representatives(model_of(text, tmp_path)) == [0, 1, 2, 1, 1, 5, 6]


def test_names_keep_their_case_in_refusals(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="'Backup' does not continue a constraint"):
        model_of(_PRICES + "B Backup\n", tmp_path)


def test_a_byte_that_is_not_utf8_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "other.uvl"
    path.write_bytes(b'features\n\tR\n\t\toptional\n\t\t\t"caf\xe9"\n')
    (tmp_path / "model.uvl").write_text("imports\n\tother\nfeatures\n\tA\n", encoding="utf-8")
    with pytest.raises(InvalidInput) as refused:
        model_of((tmp_path / "model.uvl").read_text(encoding="utf-8"), tmp_path)
    assert refused.value.faults[0].where == "other.uvl:4:8"


def test_a_file_that_tells_no_size_is_not_read_beyond_the_limit() -> None:
    with pytest.raises(InvalidInput, match="has over 100 bytes"):
        text_of(Path("/proc/self/status"), "status", 100)


@pytest.mark.parametrize(
    ("constraints", "redundant"),
    [
        (("sum(p) <= 5", "sum(p) <= 5"), 1),
        (("sum(p) <= 5", "!(B & C)"), 1),  # the first follows from the second
        (("!B | !C", "C => !B"), 1),
        (("B", "B"), 0),  # what selects a feature outright is not counted
        (("C.p == C.p", "true", "B => B"), 0),  # what always holds neither
        (("C.p >= 5", "C"), 0),  # another way to select C
        (("1 > 2", "false"), 1),
        (("A", "B => A"), 1),  # follows from the tree
    ],
)
def test_constraints_that_the_others_make_superfluous_are_counted(
    constraints: tuple[str, ...], redundant: int, tmp_path: Path
) -> None:
    assert analysis_of(_PRICES + "\n\t".join(constraints) + "\n", tmp_path).redundant_constraints == redundant
