"""Places of a plan: how many targets it takes, which steps share one, and which never do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from orders import bespoke, configuration
from small_release import small_release

from bidwright.catalog.model import Delivery, Instances, Release
from bidwright.catalog.rule_language import Not, Selected
from bidwright.core.errors import Unavailable
from bidwright.provisioning.plan import plan
from bidwright.v1.configuration_pb2 import ConfigurationItem
from bidwright.v1.plan_pb2 import STEP_KIND_MANUAL, STEP_KIND_ROLE, Plan, PlanStep

PER_UNIT = Instances(origin="quantity")
EVERYWHERE = Instances(origin="places")
WEB = ("compute.small", "database.postgresql_small", "web.nginx_site")


def release_with(*new: Delivery, **changed: dict[str, object]) -> Release:
    """The small release with some deliveries changed, by id, and others added."""
    release = small_release()
    deliveries = release.deliveries | {id_: replace(release.deliveries[id_], **keys) for id_, keys in changed.items()}
    deliveries |= {delivery.id: delivery for delivery in new}
    return replace(release, deliveries=dict(sorted(deliveries.items())))


def supporting(id_: str, *others: str, **keys: object) -> Delivery:
    """A delivery with a role and no components."""
    website = small_release().deliveries["website"]
    made = replace(website, id=id_, components=frozenset(), supports=others, after=(), variables=(), why="So.")
    return replace(made, **keys)


def places(made: Plan) -> dict[str, int]:
    return {step.id: step.place for step in made.steps}


def step_of(made: Plan, id_: str) -> PlanStep:
    return next(step for step in made.steps if step.id == id_)


def test_what_nothing_keeps_apart_shares_one_place() -> None:
    made = plan(small_release(), configuration(*WEB, "support.standard"))
    assert (made.target_kind, made.places) == ("directory", 1)
    assert places(made) == {"server": 1, "postgresql_database": 1, "website": 1, "service_desk": 0}
    assert [step.delivery for step in made.steps] == ["server", "postgresql_database", "service_desk", "website"]


def test_people_do_what_the_role_cannot_do_for_the_components_chosen() -> None:
    no_cache_beside = Not(Selected("cache.valkey_small"))
    release = release_with(website={"role_when": no_cache_beside, "task": "Set it up.", "instructions": "Do it."})
    alone = plan(release, configuration(*WEB))
    assert (step_of(alone, "website").kind, step_of(alone, "website").place) == (STEP_KIND_ROLE, 1)
    beside = step_of(plan(release, configuration(*WEB, "cache.valkey_small")), "website")
    assert (beside.kind, beside.place, beside.title) == (STEP_KIND_MANUAL, 0, "Set it up.")


def test_people_take_no_place() -> None:
    made = plan(small_release(), configuration("support.standard", bespoke=(bespoke("till"),)))
    assert (made.target_kind, made.places) == ("", 0)
    assert places(made) == {"bespoke-till": 0, "service_desk": 0}


def test_a_unit_sold_becomes_a_step_and_each_delivers_its_own() -> None:
    made = plan(
        release_with(website={"instances": PER_UNIT}), configuration("compute.small", "web.nginx_site", quantity=3)
    )
    assert [step.id for step in made.steps] == ["server", "website-1", "website-2", "website-3"]
    second = step_of(made, "website-2")
    assert list(second.items) == [ConfigurationItem(component="web.nginx_site", quantity=1)]
    assert second.title == "Website 2 of 3: web nginx_site"
    assert second.reason == (
        "Delivers 1 x web.nginx_site. The website must run. Begins after server, on which it builds."
    )
    assert places(made) == {"server": 1, "website-1": 1, "website-2": 1, "website-3": 1}


def test_one_instance_keeps_the_id_of_its_delivery() -> None:
    made = plan(release_with(website={"instances": PER_UNIT}), configuration("web.nginx_site"))
    assert [step.id for step in made.steps] == ["website"]


def test_instances_are_dealt_over_as_many_places_as_said() -> None:
    release = release_with(website={"instances": PER_UNIT, "spread": 2})
    made = plan(release, configuration("web.nginx_site", quantity=5))
    assert list(places(made).values()) == [1, 2, 1, 2, 1]
    assert made.places == 2


def test_a_spread_delivery_takes_no_more_places_than_it_has_instances() -> None:
    release = release_with(website={"instances": PER_UNIT, "spread": 9})
    assert plan(release, configuration("web.nginx_site", quantity=2)).places == 2


def test_a_spread_delivery_takes_no_more_places_than_there_are_targets() -> None:
    release = release_with(website={"instances": PER_UNIT, "spread": 9})
    made = plan(release, configuration("web.nginx_site", quantity=5), ("directory", "directory"))
    assert places(made) == {f"website-{number}": place for number, place in enumerate((1, 2, 1, 2, 1), 1)}


@pytest.mark.parametrize(
    "changed",
    [
        {"website": {"apart_from": ("postgresql_database",)}},  # said of the later one
        {"postgresql_database": {"apart_from": ("website",)}},  # said of the earlier one
    ],
)
def test_what_is_apart_is_apart_both_ways(changed: dict[str, dict[str, object]]) -> None:
    made = plan(release_with(**changed), configuration(*WEB))
    assert places(made) == {"server": 1, "postgresql_database": 1, "website": 2}


def test_a_spread_delivery_leaves_out_the_places_it_must_be_apart_from() -> None:
    release = release_with(website={"instances": PER_UNIT, "spread": 2, "apart_from": ("postgresql_database",)})
    made = plan(release, configuration(*WEB, quantity=3))
    assert places(made) == {"server": 1, "postgresql_database": 1, "website-1": 2, "website-2": 3, "website-3": 2}
    assert step_of(made, "website-1").reason.endswith("Runs on another target than postgresql_database.")


def test_a_number_of_instances_deliver_the_same_each() -> None:
    release = release_with(valkey_cache={"instances": Instances(value=2), "spread": 2})
    made = plan(release, configuration("cache.valkey_small"))
    assert places(made) == {"valkey_cache-1": 1, "valkey_cache-2": 2}
    assert all([item.component for item in step.items] == ["cache.valkey_small"] for step in made.steps)


def test_a_delivery_on_every_place_is_on_each_once_and_what_follows_waits_for_all_of_it() -> None:
    release = release_with(
        server={"instances": EVERYWHERE}, website={"instances": PER_UNIT, "spread": 2, "apart_from": ("valkey_cache",)}
    )
    made = plan(release, configuration("cache.valkey_small", "compute.small", "web.nginx_site", quantity=2))
    assert places(made) == {
        "server-1": 1,
        "server-2": 2,
        "server-3": 3,
        "valkey_cache": 1,
        "website-1": 2,
        "website-2": 3,
    }
    assert list(step_of(made, "website-1").after) == ["server-1", "server-2", "server-3"]


def test_a_delivery_on_every_place_is_not_where_it_must_be_apart() -> None:
    release = release_with(
        supporting("agent", "server", instances=EVERYWHERE, apart_from=("postgresql_database",)),
        website={"apart_from": ("postgresql_database",)},
    )
    assert places(plan(release, configuration(*WEB)))["agent"] == 2


def test_a_delivery_on_every_place_gets_one_of_its_own_where_all_others_are_forbidden() -> None:
    agent = supporting("agent", "server", instances=EVERYWHERE, apart_from=("server",))
    made = plan(release_with(agent), configuration("compute.small"))
    assert places(made) == {"agent": 2, "server": 1}


def test_a_delivery_that_is_alone_and_on_every_place_takes_one() -> None:
    assert places(plan(release_with(server={"instances": EVERYWHERE}), configuration("compute.small"))) == {"server": 1}


def test_what_supports_others_is_in_a_plan_with_them_and_only_then() -> None:
    release = release_with(
        supporting("agent", "postgresql_database", "website"), supporting("collector", "agent", apart_from=("agent",))
    )
    assert places(plan(release, configuration("cache.valkey_small"))) == {"valkey_cache": 1}
    made = plan(release, configuration("web.nginx_site"))
    assert places(made) == {"agent": 1, "collector": 2, "website": 1}
    assert step_of(made, "agent").title == "Agent"
    assert step_of(made, "agent").reason == "Supports website. So."
    assert list(step_of(made, "agent").items) == []


def test_a_bespoke_item_comes_after_every_instance_it_requires() -> None:
    release = release_with(website={"instances": PER_UNIT})
    made = plan(release, configuration("web.nginx_site", quantity=2, bespoke=(bespoke("till", "web"),)))
    till = step_of(made, "bespoke-till")
    assert list(till.after) == ["website-1", "website-2"]
    assert till.reason.endswith("Begins after website, which it cannot be delivered without.")


@pytest.mark.parametrize(
    ("kinds", "chosen"),
    [
        (("host", "directory"), "host"),  # as good as the other, and preferred
        (("directory", "host"), "directory"),
        (("directory",), "directory"),  # the only one there is
        ((), "directory"),  # not known yet: by name
    ],
)
def test_of_kinds_that_serve_equally_well_the_preferred_one_counts(kinds: tuple[str, ...], chosen: str) -> None:
    release = release_with(website={"targets": ("directory", "host")})
    assert plan(release, configuration("web.nginx_site"), kinds).target_kind == chosen


def test_the_kind_that_serves_most_deliveries_counts_and_people_do_the_rest() -> None:
    release = release_with(
        supporting("agent", "valkey_cache", targets=("directory",)),
        server={"targets": ("host",)},
        website={"targets": ("host",)},
        valkey_cache={"task": "Install a cache.", "instructions": "With the memory sold.", "instances": PER_UNIT},
    )
    made = plan(
        release,
        configuration("cache.valkey_small", "compute.small", "web.nginx_site", quantity=2),
        ("directory", "host"),
    )
    assert made.target_kind == "host"
    assert places(made) == {"server": 1, "valkey_cache": 0, "website": 1}
    cache = step_of(made, "valkey_cache")
    assert (cache.kind, cache.role, cache.title) == (STEP_KIND_MANUAL, "", "Install a cache.")
    assert cache.instructions == "With the memory sold."
    assert cache.reason.endswith("role valkey_cache is not for these targets, or not for these components.")
    assert list(cache.items) == [ConfigurationItem(component="cache.valkey_small", quantity=2)]
    assert made.automation_percent == 66


def test_a_kind_on_which_everything_can_be_done_is_better_than_one_that_serves_more() -> None:
    release = release_with(
        server={"targets": ("host",), "task": "Prepare it.", "instructions": "So."},
        postgresql_database={"targets": ("host",), "task": "Install it.", "instructions": "So."},
    )
    made = plan(release, configuration(*WEB), ("host", "directory"))
    assert made.target_kind == "directory"
    assert places(made) == {"postgresql_database": 0, "server": 0, "website": 1}


def test_what_neither_a_role_nor_people_can_do_is_refused_with_what_would_help() -> None:
    with pytest.raises(Unavailable) as caught:
        plan(small_release(), configuration("web.nginx_site"), ("host",))
    assert caught.value.reason == "NO_FITTING_TARGET"
    assert caught.value.message == (
        "No target serves all steps of the plan: on one of kind host, nothing makes website real."
    )
    assert caught.value.fix.startswith("Add targets of kind directory to the inventory and restart, or ")


@given(
    quantity=st.integers(1, 6),
    spread=st.integers(1, 6),
    apart=st.frozensets(st.sampled_from(["postgresql_database", "server", "valkey_cache"])),
)
def test_in_every_plan_what_is_apart_shares_no_place_and_no_place_is_empty(
    quantity: int, spread: int, apart: frozenset[str]
) -> None:
    release = release_with(
        supporting("agent", "website", instances=EVERYWHERE),
        website={"instances": PER_UNIT, "spread": spread, "apart_from": tuple(sorted(apart))},
    )
    made = plan(release, configuration(*WEB, "cache.valkey_small", quantity=quantity))
    at = {delivery: {step.place for step in made.steps if step.delivery == delivery} for delivery in release.deliveries}
    assert all(not at["website"] & at[other] for other in apart)
    assert len(at["website"]) == min(quantity, spread)
    assert at["agent"] == set(range(1, made.places + 1))
    by_role = [step for step in made.steps if step.kind == STEP_KIND_ROLE]
    assert {step.place for step in by_role if step.delivery != "agent"} == at["agent"]
    assert len({step.id for step in made.steps}) == len(made.steps)
