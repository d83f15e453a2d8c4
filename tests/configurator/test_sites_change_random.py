"""Changes of random bids with two sites, held against trying every bid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from draws import drawn
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from random_portfolios import Case, charges
from random_sites import Bid, every_placed_bid, sited_cases

from bidwright.configurator import cpsat_sites_least, sites_near
from bidwright.configurator.check import check
from bidwright.configurator.cpsat_change import Weights
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.installed import Installed
from bidwright.configurator.sites import Site
from bidwright.configurator.sites_change import SitesChange, change_sites
from bidwright.core.errors import Unavailable
from bidwright.v1.configuration_pb2 import Conflict

_settings = settings(
    max_examples=drawn(40),
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


@st.composite
def _bases(draw: st.DrawFn) -> tuple[Case, Installed]:
    """A case with something installed at a site that stays, one that goes, and one that is new, in any mixture."""
    case = draw(sited_cases())
    # Wishes of the case are for other tests; here they would leave too little to change.
    sites_ = tuple(replace(one, pins={}, exclusions=()) for one in case.requirements.sites)
    bid = replace(case.requirements, pins={}, exclusions=(), sites=sites_)
    if draw(st.booleans()):
        bid = replace(bid, budget={})
    slots = bid.offering.slots
    own = [c for c in sorted(bid.release.components) if c.split(".")[0] in slots and slots[c.split(".")[0]].per_site]
    shared = [c for c in sorted(bid.release.components) if c not in own]
    valid = every_placed_bid(Case(bid, case.amounts))
    # So many bids are impossible that those with something to choose from are looked for.
    assume(len(valid) > 1 or draw(st.integers(0, 9)) == 0)
    ids = [id_ for id_ in ("a", "b", "c") if draw(st.integers(0, 3))]
    near = draw(st.sampled_from(valid)) if valid and draw(st.booleans()) else Bid({}, ({}, {}), {})
    units, odd = st.integers(1, 4), 1 if near.items else 2

    def around(items: Mapping[str, int], components: list[str]) -> dict[str, int]:
        """What is there of some items, now and then with something else in its place, or without any."""
        changed = {c: draw(st.one_of(st.just(0), units)) for c in components if draw(st.integers(0, 3)) < odd}
        return {c: n for c, n in sorted({**items, **changed}.items()) if n}

    places = dict(zip(("a", "b", "c"), (*near.at_sites, {}), strict=True))
    sites = {id_: Site(id=id_, items=around(places[id_], [*own, "node.gone"])) for id_ in ids}
    items = around(near.shared, shared)
    for site in sites.values():
        for component, number in site.items.items():
            items[component] = items.get(component, 0) + number
    weights = Weights(add=draw(st.integers(1, 5)), modify=draw(st.integers(1, 5)), delete=draw(st.integers(1, 5)))
    frozen_sites = frozenset(id_ for id_ in ids if id_ != "c" and draw(st.integers(0, 5)) == 0)
    frozen = frozenset(c for c in items if draw(st.integers(0, 14)) == 0)
    installed = Installed(
        items=dict(sorted(items.items())), weights=weights, sites=sites, frozen=frozen, frozen_sites=frozen_sites
    )
    return Case(bid, case.amounts), installed


def _places(found: Bid) -> dict[str, Mapping[str, int]]:
    """What is at the sites, and under no name what they share."""
    return {"a": found.at_sites[0], "b": found.at_sites[1], "": found.shared}


def _before(installed: Installed) -> dict[str, Mapping[str, int]]:
    at_sites = {id_: site.items for id_, site in installed.sites.items()}
    placed = {component for items in at_sites.values() for component in items}
    return {**at_sites, "": {c: units for c, units in installed.items.items() if c not in placed}}


def _disruption(installed: Installed, after: Mapping[str, Mapping[str, int]]) -> int:
    weights, before, total = installed.weights, _before(installed), 0
    for place in {*before, *after}:
        old, new = before.get(place, {}), after.get(place, {})
        for component in {*old, *new}:
            if component not in old:
                total += weights.add
            elif component not in new:
                total += weights.delete
            elif old[component] != new[component]:
                total += weights.modify
    return total


def _is_left_alone(installed: Installed, after: Mapping[str, Mapping[str, int]]) -> bool:
    """Whether everything that is frozen is as it was."""
    before = _before(installed)
    return all(before[id_] == after[id_] for id_ in installed.frozen_sites) and all(
        items[component] == after.get(place, {}).get(component)
        for place, items in before.items()
        for component in installed.frozen & items.keys()
    )


def _valid(case: Case, installed: Installed) -> list[tuple[int, int]]:
    """Disruption and contract value of every valid bid that leaves alone what is frozen."""
    return [
        (_disruption(installed, _places(found)), charges(found.items, case.amounts)["contract_value"])
        for found in every_placed_bid(case)
        if _is_left_alone(installed, _places(found))
    ]


def _held(found: SitesChange, case: Case, installed: Installed) -> None:
    """What holds for every answer."""
    items = dict(found.solution.items)
    assert check(replace(case.requirements, sites=found.sites), items) == []
    assert vars(found.solution.amounts) == charges(items, case.amounts)
    own = {component for site in found.sites for component in site.items}
    after = {site.id: site.items for site in found.sites} | {"": {c: n for c, n in items.items() if c not in own}}
    assert found.disruption == _disruption(installed, after)
    assert _is_left_alone(installed, after)
    told = {"": found.items, **{site.id: site.changes for site in found.site_changes}}
    before = _before(installed)
    for place, changes in told.items():
        old, new = before.get(place, {}), after.get(place, {})
        assert [(one.component, one.installed, one.wanted) for one in changes] == [
            (c, old.get(c, 0), new.get(c, 0)) for c in sorted({*old, *new})
        ]


@_settings
@given(_bases())
def test_no_valid_bid_disturbs_less_or_as_little_for_less(base: tuple[Case, Installed]) -> None:
    case, installed = base
    valid = _valid(case, installed)
    found = change_sites(case.requirements, installed, case.amounts, Deadline(20))
    if isinstance(found, Conflict):
        assert not valid
        return
    _held(found, case, installed)
    value = found.solution.amounts.contract_value
    assert (found.disruption, value) == min(valid)
    assert (found.bound, found.solution.bound) == (found.disruption, value)


@settings(_settings, max_examples=drawn(12))
@given(_bases())
def test_where_little_is_listed_the_bounds_still_hold(base: tuple[Case, Installed]) -> None:
    case, installed = base
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sites_near, "_MOST_STEPS", 12)
        patch.setattr(cpsat_sites_least, "_ROUNDS", 1)
        try:
            found = change_sites(case.requirements, installed, case.amounts, Deadline(20))
        except Unavailable:
            return
    _require_true_bounds(found, case, installed)


@settings(_settings, max_examples=drawn(12))
@given(_bases())
def test_without_any_time_there_is_a_valid_change_and_its_bounds_hold(base: tuple[Case, Installed]) -> None:
    case, installed = base
    try:
        found = change_sites(case.requirements, installed, case.amounts, Deadline(0))
    except Unavailable:
        assert not _valid(case, installed)
        return
    _require_true_bounds(found, case, installed)


def _require_true_bounds(found: SitesChange | Conflict, case: Case, installed: Installed) -> None:
    valid = _valid(case, installed)
    if isinstance(found, Conflict):
        assert not valid
        return
    _held(found, case, installed)
    value = found.solution.amounts.contract_value
    assert found.bound <= min(valid)[0] <= found.disruption
    assert found.solution.bound <= min(cost for disruption, cost in valid if disruption <= found.disruption) <= value


@settings(_settings, max_examples=drawn(8))
@given(_bases())
def test_the_same_change_is_the_same_answer(base: tuple[Case, Installed]) -> None:
    case, installed = base
    first, second = (change_sites(case.requirements, installed, case.amounts, Deadline(20)) for _ in range(2))
    assert first == second
