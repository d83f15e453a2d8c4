"""An order of variables under which a formula falls apart: the tree of what separates what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from bidwright.configurator.clauses import Clause
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.sat import OutOfTime


@dataclass(frozen=True)
class EliminationTree:
    """Variables in post-order: what stands below a variable is a range that ends with it.

    Attributes:
        order: The variables; a position in it is a *rank*.
        children: Ranks below each rank. Once a variable and all above it are decided, these have nothing to do with
            each other.
        first: The lowest rank below each rank, or itself.
        width: How many variables separate what stands below a variable from all else, at most.
    """

    order: Sequence[int]
    children: Sequence[Sequence[int]]
    first: Sequence[int]
    width: int


def elimination_tree(
    clauses: Iterable[Clause], variables: Iterable[int], deadline: Deadline, *, narrower_than: int
) -> EliminationTree | None:
    """Eliminate the variable with the fewest neighbours first; neighbours become neighbours of each other.

    Args:
        clauses: What makes variables neighbours.
        variables: All of them.
        deadline: When to give up.
        narrower_than: A tree of this width or more is not wanted; to build one on takes time and memory without end.

    Returns:
        The tree; None where it is too wide.

    Raises:
        OutOfTime: The deadline came first.
    """
    near: dict[int, set[int]] = {variable: set() for variable in variables}
    for clause in clauses:
        members = {abs(literal) for literal in clause}
        for member in members:
            near[member] |= members
    for variable, others in near.items():
        others.discard(variable)
    queue = [(len(others), variable) for variable, others in near.items()]
    heapify(queue)
    place: dict[int, int] = {}
    above: dict[int, set[int]] = {}
    while queue:
        degree, variable = heappop(queue)
        if variable in place or degree != len(near[variable]):
            continue
        if degree >= narrower_than:
            return None
        if len(place) % 64 == 0 and deadline.left_s <= 0:
            raise OutOfTime
        place[variable] = len(place)
        others = above[variable] = near.pop(variable)
        for other in others:
            its = near[other]
            its |= others
            its.discard(other)
            its.discard(variable)
            heappush(queue, (len(its), other))
    parent = {variable: min(others, key=place.__getitem__) for variable, others in above.items() if others}
    return _post_order(list(place), parent, max(map(len, above.values()), default=0))


def _post_order(variables: Sequence[int], parent: dict[int, int], width: int) -> EliminationTree:
    below: dict[int, list[int]] = {variable: [] for variable in variables}
    roots = [variable for variable in variables if variable not in parent]
    for variable, its_parent in parent.items():
        below[its_parent].append(variable)
    order: list[int] = []
    pending = [(root, False) for root in reversed(roots)]
    while pending:
        variable, is_done = pending.pop()
        if is_done:
            order.append(variable)
        else:
            pending.append((variable, True))
            pending.extend((child, False) for child in below[variable])
    rank = {variable: place for place, variable in enumerate(order)}
    children = [[rank[child] for child in below[variable]] for variable in order]
    first: list[int] = []
    for place, its in enumerate(children):
        first.append(min((first[child] for child in its), default=place))
    return EliminationTree(order, children, first, width)
