"""From some selected and deselected features to a whole valid configuration, or to what cannot go together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from bidwright.configurator.deadline import Deadline
from bidwright.configurator.feature_check import violations
from bidwright.configurator.feature_clauses import encoded
from bidwright.configurator.feature_model import FeatureModel
from bidwright.configurator.sat import OutOfTime, Sat
from bidwright.core.errors import NotFound, Unavailable
from bidwright.core.nearest import advice


@dataclass(frozen=True)
class Completion:
    """A valid configuration.

    Attributes:
        selected: All selected features, in the order of the model.
        values: What the typed ones among them hold.
    """

    selected: tuple[str, ...]
    values: Mapping[str, Fraction | str]


@dataclass(frozen=True)
class ImpossibleChoice:
    """Choices that no configuration has all of; dropping any one of them leaves some that one has.

    Attributes:
        features: Names of the features chosen so, in the order given; none where the model has no configuration at all.
    """

    features: tuple[str, ...]


def complete(
    model: FeatureModel, select: Sequence[str], deselect: Sequence[str], deadline: Deadline
) -> Completion | ImpossibleChoice:
    """Complete a choice with few further features.

    Args:
        model: The model.
        select: Names of features that must be selected.
        deselect: Names of features that must not.
        deadline: When to give up.

    Raises:
        NotFound: A name that the model does not have.
        InvalidInput: An expression that cannot be decided exactly.
        Unavailable: The deadline came first.
    """
    variables = {each.name: index + 1 for index, each in enumerate(model.features) if not each.is_instance}
    _check_names(variables, [*select, *deselect])
    both = [name for name in select if name in deselect]
    if both:
        return ImpossibleChoice((both[0],))
    choices = {**{variables[name]: name for name in select}, **{-variables[name]: name for name in deselect}}
    clauses = encoded(model)
    try:
        with Sat(clauses.all(), deadline, clauses.variables) as sat:
            sat.prefer(-variable for variable in range(1, len(model.features) + 1))
            if not sat.can_hold(list(choices)):
                return ImpossibleChoice(tuple(choices[each] for each in _minimal(sat, list(choices))))
            solution = sat.model()
    except OutOfTime:
        message = f"No completion was found within {deadline.given_s:g} s, and no proof that there is none."
        raise Unavailable(message, fix="Give it more time.", reason="ANALYSIS_TOOK_TOO_LONG") from None
    selected = [index for index in range(len(model.features)) if solution[index] > 0]
    values = clauses.comparisons.values(solution)
    broken = violations(model, selected, values)
    if broken:
        raise AssertionError(f"solver and checker disagree: {broken[0]}")
    return Completion(
        tuple(model.features[index].name for index in selected if not model.features[index].is_instance),
        {model.features[index].name: value for index, value in values.items()},
    )


def _check_names(variables: Mapping[str, int], names: Sequence[str]) -> None:
    for name in names:
        if name not in variables:
            what, fix = f"The model has no feature {name}.", advice(name, variables)
            raise NotFound(what, fix=fix, reason="FEATURE_NOT_FOUND")


def _minimal(sat: Sat, choices: Sequence[int]) -> list[int]:
    """Choices that cannot hold together, none of them for nothing; asked after ``can_hold`` of all was false."""
    blamed = set(sat.blamed())
    needed = [each for each in choices if each in blamed]
    for each in tuple(needed):
        without = [other for other in needed if other != each]
        if not sat.can_hold(without):
            needed = without
    return needed
