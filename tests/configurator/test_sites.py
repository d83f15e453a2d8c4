"""Bids with sites, with figures worked out by hand from tests/portfolios/branches."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace

import pytest
from branch_bids import TERMS, TODAY, bid, branches, prices, request, site
from examples import with_rule
from google.type.money_pb2 import Money

from bidwright.configurator import sites_configure
from bidwright.configurator.answers import Answers
from bidwright.configurator.check import check
from bidwright.configurator.cpsat_sites import Cut, Known
from bidwright.configurator.cpsat_sites_conflict import bid_conflict
from bidwright.configurator.cpsat_sites_solve import SitesFound
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.request import Requirements, requirements_and_items
from bidwright.configurator.sites_configure import SitedSolution, configure_sites
from bidwright.configurator.sites_request import site_messages
from bidwright.configurator.sites_split import whole_bid
from bidwright.core.errors import InvalidInput, Unavailable
from bidwright.pricing.amounts import AmountTables
from bidwright.pricing.price import price
from bidwright.v1.configuration_pb2 import (
    Budget,
    Configuration,
    ConfigurationItem,
    Conflict,
    ConflictKind,
    NeedAnswer,
)
from bidwright.v1.configurator_pb2 import (
    OBJECTIVE_DIRECTION_MAXIMIZE,
    OBJECTIVE_DIRECTION_MINIMIZE,
    OBJECTIVE_MEASURE_COMPONENTS,
    OBJECTIVE_MEASURE_CONTRACT_COST,
    OBJECTIVE_MEASURE_CONTRACT_VALUE,
    OBJECTIVE_MEASURE_LEAD_TIME,
    OBJECTIVE_MEASURE_MARGIN,
    OBJECTIVE_MEASURE_MONTHLY,
    OBJECTIVE_MEASURE_ONE_TIME,
    Objective,
    Pin,
    Site,
)


def _solved(asked: Requirements) -> SitedSolution:
    outcome = configure_sites(asked, prices(), Deadline(90))
    assert isinstance(outcome, SitedSolution), outcome
    assert check(replace(asked, sites=outcome.sites), outcome.solution.items) == []
    return outcome


def _conflict(asked: Requirements) -> Conflict:
    outcome = configure_sites(asked, prices(), Deadline(20))
    assert isinstance(outcome, Conflict)
    return outcome


def _configuration(found: SitedSolution) -> Configuration:
    items = [ConfigurationItem(component=c, quantity=n) for c, n in found.solution.items.items()]
    return Configuration(
        release=branches().name,
        offering="branch_network",
        market="DE",
        items=items,
        sites=site_messages(found.sites),
    )


def test_two_small_sites_take_what_each_needs_and_share_the_rest() -> None:
    found = _solved(bid([site("a", users=10, wireless=False), site("b", users=10, wireless=False)]))
    each = {"access.dsl_50": 1, "router.small": 1, "switch.ports_8": 1}
    assert [dict(one.items) for one in found.sites] == [each, each]
    shared = {"firewall.central_100": 1, "internet.pool_1000": 1, "support.office_hours": 1}
    assert found.solution.items == {**dict.fromkeys(each, 2), **shared}
    # once: 2 x (49 + 79 + 25) + 690 + 450; a month: 2 x (29 + 19 + 6.20) + 290 + 390 + 390
    assert found.solution.amounts.one_time == 144600
    assert found.solution.amounts.monthly == 117840
    assert found.solution.amounts.contract_value == found.solution.bound == 144600 + 12 * 117840


def test_the_totals_are_those_of_pricing() -> None:
    found = _solved(bid([site(f"s{n}", users=5 + n) for n in range(12)]))
    totals = price(branches(), _configuration(found), TERMS, TODAY).totals
    assert 100 * totals.contract_value.units + totals.contract_value.nanos // 10**7 == (
        found.solution.amounts.contract_value
    )


def test_a_pool_grows_with_what_the_sites_consume() -> None:
    # 60 sites with lines of 250 Mbit/s consume 60 x 40 = 2,400 Mbit/s of the pool: three of 1,000 Mbit/s.
    sites = [
        site(f"s{n}", users=100, wireless=False, pins=[Pin(component="access.fiber_250", quantity=1)])
        for n in range(60)
    ]
    assert _solved(bid(sites)).solution.items["internet.pool_1000"] == 3


def test_a_rule_of_the_whole_bid_counts_all_sites() -> None:
    sites = [site(f"s{n}", users=10, wireless=False) for n in range(201)]
    assert _solved(bid(sites)).solution.items["support.always"] == 1
    assert "support.always" not in _solved(bid(sites[:200])).solution.items


def test_a_volume_price_is_worth_more_units_than_the_sites_need() -> None:
    # 98 access points of 25 cost 98 x 6.90 = 676.20 a month, 100 cost 640: the bid buys two more.
    sites = [site(f"s{n:02}", users=10, pins=[Pin(component="access.dsl_50")]) for n in range(98)]
    found = _solved(bid(sites, exclusions=["wifi.dense", "router.small", "switch.ports_24", "switch.ports_48"]))
    assert found.solution.items["wifi.standard"] == 100
    assert Counter(one.items["wifi.standard"] for one in found.sites) == {1: 96, 2: 2}


def test_wishes_of_one_site_hold_there_alone() -> None:
    wished = site("a", users=10, pins=[Pin(component="router.large", quantity=1)], exclusions=["access.dsl_50"])
    found = _solved(bid([wished, site("b", users=10)]))
    assert found.sites[0].items["router.large"] == 1
    assert "access.dsl_50" not in found.sites[0].items
    assert found.sites[1].items["access.dsl_50"] == 1


def test_an_answer_of_the_bid_holds_where_a_site_gives_none() -> None:
    asked = bid([Site(id="a"), site("b", users=7)], needs=[NeedAnswer(name="users", integer=300)])
    assert [one.answers["users"] for one in asked.sites] == [300, 7]
    assert "users" not in asked.answers


def test_the_same_bid_in_another_order_has_the_same_answer() -> None:
    sites = [site(f"s{n}", users=3 * n + 1) for n in range(30)]
    first, second = _solved(bid(sites)), _solved(bid(list(reversed(sites))))
    assert _configuration(first).SerializeToString() == _configuration(second).SerializeToString()
    assert first.solution == second.solution


def test_a_site_that_can_have_nothing_is_named() -> None:
    ports = ["switch.ports_24", "switch.ports_48", "switch.ports_8"]
    conflict = _conflict(bid([site("a"), Site(id="b", title="Brno", exclusions=ports)]))
    assert conflict.summary.startswith("At site Brno (b): ")
    assert {member.id for member in conflict.members} == {*ports, "switch"}


def test_where_the_time_is_over_before_it_is_known_why_a_site_can_have_nothing_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def too_late(*_: object) -> Conflict:
        raise TimeoutError

    monkeypatch.setattr(sites_configure, "conflict_at_site", too_late)
    ports = ["switch.ports_24", "switch.ports_48", "switch.ports_8"]
    with pytest.raises(Unavailable, match="no configuration of all sites was found within 5 seconds"):
        configure_sites(bid([site("a"), Site(id="b", exclusions=ports)]), prices(), Deadline(5))


def test_without_any_time_there_is_a_valid_bid_and_a_bound_that_holds() -> None:
    asked = bid([site("a", users=10), site("b", users=30)])
    best = _solved(asked).solution.amounts.contract_value
    found = configure_sites(asked, prices(), Deadline(0))
    assert isinstance(found, SitedSolution)
    assert check(replace(asked, sites=found.sites), found.solution.items) == []
    assert found.solution.bound <= best <= found.solution.amounts.contract_value


def test_a_rule_of_sites_that_never_holds_is_named() -> None:
    asked = bid([site("a"), site("b")])
    # More of the switch only make it false, and none is not few enough; other switches have the ports.
    asked = replace(asked, release=with_rule(asked.release, 'not (quantity("switch.ports_8") >= 0)'))
    assert [(member.id, member.site) for member in _conflict(asked).members] == [("extra", "a")]


def test_a_budget_that_no_bid_meets_is_told_of_the_whole_bid() -> None:
    conflict = _conflict(bid([site("a"), site("b")], budget=Budget(monthly=Money(currency_code="EUR", units=500))))
    assert "each of them could have it by itself" in conflict.summary
    assert ConflictKind.CONFLICT_KIND_BUDGET in {member.kind for member in conflict.members}
    assert conflict.minimal


def test_what_is_known_of_sites_only_in_part_makes_no_conflict_minimal() -> None:
    whole = whole_bid(bid([site("a")], budget=Budget(monthly=Money(currency_code="EUR", units=500))))
    for known, is_minimal in ((Known(), True), (Known(cuts=[Cut({"router.small": 1}, least=1)]), False)):
        impossible = SitesFound(status="infeasible", known=known)
        conflict = bid_conflict(whole, prices(), impossible, surplus={}, deadline=Deadline(20))
        assert conflict is not None
        assert conflict.minimal == is_minimal


def test_a_pin_of_the_whole_bid_is_about_the_total() -> None:
    found = _solved(bid([site("a"), site("b")], pins=[Pin(component="router.large", quantity=1)]))
    assert found.solution.items["router.large"] == 1
    conflict = _conflict(bid([site("a"), site("b")], pins=[Pin(component="router.large", quantity=5)]))
    assert [(member.kind, member.id) for member in conflict.members] == [
        (ConflictKind.CONFLICT_KIND_PIN, "router.large")
    ]


@pytest.mark.parametrize(
    ("sites", "told"),
    [
        # none
        ([], "there are 0 sites"),
        # more than there may be
        ([Site(id=f"s{n}") for n in range(501)], "there are 501 sites"),
        # twice the same
        ([Site(id="a"), Site(id="a")], "'a' is given twice"),
        # a need that nobody asks
        ([Site(id="a", needs=[NeedAnswer(name="desks", integer=1)])], "has no need 'desks'"),
        # a need of the whole bid
        ([Site(id="a", needs=[NeedAnswer(name="round_the_clock", boolean=True)])], "is not asked for each site"),
        # a component that all sites share
        ([Site(id="a", pins=[Pin(component="firewall.central_100")])], "is not chosen for each site"),
        # a component that does not exist
        ([Site(id="a", exclusions=["router.huge"])], "'router.huge' is not a component"),
        # out of the need's range
        ([Site(id="a", needs=[NeedAnswer(name="users", integer=0)])], "outside 1 to 2000"),
    ],
)
def test_what_is_no_bid_with_sites_is_refused(sites: list[Site], told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        bid(sites)


@pytest.mark.parametrize(
    ("objectives", "reached"),
    [
        # 2 x (49 + 79 + 25) + 690 + 450
        ([Objective(measure=OBJECTIVE_MEASURE_ONE_TIME)], [144600]),
        # a line, a router and a switch of one kind for both, a pool, a firewall and support
        ([Objective(measure=OBJECTIVE_MEASURE_COMPONENTS)], [6]),
        # the slowest line at both
        ([Objective(attribute="access_mbit", direction=OBJECTIVE_DIRECTION_MINIMIZE)], [100]),
        # support around the clock costs 1,300 a month more: 1,446 once and 12 x 2,478.40
        ([Objective(attribute="support_hours"), Objective(measure=OBJECTIVE_MEASURE_CONTRACT_VALUE)], [168, 3118680]),
        # the cheapest bid is no other with more bandwidth
        ([Objective(measure=OBJECTIVE_MEASURE_MONTHLY), Objective(attribute="access_mbit")], [117840, 100]),
    ],
)
def test_objectives_are_of_the_bid_as_a_whole(objectives: list[Objective], reached: list[int]) -> None:
    sites = [site("a", users=10, wireless=False), site("b", users=10, wireless=False)]
    found = _solved(bid(sites, objectives=objectives)).solution
    assert [one.value for one in found.reached] == reached
    assert [one.bound for one in found.reached] == reached


def test_cost_and_margin_of_a_bid_are_those_of_pricing() -> None:
    answers = Answers(AmountTables(), price, lambda: dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC))
    asked = request(
        objectives=[Objective(measure=OBJECTIVE_MEASURE_CONTRACT_COST), Objective(measure=OBJECTIVE_MEASURE_MARGIN)]
    )
    question = answers.question(asked, branches(), sites=[site("a", users=10), site("b", users=40)])
    solution = answers.configure_sites(question, Deadline(60)).solution
    (margin,) = solution.further_proofs
    cost, value = solution.totals.contract_cost, solution.totals.contract_value
    assert solution.proof.value == cost
    assert solution.proof.is_optimal
    assert _cents(margin.value) == _cents(value) - _cents(cost)


def _cents(amount: Money) -> int:
    return 100 * amount.units + amount.nanos // 10**7


def test_a_shorter_lead_time_is_bought_with_faster_components_at_all_sites() -> None:
    release = branches()
    days = {"access.dsl_50": 20, "access.dsl_100": 5, "access.fiber_250": 30, "router.small": 3}
    slow = {id_: replace(one, lead_time_days=days.get(id_, 0)) for id_, one in release.components.items()}
    # without the fastest lines, of which none takes a day, 5 days are the least
    asked = bid(
        [site("a", users=10), site("b", users=40)],
        exclusions=["access.fiber_500", "access.fiber_1000"],
        objectives=[
            Objective(measure=OBJECTIVE_MEASURE_LEAD_TIME),
            Objective(measure=OBJECTIVE_MEASURE_CONTRACT_VALUE),
        ],
    )
    found = _solved(replace(asked, release=replace(release, components=slow, digest="slow")))
    assert found.solution.reached[0].value == found.solution.reached[0].bound == 5
    assert [one.items["access.dsl_100"] for one in found.sites] == [1, 1]


def test_few_kinds_suffice_for_sites_that_all_differ() -> None:
    sites = [site(f"s{n:02}", users=12 * n + 3) for n in range(30)]
    objectives = [
        Objective(measure=OBJECTIVE_MEASURE_COMPONENTS),
        Objective(measure=OBJECTIVE_MEASURE_CONTRACT_VALUE),
    ]
    kinds, value = _solved(bid(sites, objectives=objectives)).solution.reached
    # one kind of each of the seven families: fibre of 500 Mbit/s is enough where a site has two lines
    assert kinds.value == kinds.bound == 7
    assert 0.9 * float(value.value) <= value.bound <= value.value


def test_more_than_all_sites_can_have_is_bounded_by_what_they_have_room_for() -> None:
    sites = [site(f"s{n:02}", users=12 * n + 3) for n in range(30)]
    (reached,) = _solved(bid(sites, objectives=[Objective(attribute="wifi_devices")])).solution.reached
    # 60 access points of 60 devices at each of 30 sites
    assert 0 < reached.value <= reached.bound <= 30 * 60 * 60


def test_what_no_site_needs_is_bought_for_those_that_did_not_rule_it_out() -> None:
    asked = bid(
        [site("a"), site("b", exclusions=["wifi.standard"]), site("c", exclusions=["wifi.dense"])],
        objectives=[Objective(measure=OBJECTIVE_MEASURE_CONTRACT_VALUE, direction=OBJECTIVE_DIRECTION_MAXIMIZE)],
    )
    rules = tuple(rule for rule in asked.offering.rules if rule.id not in {"wireless_for_users", "no_wireless"})
    offering = replace(asked.offering, rules=rules)
    release = replace(asked.release, offerings={offering.id: offering}, digest="nobody needs a wireless network")
    found = _solved(replace(asked, release=release, offering=offering))
    assert "wifi.standard" not in found.sites[1].items
    assert found.sites[1].items["wifi.dense"] > 0


def test_a_design_whose_sites_do_not_add_up_is_not_valid() -> None:
    design = _configuration(_solved(bid([site("a"), site("b")])))
    routers = [item for item in design.sites[0].items if item.component == "router.small"]
    design.sites[0].items.remove(routers[0])
    requirements, items = requirements_and_items(design, branches())
    told = [violation.text for violation in check(requirements, items)]
    assert told[0] == "2 units of Branch router, 100 Mbit/s (router.small), but 1 at the sites together."
    assert told[1].startswith("At site a: Branch network takes exactly 1 of the different Routers of sites (router)")


def test_sites_that_all_differ_come_near_a_bound_that_holds() -> None:
    found = _solved(bid([site(f"s{n:02}", users=12 * n + 3) for n in range(30)]))
    value = found.solution.amounts.contract_value
    assert 0.99 * value <= found.solution.bound <= value
