"""``bidwright portfolio analyze`` and ``complete``, as an operator types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bidwright.server.main import bidwright

_MODEL = (
    'features\n\tShop\n\t\tmandatory\n\t\t\tPayment\n\t\t\t\tor\n\t\t\t\t\tCard\n\t\t\t\t\t"Bank, transfer"\n'
    "\t\toptional\n\t\t\tSearch\n\t\t\tInteger Users\nconstraints\n\tCard => Search\n\tUsers => Users > 10\n"
)


@pytest.fixture(name="model")
def _model(tmp_path: Path) -> str:
    path = tmp_path / "shop.uvl"
    path.write_text(
        _MODEL.replace("\t\t\tInteger Users\n", "").replace("\tUsers => Users > 10\n", ""), encoding="utf-8"
    )
    return str(path)


@pytest.fixture(name="typed_model")
def _typed_model(tmp_path: Path) -> str:
    path = tmp_path / "typed.uvl"
    path.write_text(_MODEL, encoding="utf-8")
    return str(path)


def _run(*words: str) -> Result:
    return CliRunner().invoke(bidwright, ["portfolio", *words])


def test_analyze_prints_exactly_the_agreed_record(model: str) -> None:
    result = _run("analyze", "--uvl", model, "--json")
    record = json.loads(result.stdout)
    assert result.exit_code == 0
    assert isinstance(record.pop("seconds"), float)
    assert record == {
        "void": False,
        "core": ["Shop", "Payment"],
        "dead": [],
        "false_optional": [],
        "redundant_constraints": 0,
        "configurations": 4,
        "complete": True,
    }


def test_analyze_says_the_same_in_words(model: str) -> None:
    result = _run("analyze", "--uvl", model)
    assert "Configurations: 4\n" in result.stdout
    assert "Core (2): Shop, Payment\n" in result.stdout
    assert "Dead (0): none\n" in result.stdout


def test_analyze_reads_dimacs(tmp_path: Path) -> None:
    path = tmp_path / "small.dimacs"
    path.write_text("c 1 a\nc 2 b\np cnf 2 1\n1 0\n", encoding="utf-8")
    record = json.loads(_run("analyze", "--dimacs", str(path), "--json").stdout)
    assert (record["core"], record["configurations"], record["redundant_constraints"]) == (["a"], 2, None)


def test_analyze_wants_one_model(model: str) -> None:
    assert _run("analyze").exit_code == 2
    assert _run("analyze", "--uvl", model, "--dimacs", model).exit_code == 2


def test_complete_prints_a_whole_selection_with_what_it_holds(typed_model: str) -> None:
    result = _run(
        "complete", "--uvl", typed_model, "--select", 'Users,"Bank, transfer"', "--deselect", "Search", "--json"
    )
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "valid": True,
        "selected": ["Shop", "Payment", "Bank, transfer", "Users"],
        "values": {"Users": 11},
    }


def test_complete_prints_a_minimal_conflict_and_exits_with_3(model: str) -> None:
    result = _run("complete", "--uvl", model, "--select", 'Card,"Bank, transfer"', "--deselect", "Search", "--json")
    assert result.exit_code == 3
    assert json.loads(result.stdout) == {"valid": False, "conflict": ["Card", "Search"]}
    told = _run("complete", "--uvl", model, "--select", "Card", "--deselect", "Search").stdout
    assert told == "No configuration has all of these choices: Card, Search\n"


def test_what_is_refused_comes_with_its_place_and_exit_code_1(tmp_path: Path) -> None:
    path = tmp_path / "bad.uvl"
    path.write_text("features\n\tA\n\t\tsometimes\n\t\t\tB\n", encoding="utf-8")
    result = _run("analyze", "--uvl", str(path), "--json")
    assert result.exit_code == 1
    assert "bad.uvl:3:3" in result.stderr


def test_analyze_says_why_configurations_are_not_counted(typed_model: str) -> None:
    result = _run("analyze", "--uvl", typed_model)
    assert "Configurations: not counted: a selection says not all, as features hold values" in result.stdout


def test_a_text_in_double_quotes_is_told_how_texts_are_written(tmp_path: Path) -> None:
    path = tmp_path / "named.uvl"
    path.write_text(
        'features\n\tShop\n\t\toptional\n\t\t\tString Name\nconstraints\n\tName == "foo"\n', encoding="utf-8"
    )
    result = _run("analyze", "--uvl", str(path))
    assert result.exit_code == 1
    assert "There is no feature foo. Name a feature of the tree, or feature.attribute" in result.output
    assert "a text stands in 'single quotes'" in result.output
