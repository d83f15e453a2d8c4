"""Changes of bids with sites, with figures worked out by hand from tests/portfolios/branches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

import pytest
from branch_bids import TERMS, TODAY, bid, branches, prices, site
from google.type.money_pb2 import Money

from bidwright.configurator.check import check
from bidwright.configurator.cpsat_change import Weights
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.installed import Installed, check_places, installed_of
from bidwright.configurator.request import Requirements
from bidwright.configurator.sites import Site
from bidwright.configurator.sites_change import SitesChange, change_sites
from bidwright.configurator.sites_configure import SitedSolution, configure_sites
from bidwright.configurator.sites_request import site_messages
from bidwright.core.errors import InvalidInput
from bidwright.pricing.price import price
from bidwright.v1.configuration_pb2 import Budget, Configuration, ConfigurationItem, ConfigurationSite, Conflict
from bidwright.v1.configurator_pb2 import (
    ITEM_ACTION_ADD,
    ITEM_ACTION_DELETE,
    ITEM_ACTION_KEEP,
    ITEM_ACTION_MODIFY,
    ChangeConfigurationRequest,
    ConfigureRequest,
    Objective,
    Pin,
)
from bidwright.v1.configurator_pb2 import Site as WantedSite

EACH = {"access.dsl_50": 1, "router.small": 1, "switch.ports_8": 1}
SHARED = {"firewall.central_100": 1, "internet.pool_1000": 1, "support.office_hours": 1}


def _wanted(*ids: str) -> list[WantedSite]:
    return [site(id_, users=10, wireless=False) for id_ in ids]


def _installed(ids: Sequence[str], **more: object) -> Installed:
    """So many sites for 10 people each, without wireless, as they are configured."""
    items = {**{component: len(ids) for component in EACH}, **SHARED}
    sites = {id_: Site(id=id_, items=EACH) for id_ in ids}
    return Installed(items=dict(sorted(items.items())), sites=sites, **more)  # type: ignore[arg-type]  # of many types


def _changed(asked: Requirements, installed: Installed, seconds: float = 60) -> SitesChange:
    outcome = change_sites(asked, installed, prices(), Deadline(seconds))
    assert isinstance(outcome, SitesChange), outcome
    assert check(replace(asked, sites=outcome.sites), outcome.solution.items) == []
    return outcome


def _conflict(asked: Requirements, installed: Installed) -> Conflict:
    outcome = change_sites(asked, installed, prices(), Deadline(60))
    assert isinstance(outcome, Conflict)
    return outcome


def _touched(found: SitesChange) -> dict[str, dict[str, tuple[int, int]]]:
    """What does not stay as it is: site, or nothing for what they share -> component -> units before and after."""
    told = {"": found.items, **{one.id: one.changes for one in found.site_changes}}
    touched = {
        place: {one.component: (one.installed, one.wanted) for one in items if one.action != ITEM_ACTION_KEEP}
        for place, items in told.items()
    }
    return {place: changes for place, changes in touched.items() if changes}


def _actions(found: SitesChange) -> dict[str, int]:
    return {one.id: one.action for one in found.site_changes}


def test_nothing_changes_where_nothing_is_asked_to_change() -> None:
    found = _changed(bid(_wanted("a", "b")), _installed(["a", "b"]))
    assert _touched(found) == {}
    assert _actions(found) == {"a": ITEM_ACTION_KEEP, "b": ITEM_ACTION_KEEP}
    assert (found.disruption, found.bound) == (0, 0)
    # once: 2 x (49 + 79 + 25) + 690 + 450; a month: 2 x (29 + 19 + 6.20) + 290 + 390 + 390
    assert found.solution.amounts.contract_value == found.solution.bound == 144600 + 12 * 117840


def test_a_site_that_comes_gets_what_it_needs_and_no_other_is_touched() -> None:
    found = _changed(bid(_wanted("a", "b", "c")), _installed(["a", "b"]))
    assert _touched(found) == {"c": dict.fromkeys(EACH, (0, 1))}
    assert _actions(found) == {"a": ITEM_ACTION_KEEP, "b": ITEM_ACTION_KEEP, "c": ITEM_ACTION_ADD}
    assert (found.disruption, found.bound) == (3, 3)


def test_a_site_that_goes_takes_what_it_had_with_it() -> None:
    found = _changed(bid(_wanted("b")), _installed(["a", "b"]))
    assert _touched(found) == {"a": dict.fromkeys(EACH, (1, 0))}
    assert _actions(found) == {"a": ITEM_ACTION_DELETE, "b": ITEM_ACTION_KEEP}
    assert (found.disruption, found.bound) == (12, 12)


def test_a_site_that_grows_is_the_only_one_that_is_touched() -> None:
    # 40 people need 80 Mbit/s and 20 ports: another kind disturbs by 1, another number of units by 2.
    wanted = [site("a", users=40, wireless=False), *_wanted("b")]
    found = _changed(bid(wanted), _installed(["a", "b"]))
    assert _touched(found) == {"a": {"access.dsl_100": (0, 1), "switch.ports_24": (0, 1)}}
    assert _actions(found) == {"a": ITEM_ACTION_MODIFY, "b": ITEM_ACTION_KEEP}
    assert (found.disruption, found.bound) == (2, 2)


def test_what_is_more_than_enough_stays() -> None:
    big = {"access.fiber_250": 1, "router.large": 1, "switch.ports_48": 1}
    installed = Installed(items=dict(sorted({**big, **SHARED}.items())), sites={"a": Site(id="a", items=big)})
    assert _touched(_changed(bid(_wanted("a")), installed)) == {}


def test_weights_count_at_each_site() -> None:
    # Another kind is dear here, so both sites get a second line and two more switches of the kinds that are there.
    wanted = [site(id_, users=40, wireless=False) for id_ in ("a", "b")]
    found = _changed(bid(wanted), _installed(["a", "b"], weights=Weights(add=9, modify=1, delete=9)))
    each = {"access.dsl_50": (1, 2), "switch.ports_8": (1, 3)}
    assert _touched(found) == {"a": each, "b": each}
    assert (found.disruption, found.bound) == (4, 4)


def test_what_all_sites_share_changes_once() -> None:
    # The tunnels of one central firewall are not enough for 101 sites.
    ids = [f"s{number:03}" for number in range(100)]
    found = _changed(bid(_wanted(*ids, "z")), _installed(ids))
    touched = _touched(found)
    assert set(touched) == {"", "z"}
    assert found.disruption == found.bound == 3 + sum(_weight(*units) for units in touched[""].values())


def _weight(before: int, after: int) -> int:
    return 1 if not before else 2 if after else 4


def test_frozen_components_stay_at_every_site_where_they_are() -> None:
    wanted = [site("a", users=40, wireless=False), *_wanted("b")]
    frozen, weights = frozenset({"switch.ports_8", "access.dsl_50"}), Weights(add=9, modify=1, delete=9)
    found = _changed(bid(wanted), _installed(["a", "b"], frozen=frozen, weights=weights))
    assert [one.items["switch.ports_8"] for one in found.sites] == [1, 1]
    assert [one.items["access.dsl_50"] for one in found.sites] == [1, 1]
    assert _touched(found) == {"a": {"access.dsl_100": (0, 1), "switch.ports_24": (0, 1)}}
    assert (found.disruption, found.bound) == (18, 18)


def test_nothing_is_added_to_a_frozen_site() -> None:
    wanted = [site("a", users=40, wireless=False), *_wanted("b")]
    conflict = _conflict(bid(wanted), _installed(["a", "b"], frozen_sites=frozenset({"a"})))
    assert conflict.summary.startswith("At site a: ")
    assert "is frozen with its installed 1 unit" in conflict.summary
    found = _changed(bid(wanted), _installed(["a", "b"], frozen_sites=frozenset({"b"})))
    assert set(_touched(found)) == {"a"}


def test_a_frozen_component_of_a_site_that_goes_is_a_conflict() -> None:
    conflict = _conflict(bid(_wanted("b")), _installed(["a", "b"], frozen=frozenset({"router.small"})))
    assert conflict.summary == (
        "This cannot be: At site a: router.small is frozen with its installed 1 unit, and the site goes."
    )
    assert [(member.id, member.site) for member in conflict.members] == [("router.small", "a")]


def test_a_frozen_site_with_what_the_portfolio_no_longer_has_is_a_conflict() -> None:
    items = {**EACH, "phone.desk": 3}
    installed = Installed(
        items={**items, **SHARED}, sites={"a": Site(id="a", items=items)}, frozen_sites=frozenset({"a"})
    )
    conflict = _conflict(bid(_wanted("a")), installed)
    assert conflict.summary == (
        "At site a: This cannot be: phone.desk is frozen with its installed 3 units, "
        "and the portfolio no longer has it."
    )
    # where it is not frozen, it goes
    assert _touched(_changed(bid(_wanted("a")), replace(installed, frozen_sites=frozenset()))) == {
        "a": {"phone.desk": (3, 0)}
    }


def test_a_site_that_can_have_nothing_is_named() -> None:
    ports = ["switch.ports_24", "switch.ports_48", "switch.ports_8"]
    conflict = _conflict(bid([*_wanted("a"), WantedSite(id="b", exclusions=ports)]), _installed(["a", "b"]))
    assert conflict.summary.startswith("At site b: ")


def test_a_budget_that_no_bid_meets_is_told_and_one_that_some_meet_is_kept() -> None:
    def limit(units: int) -> Budget:
        return Budget(monthly=Money(currency_code="EUR", units=units))

    conflict = _conflict(bid(_wanted("a", "b"), budget=limit(500)), _installed(["a", "b"]))
    assert "each of them could have it by itself" in conflict.summary
    big = {**EACH, "switch.ports_48": 1}
    items = {**dict.fromkeys(big, 2), **SHARED}
    installed = Installed(items=items, sites={id_: Site(id=id_, items=big) for id_ in ("a", "b")})
    kept = _changed(bid(_wanted("a", "b")), installed)
    assert kept.disruption == 0
    found = _changed(bid(_wanted("a", "b"), budget=limit(kept.solution.amounts.monthly // 100 - 1)), installed)
    # one switch too many goes, at one site
    assert (found.disruption, found.bound) == (4, 4)


def test_a_volume_price_is_worth_more_units_where_sites_change_anyway() -> None:
    # 98 access points of 25 cost 98 x 6.90 = 676.20 a month, 100 cost 640: the bid buys two more.
    sites = [site(f"s{n:02}", users=10, pins=[Pin(component="access.dsl_50")]) for n in range(98)]
    asked = bid(sites, exclusions=["wifi.dense", "router.small", "switch.ports_24", "switch.ports_48"])
    found = _changed(asked, Installed(items={}))
    assert found.solution.items["wifi.standard"] == 100
    assert Counter(one.items["wifi.standard"] for one in found.sites) == {1: 96, 2: 2}
    assert found.disruption == found.bound == 98 * 4 + 3


def test_where_more_units_find_no_place_every_number_of_them_is_looked_at() -> None:
    # 14 people and their wireless network fill the one switch of each site: two more access points have no port.
    pins = [Pin(component="access.dsl_50"), Pin(component="switch.ports_8", quantity=1)]
    sites = [site(f"s{n:02}", users=14, pins=pins) for n in range(98)]
    asked = bid(sites, exclusions=["wifi.dense", "router.small", "switch.ports_24", "switch.ports_48"])
    found = _changed(asked, Installed(items={}))
    assert found.solution.items["wifi.standard"] == 98
    assert found.solution.amounts.contract_value == found.solution.bound == 12138800
    assert found.disruption == found.bound == 98 * 4 + 3


@cache
def _base() -> SitedSolution:
    sites = [site(f"s{number:02}", users=5 + 7 * number) for number in range(30)]
    outcome = configure_sites(bid(sites), prices(), Deadline(60))
    assert isinstance(outcome, SitedSolution)
    return outcome


def _answered(seconds: float = 60) -> tuple[SitesChange, Configuration]:
    """Thirty sites that all differ: one grows, one goes and one comes."""
    sites = [site(f"s{number:02}", users=5 + 7 * number) for number in range(1, 30)]
    sites[4] = site("s05", users=300)
    before: Mapping[str, Site] = {one.id: one for one in _base().sites}
    installed = Installed(items=_base().solution.items, sites=before)
    found = _changed(bid([*sites, site("z")]), installed, seconds)
    items = [ConfigurationItem(component=c, quantity=n) for c, n in found.solution.items.items()]
    configuration = Configuration(
        release=branches().name, offering="branch_network", market="DE", items=items, sites=site_messages(found.sites)
    )
    return found, configuration


def test_a_few_of_many_sites_change_and_the_totals_are_those_of_pricing() -> None:
    found, configuration = _answered()
    assert {id_ for id_, action in _actions(found).items() if action != ITEM_ACTION_KEEP} == {"s00", "s05", "z"}
    assert found.disruption == found.bound
    totals = price(branches(), configuration, TERMS, TODAY).totals
    assert 100 * totals.contract_value.units + totals.contract_value.nanos // 10**7 == (
        found.solution.amounts.contract_value
    )


def test_the_same_change_is_the_same_answer() -> None:
    (first, one), (second, other) = _answered(), _answered()
    assert first == second
    assert one.SerializeToString() == other.SerializeToString()


def test_without_time_there_is_a_valid_change_and_bounds_that_hold() -> None:
    wanted, installed = bid(_wanted("a", "c")), _installed(["a", "b"])
    least = change_sites(wanted, installed, prices(), Deadline(20))
    found = change_sites(wanted, installed, prices(), Deadline(0))
    assert isinstance(found, SitesChange)
    assert isinstance(least, SitesChange)
    assert check(replace(wanted, sites=found.sites), found.solution.items) == []
    assert found.bound <= least.disruption <= found.disruption


def _message(**more: object) -> ChangeConfigurationRequest:
    items = [ConfigurationItem(component=component, quantity=1) for component in sorted({**EACH, **SHARED})]
    at_site = [ConfigurationItem(component=component, quantity=1) for component in EACH]
    request = ChangeConfigurationRequest(
        installed=items, installed_sites=[ConfigurationSite(id="a", items=at_site)], sites=[WantedSite(id="a")]
    )
    request.MergeFrom(ChangeConfigurationRequest(**more))  # type: ignore[arg-type]  # fields of many types
    return request


def test_what_is_installed_is_read_with_its_sites() -> None:
    installed = installed_of(_message(frozen_sites=["a"]))
    assert installed.at("a") == EACH
    assert installed.at("b") == {}
    assert installed.shared == SHARED
    assert installed.frozen_sites == {"a"}


@pytest.mark.parametrize(
    ("more", "places"),
    [
        # a site twice, and then more of everything than in all
        ({"installed_sites": [ConfigurationSite(id="a")]}, ["installed_sites[1].id"]),
        # one component more at a site than in all
        (
            {
                "installed_sites": [
                    ConfigurationSite(id="b", items=[ConfigurationItem(component="router.small", quantity=2)])
                ]
            },
            ["installed_sites"],
        ),
        # a component twice at a site
        (
            {
                "installed": [ConfigurationItem(component="wifi.dense", quantity=2)],
                "installed_sites": [
                    ConfigurationSite(id="b", items=[ConfigurationItem(component="wifi.dense", quantity=2)] * 2)
                ],
            },
            ["installed_sites[1].items[1].component"],
        ),
        # a site frozen that is not there, and one that goes
        (
            {"installed_sites": [ConfigurationSite(id="b")], "frozen_sites": ["b", "c"]},
            ["frozen_sites[0]", "frozen_sites[1]"],
        ),
        # objectives
        ({"request": ConfigureRequest(objectives=[Objective(attribute="ports")])}, ["request.objectives"]),
    ],
)
def test_what_does_not_fit_together_is_refused(more: dict[str, object], places: list[str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        installed_of(_message(**more))
    assert [fault.where for fault in refused.value.faults] == places


def test_installed_sites_without_any_that_is_wanted_are_refused() -> None:
    request = _message()
    request.ClearField("sites")
    with pytest.raises(InvalidInput, match="none wanted"):
        installed_of(request)


def test_what_is_at_no_site_though_each_has_its_own_is_refused() -> None:
    request = _message()
    request.ClearField("installed_sites")
    with pytest.raises(InvalidInput, match="installed at no site, though each site has its own"):
        check_places(bid(_wanted("a")), installed_of(request))
