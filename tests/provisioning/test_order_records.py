"""What surrounds an order: targets, ports, passwords, states, due days, withdrawals."""

from __future__ import annotations

import datetime as dt
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from orders import PORTS, Site, bespoke, configuration, contract, site
from small_release import small_release

from bidwright.catalog.model import Instances
from bidwright.core.errors import Conflicting, InvalidInput, NotAllowedNow, Unavailable
from bidwright.provisioning.credentials import CredentialCipher
from bidwright.provisioning.directory_target import DirectoryTarget
from bidwright.provisioning.host_target import HostTarget
from bidwright.provisioning.inventory import Inventory, Place, inventory_of, local_inventory, read_inventory
from bidwright.provisioning.order import check_signed, due_time, new_order
from bidwright.provisioning.states import ORDER_MOVES, STEP_MOVES, move_order
from bidwright.provisioning.withdrawal import withdrawal
from bidwright.storage.allocation import Pools
from bidwright.v1.order_pb2 import (
    ORDER_STATE_COMPLETED,
    ORDER_STATE_UNSPECIFIED,
    STEP_STATE_SUCCEEDED,
    STEP_STATE_UNSPECIFIED,
    Order,
    OrderState,
    StepState,
)
from bidwright.v1.plan_pb2 import Plan

__all__ = ["site"]

NOW = dt.datetime(2026, 11, 20, 15, 0, tzinfo=dt.UTC)  # a Friday


def place(name: str) -> Place:
    return Place(name, DirectoryTarget(path=Path("/srv") / name), range(20000, 20010))


def test_the_inventory_of_bidwright_up_is_an_ordinary_one(tmp_path: Path) -> None:
    written = tmp_path / "inventory.yml"
    written.write_text(local_inventory(tmp_path / "target", ports=range(21000, 21100)))
    (found,) = read_inventory(written).places.values()
    assert found == Place("local", DirectoryTarget(path=tmp_path / "target"), range(21000, 21100))


def test_every_fault_of_an_inventory_is_reported_at_once_and_other_hosts_are_left_alone(tmp_path: Path) -> None:
    written = tmp_path / "hosts.ini"
    written.write_text(
        "router ansible_host=192.0.2.1\n"
        "one target_kind=cloud\n"
        "two target_kind=directory target_path=relative ports=30000-20000\n"
    )
    with pytest.raises(InvalidInput) as caught:
        read_inventory(written)
    assert [fault.where for fault in caught.value.faults] == ["one.target_kind", "two.ports", "two.target_path"]


def test_an_inventory_that_ansible_cannot_read_is_said_to_be_so(tmp_path: Path) -> None:
    written = tmp_path / "inventory.yml"
    written.write_text("all: [")
    with pytest.raises(Unavailable, match="cannot be read"):
        read_inventory(written)


def test_contracts_are_spread_over_fitting_targets_and_stay_where_they_are() -> None:
    inventory = inventory_of([place("a"), place("b")])
    wanted = contract(configuration("web.nginx_site")).offer.plan
    chosen = [inventory.choose(wanted, f"c-{number}") for number in range(20)]
    assert set(chosen) == {("a",), ("b",)}
    assert chosen == [inventory.choose(wanted, f"c-{number}") for number in range(20)]


def test_each_place_of_a_plan_has_a_target_of_its_own() -> None:
    inventory = inventory_of([place(name) for name in "abcd"])
    for number in range(20):
        assert len(set(inventory.choose(Plan(target_kind="directory", places=3), f"c-{number}"))) == 3


def test_a_target_that_is_added_moves_no_place_between_those_that_were_there() -> None:
    plan = Plan(target_kind="directory", places=2)
    fewer, more = inventory_of([place(name) for name in "abc"]), inventory_of([place(name) for name in "abcd"])
    for number in range(20):
        before, after = fewer.choose(plan, f"c-{number}"), more.choose(plan, f"c-{number}")
        assert [name for name in after if name != "d"] == [*before][: 2 - after.count("d")]


