"""The least contract value of a bid with sites of which a part is chosen, proven.

Where a few answers at most are open, each way to give them is searched as a whole bid: like sites cost that search
nothing. A model with a copy for each site needs no answers, and proves the prices of few sites only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from math import prod
from typing import TypeVar

from bidwright.catalog.model import Need
from bidwright.configurator.cpsat_guide import least_value
from bidwright.configurator.cpsat_sites_copies import CopiedBid
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.guide_facts import Option, Vocabulary
from bidwright.configurator.request import Requirements
from bidwright.configurator.sites import Site
from bidwright.configurator.sites_configure import SitedSolution, configure_sites
from bidwright.configurator.sites_split import seen_from
from bidwright.configurator.solution import SolverDisagrees
from bidwright.core.amount_table import AmountTable
from bidwright.core.errors import InvalidInput, Unavailable

SaidT = TypeVar("SaidT", Requirements, Site)

_MOST_WAYS = 4
"""So many ways to give the open answers are searched one by one."""

_FEW_SITES = 10
"""Of so many sites the model with copies is asked."""


@dataclass(frozen=True)
class _Found:
    """The best configuration of a bid with all its answers."""

    bid: Requirements
    found: SitedSolution

    @property
    def value(self) -> int:
        return self.found.solution.amounts.contract_value

    def has(self, option: Option, site: str) -> bool:
        """Whether a site has it, or the bid where the id is empty."""
        if option.need:
            return seen_from(self.bid, site).answers.get(option.need) == option.value
        if not site:
            return option.value in self.found.solution.items
        return any(option.value in one.items for one in self.found.sites if one.id == site)


class LeastValues:
    """Least contract values of a bid with one option or another. For one thread.

    Args:
        bid: What is chosen, with its sites; needs may be open.
        site: Id of the site whose options are asked about; empty for the whole bid.
        vocabulary: Its options.
        amounts: What quantities cost.
        deadline: When to give up.
    """

    def __init__(
        self, bid: Requirements, site: str, *, vocabulary: Vocabulary, amounts: AmountTable, deadline: Deadline
    ) -> None:
        self._bid = replace(bid, objectives=())
        self._site = site
        self._vocabulary = vocabulary
        self._amounts = amounts
        self._deadline = deadline
        self._cheapest: _Found | None = None

    def least(self, option: Option | None) -> int | None:
        """The least contract value, in minor units, of bids with an option, of which there is one; of all for None.

        Returns:
            None where it is not proven.

        Raises:
            TimeoutError: The time is over.
        """
        if option is not None and self._cheapest is not None and self._cheapest.has(option, self._site):
            return self._cheapest.value
        ways = _answered(self._bid if option is None else _taking_at(self._site, self._bid, option))
        found = self._least_of(ways) if ways else None
        if option is None:
            self._cheapest = found
        if found is not None:
            return found.value
        if ways and len(self._bid.sites) > _FEW_SITES:
            return None
        facts = [] if option is None else [self._vocabulary.taken(option)]
        return least_value(self._copies.seen_from(self._site), facts, self._deadline)

    def _least_of(self, ways: Sequence[Requirements]) -> _Found | None:
        """The cheapest of some bids, at least one of which is possible; None where it is not proven."""
        every = list[_Found]()
        for bid in ways:
            if self._deadline.left_s <= 0:
                raise TimeoutError("no time is left for another price")
            try:
                found = configure_sites(bid, self._amounts, self._deadline)
            except (InvalidInput, Unavailable):
                return None
            if isinstance(found, SitedSolution):
                every.append(_Found(bid, found))
        if not every:
            raise SolverDisagrees("one solver shows a bid, another calls it impossible")
        best = min(every, key=lambda one: one.value)
        return best if best.value <= min(one.found.solution.bound for one in every) else None

    @cached_property
    def _copies(self) -> CopiedBid:
        return CopiedBid(self._bid, self._amounts, priced=True)


def _answered(bid: Requirements) -> Sequence[Requirements]:
    """A bid with its open needs answered in every way; none where those are too many. Rules do not speak of texts."""
    open_ones = [
        (site, [Option(need.name, value) for value in _values(need)])
        for site in ("", *(one.id for one in bid.sites))
        for need in _open_needs(seen_from(bid, site))
        if need.per_site == bool(site)
    ]
    if prod(len(options) for _, options in open_ones) > _MOST_WAYS:
        return ()
    ways = [bid]
    for site, options in open_ones:
        ways = [_taking_at(site, way, option) for way, option in product(ways, options)]
    return ways


def _open_needs(asked: Requirements) -> Iterator[Need]:
    return (need for need in asked.offering.needs.values() if need.kind != "text" and need.name not in asked.answers)


def _values(need: Need) -> Sequence[str | bool]:
    """What a need can be answered with; nothing where that is a number."""
    return (False, True) if need.kind == "boolean" else tuple(need.options)


def _taking_at(site: str, bid: Requirements, option: Option) -> Requirements:
    """A bid with an option taken by a site, or by the bid where the id is empty."""
    if not site:
        return _taking(bid, option)
    return replace(bid, sites=tuple(_taking(one, option) if one.id == site else one for one in bid.sites))


def _taking(said: SaidT, option: Option) -> SaidT:
    if option.need:
        return replace(said, answers={**said.answers, option.need: option.value})
    return replace(said, pins={**said.pins, str(option.value): 0})
