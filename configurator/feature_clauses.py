"""A feature model as clauses, ready for a SAT solver; feature number ``i`` is variable ``i + 1``."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bidwright.configurator.clauses import Clause, Clauses
from bidwright.configurator.comparisons import Comparisons, Operand
from bidwright.configurator.feature_amounts import TooManyTerms
from bidwright.configurator.feature_model import (
    ARITHMETIC,
    COMPARISONS,
    Constraint,
    FeatureModel,
    Operation,
    Place,
    Step,
)
from bidwright.configurator.formulas import Asserter, Node, both, either, negated, same
from bidwright.configurator.group_clauses import demand_group
from bidwright.configurator.uvl_tokens import refuse


@dataclass(frozen=True)
class Encoded:
    """A model as clauses.

    Attributes:
        features: How many of the variables are features; the first ones.
        variables: The highest variable.
        hard: The tree.
        definitions: What auxiliary variables mean.
        constraints: The clauses of each constraint, in the order of the model.
        comparisons: What typed features hold, to be read from a solution.
        choices: Whether something beside the features is decided: instances, or what typed features hold.
    """

    features: int
    variables: int
    hard: Sequence[Clause]
    definitions: Sequence[Clause]
    constraints: Sequence[Sequence[Clause]]
    comparisons: Comparisons
    choices: bool

    def all(self) -> list[Clause]:
        """Every clause."""
        return [*self.hard, *self.definitions, *(clause for clauses in self.constraints for clause in clauses)]

    def without(self, removable: Collection[int]) -> list[Clause]:
        """Every clause but those of some constraints."""
        gone = set(removable)
        kept = (clauses for index, clauses in enumerate(self.constraints) if index not in gone)
        return [*self.hard, *self.definitions, *(clause for clauses in kept for clause in clauses)]


def encoded(model: FeatureModel) -> Encoded:
    """Turn a model into clauses that have the same solutions over its features.

    Raises:
        InvalidInput: An expression that cannot be decided exactly, with its place and what can.
    """
    clauses = Clauses(len(model.features))
    clauses.add(1)
    for group in model.groups:
        demand_group(clauses, group)
    for summary in model.summaries:
        instances = [each + 1 for each in summary.instances]
        clauses.add(-(summary.feature + 1), *instances)
        for instance in instances:
            clauses.add(-instance, summary.feature + 1)
    comparisons = Comparisons(clauses, model.features)
    nodes = [node_of(constraint, comparisons) for constraint in model.constraints]
    comparisons.learn_bounds(nodes)
    demanded: list[list[Clause]] = []
    for node in nodes:
        asserter = Asserter(clauses)
        asserter.demand(node)
        demanded.append(asserter.demanded)
    comparisons.finish()
    choices = comparisons.has_typed or any(feature.is_instance for feature in model.features)
    return Encoded(
        len(model.features), clauses.variables, clauses.hard, clauses.definitions, demanded, comparisons, choices
    )


def node_of(constraint: Constraint, comparisons: Comparisons) -> Node:
    """What a constraint demands, as gates over literals and comparisons.

    Raises:
        InvalidInput: An expression that cannot be decided exactly.
    """
    truths: list[Node] = []
    operands: list[Operand] = []
    for step in constraint.program:
        try:
            _walk(step, truths, operands, comparisons, constraint.place)
        except TooManyTerms:
            place = Place(constraint.place.file, step.line, step.column)
            refuse(place, "This product has too many terms.", "Multiply sums of fewer features.")
    return truths[0]


def _walk(step: Step, truths: list[Node], operands: list[Operand], comparisons: Comparisons, where: Place) -> None:
    """Carry out one step: truths and what is compared lie on two stacks."""
    operation = step.operation
    if operation is Operation.SELECTED and isinstance(step.operand, int):
        truths.append(step.operand + 1)
    elif operation is Operation.TRUTH:
        truths.append(bool(step.operand))
    elif operation is Operation.NOT:
        truths.append(negated(truths.pop()))
    elif operation in _CONNECT:
        right, left = truths.pop(), truths.pop()
        truths.append(_CONNECT[operation](left, right))
    elif operation in COMPARISONS:
        second, first = operands.pop(), operands.pop()
        place = Place(where.file, step.line, step.column)
        truths.append(comparisons.compared(operation, first, second, place))
    elif operation in ARITHMETIC:
        second, first = operands.pop(), operands.pop()
        operands.append(comparisons.calculated(operation, first, second))
    elif operation in {Operation.NEGATIVE, Operation.FLOOR, Operation.CEIL, Operation.LENGTH}:
        place = Place(where.file, step.line, step.column)
        operands.append(comparisons.changed(operation, operands.pop(), place))
    else:
        operands.append(comparisons.pushed(step))


def _implies(left: Node, right: Node) -> Node:
    return either(negated(left), right)


_CONNECT = {Operation.AND: both, Operation.OR: either, Operation.IMPLIES: _implies, Operation.SAME: same}
