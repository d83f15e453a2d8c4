"""python-sat, kept warm and asked with assumptions: the Boolean rules only, as it knows no numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from pysat.solvers import Solver

from bench.propositional import Propositional


class PySat:
    """One set of clauses in an incremental solver."""

    def __init__(self, problem: Propositional) -> None:
        self._solver = Solver(name="cadical153")
        for clause in problem.clauses:
            self._solver.add_clause(clause)

    def can_hold(self, assumptions: Iterable[int]) -> bool:
        """Whether literals can hold together."""
        return bool(self._solver.solve(assumptions=list(assumptions)))

    def domains(self, assumptions: Collection[int], literals: Iterable[int]) -> Mapping[int, tuple[bool, bool]] | None:
        """Literal -> whether it can hold, and whether it can fail; each model answers for all that it shows."""
        if not self.can_hold(assumptions):
            return None
        waiting = {sign * literal for literal in literals for sign in (1, -1)}
        possible: set[int] = set()
        impossible: set[int] = set()
        self._strike(waiting, possible)
        while waiting:
            literal = waiting.pop()
            if self.can_hold([*assumptions, literal]):
                possible.add(literal)
                self._strike(waiting, possible)
            else:
                impossible.add(literal)
        return {literal: (literal in possible, -literal in possible) for literal in literals}

    def minimal_core(self, groups: Collection[tuple[int, ...]]) -> list[tuple[int, ...]] | None:
        """The fewest groups of literals, by leaving out one after the other, that cannot hold; None where all can."""
        kept = self._core(list(groups))
        if kept is None:
            return None
        for group in list(kept):
            rest = [one for one in kept if one != group]
            smaller = self._core(rest)
            kept = kept if smaller is None else [one for one in rest if one in smaller]
        return kept

    def _core(self, groups: list[tuple[int, ...]]) -> list[tuple[int, ...]] | None:
        if self.can_hold(literal for group in groups for literal in group):
            return None
        core = set(self._solver.get_core() or ())
        return [group for group in groups if core & set(group)]

    def _strike(self, waiting: set[int], possible: set[int]) -> None:
        shown = waiting & set(self._solver.get_model() or ())
        possible |= shown
        waiting -= shown
