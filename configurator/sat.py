"""The incremental SAT solver, kept warm: the one place that knows python-sat."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import neg
from types import TracebackType
from typing import Self

from pysat.solvers import Solver

from bidwright.configurator.clauses import Clause
from bidwright.configurator.deadline import Deadline

_ENGINE = "glucose4"  # takes assumptions, preferred phases, and a budget after which the deadline is looked at
_COUNTING_ENGINE = "gluecard3"  # the same solver, which also knows "at most so many"
_CONFLICTS_A_LOOK = 2_000


class OutOfTime(Exception):
    """The deadline came before the answer."""


class Sat:
    """A set of clauses that is asked many questions.

    Attributes:
        deadline: When questions end with ``OutOfTime``.
    """

    def __init__(
        self,
        clauses: Iterable[Clause],
        deadline: Deadline,
        variables: int = 0,
        *,
        counted: Iterable[tuple[Sequence[int], int]] = (),
    ) -> None:
        """Take what is demanded.

        Args:
            clauses: The clauses.
            deadline: When to give up.
            variables: Those up to this number that stand in no clause are part of every model too.
            counted: Literals, and how many of them hold at most.
        """
        self.deadline = deadline
        self._variables = variables
        counts = list(counted)
        self._solver = Solver(name=_COUNTING_ENGINE if counts else _ENGINE)
        self._solver.append_formula(clauses)
        for literals, most in counts:
            self._solver.add_atmost(list(literals), most)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back the memory of the solver, which is not asked any more."""
        self._solver.delete()

    def add(self, clause: Clause) -> None:
        """Demand one more clause for good."""
        self._solver.add_clause(clause)

    def prefer(self, literals: Iterable[int]) -> None:
        """Try these first where the search is free to choose."""
        self._solver.set_phases(list(literals))

    def can_hold(self, assumptions: Sequence[int] = ()) -> bool:
        """Whether the clauses can hold together with the assumptions.

        Raises:
            OutOfTime: The deadline came first.
        """
        while True:
            if self.deadline.left_s <= 0:
                raise OutOfTime
            self._solver.conf_budget(_CONFLICTS_A_LOOK)
            answer = self._solver.solve_limited(assumptions=list(assumptions))
            if answer is not None:
                return bool(answer)

    def model(self) -> list[int]:
        """The literals that hold, by variable, after ``can_hold`` was true."""
        model = list(self._solver.get_model())
        return model + [-variable for variable in range(len(model) + 1, self._variables + 1)]

    def blamed(self) -> list[int]:
        """Assumptions that cannot hold together, after ``can_hold`` was false; not necessarily the fewest."""
        return list(self._solver.get_core() or ())

    def implied(self, assumptions: Sequence[int]) -> list[int] | None:
        """What follows from the assumptions by unit propagation alone; None where that ends in a contradiction."""
        is_consistent, literals = self._solver.propagate(assumptions=list(assumptions))
        return list(literals) if is_consistent else None

    def refused(self, assumptions: Sequence[int]) -> int | None:
        """So many of the first assumptions contradict each other by unit propagation alone; None where none do.

        Fewer may be enough: it is looked at which of them follow to be false, one by one.
        """
        is_consistent, literals = self._solver.propagate(assumptions=list(assumptions))
        if is_consistent:
            return None
        # It stops at the first assumption that is false already: the literals that it tells follow from those before.
        denied = set(map(neg, literals)).intersection(assumptions)
        return min((assumptions.index(literal) + 1 for literal in denied), default=len(assumptions))
