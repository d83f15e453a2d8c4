"""A formula that falls apart along an elimination tree: a part is what stands below a variable."""

from __future__ import annotations

from collections.abc import Sequence

from bidwright.configurator.clauses import Clause
from bidwright.configurator.elimination import EliminationTree
from bidwright.configurator.propagation import Propagation, State

TreePart = tuple[int, State]
"""A rank, whose variable is free, and the state in which it and what stands below it are to be counted."""


class TreeParts:
    """The parts. A literal is ``rank + 1``, negative for "not".

    Args:
        tree: Of the clauses.
        clauses: Of two literals or more.
    """

    def __init__(self, tree: EliminationTree, clauses: Sequence[Clause]) -> None:
        rank = {variable: place for place, variable in enumerate(tree.order)}
        ranked = [[(rank[abs(each)] + 1) * (1 if each > 0 else -1) for each in clause] for clause in clauses]
        deepest = [min(map(abs, clause)) - 1 for clause in ranked]
        ordered = [ranked[place] for place in sorted(range(len(ranked)), key=deepest.__getitem__)]
        self._tree = tree
        self._propagation = Propagation(ordered, len(tree.order))
        self._first_clause, self._clause_mask = _ranges(
            tree, sorted(place for place, clause in zip(deepest, ranked, strict=True) if len(clause) > 2)
        )
        self._mask = [(1 << (place - tree.first[place] + 1)) - 1 for place in range(len(tree.order))]

    def whole(self) -> list[TreePart]:
        """The parts below the ranks that stand below no other."""
        below = {child for children in self._tree.children for child in children}
        tops = [place for place in range(len(self._tree.order)) if place not in below]
        return self._parts(tops, self._propagation.everything)

    def key(self, part: TreePart) -> tuple[int, ...]:
        """The rank, and what of the state lies below it."""
        place, (free, active) = part
        return (
            place,
            free >> self._tree.first[place] & self._mask[place],
            active >> self._first_clause[place] & self._clause_mask[place],
        )

    def ways(self, part: TreePart) -> list[int]:
        """The variable at the top of the part."""
        return [part[0] + 1, -part[0] - 1]

    def after(self, part: TreePart, literal: int) -> list[TreePart] | None:
        """What stands below it, one by one."""
        state = self._propagation.after(literal, part[1])
        return None if state is None else self._parts(self._tree.children[part[0]], state)

    def _parts(self, ranks: Sequence[int], state: State) -> list[TreePart]:
        """The free ranks that stand below no free rank, among these and what is below them."""
        free = state[0]
        found: list[TreePart] = []
        pending = list(ranks)
        while pending:
            place = pending.pop()
            if free >> place & 1:
                found.append((place, state))
            elif free >> self._tree.first[place] & self._mask[place]:
                pending.extend(self._tree.children[place])
        return found


def _ranges(tree: EliminationTree, deepest: Sequence[int]) -> tuple[list[int], list[int]]:
    """For each rank, where the clauses with their deepest rank below it begin, and a mask as long as they are many."""
    before = [0] * (len(tree.order) + 1)
    for place in deepest:
        before[place + 1] += 1
    for place in range(len(tree.order)):
        before[place + 1] += before[place]
    starts = [before[first] for first in tree.first]
    masks = [(1 << (before[place + 1] - start)) - 1 for place, start in enumerate(starts)]
    return starts, masks
