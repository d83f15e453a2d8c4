"""Features with a cardinality: each possible instance becomes a feature of its own, with all that stands below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bidwright.configurator.feature_model import (
    Attributes,
    Constraint,
    Feature,
    FeatureModel,
    Group,
    Kind,
    Operation,
    Step,
    Summary,
)
from bidwright.configurator.uvl_modules import MOST_FEATURES, Whole
from bidwright.configurator.uvl_syntax import Cardinality
from bidwright.configurator.uvl_tokens import refuse


def with_instances(whole: Whole, constraints: Sequence[Constraint]) -> FeatureModel:
    """Expand cardinalities.

    A feature ``[n..m]`` that is selected has n to m instances, at least one; each instance has a selection of its own
    below it. The feature, and each one below it, counts as selected when one of its instances is. An attribute counts
    once for every instance.

    Raises:
        InvalidInput: A cardinality without a bound, of a typed feature, or one that makes too many instances.
    """
    repeated = {index: each for index, each in whole.cardinalities.items() if each.most not in {0, 1}}
    if not repeated:
        return FeatureModel(tuple(whole.features), tuple(whole.groups), (), tuple(constraints), tuple(whole.attributes))
    inside = _inside(whole, repeated)
    attributes = [{} if index in inside else each for index, each in enumerate(whole.attributes)]
    expansion = _Expansion(whole, repeated, list(whole.features), attributes)
    for group in whole.groups:
        expansion.below.setdefault(group.parent, []).append(group)
    plain = [group for group in whole.groups if group.parent not in inside]
    for index in sorted(repeated):
        if whole.features[index].parent not in inside:
            expansion.repeat(index)
    summaries = (Summary(index, tuple(expansion.instances[index])) for index in sorted(inside - set(repeated)))
    nested = (
        Summary(index, tuple(expansion.instances[index]))
        for index in repeated
        if whole.features[index].parent in inside
    )
    return FeatureModel(
        tuple(expansion.features),
        (*plain, *expansion.groups),
        (*summaries, *nested),
        tuple(replace(each, program=tuple(map(expansion.over_instances, each.program))) for each in constraints),
        tuple(expansion.attributes),
    )


def _inside(whole: Whole, repeated: Mapping[int, Cardinality]) -> set[int]:
    """Repeated features and all below them."""
    inside = set(repeated)
    for index, feature in enumerate(whole.features):
        if feature.parent in inside:
            inside.add(index)
    for index in inside:
        feature = whole.features[index]
        if feature.kind is not Kind.BOOLEAN:
            fix = "Only Boolean features can have several instances, or stand below a feature that has."
            refuse(feature.place, f"There may be several instances of the {feature.kind} feature {feature.name}.", fix)
    return inside


@dataclass
class _Expansion:
    """A model while instances are added to it.

    Attributes:
        whole: The model as written.
        repeated: Features with several instances.
        features: Those as written, then instances.
        attributes: Of each of them.
        groups: Those among instances.
        instances: Of each feature that has some.
        below: Groups as written, by the feature they stand below.
    """

    whole: Whole
    repeated: Mapping[int, Cardinality]
    features: list[Feature]
    attributes: list[Attributes]
    groups: list[Group] = field(default_factory=list)
    instances: dict[int, list[int]] = field(default_factory=dict)
    below: dict[int, list[Group]] = field(default_factory=dict)

    def repeat(self, top: int) -> None:
        """Add all instances of a repeated feature, and of everything below it."""
        least, most = self._bounds(top)
        firsts = tuple(self._add(top, top) for _ in range(most))
        self.groups.append(Group(top, firsts, least, most))
        pending = [(top, each) for each in firsts]
        while pending:
            written, instance = pending.pop()
            for group in self.below.get(written, ()):
                members = [self._add(child, instance) for child in group.children]
                self.groups.append(Group(instance, tuple(members), group.least, group.most))
                for child, member in zip(group.children, members, strict=True):
                    pending.append((child, member))
                    pending.extend((child, other) for other in self._others(child, member))

    def _others(self, child: int, first: int) -> tuple[int, ...]:
        """Further instances of a repeated feature within an instance; they are there only with the first one."""
        if child not in self.repeated:
            return ()
        least, most = self._bounds(child)
        others = tuple(self._add(child, first) for _ in range(most - 1))
        self.groups.append(Group(first, others, least - 1, most - 1))
        return others

    def _bounds(self, index: int) -> tuple[int, int]:
        cardinality = self.repeated[index]
        if cardinality.most is None:
            refuse(cardinality.place, "[..*] sets no bound to the instances of a feature.", "Write a number for *.")
        return max(1, cardinality.least), cardinality.most

    def _add(self, written: int, parent: int) -> int:
        index = len(self.features)
        place = self.features[written].place
        if index >= MOST_FEATURES:
            refuse(place, f"Instances make over {MOST_FEATURES} features.", "Lower the cardinalities above it.")
        known = self.instances.setdefault(written, [])
        known.append(index)
        name = f"{self.features[written].name}#{len(known)}"
        self.features.append(Feature(name, parent, Kind.BOOLEAN, is_optional=False, is_instance=True, place=place))
        self.attributes.append(self.whole.attributes[written])
        return index

    def over_instances(self, step: Step) -> Step:
        """The step with attributes counted once for every instance."""
        if step.operation in {Operation.ATTRIBUTE, Operation.AVERAGE} and isinstance(step.operand, tuple):
            numbers = [each for each in step.operand if isinstance(each, tuple)]
            spread = tuple((one, number) for index, number in numbers for one in self.instances.get(index, (index,)))
            return replace(step, operand=spread)
        return step
