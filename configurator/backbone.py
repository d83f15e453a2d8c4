"""What holds in every solution: literals, and implications between two of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from bidwright.configurator.sat import OutOfTime, Sat


def backbone(sat: Sat, literals: Iterable[int]) -> tuple[set[int], bool]:
    """Those of the literals of one solution that hold in every solution; they are added to the clauses.

    Each solution strikes off what it contradicts. After each the solver is told again to contradict all that is left:
    it remembers what it chose before, and telling it once takes twenty times as many searches.

    Args:
        sat: Clauses that can hold.
        literals: Literals that hold in a solution, as far as they are of interest.

    Returns:
        The literals, and whether these are all; otherwise the deadline of the solver came first.
    """
    open_literals = dict.fromkeys(literals)
    found: set[int] = set()
    sat.prefer(-each for each in open_literals)
    try:
        while open_literals:
            literal = next(iter(open_literals))
            if sat.can_hold([-literal]):
                model = sat.model()
                struck = [each for each in open_literals if model[abs(each) - 1] != each]
                for each in struck:
                    del open_literals[each]
                sat.prefer(-each for each in open_literals)
            else:
                del open_literals[literal]
                found.add(literal)
                sat.add([literal])
    except OutOfTime:
        return found, False
    return found, True


def implications(
    sat: Sat, pairs: Iterable[tuple[int, int]], fixed: AbstractSet[int]
) -> tuple[set[tuple[int, int]], bool]:
    """Those pairs of literals whose first one implies the second in every solution.

    Args:
        sat: Clauses that can hold.
        pairs: Of literals.
        fixed: Literals known to hold in every solution; pairs that these decide are not searched for.

    Returns:
        The pairs, and whether these are all; otherwise the deadline of the solver came first.
    """
    waiting = dict.fromkeys(pairs)
    found = {(one, other) for one, other in waiting if -one in fixed or other in fixed}
    for pair in [each for each in waiting if each in found or (each[0] in fixed and -each[1] in fixed)]:
        del waiting[pair]
    sat.prefer(literal for one, other in waiting for literal in (one, -other))
    try:
        while waiting:
            pair = next(iter(waiting))
            if not sat.can_hold([pair[0], -pair[1]]):
                del waiting[pair]
                found.add(pair)
                continue
            model = sat.model()
            for one, other in [each for each in waiting if _refutes(model, each)]:
                del waiting[one, other]
            sat.prefer(literal for one, other in waiting for literal in (one, -other))
    except OutOfTime:
        return found, False
    return found, True


def _refutes(model: Sequence[int], pair: tuple[int, int]) -> bool:
    return model[abs(pair[0]) - 1] == pair[0] and model[abs(pair[1]) - 1] != pair[1]
