"""The exact number of solutions: decide a variable both ways, multiply what falls apart, remember parts."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from bidwright.configurator.clauses import Clause
from bidwright.configurator.component_parts import ComponentParts
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.elimination import elimination_tree
from bidwright.configurator.sat import OutOfTime
from bidwright.configurator.simplified import simplified, split
from bidwright.configurator.tree_parts import TreeParts

_MOST_REMEMBERED = 400 * 1024 * 1024  # bytes, estimated

_WIDE = 32
"""From this width of the elimination tree on its separators no longer separate. Of the published models those up to 25
are counted fastest by their tree; the ERP system, of width 46, by deciding what implies most."""

_MOST_BITS = 4_000_000_000
"""Of what stands for variables and clauses while they are counted: half a gigabyte."""

_Part = TypeVar("_Part", bound=Hashable)


class Parts(Protocol[_Part]):
    """A formula that falls apart: its parts have nothing to do with each other."""

    def whole(self) -> list[_Part]:
        """The parts before anything is decided."""

    def key(self, part: _Part) -> tuple[int, ...]:
        """What the number of its solutions depends on."""

    def ways(self, part: _Part) -> list[int]:
        """Both literals of the variable that is decided first."""

    def after(self, part: _Part, literal: int) -> list[_Part] | None:
        """The parts that are left once it is decided; None for a contradiction."""


def count(clauses: Sequence[Clause], variables: int, fixed: set[int], deadline: Deadline) -> int:
    """The number of solutions.

    Args:
        clauses: They can hold together.
        variables: The highest variable.
        fixed: Literals that are known to hold in all solutions; the more, the faster.
        deadline: When to give up.

    Raises:
        OutOfTime: The deadline came first, or counting would take too much memory to come to an end.
    """
    rest, free = simplified(clauses, variables, fixed, deadline)
    bound = {abs(literal) for clause in rest for literal in clause}
    unbound = len(free) - len(bound)
    short, highest = split(rest, variables)
    if len(bound) * (len(bound) + len(rest)) > _MOST_BITS:
        raise OutOfTime
    parted = [*sorted(bound), *range(variables + 1, highest + 1)]
    tree = elimination_tree(short, parted, deadline, narrower_than=_WIDE)
    if tree is not None:
        return solutions(TreeParts(tree, short), deadline) << unbound
    return solutions(ComponentParts(rest, sorted(bound)), deadline) << unbound


@dataclass
class _Branching(Generic[_Part]):
    """A part that is being counted.

    Attributes:
        part: None for the whole.
        literals: Ways that are still to be tried.
        total: Solutions of the ways already counted.
        product: Solutions of the parts already counted in this way.
        parts: Those still to be counted in this way.
    """

    part: _Part | None
    literals: list[int]
    total: int = 0
    product: int = 0
    parts: list[_Part] = field(default_factory=list)


class _Known:
    """Numbers of parts; forgotten all at once when they take too much memory."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[int, ...], int] = {}
        self._bytes = 0

    def get(self, key: tuple[int, ...]) -> int | None:
        return self._numbers.get(key)

    def keep(self, key: tuple[int, ...], number: int) -> None:
        self._bytes += 200 + (sum(map(int.bit_length, key)) + number.bit_length()) // 8
        if self._bytes > _MOST_REMEMBERED:
            self._numbers.clear()
            self._bytes = 0
        self._numbers[key] = number


def solutions(formula: Parts[_Part], deadline: Deadline) -> int:
    """The number of solutions of a formula that falls apart; ``OutOfTime`` where the deadline comes first."""
    known = _Known()
    stack = [_Branching[_Part](None, [], product=1, parts=formula.whole())]
    while True:
        frame = stack[-1]
        if not frame.product:
            frame.parts.clear()
        if frame.parts:
            part = frame.parts.pop()
            number = known.get(formula.key(part))
            if number is None:
                stack.append(_Branching(part, formula.ways(part)))
            else:
                frame.product *= number
            continue
        frame.total, frame.product = frame.total + frame.product, 0
        if frame.part is None:
            return frame.total
        if deadline.left_s <= 0:
            raise OutOfTime
        if frame.literals:
            left = formula.after(frame.part, frame.literals.pop())
            if left is not None:
                frame.product, frame.parts = 1, left
            continue
        stack.pop()
        stack[-1].product *= frame.total
        known.keep(formula.key(frame.part), frame.total)