def test_too_few_targets_refuse_the_signature_and_say_how_many_are_missing() -> None:
    with pytest.raises(Unavailable) as caught:
        inventory_of([place("a")]).choose(Plan(target_kind="directory", places=3), "c-1")
    assert caught.value.message == "The plan takes 3 targets of kind directory; the inventory has 1."
    assert caught.value.fix == "Add 2 of that kind to the inventory and restart."
    assert caught.value.reason == "NO_FITTING_TARGET"


def test_a_plan_no_target_serves_cannot_become_an_order() -> None:
    signed = contract(configuration("web.nginx_site"))
    with pytest.raises(Unavailable, match="takes 1 target of kind directory") as caught:
        new_order(signed, "o-1", inventory=Inventory({}), now=NOW)
    assert caught.value.reason == "NO_FITTING_TARGET"


@pytest.mark.parametrize(
    "targets",
    [
        [],  # none
        ["a"],  # fewer than places
        ["a", "a"],  # two places on one target
        ["a", "b", "c"],  # more than places
    ],
)
def test_an_order_with_other_targets_than_its_plan_has_places_is_not_what_was_signed(targets: list[str]) -> None:
    release = small_release()
    spread = replace(release.deliveries["website"], instances=Instances(origin="quantity"), spread=2)
    release = replace(release, deliveries={**release.deliveries, "website": spread})
    signed = contract(configuration("web.nginx_site", quantity=2), release=release)
    order = new_order(signed, "o-1", inventory=inventory_of([place("a"), place("b")]), now=NOW)
    check_signed(order, signed)
    order.targets[:] = targets
    with pytest.raises(Conflicting, match="not one target for each place") as caught:
        check_signed(order, signed)
    assert caught.value.reason == "NOT_AS_SIGNED"


def test_people_need_no_target() -> None:
    signed = contract(configuration("support.standard"))
    assert list(new_order(signed, "o-1", inventory=Inventory({}), now=NOW).targets) == []


async def test_a_port_somebody_listens_on_is_not_given_and_a_given_one_stays(site: Site) -> None:
    ports = site.workshop.ports
    with socket.create_server(("127.0.0.1", PORTS[0])):
        assert await ports.allocate(site.place, "acme/one") == PORTS[1]
        with socket.create_server(("127.0.0.1", PORTS[1])):
            assert await ports.allocate(site.place, "acme/one") == PORTS[1]
            assert await ports.allocate(site.place, "acme/two") == PORTS[2]
    await ports.release(site.place, "acme/one")
    await ports.release(site.place, "acme/one")
    assert await ports.allocate(site.place, "acme/three") == PORTS[0]
    assert await Pools(site.engine).holders("ports:local") == {"acme/three": PORTS[0], "acme/two": PORTS[2]}


async def test_a_port_somebody_answers_on_is_not_given_on_a_host_either(site: Site) -> None:
    host = Place("h1", HostTarget("127.0.0.1", {"ansible_host": "127.0.0.1"}), PORTS)
    with socket.create_server(("127.0.0.1", PORTS[0])):
        assert await site.workshop.ports.allocate(host, "acme/one") == PORTS[1]
        assert await site.workshop.ports.allocate(host, "acme/two") == PORTS[2]


async def test_a_target_whose_ports_are_all_given_says_so(site: Site) -> None:
    narrow = replace(site.place, ports=range(PORTS[0], PORTS[0] + 1))
    await site.workshop.ports.allocate(narrow, "acme/one")
    with pytest.raises(Unavailable, match="no free number"):
        await site.workshop.ports.allocate(narrow, "acme/two")


def test_of_many_processes_that_make_the_key_at_once_all_use_the_same(tmp_path: Path) -> None:
    path = tmp_path / "state" / "credentials.key"
    with ThreadPoolExecutor(8) as pool:
        ciphers = list(pool.map(lambda _: CredentialCipher.from_file(path), range(8)))
    encrypted = ciphers[0].generate(["password"])
    assert len({cipher.reveal(encrypted)["password"] for cipher in ciphers}) == 1
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["credentials.key"]


def test_a_password_is_random_and_only_its_key_reveals_it(tmp_path: Path) -> None:
    cipher = CredentialCipher.from_file(tmp_path / "one.key")
    first, second = (cipher.reveal(cipher.generate(["password"]))["password"] for _ in range(2))
    assert first != second
    assert len(first) == 32
    encrypted = cipher.generate(["password"])
    with pytest.raises(Unavailable, match="another key"):
        CredentialCipher.from_file(tmp_path / "two.key").reveal(encrypted)


