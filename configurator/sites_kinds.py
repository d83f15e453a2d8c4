"""What the kinds of components a bid has mean for its sites: whether they suffice, and for how much of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from bidwright.configurator.cpsat_sites import Cut
from bidwright.configurator.sites_cheapest import CheapestPatterns
from bidwright.configurator.sites_patterns import TooManyPatterns

_MOST_AT_ONCE = 4
"""So many sites are told at once: one often stands for many."""


@dataclass(frozen=True)
class LearnedOfKinds:
    """What holds for every bid, and not for the one that was looked at.

    Attributes:
        one_of: Components of which a bid has at least one kind.
        cuts: What sites cost at least, unless other kinds are there.
    """

    one_of: Sequence[tuple[str, ...]] = ()
    cuts: Sequence[Cut] = ()


def learned_of_kinds(
    one: CheapestPatterns, totals: Mapping[str, int], prices: Sequence[Sequence[int]]
) -> LearnedOfKinds:
    """Find what shows that sites cannot do with the kinds of a bid, or not with so few units of them.

    The cheapest patterns of these kinds are remembered.

    Args:
        one: A block with its groups.
        totals: Component -> units that the bid has.
        prices: Some ways to price one unit of each component of the block, the usual one first; above 0. Patterns that
            are the cheapest by that are those found last.

    Returns:
        Nothing where it takes too long to know.
    """
    kinds = [component for component in one.block.components if totals.get(component)]
    try:
        best = one.cheapest_of(kinds, prices[0])
        lacking = islice((index for index in range(len(one.block.groups)) if index not in best), _MOST_AT_ONCE)
        one_of = dict.fromkeys(_needed(one, index, kinds, prices[0]) for index in lacking)
        if one_of:
            return LearnedOfKinds(one_of=list(one_of))
        cuts = [_cut_of(one, kinds, priced) for priced in reversed(prices)]
    except TooManyPatterns:
        return LearnedOfKinds()
    return LearnedOfKinds(cuts=[cut for cut in cuts if not _holds(cut, totals)])


def _needed(one: CheapestPatterns, index: int, kinds: Collection[str], prices: Sequence[int]) -> tuple[str, ...]:
    """Components of which a group needs one; those that do not help it even together are left out."""
    without = set(kinds)
    for component in one.block.components:
        if component not in without and not one.can_do_with(index, {*without, component}, prices):
            without.add(component)
    return tuple(component for component in one.block.components if component not in without)


def _cut_of(one: CheapestPatterns, kinds: Collection[str], prices: Sequence[int]) -> Cut:
    components = one.block.components
    others = tuple(component for component in components if component not in kinds)
    least = one.sum_of(one.cheapest_of(kinds, prices), prices)
    return Cut(dict(zip(components, prices, strict=True)), least, unless=others)


def _holds(cut: Cut, totals: Mapping[str, int]) -> bool:
    return sum(price * totals.get(component, 0) for component, price in cut.prices.items()) >= cut.least
