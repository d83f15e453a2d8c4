"""Imported feature models: each construct, what is refused, and that an import allows what the model allows."""

from __future__ import annotations

import datetime as dt
import tempfile
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest
from draws import drawn
from hypothesis import given, reject, settings
from random_feature_models import models
from uvl_examples import all_configurations, model_of

from bidwright.catalog.model import Answer, Release
from bidwright.catalog.reader import read_files
from bidwright.configurator.analysis import analyze_model
from bidwright.configurator.check import check
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.feature_check import violations
from bidwright.configurator.feature_model import FeatureModel, Kind
from bidwright.configurator.portfolio_analysis import Scope, analyze_portfolio
from bidwright.configurator.portfolio_findings import OfferingFindings
from bidwright.configurator.request import Requirements
from bidwright.configurator.uvl_files import read_uvl
from bidwright.configurator.uvl_import import Imported, import_model
from bidwright.configurator.uvl_import_files import files_of
from bidwright.core.errors import InvalidInput

_TODAY = dt.date(2026, 7, 1)
_TREE = "features\n\tA\n\t\toptional\n\t\t\tB {p 2}\n\t\t\tC {p 5}\n\t\t\tD {p 10.5, q 'x', r}\nconstraints\n\t"
_TYPED = (
    "features\n\tA\n\t\toptional\n\t\t\tB {p 2}\n\t\t\tInteger N\n\t\t\tInteger M\n\t\t\tReal R\n\t\t\tString S\n"
    "\t\t\tString T\nconstraints\n\t"
)


def _release(imported: Imported, price_attribute: str = "") -> Release:
    """The portfolio, through its files: so it passes the check of portfolios."""
    files = files_of(imported, source="model.uvl", price_attribute=price_attribute)
    return read_files({name: text.encode() for name, text in files.items()}, today=_TODAY)


def _imported(text: str, folder: Path) -> tuple[FeatureModel, Imported, Release]:
    model = model_of(text, folder)
    imported = import_model(model)
    return model, imported, _release(imported)


def _requirements(release: Release, answers: dict[str, Answer]) -> Requirements:
    (offering,) = release.offerings.values()
    return Requirements(release=release, offering=offering, market=release.markets["WORLD"], answers=answers)


def _selections(imported: Imported, release: Release, answers: dict[str, Answer] | None = None) -> set[frozenset[int]]:
    """Every valid selection of the portfolio as features: all are tried, by the checker without a solver."""
    told = _requirements(release, answers or {})
    found = set()
    for truths in product((False, True), repeat=len(imported.components)):
        selected = frozenset(index for index, truth in enumerate(truths) if truth)
        if not check(told, {imported.components[index]: 1 for index in sorted(selected)}):
            found.add(selected)
    return found


def _findings(release: Release) -> OfferingFindings:
    scope = Scope(
        release=release,
        offerings=list(release.offerings.values()),
        markets=list(release.markets.values()),
        prices=[],
        today=_TODAY,
    )
    found = analyze_portfolio(scope, Deadline(60))
    assert found.is_complete
    return found.offerings[0]


@pytest.mark.parametrize(
    "group", ["mandatory", "optional", "or", "alternative", "[2]", "[0..1]", "[2..3]", "[1..*]", "[4..5]", "[0]"]
)
@pytest.mark.parametrize("parent", ["A", "P"])  # the root, whose slot says it all, and a feature that may be absent
def test_a_group_allows_the_selections_of_the_model(group: str, parent: str, tmp_path: Path) -> None:
    children = "".join(f"\t\t\t\t\t{name}\n" for name in "BCD")
    below = f"\t\toptional\n\t\t\tP\n\t\t\t\t{group}\n{children}"
    if parent == "A":
        below = f"\t\t{group}\n" + "".join(f"\t\t\t{name}\n" for name in "BCD")
    model, imported, release = _imported(f"features\n\tA\n{below}", tmp_path)
    assert _selections(imported, release) == set(all_configurations(model))


@pytest.mark.parametrize(
    "constraint",
    [
        "B & C",
        "!B",
        "B => C",
        "B <=> C",
        "!(B <=> C)",
        "B | C & D",
        "!(B & (C | !D))",
        "B & !B",
        "true",
        "B.p + C.p == 7",
        "sum(p) <= 7",
        "sum(p) > 100",
        "sum(A, p) == 17.5",
        "sum(B, p) * 3 >= C.p + 1",
        "avg(p) >= 4",
        "!(avg(p) == 5)",
        "C.p / 2 > 2",
        "D.p / B.p > 5",  # does not hold where B is not selected
        "!(D.p / B.p > 5)",
        "C.p == C.p / (B.p - B.p)",  # the divisor vanishes whatever is selected
        "1 / (1 / B.p) == B.p",  # a divisor within a divisor does
        "1 / (avg(p) / 2) < 1",
        "D.q == 'x'",
        "D.q == ''",
        "D.r => B",
        "len(D.q) == 1",
        "floor(D.p) == 10 => B",
        "B.p * B.p == 4 | C",
    ],
)
def test_a_constraint_allows_the_selections_of_the_model(constraint: str, tmp_path: Path) -> None:
    model, imported, release = _imported(_TREE + constraint, tmp_path)
    assert _selections(imported, release) == set(all_configurations(model))


