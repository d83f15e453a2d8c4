"""Clauses with fewer variables and as many solutions: known literals taken out, equal ones made one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bidwright.configurator.clauses import Clause
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.sat import OutOfTime

_LONG = 4


def simplified(
    clauses: Sequence[Clause], variables: int, fixed: Iterable[int], deadline: Deadline
) -> tuple[list[Clause], set[int]]:
    """Simplify.

    Args:
        clauses: They can hold together.
        variables: The highest variable.
        fixed: Literals that hold in all solutions.
        deadline: When to give up; sums of thousands of bits take many rounds.

    Returns:
        Clauses of two literals or more, and the variables that are still free: every solution over them is one solution
        over all.

    Raises:
        OutOfTime: The deadline came first.
    """
    true = set(fixed)
    current = _propagated(clauses, true)
    free = {variable for variable in range(1, variables + 1) if variable not in true and -variable not in true}
    while deadline.left_s > 0:
        same = _representatives(current, free)
        free -= {abs(literal) for literal, other in same.items() if literal != other}
        merged = _merged(current, same)
        found: set[int] = {clause[0] for clause in merged if len(clause) == 1}
        if found:
            merged = _propagated(merged, found)
            free -= {abs(literal) for literal in found}
        if not found and all(literal == other for literal, other in same.items()):
            return merged, free
        current = merged
    raise OutOfTime


def split(clauses: Iterable[Clause], variables: int) -> tuple[list[Clause], int]:
    """Write long clauses as trees of short ones, so that a wide group does not tie all its members together.

    Args:
        clauses: Of any length.
        variables: The highest variable.

    Returns:
        Clauses with exactly as many solutions, and the highest variable; each new one is defined by others.
    """
    short: list[Clause] = []
    for clause in clauses:
        layer = list(clause)
        while len(layer) > _LONG:
            above: list[int] = []
            for first, second in zip(layer[::2], layer[1::2], strict=False):
                variables += 1
                short.extend([[variables, -first], [variables, -second], [-variables, first, second]])
                above.append(variables)
            layer = above + layer[2 * len(above) :]
        short.append(layer)
    return short, variables


def _propagated(clauses: Iterable[Clause], true: set[int]) -> list[Clause]:
    """The clauses without what is known to hold; what that shows to hold is added to it. Linear in their length."""
    current = list(clauses)
    standing: dict[int, list[int]] = {}  # for each literal the clauses that it stands in
    for place, clause in enumerate(current):
        for literal in clause:
            standing.setdefault(literal, []).append(place)
    open_literals = [len(clause) for clause in current]
    known = list(dict.fromkeys([*true, *(clause[0] for clause in current if len(clause) == 1)]))
    true.update(known)
    for literal in known:  # it grows meanwhile
        for place in standing.get(-literal, ()):
            open_literals[place] -= 1
            if open_literals[place] == 1:
                last = next(each for each in current[place] if -each not in true)
                if last not in true:
                    true.add(last)
                    known.append(last)
    rest = (clause for clause in current if true.isdisjoint(clause))
    return [[literal for literal in clause if -literal not in true] for clause in rest]


def _merged(clauses: Iterable[Clause], same: Mapping[int, int]) -> list[Clause]:
    """Clauses over representatives, each once, without those that always hold."""
    found: dict[tuple[int, ...], None] = {}
    for clause in clauses:
        literals = {same.get(literal, literal) for literal in clause}
        if not any(-literal in literals for literal in literals):
            found[tuple(sorted(literals))] = None
    return [list(clause) for clause in found]


def _representatives(clauses: Iterable[Clause], free: set[int]) -> dict[int, int]:
    """For each literal one that stands for all that it implies and is implied by, through clauses of two literals."""
    follows: dict[int, list[int]] = {sign * variable: [] for variable in free for sign in (1, -1)}
    for clause in clauses:
        if len(clause) == 2:
            follows[-clause[0]].append(clause[1])
            follows[-clause[1]].append(clause[0])
    same: dict[int, int] = {}
    for component in _strong_components(follows):
        if component[0] in same:
            continue
        chosen = min(component, key=abs)
        for literal in component:
            same[literal], same[-literal] = chosen, -chosen
    return same


def _strong_components(follows: Mapping[int, Sequence[int]]) -> list[list[int]]:
    """Tarjan's algorithm, with a stack of its own."""
    number: dict[int, int] = {}
    low: dict[int, int] = {}
    trail: list[int] = []
    on_trail: set[int] = set()
    found: list[list[int]] = []
    for start in follows:
        pending = [(start, 0)] if start not in number else []
        while pending:
            node, position = pending.pop()
            if position == 0:
                number[node] = low[node] = len(number)
                trail.append(node)
                on_trail.add(node)
            elif follows[node][position - 1] in on_trail:
                low[node] = min(low[node], low[follows[node][position - 1]])
            if position < len(follows[node]):
                pending.append((node, position + 1))
                following = follows[node][position]
                if following not in number:
                    pending.append((following, 0))
            elif low[node] == number[node]:
                component: list[int] = []
                while not component or component[-1] != node:
                    component.append(trail.pop())
                    on_trail.discard(component[-1])
                found.append(component)
    return found
