"""Which sets of members must be given up so that the rest can hold: those of the least weight first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Any, Generic, TypeVar

MemberT = TypeVar("MemberT", bound=tuple[Any, ...])
"""What can be given up; its order breaks ties."""

Clashes = Callable[[frozenset[MemberT]], frozenset[MemberT] | None]
"""Given what is given up: members that can be given up and of which one must be, or None where the rest can hold."""


@dataclass(frozen=True, kw_only=True)
class CorrectionSet(Generic[MemberT]):
    """Members to give up; without any one of them the rest cannot hold."""

    members: tuple[MemberT, ...]
    weight: int


def correction_sets(
    clashes: Clashes[MemberT],
    weights: Mapping[MemberT, int],
    first: Iterable[frozenset[MemberT]] = (),
    *,
    sooner: Collection[MemberT] = (),
) -> Iterator[CorrectionSet[MemberT]]:
    """Every inclusion-minimal correction set, by weight.

    A correction set hits every conflict. The sets that hit all conflicts known are tried from the lightest on (Reiter,
    "A theory of diagnosis from first principles", 1987); where the rest cannot hold yet, that is one more conflict to
    hit. Conflicts not yet hit that have no member in common each need one more member, which bounds the weight from
    below: many independent conflicts are mended straight on.

    Args:
        clashes: Says what still cannot hold.
        weights: Of every member that can be given up; at least 1.
        first: Conflicts that are known.
        sooner: Members that are tried before others of the same weight.

    Raises:
        TimeoutError: As ``clashes`` does; the sets before are right.
    """
    known = list(first)
    found: list[frozenset[MemberT]] = []
    seen: set[frozenset[MemberT]] = {frozenset()}
    queue: list[tuple[int, int, int, tuple[MemberT, ...]]] = [(0, 0, 0, ())]
    while queue:
        bound, _, others, ordered = heappop(queue)
        chosen = frozenset(ordered)
        if any(done <= chosen for done in found):
            continue
        weight = sum(weights[member] for member in chosen)
        least = weight + _least_more(chosen, known, weights)
        if least > bound:  # conflicts found meanwhile; it is looked at again when its turn comes
            heappush(queue, (least, -len(ordered), others, ordered))
            continue
        clash = next((conflict for conflict in known if not conflict & chosen), None)
        if clash is None:
            clash = clashes(chosen)
            if clash is None:
                found.append(chosen)
                yield CorrectionSet(members=ordered, weight=weight)
                continue
            known.append(clash)
        for member in sorted(clash):
            grown = chosen | {member}
            if grown not in seen:
                seen.add(grown)
                bound = weight + weights[member] + _least_more(grown, known, weights)
                others = sum(one not in sooner for one in grown)
                heappush(queue, (bound, -len(grown), others, tuple(sorted(grown))))


def _least_more(chosen: frozenset[MemberT], known: list[frozenset[MemberT]], weights: Mapping[MemberT, int]) -> int:
    """Weight that must still be given up: conflicts not yet hit, as long as they have nothing in common."""
    total, counted = 0, set(chosen)
    for conflict in known:
        if not conflict & counted:
            counted |= conflict
            total += min((weights[member] for member in conflict), default=0)
    return total
