"""clingo at the questions of the configurator, given a request written out; the time of writing does not count."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import clingo

from bench.propositional import Propositional, Weighted


@dataclass(frozen=True)
class Answer:
    """What a search came to: ``costs`` of the best model, by priority; None where there is no model."""

    costs: tuple[int, ...] | None
    is_proven: bool


class Clingo:
    """One program; asked several questions."""

    def __init__(self, problem: Propositional, *, minimize: Sequence[Weighted] = (), seconds: float = 20.0) -> None:
        """Hand the program over; of several costs the first counts most."""
        self._seconds = seconds
        self._control = clingo.Control(["--warn=none", "--opt-strategy=usc"])
        with self._control.backend() as backend:
            # Only what has a name is told as a consequence.
            atoms = [
                backend.add_atom(clingo.Function("v", [clingo.Number(number)])) for number in range(problem.variables)
            ]
            self._atoms = [0, *atoms]
            backend.add_rule(atoms, [], choice=True)
            for clause in problem.clauses:
                backend.add_rule([], [self._of(-literal) for literal in clause])
            for row in problem.rows:
                terms, bound = _positive(row.terms, row.bound)
                if bound > 0:
                    reached = backend.add_atom()
                    backend.add_weight_rule([reached], bound, [(self._of(literal), w) for literal, w in terms])
                    backend.add_rule([], [*([self._of(row.guard)] if row.guard else []), -reached])
            for priority, cost in enumerate(reversed(minimize)):
                backend.add_minimize(priority, [(self._of(literal), weight) for literal, weight in cost])

    def optimum(self, assumptions: Iterable[int] = ()) -> Answer:
        """The least costs within the time."""
        self._control.configuration.solve.models = 0
        best: list[tuple[int, ...]] = []
        assumed = [self._of(literal) for literal in assumptions]
        with self._control.solve(
            assumptions=assumed, on_model=lambda model: best.append(tuple(model.cost)), async_=True
        ) as handle:
            is_done = handle.wait(self._seconds)
            handle.cancel()
        return Answer(best[-1] if best else None, is_done)

    def consequences(self, assumptions: Iterable[int], *, brave: bool) -> frozenset[int] | None:
        """Variables that hold in some model, or in every one; None where the time ran out or there is no model."""
        self._control.configuration.solve.models = 0
        self._control.configuration.solve.enum_mode = "brave" if brave else "cautious"
        given = list(assumptions)
        found: list[frozenset[int]] = []
        number_of = {atom: number for number, atom in enumerate(self._atoms) if number}
        # What the last model leaves undecided holds in every model, and in none beyond those found.
        out = (False, None) if brave else (False,)

        def keep(model: clingo.Model) -> None:
            found[:] = [
                frozenset(number for atom, number in number_of.items() if model.is_consequence(atom) not in out)
            ]

        with self._control.solve(
            assumptions=[self._of(literal) for literal in given], on_model=keep, async_=True
        ) as handle:
            is_done = handle.wait(self._seconds)
            handle.cancel()
        # What is assumed is not told as a consequence.
        return found[-1].union(literal for literal in given if literal > 0) if is_done and found else None

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
        assumed = [self._of(literal) for group in groups for literal in group]
        with self._control.solve(assumptions=assumed, yield_=True) as handle:
            if handle.get().satisfiable:
                return None
            core = set(handle.core())
        return [group for group in groups if core & {self._of(literal) for literal in group}]

    def _of(self, literal: int) -> int:
        return self._atoms[literal] if literal > 0 else -self._atoms[-literal]


def _positive(terms: Weighted, bound: int) -> tuple[Weighted, int]:
    """The same row with positive weights: a negative one counts where its literal does not hold."""
    merged: dict[int, int] = {}
    for literal, weight in terms:
        merged[literal] = merged.get(literal, 0) + weight
    return (
        [(literal if weight > 0 else -literal, abs(weight)) for literal, weight in merged.items() if weight],
        bound + sum(-weight for weight in merged.values() if weight < 0),
    )
