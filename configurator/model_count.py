"""The exact number of solutions: decide a separating variable both ways, multiply what falls apart, remember parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bidwright.configurator.clauses import Clause
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.elimination import EliminationTree, elimination_tree
from bidwright.configurator.sat import OutOfTime
from bidwright.configurator.simplified import simplified, split

_MOST_REMEMBERED = 400 * 1024 * 1024  # bytes, estimated

State = tuple[int, int]
"""Ranks that are still free, and long clauses that are not yet satisfied, as bits."""


def count(clauses: Sequence[Clause], variables: int, fixed: set[int], deadline: Deadline) -> int:
    """The number of solutions.

    Args:
        clauses: They can hold together.
        variables: The highest variable.
        fixed: Literals that are known to hold in all solutions; the more, the faster.
        deadline: When to give up.

    Raises:
        OutOfTime: The deadline came first.
    """
    rest, free = simplified(clauses, variables, fixed)
    bound = {abs(literal) for clause in rest for literal in clause}
    unbound = len(free) - len(bound)
    rest, highest = split(rest, variables)
    tree = elimination_tree(rest, [*sorted(bound), *range(variables + 1, highest + 1)], deadline)
    return _Counter(tree, rest, deadline).count() << unbound


@dataclass
class _Branching:
    """A rank that is being decided.

    Attributes:
        key: What its part of the formula is remembered under.
        outside: The state at its beginning.
        literals: Ways that are still to be tried, as literals of ranks.
        total: Solutions of the ways already counted.
        product: Solutions of the parts already counted in this way.
        parts: Ranks of the parts still to be counted in this way.
        inside: The state in this way.
    """

    key: tuple[int, int, int]
    outside: State
    literals: list[int]
    total: int = 0
    product: int = 0
    parts: list[int] = field(default_factory=list)
    inside: State = (0, 0)


class _Counter:
    """The search. A literal is ``rank + 1``, negative for "not"."""

    def __init__(self, tree: EliminationTree, clauses: Sequence[Clause], deadline: Deadline) -> None:
        rank = {variable: place for place, variable in enumerate(tree.order)}
        ranked = [[(rank[abs(each)] + 1) * (1 if each > 0 else -1) for each in clause] for clause in clauses]
        long = sorted((clause for clause in ranked if len(clause) > 2), key=lambda clause: min(map(abs, clause)))
        self._deadline = deadline
        self._tree = tree
        size = len(tree.order)
        self._implied: dict[int, list[int]] = {sign * (place + 1): [] for place in range(size) for sign in (1, -1)}
        for first, second in (clause for clause in ranked if len(clause) == 2):
            self._implied[-first].append(second)
            self._implied[-second].append(first)
        self._containing: dict[int, int] = dict.fromkeys(self._implied, 0)
        for index, clause in enumerate(long):
            for literal in clause:
                self._containing[literal] |= 1 << index
        self._members = [sum(1 << (abs(each) - 1) for each in clause) for clause in long]
        self._signs = [{abs(each) - 1: each for each in clause} for clause in long]
        deepest = [min(map(abs, clause)) - 1 for clause in long]
        self._first_clause, self._clause_mask = _ranges(tree, deepest)
        self._mask = [(1 << (place - tree.first[place] + 1)) - 1 for place in range(size)]
        self._known: dict[tuple[int, int, int], int] = {}
        self._remembered = 0
        self._everything: State = ((1 << size) - 1, (1 << len(long)) - 1)

    def count(self) -> int:
        """Solutions of the whole."""
        tops = self._parts(self._tops(), self._everything)
        root = _Branching((-1, 0, 0), self._everything, [], 0, 1, tops, self._everything)
        stack = [root]
        value: int | None = None
        steps = 0
        while True:
            frame = stack[-1]
            if value is not None:
                frame.product *= value
                value = None
            if not frame.product:
                frame.parts.clear()
            if frame.parts:
                part = frame.parts.pop()
                key = self._key(part, frame.inside)
                value = self._known.get(key)
                if value is None:
                    stack.append(_Branching(key, frame.inside, [part + 1, -part - 1]))
                continue
            frame.total += frame.product
            frame.product = 0
            if frame.literals:
                self._branch(frame)
                continue
            stack.pop()
            if not stack:
                return frame.total
            value = frame.total
            self._remember(frame.key, value)
            steps += 1
            if steps % 256 == 0 and self._deadline.left_s <= 0:
                raise OutOfTime

    def _branch(self, frame: _Branching) -> None:
        literal = frame.literals.pop()
        state = self._propagated(literal, frame.outside)
        if state is not None:
            frame.inside, frame.product = state, 1
            frame.parts = self._parts(self._tree.children[abs(literal) - 1], state)

    def _tops(self) -> list[int]:
        """Ranks that stand below no other."""
        below = {child for children in self._tree.children for child in children}
        return [place for place in range(len(self._tree.order)) if place not in below]

    def _parts(self, ranks: Sequence[int], state: State) -> list[int]:
        """The free ranks that stand below no free rank, among these and what is below them."""
        free = state[0]
        found: list[int] = []
        pending = list(ranks)
        while pending:
            place = pending.pop()
            if free >> place & 1:
                found.append(place)
            elif free >> self._tree.first[place] & self._mask[place]:
                pending.extend(self._tree.children[place])
        return found

    def _key(self, place: int, state: State) -> tuple[int, int, int]:
        free, active = state
        return (
            place,
            free >> self._tree.first[place] & self._mask[place],
            active >> self._first_clause[place] & self._clause_mask[place],
        )

    def _remember(self, key: tuple[int, int, int], value: int) -> None:
        self._remembered += 200 + (key[1].bit_length() + key[2].bit_length() + value.bit_length()) // 8
        if self._remembered > _MOST_REMEMBERED:
            self._known.clear()
            self._remembered = 0
        self._known[key] = value

    def _propagated(self, literal: int, state: State) -> State | None:
        """The state after a literal and all that follows from it one by one; None for a contradiction."""
        free, active = state
        assigned: set[int] = set()
        pending = [literal]
        while pending:
            literal = pending.pop()
            if literal in assigned:
                continue
            bit = 1 << (abs(literal) - 1)
            if not free & bit:
                if -literal in assigned:
                    return None
                continue
            assigned.add(literal)
            free ^= bit
            active &= ~self._containing[literal]
            pending.extend(self._implied[literal])
            shortened = self._containing[-literal] & active
            while shortened:
                lowest = shortened & -shortened
                shortened ^= lowest
                index = lowest.bit_length() - 1
                rest = self._members[index] & free
                if not rest:
                    return None
                if not rest & (rest - 1):
                    pending.append(self._signs[index][rest.bit_length() - 1])
        return free, active


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
