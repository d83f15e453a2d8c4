"""Random feature models: what the engines say is what trying every configuration says, and what clingo says."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import clingo
from draws import drawn
from hypothesis import given, settings
from hypothesis import strategies as st
from random_feature_models import models
from uvl_examples import all_configurations, model_of

from bidwright.configurator.analysis import analyze_model
from bidwright.configurator.completion import Completion, complete
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.feature_clauses import encoded
from bidwright.configurator.feature_model import FeatureModel
from bidwright.configurator.redundancy import redundant


def _read(text: str) -> FeatureModel:
    with tempfile.TemporaryDirectory() as folder:
        return model_of(text, Path(folder))


@settings(max_examples=drawn(80))
@given(models())
def test_analysis_says_what_trying_every_configuration_says(text: str) -> None:
    model = _read(text)
    valid = all_configurations(model)
    result = analyze_model(model, Deadline(60))
    names = [feature.name for feature in model.features]
    assert result.void == (not valid)
    assert result.configurations == len(valid)
    assert set(result.dead) == {name for index, name in enumerate(names) if not any(index in one for one in valid)}
    assert result.is_complete
    if valid:
        assert set(result.core) == {name for index, name in enumerate(names) if all(index in one for one in valid)}
        assert set(result.false_optional) == {
            feature.name
            for index, feature in enumerate(model.features)
            if feature.is_optional and all(index in one or feature.parent not in one for one in valid)
        }


@settings(max_examples=drawn(40))
@given(models())
def test_constraints_called_redundant_can_be_removed_together(text: str) -> None:
    model = _read(text)
    gone = set(redundant(encoded(model), Deadline(60)))
    kept = tuple(each for index, each in enumerate(model.constraints) if index not in gone)
    assert set(all_configurations(replace(model, constraints=kept))) == set(all_configurations(model))


@settings(max_examples=drawn(50))
@given(models(), st.data())
def test_a_choice_is_completed_exactly_when_some_configuration_has_it(text: str, data: st.DataObject) -> None:
    model = _read(text)
    valid = all_configurations(model)
    indices = st.lists(st.integers(0, len(model.features) - 1), max_size=3, unique=True)
    select, deselect = data.draw(indices), data.draw(indices)
    names = [feature.name for feature in model.features]
    result = complete(model, [names[each] for each in select], [names[each] for each in deselect], Deadline(60))
    having = [one for one in valid if one.issuperset(select) and not one.intersection(deselect)]
    if isinstance(result, Completion):
        assert frozenset(map(names.index, result.selected)) in having
        return
    assert not having
    chosen = [names.index(name) for name in result.features]
    for left_out in chosen:
        others = {each for each in chosen if each != left_out}
        wanted, unwanted = others.intersection(select), others.intersection(deselect)
        assert any(one.issuperset(wanted) and not one.intersection(unwanted) for one in valid) or set(select) & set(
            deselect
        )


@settings(max_examples=drawn(40))
@given(models())
def test_clingo_counts_as_many_solutions_of_the_clauses(text: str) -> None:
    model = _read(text)
    clauses = encoded(model)
    program = [f"{{v({variable})}}." for variable in range(1, clauses.variables + 1)]
    for clause in clauses.all():
        body = ", ".join(f"not v({each})" if each > 0 else f"v({-each})" for each in clause)
        program.append(f":- {body}." if body else ":- #true.")
    control = clingo.Control(["0", "--warn=none"])
    control.add("base", [], "\n".join(program))
    control.ground([("base", [])])
    with control.solve(yield_=True) as handle:
        assert analyze_model(model, Deadline(60)).configurations == sum(1 for _ in handle)
