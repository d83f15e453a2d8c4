"""The cheapest pattern of each group of a block at given prices, for sites that have too many patterns to list."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import gcd

from bidwright.configurator.sites_blocks import Block
from bidwright.configurator.sites_conditions import FALSE, Condition
from bidwright.configurator.sites_patterns import NothingFits, Pattern, cheapest_pattern

_Sums = tuple[Fraction, ...]
"""What each sum among the conditions of a group must reach."""


class CheapestPatterns:
    """Looks for cheapest patterns, and remembers what it found.

    Groups whose conditions differ only in what sums must reach are a chain: what is the cheapest for one that asks for
    less, and is enough for one that asks for more, is the cheapest for both.

    Attributes:
        found: Patterns of each group that were the cheapest at real prices, in the order of the block's groups.
        most: Units of each component that a site has at most.
        latest: The patterns found last, of each group by its index; none before.
    """

    def __init__(self, block: Block) -> None:
        self.block = block
        self.most = block.most
        self.latest: Mapping[int, Pattern] = {}
        self.found: list[list[Pattern]] = [[] for _ in block.groups]
        self._others: list[list[Pattern]] = [[] for _ in block.groups]
        self._known: dict[Pattern, None] = {}
        self._conditions = [[block.conditions.condition(one) for one in group.conditions] for group in block.groups]
        chains: dict[object, list[tuple[_Sums, int]]] = {}
        for index, conditions in enumerate(self._conditions):
            shape, sums = _shape(conditions)
            chains.setdefault(shape, []).append((sums, index))
        self._chains = [sorted(members) for members in chains.values()]

    def known(self) -> list[tuple[int, tuple[Pattern, ...]]]:
        """How many sites know which patterns; groups that know the same ones are added up."""
        sites: dict[tuple[Pattern, ...], int] = {}
        for group, found, others in zip(self.block.groups, self.found, self._others, strict=True):
            known = tuple(sorted({*found, *others}))
            sites[known] = sites.get(known, 0) + len(group.sites)
        return [(number, known) for known, number in sites.items()]

    def cheapest(self, prices: Sequence[int], *, is_real: bool = True) -> Mapping[int, Pattern]:
        """The cheapest pattern of each group, by its index.

        Args:
            prices: Of one unit of each component; above 0.
            is_real: Whether they are what units may really cost.

        Raises:
            TooManyPatterns: There is too much to choose from.
            NothingFits: A site can have nothing.
        """
        best: dict[int, Pattern] = {}
        for index, pattern in self._searched_all(prices, self.most):
            if pattern is None:
                raise NothingFits(self.block.groups[index].sites[0])
            best[index] = pattern
            self._remember(index, pattern, is_real=is_real)
        self.latest = best
        return best

    def cheapest_of(self, kinds: Collection[str], prices: Sequence[int]) -> Mapping[int, Pattern]:
        """The cheapest pattern of each group, by its index, with these kinds of components alone, where it has one.

        Raises:
            TooManyPatterns: There is too much to choose from.
        """
        found = dict(self._searched_all(prices, self._most_of(kinds)))
        best = {index: pattern for index, pattern in found.items() if pattern is not None}
        for index, pattern in best.items():
            self._remember(index, pattern, is_real=True)
        if len(best) == len(self.block.groups):
            self.latest = best
        return best

    def can_do_with(self, index: int, kinds: Collection[str], prices: Sequence[int]) -> bool:
        """Whether a group has a pattern of these kinds of components.

        Raises:
            TooManyPatterns: There is too much to choose from.
        """
        return self._searched(index, _Known(prices, self.found[index]), self._most_of(kinds)) is not None

    def _most_of(self, kinds: Collection[str]) -> Sequence[int]:
        return [most if c in kinds else 0 for c, most in zip(self.block.components, self.most, strict=True)]

    @property
    def chains(self) -> list[list[int]]:
        """Groups, by index, of which one may ask for more than those before."""
        return [[index for _, index in chain] for chain in self._chains]

    def is_best_for(self, index: int, easier: int, pattern: Pattern) -> bool:
        """Whether the best pattern of a group of the same chain, whatever is best, is that of another one, too."""
        sums = {member: found for chain in self._chains for found, member in chain}
        return self._still_cheapest((sums[easier], pattern), sums[index], index) is not None

    def add(self, index: int, pattern: Pattern) -> None:
        """Know one more pattern of a group."""
        self._remember(index, pattern, is_real=True)

    def bar(self, components: Collection[str]) -> None:
        """Have no site use components from now on: they are neither found nor remembered."""
        barred = [place for place, component in enumerate(self.block.components) if component in components]
        self.most = tuple(0 if place in barred else most for place, most in enumerate(self.most))

        def is_left(pattern: Pattern) -> bool:
            return not any(pattern[place] for place in barred)

        self.found = [[pattern for pattern in patterns if is_left(pattern)] for patterns in self.found]
        self._others = [[pattern for pattern in patterns if is_left(pattern)] for patterns in self._others]
        self._known = {pattern: None for pattern in self._known if is_left(pattern)}
        self.latest = {}

    def _remember(self, index: int, pattern: Pattern, *, is_real: bool) -> None:
        self._known[pattern] = None
        kept = (self.found if is_real else self._others)[index]
        if pattern not in kept:
            kept.append(pattern)

    def sum_of(self, best: Mapping[int, Pattern], prices: Sequence[int]) -> int:
        """What patterns cost for all sites of their groups."""
        totals = self.totals_of(best)
        return sum(price * totals[c] for price, c in zip(prices, self.block.components, strict=True))

    def totals_of(self, best: Mapping[int, Pattern]) -> Mapping[str, int]:
        """Component -> units of all sites."""
        totals = dict.fromkeys(self.block.components, 0)
        for index, pattern in best.items():
            for component, units in zip(self.block.components, pattern, strict=True):
                totals[component] += units * len(self.block.groups[index].sites)
        return totals

    def _searched_all(self, prices: Sequence[int], most: Sequence[int]) -> Iterator[tuple[int, Pattern | None]]:
        """The cheapest pattern of each group, or None."""
        search = _Known(prices, self._known)
        for chain in self._chains:
            easier: tuple[_Sums, Pattern] | None = None
            for sums, index in chain:
                pattern = self._still_cheapest(easier, sums, index) or self._searched(index, search, most)
                easier = None if pattern is None else (sums, pattern)
                yield index, pattern

    def _still_cheapest(self, easier: tuple[_Sums, Pattern] | None, sums: _Sums, index: int) -> Pattern | None:
        """The pattern of a group that asks for no more, where it is enough for this one, too."""
        if easier is None or any(less > more for less, more in zip(easier[0], sums, strict=True)):
            return None
        return easier[1] if self._fits(easier[1], index) else None

    def _searched(self, index: int, known: _Known, most: Sequence[int]) -> Pattern | None:
        conditions = self._conditions[index]
        if FALSE in self.block.groups[index].conditions or not all(_can_hold(one, most) for one in conditions):
            return None
        begin = [pattern for pattern in (known.first(conditions, most),) if pattern is not None]
        found = cheapest_pattern(most, conditions, known.prices, begin)
        if found is not None:
            known.add(found)
        return found

    def _fits(self, pattern: Pattern, index: int) -> bool:
        return all(condition.holds(pattern) for condition in self._conditions[index])


class _Known:
    """Patterns known of some groups, by what they cost, for a search to begin with."""

    def __init__(self, prices: Sequence[int], patterns: Iterable[Pattern]) -> None:
        self.prices = prices
        self._patterns = sorted((self._cost(pattern), pattern) for pattern in patterns)

    def add(self, pattern: Pattern) -> None:
        """Know one more."""
        entry = (self._cost(pattern), pattern)
        place = bisect_left(self._patterns, entry)
        if self._patterns[place : place + 1] != [entry]:
            self._patterns.insert(place, entry)

    def first(self, conditions: Sequence[Condition], most: Sequence[int]) -> Pattern | None:
        """The cheapest that meets conditions, with no more units than these."""
        fitting = (
            pattern
            for _, pattern in self._patterns
            if all(condition.holds(pattern) for condition in conditions)
            and all(units <= limit for units, limit in zip(pattern, most, strict=True))
        )
        return next(fitting, None)

    def _cost(self, pattern: Pattern) -> int:
        return sum(price * units for price, units in zip(self.prices, pattern, strict=True))


def _can_hold(condition: Condition, most: Sequence[int]) -> bool:
    """Whether a condition may hold with so many units: a quick look."""
    helping = [limit if place in condition.helps else 0 for place, limit in enumerate(most)]
    if condition.factors:
        return condition.lacks(helping) <= 0
    return any(helping) or condition.holds(helping)


def _shape(conditions: Sequence[Condition]) -> tuple[object, _Sums]:
    """Conditions without what sums must reach, and that; the latter comparable where the former are equal."""
    sums: list[tuple[tuple[tuple[int, int], ...], Fraction]] = []
    others = []
    for condition in conditions:
        if condition.factors:
            common = gcd(*condition.factors.values())
            factors = tuple(sorted((place, factor // common) for place, factor in condition.factors.items()))
            sums.append((factors, Fraction(condition.least, common)))
        else:
            others.append(id(condition))
    sums.sort()
    return (tuple(factors for factors, _ in sums), tuple(sorted(others))), tuple(least for _, least in sums)
