"""What a site can have of a block of families: patterns, without those that another one makes needless."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bidwright.configurator.sites_conditions import Condition

Pattern = tuple[int, ...]
"""Units of each component of a block, in its order."""


class TooManyPatterns(Exception):
    """The search for patterns took more steps than it may."""


class NothingFits(Exception):
    """Nothing meets the conditions of a site, whose id this is."""

    def __init__(self, site: str) -> None:
        super().__init__(site)
        self.site = site


@dataclass
class Steps:
    """How many steps a search may still take; the same search takes the same steps everywhere.

    Attributes:
        left: Steps left.
    """

    left: int

    def take(self) -> None:
        """Take a step.

        Raises:
            TooManyPatterns: None is left.
        """
        if self.left <= 0:
            raise TooManyPatterns
        self.left -= 1


def patterns(
    most: Sequence[int], first_spare: int, conditions: Sequence[Condition], steps: Steps
) -> tuple[Pattern, ...]:
    """Find the units of components that meet all conditions.

    Args:
        most: The most units of each component.
        first_spare: From this place on, fewer units of a component are never worse for the bid. Of patterns that
            differ only in these, one with more units than another is left out.
        conditions: What must hold.
        steps: What the search may take.

    Returns:
        Patterns in ascending order; none where nothing meets the conditions.

    Raises:
        TooManyPatterns: The steps did not suffice.
    """
    search = _Search(most, conditions, steps, first_spare=first_spare)
    if search.is_possible:
        search.extend(0)
    return tuple(sorted(pattern for pattern in search.found if not _has_less(pattern, first_spare, conditions)))


def cheapest_pattern(
    most: Sequence[int], conditions: Sequence[Condition], prices: Sequence[int], known: Sequence[Pattern]
) -> Pattern | None:
    """Find the units that meet all conditions for the least sum of prices; None where nothing meets them.

    Args:
        most: The most units of each component.
        conditions: What must hold.
        prices: Of one unit of each component; not negative.
        known: Some patterns that meet the conditions.

    Raises:
        TooManyPatterns: There is too much to choose from.
    """
    search = _Search(most, conditions, Steps(_MOST_STEPS), first_spare=0, prices=prices)
    search.found = sorted(known, key=lambda pattern: (search.price(pattern), pattern))[:1]
    search.least = search.price(search.found[0]) if search.found else _ENOUGH
    if search.is_possible:
        search.extend(0)
    return search.found[-1] if search.found else None


_ENOUGH = 2**62
_HAIR = 1e-3
"""More than floats are off when they add up what is lacking."""

_MOST_STEPS = 200_000
"""So many steps the search for one pattern may take: about a second, and real ones take a few dozen."""


def _all_hold(conditions: Sequence[Condition], units: Sequence[int]) -> bool:
    return all(condition.holds(units) for condition in conditions)


def _has_less(pattern: Pattern, first_spare: int, conditions: Sequence[Condition]) -> bool:
    """Whether a pattern is still one with a unit less of a component that is spare."""
    for place in range(first_spare, len(pattern)):
        if pattern[place]:
            less = (*pattern[:place], pattern[place] - 1, *pattern[place + 1 :])
            if _all_hold([condition for condition in conditions if place in condition.helps], less):
                return True
    return False


class _Search:
    """Chooses units component by component; those not chosen yet are 0.

    With prices it keeps what is cheaper than all before, and leaves what cannot become so.
    """

    def __init__(
        self,
        most: Sequence[int],
        conditions: Sequence[Condition],
        steps: Steps,
        *,
        first_spare: int,
        prices: Sequence[int] = (),
    ) -> None:
        self.found: list[Pattern] = []
        self.least = _ENOUGH
        self._units = [0] * len(most)
        self._prices = prices or [0] * len(most)
        self._most = most
        self._first_spare = first_spare
        self._steps = steps
        # What nothing helps is never truer than where there is nothing at all.
        self.is_possible = _all_hold([one for one in conditions if not one.helps], self._units)
        places = range(len(most))
        # Once no component that follows can help, a condition that is false stays so.
        last = {id(one): max(one.helps, default=-1) for one in conditions}
        self._final = [
            [c for c in conditions if place in c.helps | c.hurts and last[id(c)] <= place] for place in places
        ]
        self._open = [[c for c in conditions if last[id(c)] >= place] for place in (*places, len(most))]
        self._helped = [
            [(c, bool(c.hurts) and max(c.hurts) > place) for c in conditions if place in c.helps] for place in places
        ]
        self._rates = [self._rates_from(place) if prices else [] for place in places]

    def price(self, pattern: Pattern) -> int:
        """The sum of prices."""
        return sum(price * units for price, units in zip(self._prices, pattern, strict=True))

    def extend(self, place: int, paid: int = 0, *, is_needed: bool = False) -> bool:
        """Find the patterns that begin with the units so far; whether these alone are one.

        Args:
            place: The first component that is not chosen yet.
            paid: What the units so far cost.
            is_needed: Whether it is known that the units so far are not enough.
        """
        units, is_spare = self._units, place >= self._first_spare
        if is_spare and not is_needed and _all_hold(self._open[place], units):
            self.found.append(tuple(units))
            self.least = min(self.least, paid)
            return True
        if place == len(units) or self._is_too_dear(place, paid):
            return False
        for number in range(self._most[place] + 1):
            self._steps.take()
            units[place], now = number, paid + number * self._prices[place]
            if self._prices[place] and now >= self.least:
                break
            verdict = self._verdict(place)
            if verdict is None:
                break
            if verdict and self.extend(place + 1, now, is_needed=is_spare and number == 0) and is_spare:
                break
            if is_spare and not self._can_help(place):
                break
        units[place] = 0
        return False

    def _verdict(self, place: int) -> bool | None:
        """Whether what is decided now is true; None where further units of this component cannot make it so."""
        verdict = True
        for condition in self._final[place]:
            if not condition.holds(self._units):
                if place not in condition.helps:
                    return None
                verdict = False
        return verdict

    def _can_help(self, place: int) -> bool:
        """Whether another unit can be of use: some condition that it helps is false, or may become so."""
        for condition, is_hurt_later in self._helped[place]:
            if is_hurt_later or not condition.holds(self._units):
                return True
        return False

    def _rates_from(self, place: int) -> list[list[tuple[Condition, float]]]:
        """Prices of what conditions ask for, at which no component that follows is worth more than it costs.

        What is lacking then costs at least the sum of these prices (weak duality of linear programs). Conditions that
        the last components help come first: what they ask for, others may use up.
        """
        sums = sorted((c for c in self._open[place] if c.factors), key=lambda c: -max(c.helps, default=-1))
        found = [[(condition, self._rate(condition, place, self._prices))] for condition in sums]
        left: list[float] = list(self._prices)
        together = []
        for condition in sums:
            rate = self._rate(condition, place, left)
            for one, factor in condition.factors.items():
                left[one] -= rate * factor
            together.append((condition, rate))
        return [together, *found]

    def _rate(self, condition: Condition, place: int, prices: Sequence[float]) -> float:
        rates = (prices[one] / condition.factors[one] for one in condition.helps if one >= place)
        return max(0.0, min(rates, default=0.0))

    def _is_too_dear(self, place: int, paid: int) -> bool:
        """Whether what is still lacking makes it cost no less than what was found; costs are whole numbers."""
        if self.least == _ENOUGH:
            return False
        room = self.least - paid - 1 + _HAIR
        return any(sum(rate * c.lacks(self._units) for c, rate in rates) > room for rates in self._rates[place])
