"""Each construct of UVL, in a model that can hold and in one that cannot; expected figures are worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from uvl_examples import analysis_of, completed, model_of

from bidwright.configurator.completion import Completion, ImpossibleChoice
from bidwright.core.errors import InvalidInput, NotFound

_SERVER = """
namespace Hosting
include
	Boolean.group-cardinality
	Arithmetic.*
	Type
// what a server may have
features
	Server {abstract}
		mandatory
			"Operating system"
				alternative
					Debian
					Windows {license 20}
		optional
			Backup {price 3}
			Monitoring {price 2, unit 'month'}
"""
_TREE = "features\n\tA\n\t\toptional\n\t\t\tB {p 2}\n\t\t\tC {p 5}\n\t\t\tD {p 10.5, q 'x', r}\nconstraints\n\t"
_TYPED = (
    "features\n\tA\n\t\toptional\n\t\t\tB {p 2}\n\t\t\tInteger N\n\t\t\tInteger M\n\t\t\tReal R\n\t\t\tString S\n"
    "\t\t\tString T\nconstraints\n\t"
)


@pytest.mark.parametrize(
    ("group", "configurations"),
    [
        ("mandatory", 1),
        ("optional", 8),
        ("or", 7),
        ("alternative", 3),
        ("[2]", 3),
        ("[0..1]", 4),
        ("[2..3]", 4),
        ("[1..*]", 7),
        ("[4..5]", 0),  # more than there are
    ],
)
def test_a_group_allows_as_many_configurations_as_its_bounds_say(
    group: str, configurations: int, tmp_path: Path
) -> None:
    text = f"features\n\tA\n\t\t{group}\n\t\t\tB\n\t\t\tC\n\t\t\tD\n"
    result = analysis_of(text, tmp_path)
    assert result.configurations == configurations
    assert result.void == (configurations == 0)


@pytest.mark.parametrize(
    ("constraint", "configurations"),
    [
        ("B & C", 2),
        ("B | C", 6),
        ("!B", 4),
        ("B => C", 6),
        ("B <=> C", 4),
        ("!(B <=> C)", 4),
        ("B | C & D", 5),  # & binds tighter
        ("B => C => D", 5),  # groups from the left
        ("B & !B", 0),
        ("true", 8),
        ("false", 0),
        ("B.p + C.p == 7", 2),  # both selected
        ("B.p + C.p == 5", 2),  # a feature that is not selected counts 0
        ("sum(p) <= 7", 4),
        ("sum(p) > 100", 0),
        ("sum(A, p) == 17.5", 1),
        ("sum(B, p) == 2", 4),
        ("avg(p) == 3.5", 1),  # B and C alone
        ("avg(p) < 1", 1),  # nothing selected: 0
        ("floor(D.p) == 10", 4),
        ("ceil(D.p) == 11", 4),
        ("C.p * B.p == 10", 2),
        ("C.p / B.p == 2.5", 2),
        ("C.p / B.p != 2.5", 2),  # without B the quotient has no value, and no comparison holds
        ("-B.p < 0", 4),
        ("D.q == 'x'", 4),
        ("len(D.q) == 1", 4),
        ("D.q != 'x'", 4),
        ("D.r", 4),  # an attribute without a value is true
        ("2 < 1", 0),
    ],
)
def test_a_constraint_allows_as_many_configurations_as_it_says(
    constraint: str, configurations: int, tmp_path: Path
) -> None:
    assert analysis_of(f"{_TREE}{constraint}\n", tmp_path).configurations == configurations


@pytest.mark.parametrize(
    ("constraint", "void"),
    [
        ("N > 3 & N < 5 & N != 4", True),  # no whole number is left
        ("N >= 0 & N <= 1 & 1 / (1 / N) >= N", False),
        ("N >= 0 & N <= 1 & N != 1 & 1 / (1 / N) >= N", True),  # a divisor that cancels out is none that may be 0
        ("N > 3 & N < 5", False),
        ("R > 3 & R < 4", False),
        ("R > 3 & R < 3", True),
        ("floor(R) == 3 & R > 3.5", False),
        ("floor(R) == 3 & R >= 4", True),
        ("ceil(R) == 4 & R <= 3", True),
        ("N >= 0 & N <= 9 & M >= 0 & M <= 9 & N + M == 18", False),
        ("N >= 0 & N <= 9 & M >= 0 & M <= 9 & N + M == 19", True),
        ("N >= 2 & N <= 9 & N * B.p == 10", False),
        ("N >= 2 & N <= 9 & N * B.p == 11", True),
        ("N > 0 & !N", True),  # a feature that is not selected holds 0
        ("S == 'abc' & len(S) == 3", False),
        ("S == 'abc' & len(S) == 4", True),
        ("len(S) > 2 & S != 'abc'", False),
        ("S == T & S == 'x' & T != 'x'", True),
        ("S == T & S != T", True),
        ("S == T & len(S) > 4 & len(T) < 4", True),
        ("S != T & len(S) == 1 & len(T) == 1", False),
        ("S == '' & T => B", False),
    ],
)
def test_what_typed_features_hold_decides_whether_there_is_a_configuration(
    constraint: str, *, void: bool, tmp_path: Path
) -> None:
    result = analysis_of(f"{_TYPED}{constraint}\n", tmp_path)
    assert result.void is void
    assert void or result.configurations is None  # values are not counted


def test_a_completion_says_what_typed_features_hold(tmp_path: Path) -> None:
    constraint = "N >= 2 & N <= 9 & M >= 3 & M <= 4 & N == 2 * M & S == 'gold' & R > 0.25 & R < 0.75"
    result = completed(f"{_TYPED}{constraint}\n", tmp_path, deselect="B T")
    assert isinstance(result, Completion)
    assert result.selected == ("A", "N", "M", "R", "S")
    assert result.values["N"] in {6, 8}
    assert result.values["N"] == 2 * int(result.values["M"])
    assert (result.values["S"], result.values["R"]) == ("gold", 0.5)


def test_features_with_a_cardinality_have_instances_with_selections_of_their_own(tmp_path: Path) -> None:
    text = (
        "features\n\tA\n\t\toptional\n\t\t\tDisk cardinality [1..2] {size 5}\n\t\t\t\talternative\n\t\t\t\t\tSlow\n"
        "\t\t\t\t\tFast\nconstraints\n\t"
    )
    both = completed(text + "Disk\n", tmp_path, select="Slow Fast")
    assert isinstance(both, Completion)
    assert both.selected == ("A", "Disk", "Slow", "Fast")
    assert isinstance(completed(text + "sum(size) <= 5\n", tmp_path, select="Slow Fast"), ImpossibleChoice)
    assert isinstance(
        completed(text.replace("[1..2]", "[1]") + "Disk\n", tmp_path, select="Slow Fast"), ImpossibleChoice
    )
    assert isinstance(completed(text + "sum(size) == 10\n", tmp_path), Completion)
    assert analysis_of(text + "sum(size) == 15\n", tmp_path).void


def test_the_text_of_a_feature_with_instances_counts_where_one_is_selected(tmp_path: Path) -> None:
    text = (
        "features\n\tA\n\t\tmandatory\n\t\t\tString Maker\n\t\toptional\n\t\t\tDisk cardinality [1..2] {made 'here'}\n"
        "\t\t\t\toptional\n\t\t\t\t\tFast {made 'there'}\nconstraints\n\tMaker == Disk.made\n\tMaker != Fast.made\n"
    )
    result = analysis_of(text, tmp_path)
    assert (result.core, result.dead, result.false_optional) == (("A", "Maker", "Disk"), (), ("Disk",))
    both = completed(text, tmp_path, select="Fast")
    assert isinstance(both, Completion)
    assert both.values["Maker"] == "here"


def test_attributes_may_carry_constraints(tmp_path: Path) -> None:
    text = (
        "features\n\tA\n\t\toptional\n\t\t\tB {constraint B => C, n 3}\n\t\t\tC {constraints [C => D, !E]}\n"
        "\t\t\tD\n\t\t\tE\n"
    )
    result = analysis_of(text, tmp_path)
    assert result.configurations == 4
    assert result.dead == ("E",)


def test_core_dead_false_optional_and_redundant_are_told(tmp_path: Path) -> None:
    text = _SERVER + "constraints\n\tServer => Backup\n\t!Monitoring | Debian\n\tDebian => !Windows\n\tDebian\n"
    result = analysis_of(text, tmp_path)
    assert result.core == ("Server", "Operating system", "Debian", "Backup")
    assert result.dead == ("Windows",)
    assert result.false_optional == ("Debian", "Backup")
    assert result.redundant_constraints == 2  # the second and the third follow
    assert result.configurations == 2


def test_a_void_model_has_only_dead_features_and_no_configuration(tmp_path: Path) -> None:
    result = analysis_of("features\n\tA\n\t\tmandatory\n\t\t\tB\nconstraints\n\t!B\n", tmp_path)
    assert (result.void, result.core, result.dead, result.configurations) == (True, (), ("A", "B"), 0)


def test_imported_files_become_one_tree(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    disk = "namespace Disk\nfeatures\n\tDisk\n\t\talternative\n\t\t\tFast {price 9}\n\t\t\tSlow {price 4}\n"
    (tmp_path / "parts" / "disk.uvl").write_text(disk, encoding="utf-8")
    text = (
        "imports\n\tparts.disk as first\n\tparts.disk as second\nfeatures\n\tServer\n\t\tmandatory\n\t\t\tfirst.Disk\n"
        "\t\toptional\n\t\t\tsecond.Disk\nconstraints\n\tfirst.Fast => second.Disk\n\tsecond.Fast.price == 0\n"
        "\tsum(price) < 14\n"
    )
    result = analysis_of(text, tmp_path)
    assert result.configurations == 3  # slow; slow and slow; fast and slow
    assert result.dead == ("second.Fast",)


@pytest.mark.parametrize(
    ("text", "where", "told"),
    [
        ("features\n\tA\n\t\tsometimes\n\t\t\tB\n", "model.uvl:3:3", "no group"),
        ("features\n\tA\n\tB\n", "model.uvl:3:2", "second root"),
        ("features\n\tA\n\t\tor\n\t\t\tB\n\t\t\tB\n", "model.uvl:5:4", "second feature B"),
        ("features\n\tA\n\t\tor\n", "model.uvl:3:3", "no features"),
        ("features\n\tA\n\t\tor\n\t\t\tB\n\t\t  C\n", "model.uvl:5:5", "indented like no line"),
        ("features\n\tA {x 1e5}\n", "model.uvl:2:8", "does not fit among attributes"),
        ("features\n\tA {x 007}\n", "model.uvl:2:7", "starts with 0"),
        ("features\n\tA {x 1, x 2}\n", "model.uvl:2:10", "given twice"),
        ("features\n\tA\nconstraints\n\tA & Z\n", "model.uvl:4:6", "no feature Z"),
        ("features\n\tA {p 1}\nconstraints\n\tA.q > 1\n", "model.uvl:4:2", "no attribute q"),
        ("features\n\tA {p 1}\nconstraints\n\tA + 1 > 1\n", "model.uvl:4:4", "needs a number"),
        ("features\n\tA\nconstraints\n\tA &\n", "model.uvl:4:5", "value is expected"),
        ("features\n\tA\nconstraints\n\t(A\n", "model.uvl:4:2", "never closed"),
        ("features\n\tA\nconstraints\n\tA)\n", "model.uvl:4:3", "never opened"),
        ("features\n\tA\nconstraints\n\tA B\n", "model.uvl:4:4", "does not continue"),
        ("features\n\tA\nconstraints\n\tmin(A)\n", "model.uvl:4:5", "does not continue"),
        ("features\n\tA {l [1, 2]}\nconstraints\n\tA.l == 1\n", "model.uvl:4:2", "is a list"),
        (
            "features\n\tInteger A\n\t\toptional\n\t\t\tInteger B\nconstraints\n\tA + B > 1\n",
            "model.uvl:6:8",
            "no bounds",
        ),
        (
            "features\n\tReal A\n\t\toptional\n\t\t\tReal B\nconstraints\n\tA + B > 1\n",
            "model.uvl:6:8",
            "no whole number",
        ),
        # what is left of the sum is a divisor within a divisor
        ("features\n\tReal A\nconstraints\n\t1 / (1 / A) > A\n", "model.uvl:4:14", "no whole number"),
        ("features\n\tA\n\t\tor\n\t\t\tB cardinality [0..2]\n\t\t\tC\n", "model.uvl:4:18", "two ways"),
        ("features\n\tA\n\t\tor\n\t\t\tB cardinality [1..*]\n\t\t\tC\n", "model.uvl:4:18", "no bound"),
        ("features\n\tA\n\t\tor\n\t\t\tInteger B cardinality [1..2]\n", "model.uvl:4:4", "several instances"),
        ("include\n\tProlog\nfeatures\n\tA\n", "model.uvl:2:2", "not known"),
        ("imports\n\tnowhere\nfeatures\n\tA\n", "model.uvl:2:2", "no file nowhere.uvl"),
        ('imports\n\t"/etc/passwd"\nfeatures\n\tA\n', "model.uvl:2:2", "out of the folder"),
        ("imports\n\tmodel\nfeatures\n\tA\n\t\tor\n\t\t\tmodel.A\n", "model.uvl:2:2", "imports itself"),
        ("features\n\tA /* no end\n", "model.uvl:2:4", "no end"),
        ("features\n\tA $\n", "model.uvl:2:4", "not allowed"),
        ("constraints\n\tA\n", "model.uvl:1:1", "'constraints' does not fit"),
        ("namespace a\n", "model.uvl:2:1", "no features"),
        ("namespace a\nnamespace b\nfeatures\n\tA\n", "model.uvl:2:1", "second `namespace`"),
    ],
)
def test_what_is_not_supported_is_named_with_its_place(text: str, where: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        analysis_of(text, tmp_path)
    assert refused.value.faults[0].where == where
    assert told in refused.value.faults[0].what
    assert refused.value.fix


def test_a_conflict_names_only_choices_that_clash(tmp_path: Path) -> None:
    text = _SERVER + "constraints\n\tBackup => Debian\n"
    assert completed(text, tmp_path, "Backup Windows Monitoring") == ImpossibleChoice(("Backup", "Windows"))
    assert completed(text, tmp_path, "Backup", "Debian Monitoring") == ImpossibleChoice(("Backup", "Debian"))
    assert completed(text, tmp_path, "Backup", "Backup") == ImpossibleChoice(("Backup",))


def test_a_name_the_model_does_not_have_is_refused_with_near_ones(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as refused:
        completed(_SERVER, tmp_path, "Debain")
    assert "Debian" in refused.value.fix


def test_deep_trees_and_long_constraints_need_no_recursion(tmp_path: Path) -> None:
    depth, length = 1_100, 20_000
    tree = "".join(f"{' ' * (2 * level)}F{level}\n{' ' * (2 * level + 1)}mandatory\n" for level in range(1, depth))
    tree += f"{' ' * (2 * depth)}F{depth}\n"
    long = "\t" + " & ".join(f"F{1 + index % depth}" for index in range(length)) + "\n"
    nested = "\t" + "(!" * length + "F1" + ")" * length + "\n"
    result = analysis_of(f"features\n{tree}constraints\n{long}{nested}", tmp_path)
    assert (len(result.core), result.configurations) == (depth, 1)


def test_comments_stand_anywhere_and_texts_keep_what_looks_like_one(tmp_path: Path) -> None:
    text = "/* first\nlines */ features // here\n\tA {url 'http://a'} /* and */\n\n// and here\n\t\toptional\n\t\t\tB\n"
    model = model_of(text, tmp_path)
    assert [feature.name for feature in model.features] == ["A", "B"]
