"""Feature models that others published, and the figures they published with them."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import clingo
import pytest

from bidwright.configurator.analysis import Analysis, analyze_formula, analyze_model
from bidwright.configurator.completion import Completion, complete
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.dimacs import read_dimacs
from bidwright.configurator.feature_check import violations
from bidwright.configurator.uvl_files import read_uvl

_REPOSITORY = Path(__file__).resolve().parents[2]
_FOLDER = Path(os.environ.get("BIDWRIGHT_TEST_DATA") or _REPOSITORY / "../shared/data") / "feature_models"
_ANSWERS = _FOLDER / "known_answers.csv"
_KNOWN = (
    {row["model"]: row for row in csv.DictReader(_ANSWERS.read_text(encoding="utf-8").splitlines())}
    if _ANSWERS.exists()
    else {}
)

pytestmark = pytest.mark.skipif(
    not _KNOWN, reason="needs the published feature models: set BIDWRIGHT_TEST_DATA to their folder"
)

_LARGE = {"erp_system_pereira2016", "decisionmaking_alhajjaji2019", "aaed2000_knuppel2017", "automotive01_kowal2016"}
_QUICK = sorted(set(_KNOWN) - _LARGE)
_FORMULAS = [
    pytest.param(each, marks=[pytest.mark.slow] if each == "automotive01_kowal2016" else [])
    for each in [*_QUICK, "automotive01_kowal2016"]
    if (_FOLDER / f"{each}.dimacs").exists()
]
_OLD = {
    "routefinding_mendonca2009"
}  # its formula names two variables `true` and `false`; the tree calls them otherwise


def _check(model: str, result: Analysis) -> None:
    known = _KNOWN[model]
    assert not result.void
    assert len(result.core) == int(known["core"])
    assert len(result.dead) == int(known["dead"])
    assert len(result.false_optional) == int(known["false_optional"])
    assert result.redundant_constraints == int(known["redundant_constraints"])
    if result.configurations is not None and known["digits_of_configurations"] != "?":
        assert len(str(result.configurations)) == int(known["digits_of_configurations"])
    if known["exact_configurations"]:
        assert result.configurations == int(known["exact_configurations"])


@pytest.mark.parametrize("model", _QUICK)
def test_the_published_figures_come_out(model: str) -> None:
    result = analyze_model(read_uvl(_FOLDER / f"{model}.uvl"), Deadline(120))
    _check(model, result)
    assert result.is_complete


@pytest.mark.slow
@pytest.mark.parametrize("model", sorted(_LARGE & set(_KNOWN)))
def test_the_published_figures_of_large_models_come_out(model: str) -> None:
    is_counted = model != "decisionmaking_alhajjaji2019"  # nobody has published its number either
    result = analyze_model(read_uvl(_FOLDER / f"{model}.uvl"), Deadline(240 if is_counted else 60))
    _check(model, result)
    assert result.is_complete == is_counted


@pytest.mark.parametrize("model", _FORMULAS)
def test_formula_and_tree_say_the_same(model: str) -> None:
    known = _KNOWN[model]
    result = analyze_formula(read_dimacs(_FOLDER / f"{model}.dimacs"), Deadline(120))
    core, dead = known["core_verified"] or known["core"], known["dead_verified"] or known["dead"]
    assert (len(result.core), len(result.dead)) == (int(core), int(dead))
    if model.startswith(("pc_richmond", "busybox")):
        return  # these formulas have other variables than the tree
    tree = analyze_model(read_uvl(_FOLDER / f"{model}.uvl"), Deadline(120))
    assert result.configurations == tree.configurations
    if model not in _OLD:
        assert set(result.core) == set(tree.core)
        assert set(result.dead) == set(tree.dead)


@pytest.mark.parametrize("model", _FORMULAS)
def test_clingo_finds_the_same_core_and_dead_features(model: str) -> None:
    formula = read_dimacs(_FOLDER / f"{model}.dimacs")
    program = [f"{{v({variable})}}." for variable in range(1, formula.variables + 1)]
    program += [
        ":- " + ", ".join(f"not v({each})" if each > 0 else f"v({-each})" for each in clause) + "."
        for clause in formula.clauses
    ]
    result = analyze_formula(formula, Deadline(120))
    for mode, expected in (("cautious", result.core), ("brave", set(formula.names.values()) - set(result.dead))):
        control = clingo.Control(["0", "--warn=none", f"--enum-mode={mode}"])
        control.add("base", [], "\n".join(program))
        control.ground([("base", [])])
        last: list[str] = []
        with control.solve(yield_=True) as handle:
            for found in handle:
                last = [formula.names[symbol.arguments[0].number] for symbol in found.symbols(atoms=True)]
        assert set(last) == set(expected)


@pytest.mark.parametrize("model", _QUICK)
def test_a_choice_of_single_features_is_completed_or_refused_rightly(model: str) -> None:
    read = read_uvl(_FOLDER / f"{model}.uvl")
    names = [feature.name for feature in read.features]
    for index in range(1, len(names), max(1, len(names) // 10)):
        result = complete(read, [names[index]], [], Deadline(60))
        if isinstance(result, Completion):
            assert not violations(read, {names.index(name) for name in result.selected}, {})
            assert names[index] in result.selected
        else:
            assert result.features == (names[index],)
