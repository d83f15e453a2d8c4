"""Turns constraints into clauses: few auxiliary variables, no recursion, the same solutions over the features."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bidwright.configurator.clauses import Clause, Clauses

_MOST_PRODUCTS = 64


@dataclass(eq=False)
class Gate:
    """An inner node of a constraint; each belongs to one parent, so it may be changed while it is built.

    Attributes:
        is_same: Two parts that are equal; otherwise parts that all hold.
        parts: What it stands on.
        is_negated: Whether the opposite is meant.
    """

    is_same: bool
    parts: list[Node]
    is_negated: bool = False


@dataclass(eq=False)
class Leaf:
    """A comparison, whose literal is made when the whole model is known.

    Attributes:
        literal: Makes it.
        is_negated: Whether the opposite is meant.
    """

    literal: Callable[[], int]
    is_negated: bool = False


Node = int | bool | Gate | Leaf


def negated(node: Node) -> Node:
    """The opposite."""
    if isinstance(node, bool):
        return not node
    if isinstance(node, int):
        return -node
    node.is_negated = not node.is_negated
    return node


def both(left: Node, right: Node) -> Node:
    """Both hold. Chains become one gate with many parts, in linear time."""
    if isinstance(left, bool):
        return right if left else False
    if isinstance(right, bool):
        return left if right else False
    gates = [node for node in (left, right) if isinstance(node, Gate) and not node.is_same and not node.is_negated]
    if not gates:
        return Gate(is_same=False, parts=[left, right])
    largest = max(gates, key=lambda gate: len(gate.parts))
    other = right if largest is left else left
    largest.parts.extend(other.parts if isinstance(other, Gate) and other in gates else [other])
    return largest


def either(left: Node, right: Node) -> Node:
    """One of them holds."""
    return negated(both(negated(left), negated(right)))


def same(left: Node, right: Node) -> Node:
    """Both hold, or neither."""
    if isinstance(left, bool):
        return right if left else negated(right)
    if isinstance(right, bool):
        return left if right else negated(left)
    return Gate(is_same=True, parts=[left, right])


@dataclass
class Asserter:
    """Demands nodes as clauses.

    Attributes:
        clauses: Where definitions of auxiliary variables go.
        demanded: The clauses of what is demanded.
    """

    clauses: Clauses
    demanded: list[Clause] = field(default_factory=list)

    def demand(self, node: Node) -> None:
        """Demand that a node holds."""
        pending = [node]
        while pending:
            node = pending.pop()
            if isinstance(node, bool):
                if not node:
                    self.demanded.append([])
            elif isinstance(node, int):
                self.demanded.append([node])
            elif isinstance(node, Leaf):
                self.demanded.append([self.literal(node)])
            elif node.is_same:
                left, right = (self.literal(part) for part in node.parts)
                right = -right if node.is_negated else right
                self.demanded.extend([[-left, right], [left, -right]])
            elif not node.is_negated:
                pending.extend(node.parts)
            else:
                self._demand_one([negated(part) for part in node.parts])

    def _demand_one(self, parts: list[Node]) -> None:
        """Demand that one of several parts holds; conjunctions are multiplied out where that stays small."""
        literals: list[int] = []
        conjunctions: list[list[int]] = []
        products = 1
        for part in parts:
            if _is_conjunction(part) and isinstance(part, Gate) and products * len(part.parts) <= _MOST_PRODUCTS:
                conjunctions.append([each for each in part.parts if isinstance(each, int)])
                products *= len(part.parts)
            else:
                literals.append(self.literal(part))
        clauses: list[Clause] = [literals]
        for conjunction in conjunctions:
            clauses = [[*clause, each] for clause in clauses for each in conjunction]
        for clause in clauses:
            distinct = dict.fromkeys(clause)
            if not any(-each in distinct for each in distinct):
                self.demanded.append(list(distinct))

    def literal(self, node: Node) -> int:
        """A literal that holds exactly when a node does."""
        made: list[int] = []
        pending: list[tuple[Node, bool]] = [(node, False)]
        while pending:
            node, is_ready = pending.pop()
            if isinstance(node, bool):
                made.append(self.clauses.constant(node))
            elif isinstance(node, int):
                made.append(node)
            elif isinstance(node, Leaf):
                made.append(-node.literal() if node.is_negated else node.literal())
            elif not is_ready:
                pending.append((node, True))
                pending.extend((part, False) for part in node.parts)
            else:
                parts = made[-len(node.parts) :]
                del made[-len(node.parts) :]
                gate = self.clauses.same(*parts) if node.is_same else self.clauses.both(parts)
                made.append(-gate if node.is_negated else gate)
        return made[0]


def _is_conjunction(node: Node) -> bool:
    """Whether a node is literals that all hold."""
    if not isinstance(node, Gate) or node.is_same or node.is_negated:
        return False
    return all(isinstance(part, int) and not isinstance(part, bool) for part in node.parts)
