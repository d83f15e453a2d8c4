"""Repairs of random bids with two sites, held against trying everything."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from itertools import product

from draws import drawn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from random_portfolios import NEED_VALUES, Case, charges
from random_sites import demanding_bids, every_bid, sited_cases

from bidwright.catalog.model import Answer
from bidwright.configurator.check import check
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.members import BESPOKE, BUDGET, EXCLUSION, NEED, PIN, Member
from bidwright.configurator.repair_changes import Asked, Changes
from bidwright.configurator.request import Requirements
from bidwright.configurator.sites import Site
from bidwright.configurator.sites_repair import SitedChanges, SitedExplanation, SitedRepair, explain_sites
from bidwright.configurator.sites_said import SitedMember

_settings = settings(
    max_examples=drawn(15),
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


@st.composite
def _demanding(draw: st.DrawFn) -> Case:
    """A bid with more wishes than a random one has, of which some contradict each other."""
    case = draw(sited_cases())
    bid, slots = case.requirements, case.requirements.offering.slots
    components = sorted(bid.release.components)
    own = [c for c in components if c.split(".")[0] in slots and slots[c.split(".")[0]].per_site]
    few = st.lists(st.sampled_from(components), max_size=2)
    some = st.lists(st.sampled_from(own), max_size=2) if own else st.just([])
    sites = tuple(
        replace(
            site,
            pins={**site.pins, **{c: draw(st.integers(0, 1)) for c in draw(some)}},
            exclusions=tuple(sorted({*site.exclusions, *draw(some)})),
        )
        for site in bid.sites
    )
    pins = {**bid.pins, **{c: draw(st.integers(0, 1)) for c in draw(few)}}
    exclusions = tuple(sorted({*bid.exclusions, *draw(few)}))
    return Case(replace(bid, sites=sites, pins=pins, exclusions=exclusions), case.amounts)


def _changed_site(site: Site, given_up: Collection[Member], answers: Mapping[str, Answer]) -> Site:
    return replace(
        site,
        answers={**site.answers, **answers},
        pins={c: n for c, n in site.pins.items() if Member(PIN, c) not in given_up},
        exclusions=tuple(c for c in site.exclusions if Member(EXCLUSION, c) not in given_up),
    )


def _changed(bid: Requirements, changes: SitedChanges) -> Requirements:
    """The bid after changes."""
    gone, none = changes.bid.members, Changes(members=(), answers={}, limits={})
    of_sites = [(site, changes.sites.get(site.id, none)) for site in bid.sites]
    return replace(
        bid,
        answers={**bid.answers, **changes.bid.answers},
        pins={c: n for c, n in bid.pins.items() if Member(PIN, c) not in gone},
        exclusions=tuple(c for c in bid.exclusions if Member(EXCLUSION, c) not in gone),
        bespoke=tuple(effect for effect in bid.bespoke if Member(BESPOKE, effect.id) not in gone),
        budget={**bid.budget, **changes.bid.limits},
        sites=tuple(_changed_site(site, one.members, one.answers) for site, one in of_sites),
    )


def _explained(case: Case, most: int = 3) -> SitedExplanation | None:
    bid = case.requirements
    members = {
        *(Member(NEED, name) for name in bid.offering.needs),
        *(Member(BUDGET, limit) for limit in bid.budget),
        *(Member(PIN, component) for one in (bid, *bid.sites) for component in one.pins),
        *(Member(EXCLUSION, component) for one in (bid, *bid.sites) for component in one.exclusions),
        *(Member(BESPOKE, effect.id) for effect in bid.bespoke),
    }

    def repaired(changes: SitedChanges) -> Asked:
        return Asked(requirements=_changed(bid, changes), amounts=case.amounts)

    asked = Asked(requirements=bid, amounts=case.amounts)
    return explain_sites(asked, repaired, dict.fromkeys(members, 1), most=most, deadline=Deadline(60))


def _given_up(repair: SitedRepair) -> list[SitedMember]:
    changes = {"": repair.changes.bid, **repair.changes.sites}
    return [SitedMember(site, member) for site, one in changes.items() for member in one.members]


def _every_change(bid: Requirements, given_up: Collection[SitedMember]) -> Iterator[SitedChanges]:
    """Giving up these, with any answers and without any limits in place of those that are given up."""
    needs = [one for one in given_up if one.member.kind == NEED]
    for values in product(*(NEED_VALUES[one.member.id] for one in needs)):
        answers = dict(zip(needs, values, strict=True))
        changes = {
            site: Changes(
                members=tuple(one.member for one in given_up if one.site == site),
                answers={one.member.id: answer for one, answer in answers.items() if one.site == site},
                limits={limit: 10**12 for limit in bid.budget if SitedMember(site, Member(BUDGET, limit)) in given_up},
            )
            for site in ("", *(site.id for site in bid.sites))
        }
        yield SitedChanges(bid=changes.pop(""), sites=changes)


def _is_mended(case: Case, given_up: Collection[SitedMember]) -> bool:
    bid = case.requirements
    changed = (_changed(bid, changes) for changes in _every_change(bid, given_up))
    return any(every_bid(replace(case, requirements=one)) for one in changed)


def _without(changes: SitedChanges, left: SitedMember) -> SitedChanges:
    """Changes without one of them."""

    def kept(site: str, one: Changes) -> Changes:
        if site != left.site:
            return one
        kind, id_ = left.member
        return Changes(
            members=tuple(member for member in one.members if member != left.member),
            answers={name: answer for name, answer in one.answers.items() if (NEED, name) != (kind, id_)},
            limits={limit: most for limit, most in one.limits.items() if (BUDGET, limit) != (kind, id_)},
        )

    return SitedChanges(bid=kept("", changes.bid), sites={site: kept(site, one) for site, one in changes.sites.items()})


@_settings
@given(_demanding())
def test_a_repair_leads_to_the_cheapest_bid_after_it_and_none_of_its_changes_can_be_left_out(case: Case) -> None:
    explained = _explained(case)
    if explained is None:
        assert every_bid(case)
        return
    assert not every_bid(case)
    for repair in explained.repairs:
        given_up, after = _given_up(repair), _changed(case.requirements, repair.changes)
        items = dict(repair.found.solution.items)
        valid = every_bid(replace(case, requirements=after))
        costs = [charges(one, case.amounts) for one in valid]
        assert check(replace(after, sites=repair.found.sites), items) == []
        assert vars(repair.found.solution.amounts) == charges(items, case.amounts)
        assert charges(items, case.amounts)["contract_value"] == min(cost["contract_value"] for cost in costs)
        for limit, most in repair.changes.bid.limits.items():
            assert most > case.requirements.budget[limit]
            assert most == min(cost[limit] for cost in costs)
        for left in given_up:
            assert not every_bid(
                replace(case, requirements=_changed(case.requirements, _without(repair.changes, left)))
            )
    weights = [repair.weight for repair in explained.repairs]
    assert weights == sorted(weights)


@_settings
@given(st.one_of(_demanding(), demanding_bids()))
def test_everything_of_the_bid_that_alone_is_enough_to_give_up_is_among_the_repairs(case: Case) -> None:
    explained = _explained(case, most=10)
    if explained is None:
        return
    bid = case.requirements
    single = [
        *(Member(NEED, name) for name in bid.answers if name in NEED_VALUES),
        *(Member(BUDGET, limit) for limit in bid.budget),
        *(Member(PIN, component) for component in bid.pins),
        *(Member(EXCLUSION, component) for component in bid.exclusions),
        *(Member(BESPOKE, effect.id) for effect in bid.bespoke),
    ]
    enough = [[one] for member in single if _is_mended(case, [one := SitedMember("", member)])]
    told = [given_up for repair in explained.repairs if len(given_up := _given_up(repair)) == 1]
    assert [one for one in enough if one not in told] == []
