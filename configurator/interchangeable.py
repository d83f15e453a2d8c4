"""Features of which one can stand for another, so that a question is asked of one of them alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bidwright.configurator.feature_model import FeatureModel, Operation, Step


def representatives(model: FeatureModel) -> Sequence[int]:
    """For each feature one that it can be swapped with in every configuration, itself where there is no other.

    Members of one group can be swapped when nothing stands below them and no constraint speaks of them: then what holds
    of one in every configuration holds of the other. Groups of thousands of features are decided at once by this.
    """
    spoken_of = {feature.parent for feature in model.features}
    spoken_of.update(each for summary in model.summaries for each in (summary.feature, *summary.instances))
    spoken_of.update(index for constraint in model.constraints for step in constraint.program for index in _of(step))
    found = list(range(len(model.features)))
    for group in model.groups:
        alike = [child for child in group.children if child not in spoken_of]
        for child in alike:
            found[child] = alike[0]
    return found


def _of(step: Step) -> Iterator[int]:
    """The features that a step speaks of."""
    operand = step.operand
    if step.operation in {Operation.SELECTED, Operation.VALUE} and isinstance(operand, int):
        yield operand
    elif step.operation is Operation.ATTRIBUTE_TEXT and isinstance(operand, tuple):
        yield int(str(operand[0]))
    elif isinstance(operand, tuple):
        yield from (pair[0] for pair in operand if isinstance(pair, tuple))