def test_several_instances_of_a_feature_allow_the_selections_of_the_model(tmp_path: Path) -> None:
    text = (
        "features\n\tA\n\t\toptional\n\t\t\tB cardinality [1..2]\n\t\t\t\toptional\n\t\t\t\t\tC {p 3, q 'x'}\n"
        "constraints\n\tsum(p) < 6\n\tC.q != '' | B\n"
    )
    model, imported, release = _imported(text, tmp_path)
    assert len(model.features) == 7
    assert _selections(imported, release) == set(all_configurations(model))


@pytest.mark.parametrize(
    ("constraint", "needs"),
    [
        ("N => N >= 1 & N <= 3", {"n": range(4)}),
        ("N >= 0 & N <= 3 & M >= 0 & M <= 2 & (N + M == 3 | B) & N * 2 >= M", {"n": range(4), "m": range(3)}),
        ("N >= 0 & N <= 3 & N * B.p <= 4", {"n": range(4)}),  # a need times what depends on the components
        ("N >= -2 & N <= 1 & (N == -2 => B)", {"n": range(-2, 2)}),
    ],
)
def test_what_integers_hold_is_a_need_with_the_values_of_the_model(
    constraint: str, needs: dict[str, range], tmp_path: Path
) -> None:
    model, imported, release = _imported(_TYPED + constraint, tmp_path)
    (offering,) = release.offerings.values()
    assert {
        name: (int(offering.needs[name].minimum or 0), int(offering.needs[name].maximum or 0)) for name in needs
    } == {name: (values[0], values[-1]) for name, values in needs.items()}
    indices = {each.name.lower(): index for index, each in enumerate(model.features) if each.kind is Kind.INTEGER}
    rest = {name: need.default or 0 for name, need in offering.needs.items() if name not in needs}
    for values in product(*needs.values()):
        answers = dict(zip(needs, values, strict=True))
        held: dict[int, Fraction | str] = {indices[name]: Fraction(value) for name, value in answers.items()}
        expected = {
            selected
            for truths in product((False, True), repeat=len(model.features))
            if not violations(model, selected := frozenset(i for i, truth in enumerate(truths) if truth), held)
            and all(indices[name] in selected or value == 0 for name, value in answers.items())
        }
        assert _selections(imported, release, {**rest, **answers}) == expected


@pytest.mark.parametrize("name", ["or", "in", "no", "null", "true", "need", "1e5", "0x1"])
def test_features_may_be_named_like_words_of_other_languages(name: str, tmp_path: Path) -> None:
    text = f'features\n\tInteger "{name}"\n\t\tor\n\t\t\t"{name} {name}" {{p 1}}\n\t\t\tC\nconstraints\n\t'
    model, imported, release = _imported(f'{text}"{name}" == 1 & ("{name} {name}" | "{name}" + 1 == sum(p))', tmp_path)
    (offering,) = release.offerings.values()
    (need,) = offering.needs
    assert _selections(imported, release, {need: 1}) == {frozenset({0, 1}), frozenset({0, 1, 2})}
    assert [feature.name for feature in model.features] == [name, f"{name} {name}", "C"]


@pytest.mark.parametrize(
    ("constraint", "option", "allowed"),
    [
        ("S == 'x' => B", "text_1", {True}),
        ("S == 'x' => B", "other", {True, False}),
        ("S != 'x' | B", "text_1", {True}),
        ("S => S != ''", "empty", set()),
        ("S == 'x' => B", "empty", {True, False}),
    ],
)
def test_what_a_text_holds_is_one_of_the_texts_that_constraints_name(
    constraint: str, option: str, allowed: set[bool], tmp_path: Path
) -> None:
    """Whether B may be selected, or left out, while S holds a text."""
    model, imported, release = _imported(_TYPED + constraint, tmp_path)
    (offering,) = release.offerings.values()
    names = [feature.name for feature in model.features]
    answers: dict[str, Answer] = {name: need.default or 0 for name, need in offering.needs.items()} | {"s": option}
    with_s = [one for one in _selections(imported, release, answers) if names.index("S") in one]
    assert {names.index("B") in one for one in with_s} == allowed


