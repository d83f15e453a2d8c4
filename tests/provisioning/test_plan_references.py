"""What a step is given of others: where they answer, where they run, and what they keep secret."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from orders import configuration
from small_release import small_release

from bidwright.catalog.model import Delivery, DeliverySecret, DeliveryVariable, Instances, Release, VariableOrigin
from bidwright.core.errors import InvalidInput, Unavailable
from bidwright.provisioning.ansible_run import Action, RoleRun
from bidwright.provisioning.directory_target import DirectoryTarget
from bidwright.provisioning.host_target import HostTarget
from bidwright.provisioning.inventory import Inventory, Place, inventory_of
from bidwright.provisioning.plan import plan
from bidwright.provisioning.references import referred
from bidwright.provisioning.service_records import endpoint_of
from bidwright.v1.order_pb2 import STEP_STATE_PENDING, STEP_STATE_SUCCEEDED, Endpoint, Order, OrderStep
from bidwright.v1.plan_pb2 import (
    REFERENCE_KIND_ADDRESS,
    REFERENCE_KIND_ADDRESSES,
    REFERENCE_KIND_ENDPOINT,
    REFERENCE_KIND_ENDPOINTS,
    PlanStep,
    Reference,
    ReferenceKind,
    SharedSecret,
    Variable,
)

PER_UNIT = Instances(origin="quantity")


def release_with(**changed: dict[str, object]) -> Release:
    """The small release with some deliveries changed, by id."""
    release = small_release()
    new = {id_: dataclasses.replace(release.deliveries[id_], **keys) for id_, keys in changed.items()}
    deliveries: dict[str, Delivery] = {**release.deliveries, **new}
    return dataclasses.replace(release, deliveries=deliveries)


def taking(origin: VariableOrigin, *deliveries: str) -> dict[str, object]:
    return {"variables": (DeliveryVariable(name="v", origin=origin, deliveries=deliveries),)}


def sharing(*secrets: tuple[str, str, str]) -> dict[str, object]:
    return {"secrets": tuple(DeliverySecret(name=n, delivery=d, option=s) for n, d, s in secrets)}


def planned(release: Release, step: str, *components: str, quantity: int = 1) -> PlanStep:
    made = plan(release, configuration(*components, quantity=quantity))
    return next(one for one in made.steps if one.id == step)


@pytest.mark.parametrize(
    ("origin", "kind", "steps"),
    [
        ("endpoint", REFERENCE_KIND_ENDPOINT, ["website-1"]),  # of the first instance
        ("endpoints", REFERENCE_KIND_ENDPOINTS, ["website-1", "website-2", "website-3"]),
        ("address", REFERENCE_KIND_ADDRESS, ["website-1"]),
        ("addresses", REFERENCE_KIND_ADDRESSES, ["website-1", "website-2", "website-3"]),
    ],
)
def test_the_plan_holds_the_reference(origin: VariableOrigin, kind: ReferenceKind, steps: list[str]) -> None:
    release = release_with(website={"instances": PER_UNIT}, valkey_cache=taking(origin, "website"))
    step = planned(release, "valkey_cache", "cache.valkey_small", "web.nginx_site", quantity=3)
    assert list(step.variables) == [Variable(name="v", reference=Reference(kind=kind, steps=steps))]


def test_of_several_sources_the_first_that_is_in_the_plan_counts() -> None:
    release = release_with(valkey_cache=taking("address", "postgresql_database", "website", "server"))
    step = planned(release, "valkey_cache", "cache.valkey_small", "compute.small", "web.nginx_site")
    assert list(step.variables[0].reference.steps) == ["website"]


def test_without_a_source_the_default_of_the_role_holds() -> None:
    release = release_with(valkey_cache=taking("address", "website"))
    assert list(planned(release, "valkey_cache", "cache.valkey_small").variables) == []


def test_what_people_do_is_no_source() -> None:
    by_people = {"targets": ("host",), "task": "Build it.", "instructions": "So."}
    release = release_with(website=by_people, valkey_cache=taking("address", "website", "server"))
    step = planned(release, "valkey_cache", "cache.valkey_small", "compute.small", "web.nginx_site")
    assert list(step.variables[0].reference.steps) == ["server"]


@pytest.mark.parametrize(
    ("shared", "expected"),
    [
        # a secret of the first instance of another delivery
        ({"website": sharing(("w", "valkey_cache", "c"))}, [SharedSecret(name="w", step="valkey_cache-1", option="c")]),
        # whose own comes from a third one: that one's
        (
            {
                "website": sharing(("w", "postgresql_database", "d")),
                "postgresql_database": sharing(("d", "valkey_cache", "c")),
            },
            [SharedSecret(name="w", step="valkey_cache-1", option="c")],
        ),
        # another option of the same step
        ({"website": sharing(("w", "website", "own"))}, [SharedSecret(name="w", step="website", option="own")]),
        # itself: nothing to share where there is one instance
        ({"website": sharing(("w", "website", "w"))}, []),
        # of a delivery that is not in the plan: its own
        ({"website": sharing(("w", "server", "s"))}, []),
    ],
)
def test_the_plan_says_whose_secret_it_is(shared: dict[str, dict[str, object]], expected: list[SharedSecret]) -> None:
    release = release_with(**{"valkey_cache": {"instances": Instances(value=2)}, **shared})
    step = planned(release, "website", "cache.valkey_small", "database.postgresql_small", "web.nginx_site")
    assert list(step.secrets) == expected


def test_instances_that_share_a_secret_have_that_of_the_first() -> None:
    release = release_with(website={"instances": PER_UNIT, **sharing(("w", "website", "w"))})
    steps = plan(release, configuration("web.nginx_site", quantity=2)).steps
    assert [list(step.secrets) for step in steps] == [[], [SharedSecret(name="w", step="website-1", option="w")]]


def order() -> Order:
    """Two websites that answer on two hosts, and a cache beside the first one that has not begun."""
    made = Order(name="orders/o-1", targets=["h1", "h2"])
    for number in (1, 2):
        endpoint = Endpoint(scheme="http", host=f"192.0.2.{number}", port=20000, facts={"key": "k", "host": "evil"})
        step = PlanStep(id=f"website-{number}", role="website", place=number)
        made.steps.append(OrderStep(plan_step=step, state=STEP_STATE_SUCCEEDED, endpoint=endpoint))
    waiting = PlanStep(id="cache", role="valkey_cache", place=1)
    made.steps.append(OrderStep(plan_step=waiting, state=STEP_STATE_PENDING, endpoint=Endpoint(host="old")))
    return made


def inventory() -> Inventory:
    hosts = [Place(f"h{n}", HostTarget(f"192.0.2.{n}", {"ansible_host": f"h{n}"}), range(20000, 20010)) for n in (1, 2)]
    return inventory_of([*hosts, Place("here", DirectoryTarget(Path("/srv/here")), range(20000, 20010))])


def test_an_endpoint_is_what_the_journal_says_and_no_fact_overrides_it() -> None:
    found = referred(order(), Reference(kind=REFERENCE_KIND_ENDPOINT, steps=["website-2"]), inventory())
    assert found == {"scheme": "http", "host": "192.0.2.2", "port": 20000, "path": "", "user": "", "key": "k"}


def test_endpoints_stand_in_the_order_of_the_instances() -> None:
    found = referred(order(), Reference(kind=REFERENCE_KIND_ENDPOINTS, steps=["website-2", "website-1"]), inventory())
    assert isinstance(found, list)
    assert [one["host"] for one in found if isinstance(one, dict)] == ["192.0.2.2", "192.0.2.1"]


def test_addresses_are_those_of_the_targets_each_once_and_known_before_anything_runs() -> None:
    steps = ["website-1", "cache", "website-2"]
    assert referred(order(), Reference(kind=REFERENCE_KIND_ADDRESSES, steps=steps), inventory()) == [
        "192.0.2.1",
        "192.0.2.2",
    ]
    assert referred(order(), Reference(kind=REFERENCE_KIND_ADDRESS, steps=["cache"]), inventory()) == "192.0.2.1"


def test_the_address_of_a_directory_is_this_machine() -> None:
    here = order()
    here.targets[:] = ["here", "h2"]
    assert referred(here, Reference(kind=REFERENCE_KIND_ADDRESS, steps=["cache"]), inventory()) == "127.0.0.1"


def test_a_step_that_has_not_told_where_it_answers_is_named() -> None:
    with pytest.raises(InvalidInput, match="The step cache has not told where it answers") as caught:
        referred(order(), Reference(kind=REFERENCE_KIND_ENDPOINT, steps=["cache"]), inventory())
    assert caught.value.reason == "ENDPOINT_UNKNOWN"


def test_a_target_that_has_left_the_inventory_is_named() -> None:
    with pytest.raises(Unavailable) as caught:
        referred(order(), Reference(kind=REFERENCE_KIND_ADDRESS, steps=["cache"]), inventory_of([]))
    assert caught.value.reason == "TARGET_UNKNOWN"


def test_further_facts_of_a_role_are_kept_as_text() -> None:
    told = endpoint_of({"scheme": "sftp", "host": "192.0.2.1", "port": "22", "facts": {"host_key": "ssh-x", "n": 3}})
    assert told == Endpoint(scheme="sftp", host="192.0.2.1", port=22, facts={"host_key": "ssh-x", "n": "3"})


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([{"host": "a\0b"}], "holds a NUL character"),  # inside a list of mappings
        ({"{{ 1 }}": "a"}, "holds a key that is no name"),
        ([{"a": {"b c": 1}}], "holds a key that is no name"),  # deep inside
    ],
)
def test_what_no_server_can_hold_is_refused_wherever_it_is(value: object, said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        RoleRun(
            role="website",
            action=Action.APPLY,
            target=DirectoryTarget(Path("/srv/here")),
            contract="c1",
            delivery="website",
            attempt="a-1",
            run_dir=Path("/srv/runs/a-1"),
            variables={"website_title": value},
        )
    assert said in caught.value.faults[0].what
