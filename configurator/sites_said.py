"""What a customer said of the sites of a bid and of the bid, and why it cannot hold at a site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from bidwright.configurator.conflict_search import CHANGEABLE, ConflictSearch
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.members import BESPOKE, BUDGET, EXCLUSION, NEED, PIN, Member
from bidwright.configurator.request import Requirements
from bidwright.configurator.sites import Site, kinds_of
from bidwright.configurator.sites_split import at_site, is_of_bid, whole_bid
from bidwright.core.amount_table import AmountTable


class SitedMember(NamedTuple):
    """What can be given up: of the bid where ``site`` is empty, else of a site and all of which the same was said."""

    site: str
    member: Member


GivenUp = frozenset[SitedMember]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Sites of which the same was said.

    Attributes:
        sites: By id, at least one; the id of the first stands for all.
        requirements: What must hold at each of them.
    """

    sites: tuple[Site, ...]
    requirements: Requirements
    _conflicts: ConflictSearch
    _known: dict[frozenset[Member], frozenset[Member] | None] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The site that stands for all."""
        return self.sites[0].id

    @cached_property
    def said(self) -> tuple[Member, ...]:
        """What was said of these sites, and may be given up: not what is frozen there."""
        site = self.sites[0]
        return (
            *(Member(NEED, name) for name in site.answers),
            *(Member(PIN, component) for component in site.pins if component not in site.frozen),
            *(Member(EXCLUSION, component) for component in site.exclusions if component not in site.frozen),
        )

    def clash(self, without: frozenset[Member]) -> frozenset[Member] | None:
        """Members that cannot hold together at a site, without some of them; None where the others can.

        Raises:
            TimeoutError: The deadline came first.
        """
        if without not in self._known:
            clash = self._conflicts.rough_clash(without)
            self._known[without] = None if clash is None else frozenset(clash)
        return self._known[without]


class SaidOfSites:
    """Everything that was said of a bid with sites.

    Attributes:
        kinds: Every site is of one.
    """

    def __init__(self, bid: Requirements, amounts: AmountTable, deadline: Deadline) -> None:
        self._bid = bid
        self.whole = whole_bid(bid)
        self.kinds = _kinds(bid, amounts, deadline)
        self._at_all_sites = (
            *(Member(NEED, name) for name in self.whole.answers),
            *(Member(EXCLUSION, component) for component in bid.exclusions),
        )

    def members(self) -> Iterator[tuple[SitedMember, int]]:
        """Everything that can be given up, with the number of sites it is said of; 1 for what is said of the bid."""
        bid = self._bid
        yield from (
            (SitedMember("", member), 1)
            for member in (
                *(Member(NEED, name) for name in self.whole.answers),
                *(Member(BUDGET, limit) for limit in bid.budget),
                *(Member(PIN, component) for component in bid.pins if component not in bid.frozen),
                *(Member(EXCLUSION, component) for component in bid.exclusions),
                *(Member(BESPOKE, effect.id) for effect in bid.bespoke),
            )
        )
        for kind in self.kinds:
            yield from ((SitedMember(kind.id, member), len(kind.sites)) for member in kind.said)

    def clashes(self) -> list[GivenUp]:
        """Of each kind of sites that can have nothing, what was said that cannot hold there.

        Raises:
            TimeoutError: The deadline came first.
        """
        found = (self._clash_at(kind, frozenset()) for kind in self.kinds)
        return [clash for clash in found if clash is not None]

    def clash(self, given_up: GivenUp) -> GivenUp | None:
        """What was said that cannot hold at some site without what is given up; None where all can have something.

        Raises:
            TimeoutError: The deadline came first.
        """
        found = (self._clash_at(kind, given_up) for kind in self.kinds)
        return next((clash for clash in found if clash is not None), None)

    def _clash_at(self, kind: Kind, given_up: GivenUp) -> GivenUp | None:
        clash = kind.clash(self.given_up_at(kind, given_up))
        if clash is None:
            return None
        changeable = (member for member in clash if member.kind in CHANGEABLE)
        return frozenset(owner for member in changeable for owner in self._owners(kind, member, given_up)[:1])

    def given_up_at(self, kind: Kind, given_up: GivenUp) -> frozenset[Member]:
        """What need not hold at sites: what nobody says any more."""
        of_bid = (member for member in self._at_all_sites if member.id not in kind.sites[0].frozen)
        return frozenset(member for member in (*kind.said, *of_bid) if not self._owners(kind, member, given_up))

    def _owners(self, kind: Kind, member: Member, given_up: GivenUp) -> list[SitedMember]:
        """Who says what must hold at sites, and does not give it up: the bid, the sites, or both."""
        owners = [SitedMember("", member)] if is_of_bid(member, self._bid) else []
        if member in kind.said:
            owners.append(SitedMember(kind.id, member))
        return [owner for owner in owners if owner not in given_up]


def _kinds(bid: Requirements, amounts: AmountTable, deadline: Deadline) -> tuple[Kind, ...]:
    """Sites by what was said of them, in the order of their first."""
    kinds = []
    for sites in kinds_of(bid.sites):
        requirements = at_site(bid, sites[0])
        conflicts = ConflictSearch(requirements, amounts, deadline)
        kinds.append(Kind(sites=tuple(sites), requirements=requirements, _conflicts=conflicts))
    return tuple(kinds)
