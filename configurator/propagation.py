"""Clauses as bits: what follows from deciding a variable, one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bidwright.configurator.clauses import Clause

State = tuple[int, int]
"""Variables that are still free, and long clauses that are not yet satisfied, as bits."""


class Propagation:
    """Clauses over the variables 1 to ``size``; bit ``v - 1`` stands for variable v.

    Args:
        clauses: Of two literals or more.
        size: How many variables.

    Attributes:
        implied: Literal -> literals that follow through a clause of two.
        containing: Literal -> long clauses that hold it, as bits.
        members: Of each long clause, its variables as bits.
        everything: The state before anything is decided.
    """

    def __init__(self, clauses: Sequence[Clause], size: int) -> None:
        long = [clause for clause in clauses if len(clause) > 2]
        self.implied: dict[int, list[int]] = {sign * (each + 1): [] for each in range(size) for sign in (1, -1)}
        for first, second in (clause for clause in clauses if len(clause) == 2):
            self.implied[-first].append(second)
            self.implied[-second].append(first)
        self.containing: dict[int, int] = dict.fromkeys(self.implied, 0)
        for index, clause in enumerate(long):
            for literal in clause:
                self.containing[literal] |= 1 << index
        self.members = [sum(1 << (abs(each) - 1) for each in clause) for clause in long]
        self._signs = [{abs(each) - 1: each for each in clause} for clause in long]
        self.everything: State = ((1 << size) - 1, (1 << len(long)) - 1)

    def after(self, literal: int, state: State) -> State | None:
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
            active &= ~self.containing[literal]
            pending.extend(self.implied[literal])
            for index in bits(self.containing[-literal] & active):
                rest = self.members[index] & free
                if not rest:
                    return None
                if not rest & (rest - 1):
                    pending.append(self._signs[index][rest.bit_length() - 1])
        return free, active


def bits(mask: int) -> Iterator[int]:
    """The positions of the bits that are set, ascending."""
    while mask:
        lowest = mask & -mask
        mask ^= lowest
        yield lowest.bit_length() - 1
