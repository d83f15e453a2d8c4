"""Delivery centres have only so many hours: by example."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from examples import amounts, request
from small_release import small_release

from bidwright.catalog.model import Release
from bidwright.configurator.capacity import capacity_conditions
from bidwright.configurator.change import Change, change
from bidwright.configurator.check import check
from bidwright.configurator.configure import configure
from bidwright.configurator.conflict_search import ConflictSearch
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.guide import Guidance, Wishes, guide
from bidwright.configurator.guide_facts import Option
from bidwright.configurator.installed import Installed
from bidwright.configurator.members import NEED, PIN, Member
from bidwright.configurator.request import Requirements
from bidwright.configurator.solution import Solution
from bidwright.v1.configuration_pb2 import (
    CONFLICT_KIND_CAPACITY,
    CONFLICT_KIND_NEED,
    CONFLICT_KIND_PIN,
    Conflict,
)

D = Decimal


def _scarce(brno: str = "12", leeds: str = "9") -> Release:
    """A server takes 1.5 hours before the start, in Brno or Leeds; so does a site, which only Brno can set up."""
    release = small_release()
    site = replace(release.components["web.nginx_site"], competence="web", one_time_hours=D(6))
    apache = replace(release.components["web.apache_site"], competence="web", one_time_hours=D(6))
    centres = {
        "brno": replace(
            release.centres["brno"],
            capacity_hours=D(brno),
            rates={**release.centres["brno"].rates, "web": {"EUR": D(40), "GBP": D(36)}},
        ),
        "leeds": replace(release.centres["leeds"], capacity_hours=D(leeds)),
    }
    return replace(
        release,
        components={**release.components, site.id: site, apache.id: apache},
        centres=centres,
        digest=f"scarce {brno} {leeds}",
    )


def _request(release: Release, pins: dict[str, int], residency: str = "any", users: int = 100) -> Requirements:
    asked = request(answers={"data_residency": residency, "users": users}, pins=pins)
    return replace(asked, release=release, offering=release.offerings["web_hosting"], market=release.markets["GB"])


def _conflict(requirements: Requirements) -> Conflict:
    outcome = configure(requirements, amounts(), Deadline(20))
    assert isinstance(outcome, Conflict), outcome
    return outcome


def test_both_centres_together_do_what_one_alone_could_not() -> None:
    """10 servers take 15 hours and the site 6: 21 in all, of which Brno can do 12 and Leeds 9."""
    outcome = configure(_request(_scarce(), {"compute.small": 10}), amounts(), Deadline(20))
    assert isinstance(outcome, Solution)
    assert outcome.items["compute.small"] == 10
    assert check(_request(_scarce(), {}), outcome.items) == []


def test_one_server_more_is_a_conflict_that_names_the_centres_and_their_hours() -> None:
    conflict = _conflict(_request(_scarce(), {"compute.small": 11}))
    assert conflict.minimal
    assert [(member.kind, member.id) for member in conflict.members if member.kind == CONFLICT_KIND_CAPACITY] == [
        (CONFLICT_KIND_CAPACITY, "brno+leeds")
    ]
    assert (CONFLICT_KIND_PIN, "compute.small") in {(member.kind, member.id) for member in conflict.members}
    assert conflict.members[-1].text == (
        "the delivery centres Brno and Leeds have 21 hours a month together, and some work only they can do"
    )


def test_where_only_one_centre_may_work_its_hours_alone_count() -> None:
    conflict = _conflict(_request(_scarce(), {"compute.small": 5}, residency="EU"))
    members = [(member.kind, member.id) for member in conflict.members]
    assert (CONFLICT_KIND_NEED, "data_residency") in members
    assert members[-1] == (CONFLICT_KIND_CAPACITY, "brno")
    assert conflict.members[-1].text == ("the delivery centre Brno has 12 hours a month, and some work only it can do")
    assert isinstance(
        configure(_request(_scarce(), {"compute.small": 4}, residency="EU"), amounts(), Deadline(20)), Solution
    )


def test_the_checker_says_how_many_hours_are_asked_for() -> None:
    items = {"compute.small": 11, "os.debian": 11, "support.standard": 1, "web.nginx_site": 1}
    (violation,) = check(_request(_scarce(), {}), items)
    assert (violation.kind, violation.id) == (CONFLICT_KIND_CAPACITY, "brno+leeds")
    assert violation.text == (
        "22.5 hours of work before the start ask for it: "
        "the delivery centres Brno and Leeds have 21 hours a month together, and some work only they can do."
    )
    assert violation.fix == "Choose fewer units of what takes work, or allow other regions."


def test_the_guide_knows_how_many_units_the_hours_allow() -> None:
    partial = replace(_request(_scarce(), {}), answers={"data_residency": "any"})
    found = guide(partial, amounts(), Wishes(ranges=True), Deadline(20))
    assert isinstance(found, Guidance)
    assert found.units["compute.small"] == (1, 10)


def test_the_guide_explains_an_option_that_the_hours_exclude() -> None:
    """With 2 hours in Leeds and 5 in Brno no site can be set up: whatever is chosen, nothing is possible."""
    partial = replace(_request(_scarce("5", "9"), {}), answers={"data_residency": "any"})
    outcome = guide(partial, amounts(), Wishes(explain=[Option("", "web.nginx_site")]), Deadline(20))
    assert isinstance(outcome, Conflict)
    assert (CONFLICT_KIND_CAPACITY, "brno") in {(member.kind, member.id) for member in outcome.members}


def test_giving_up_the_units_or_the_residency_mends_it() -> None:
    search = ConflictSearch(_request(_scarce(), {"compute.small": 5}, residency="EU"), amounts(), Deadline(20))
    assert search.clash() is not None
    assert search.clash(without=[Member(PIN, "compute.small")]) is None
    assert search.clash(without=[Member(NEED, "data_residency")]) is None


def test_hours_that_no_configuration_can_ask_for_are_no_conditions() -> None:
    release = _scarce("3000", "3000")
    offering, market = release.offerings["web_hosting"], release.markets["GB"]
    assert capacity_conditions(release, offering, market) == {}
    assert list(capacity_conditions(_scarce(), _scarce().offerings["web_hosting"], market)) == [
        "brno",
        "brno+leeds",
    ]


def test_what_is_installed_may_ask_for_hours_that_nothing_sold_now_can_ask_for() -> None:
    """Servers of both kinds would take 60 of the 40 hours in Brno; one kind is sold, so hours are no condition."""
    asked = _request(_scarce("40", "9"), {}, residency="EU")
    assert not capacity_conditions(asked.release, asked.offering, asked.market)
    kept = {"compute.small": 20, "os.debian": 20, "support.standard": 1, "web.nginx_site": 1}
    found = change(asked, Installed(items={**kept, "compute.large": 20}), amounts(), Deadline(20))
    assert isinstance(found, Change)
    assert found.solution.items == kept