@pytest.mark.parametrize(
    ("content", "mode", "reason"),
    [
        ("not a key", 0o600, "KEY_INVALID"),  # damaged
        ("", 0o644, "KEY_READABLE"),  # others may read it
    ],
)
def test_a_key_file_that_cannot_be_trusted_is_refused(tmp_path: Path, content: str, mode: int, reason: str) -> None:
    path = tmp_path / "credentials.key"
    path.write_text(content)
    path.chmod(mode)
    with pytest.raises(Unavailable) as caught:
        CredentialCipher.from_file(path)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("minutes", "due"),
    [
        (0, dt.date(2026, 11, 23)),  # at least one working day: Friday to Monday
        (480, dt.date(2026, 11, 23)),  # exactly one day
        (481, dt.date(2026, 11, 24)),  # one minute more takes another
        (2880, dt.date(2026, 11, 30)),  # six days go over a second weekend
    ],
)
def test_people_work_eight_hours_a_day_and_not_at_weekends(minutes: int, due: dt.date) -> None:
    assert due_time(NOW, minutes).date() == due


def test_each_state_has_a_row_of_moves_and_a_refusal_lists_them() -> None:
    assert set(ORDER_MOVES) == set(OrderState.values()) - {ORDER_STATE_UNSPECIFIED}
    assert set(STEP_MOVES) == set(StepState.values()) - {STEP_STATE_UNSPECIFIED}
    with pytest.raises(NotAllowedNow) as caught:
        move_order(Order(name="orders/o-1", state=ORDER_STATE_COMPLETED), "resume")
    assert caught.value.message == "orders/o-1 is completed: resume is not possible. Allowed from here: nothing."


def test_only_what_was_begun_is_taken_back_after_all_that_was_built_on_it() -> None:
    everything = ("compute.small", "database.postgresql_small", "support.standard", "web.nginx_site")
    signed = contract(configuration(*everything, bespoke=(bespoke("till", "web"), bespoke("idle"))))
    order = new_order(signed, "o-1", inventory=inventory_of([place("a")]), now=NOW)
    for step in order.steps:
        if step.plan_step.id in {"server", "website", "bespoke-till"}:
            step.state = STEP_STATE_SUCCEEDED
            step.attempts = 1 if step.plan_step.role else 0
    taking_back = withdrawal(order, NOW)
    assert taking_back.name == "orders/c-1-withdraw"
    assert [(step.plan_step.id, list(step.plan_step.after)) for step in taking_back.steps] == [
        ("bespoke-till", []),
        ("website", []),
        ("server", ["website"]),
    ]
    assert taking_back.steps[2].plan_step.reason == (
        "Was begun for 1 x compute.small and the contract ends. Comes after website, built on it."
    )


def test_a_bespoke_item_without_a_description_is_taken_back_too() -> None:
    item = bespoke("watch")
    item.ClearField("description")
    signed = contract(configuration("support.standard", bespoke=(item,)))
    order = new_order(signed, "o-1", inventory=inventory_of([place("a")]), now=NOW)
    for step in order.steps:
        step.state = STEP_STATE_SUCCEEDED
    task = {step.plan_step.id: step.plan_step for step in withdrawal(order, NOW).steps}["bespoke-watch"]
    assert task.title == "Take back: Make watch"
    assert task.instructions == "Take back what was done by these instructions:\n\nMake watch"


def test_a_step_is_taken_back_after_one_that_was_built_on_it_by_way_of_a_third() -> None:
    order = Order(name="orders/o-1", contract="contracts/c-1")
    for id_, role, after in (("a", "server", []), ("b", "", ["a"]), ("c", "website", ["b"])):
        step = order.steps.add(attempts=1 if role else 0, state=STEP_STATE_SUCCEEDED)
        step.plan_step.id, step.plan_step.role, step.plan_step.kind = id_, role, 1 if role else 2
        step.plan_step.after.extend(after)
    assert [(step.plan_step.id, list(step.plan_step.after)) for step in withdrawal(order, NOW).steps] == [
        ("c", []),
        ("a", ["c"]),
    ]
