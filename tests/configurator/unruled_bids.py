"""Everything that a bid and its two sites could have if no member counted, and which members each of that breaks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import product

from hypothesis import assume
from random_portfolios import NEED_VALUES, Case, at_prices_of, is_within_budget, scarce_centres

from bidwright.catalog.model import Answer
from bidwright.configurator.check import check
from bidwright.configurator.guide_facts import Assumption
from bidwright.configurator.members import BESPOKE, BUDGET, CAPACITY, DELIVERY_CENTRE, NEED, Member
from bidwright.configurator.request import Requirements
from bidwright.configurator.sites_said import SitedMember
from bidwright.configurator.sites_split import at_site, whole_bid

MOST_BIDS = 1_500

Units = tuple[int, ...]
"""Units of each component, by id."""

Answers = tuple[tuple[str, Answer], ...]


@dataclass(frozen=True)
class Part:
    """Answers and components of a bid as a whole, or of one of its sites, and the members that they break."""

    answers: Mapping[str, Answer]
    units: Units
    items: Mapping[str, int]
    broken: frozenset[SitedMember]

    def has(self, assumption: Assumption) -> bool:
        need, value = assumption.option
        return (self.answers[need] == value if need else value in self.items) == assumption.is_taken


class UnruledBids:
    """All bids with two sites, also those that no rule allows."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._bid = case.requirements
        components, slots = self._bid.release.components, self._bid.offering.slots
        self._components = sorted(components)
        most = [components[c].max_quantity for c in self._components]
        own = [c.split(".")[0] in slots and slots[c.split(".")[0]].per_site for c in self._components]
        self._at_site = list(product(*(range(n + 1) if o else [0] for n, o in zip(most, own, strict=True))))
        shared = product(*([0] if o else range(n + 1) for n, o in zip(most, own, strict=True)))
        sums = (
            (first, second, tuple(map(sum, zip(first, second, rest, strict=True))))
            for first, second, rest in product(self._at_site, self._at_site, shared)
        )
        self._splits = [split for split in sums if all(n <= m for n, m in zip(split[2], most, strict=True))]
        assume(len(self._splits) <= MOST_BIDS)
        self._whole = cache(self._parts_of_bid)
        self._sited = cache(self._parts_of_site)

    def can_hold(
        self,
        members: Collection[SitedMember],
        *,
        always: Collection[str] = (),
        assumed: tuple[str, Assumption] | None = None,
    ) -> bool:
        """Whether some bid meets these members, and all members of some sites beside.

        Args:
            members: What must be met; bespoke items that are not among them cost nothing.
            always: Sites whose members are met beside, but for what is a matter of the bid: who can deliver it.
            assumed: What holds, too, at a site, or of the bid where its id is empty.
        """

        def fits(part: Part, site: str) -> bool:
            if assumed is not None and assumed[0] == site and not part.has(assumed[1]):
                return False
            return not any(
                one in members or (one.site in always and one.member.kind not in {DELIVERY_CENTRE, CAPACITY})
                for one in part.broken
            )

        of_bid = [one.member for one in members if not one.site]
        limits = {member.id for member in of_bid if member.kind == BUDGET}
        items_paid = {member.id for member in of_bid if member.kind == BESPOKE}
        priced = replace(self._case, amounts=at_prices_of(items_paid, self._case.amounts))
        for answers in _answers(self._bid, per_site=False):
            first, second = (
                {part.units for part in self._sited(site.id, answers) if fits(part, site.id)}
                for site in self._bid.sites
            )
            whole = {
                part.units
                for part in self._whole(answers)
                if fits(part, "") and (not limits or is_within_budget(priced, part.items, limits))
            }
            if any(a in first and b in second and total in whole for a, b, total in self._splits):
                return True
        return False

    def _parts_of_bid(self, answers: Answers) -> list[Part]:
        totals = sorted({total for _, _, total in self._splits})
        return [self._part("", whole_bid(self._bid), (answers, ()), total) for total in totals]

    def _parts_of_site(self, id_: str, answers: Answers) -> list[Part]:
        # What is ruled out for the whole bid is a member of the bid.
        asked = at_site(replace(self._bid, exclusions=()), next(site for site in self._bid.sites if site.id == id_))
        return [
            self._part(id_, asked, (answers, own), units)
            for own in _answers(self._bid, per_site=True)
            for units in self._at_site
        ]

    def _part(self, site: str, asked: Requirements, answers: tuple[Answers, Answers], units: Units) -> Part:
        """Answers are those of the bid, and those of the site."""
        told = replace(asked, answers={"title": "T"} | dict(answers[0]) | dict(answers[1]))
        items = {c: n for c, n in zip(self._components, units, strict=True) if n}
        given = dict(answers[1] if site else answers[0])
        broken = {Member(violation.kind, violation.id) for violation in check(told, items)}
        broken |= {Member(CAPACITY, centres) for centres in scarce_centres(told, items)}
        broken |= {Member(NEED, name) for name, answer in given.items() if asked.answers.get(name, answer) != answer}
        return Part(given, units, items, frozenset(SitedMember(site, member) for member in broken))


def _answers(bid: Requirements, *, per_site: bool) -> Iterator[Answers]:
    names = [name for name in NEED_VALUES if bid.offering.needs[name].per_site == per_site]
    return (tuple(zip(names, values, strict=True)) for values in product(*(NEED_VALUES[name] for name in names)))