def test_a_real_lies_between_the_constants_it_is_compared_with(tmp_path: Path) -> None:
    _, imported, release = _imported(_TYPED + "R => R > 1.5 & R < 1.50001", tmp_path)
    answers: dict[str, Answer] = {"n": 0, "m": 0, "s": "empty", "t": "empty", "r": 1}
    place = imported.components.index("a_parts.r")
    assert not any(place in one for one in _selections(imported, release, answers))
    between = answers | {"r": Fraction("1.500005")}  # type: ignore[dict-item]
    assert any(place in one for one in _selections(imported, release, between))


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (_TREE + "B.p * C.p > 3", "model.uvl:8:"),  # not linear
        (_TYPED + "S == T", "model.uvl:11:"),
        (_TYPED + "len(S) > 3", "model.uvl:11:"),
        (_TYPED + "R > 0.1234567", "model.uvl:11:"),
        (_TYPED + "floor(R) > 3", "model.uvl:11:"),
        (_TYPED + "N + M > 3", "model.uvl:11:"),  # no bounds
        (_TYPED + "N >= 0 & N <= 5000000000", "model.uvl:5:"),
        ("features\n\tA {list [1, 2]}\n", "model.uvl:2:"),
        ('features\n\t"' + "x" * 400 + '"\n', "model.uvl:2:"),
    ],
)
def test_what_cannot_be_said_is_refused_with_its_place(text: str, where: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refusal:
        _imported(text, tmp_path)
    assert refusal.value.reason == "FEATURE_MODEL_REFUSED"
    assert refusal.value.faults[0].where.startswith(where)
    assert refusal.value.faults[0].fix


def test_attributes_become_attributes_and_texts(tmp_path: Path) -> None:
    text = (
        "features\n\tShop {price 10.25, vendor 'ACME', Loss -3}\n\t\tmandatory\n\t\t\t\"Pay, now\" {price 2, Loss 1}\n"
    )
    imported = import_model(model_of(text, tmp_path))
    release = _release(imported, "price")
    shop, pay = (release.components[each] for each in imported.components)
    assert (shop.id, shop.name, pay.id, pay.name) == ("shop.shop", "Shop", "pay_now.pay_now", "Pay, now")
    assert (str(shop.attributes["price"]), str(pay.attributes["price"])) == ("10.25", "2")
    assert 'vendor: "ACME"' in shop.texts.service_specification
    assert "Loss: -3" in shop.texts.service_specification  # no figure may be negative
    entries = release.price_books["WORLD"].entries
    assert [str(entries[each, "monthly"][0].price) for each in imported.components] == ["10.25", "2"]
    free = _release(imported).price_books["WORLD"].entries
    assert [str(free[each, "monthly"][0].price) for each in imported.components] == ["0.00", "0.00"]


@pytest.mark.parametrize("name", ["Price", "vendor"])
def test_a_price_attribute_that_is_none_is_refused(name: str, tmp_path: Path) -> None:
    imported = import_model(model_of("features\n\tShop {price 10.25, vendor 'ACME'}\n", tmp_path))
    with pytest.raises(InvalidInput):
        files_of(imported, source="model.uvl", price_attribute=name)


def test_long_constraints_are_counted_by_attributes(tmp_path: Path) -> None:
    """A hundred features in one "or" would be a rule of over 2,000 letters."""
    names = [f"F{number}" for number in range(100)]
    tree = "features\n\tA\n\t\toptional\n" + "".join(f"\t\t\t{name}\n" for name in names)
    constraints = f"constraints\n\t{' | '.join(names)}\n\tF1 => !({' | '.join(names[2:])})\n\tF2 & F3 => F4\n"
    _, _, release = _imported(tree + constraints, tmp_path)
    found = _findings(release)
    assert (found.core, found.dead) == (("a.a",), {})
    # With F1: F0 or not. Without F1: some of the other 99, but not F2 and F3 without F4.
    assert found.configurations == 2 + (2**99 - 1) - 2**96


def test_long_constraints_of_many_parts_are_written_shortly(tmp_path: Path) -> None:
    """One of eleven features and none of the others, eleven times: over 2,000 letters when written out."""
    names = [f"A_rather_long_name_{number}" for number in range(11)]
    tree = "features\n\tA\n\t\toptional\n" + "".join(f"\t\t\t{name}\n" for name in names)
    cases = [" & ".join(one if one == chosen else f"!{one}" for one in names) for chosen in names]
    model, imported, release = _imported(f"{tree}constraints\n\t{' | '.join(cases)}\n", tmp_path)
    assert len(_selections(imported, release)) == 11
    assert len(model.constraints) == len(imported.rules) == 1


def _read(text: str) -> FeatureModel:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.uvl"
        path.write_text(text, encoding="utf-8")
        return read_uvl(path)


@settings(max_examples=drawn(30))
@given(models())
def test_a_random_model_and_its_import_allow_the_same_and_are_analyzed_the_same(text: str) -> None:
    model = _read(text)
    try:
        imported = import_model(model)
    except InvalidInput as refusal:
        if "multiplied" in refusal.message:
            reject()  # not linear
        raise
    release = _release(imported)
    assert _selections(imported, release) == set(all_configurations(model))
    known, found = analyze_model(model, Deadline(60)), _findings(release)
    names = dict(zip(imported.components, (feature.name for feature in model.features), strict=True))
    assert (found.void, found.configurations) == (known.void, known.configurations)
    assert {names[each] for each in found.core} == set(known.core)
    assert {names[each] for each in found.dead} == set(known.dead)
